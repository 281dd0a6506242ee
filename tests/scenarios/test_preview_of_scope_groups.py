"""The preview of options on real sockets: scope groups that no search has read are read from Graph at that moment."""

from pathlib import Path

from shared.diff.move import Move
from simulator.estate import Estate
from tests.scenarios.deployment import deployed
from tests.scenarios.native_company import Company


def test_people_outside_a_scope_group_would_leave_and_those_in_a_nested_one_would_not(tmp_path: Path) -> None:
    company = Company(path=tmp_path)
    ann, bob = company.person("ann"), company.person("bob")
    staff, office = company.group("staff"), company.group("office")
    company.editor.add_member(staff, office)
    company.editor.add_member(office, ann)
    with Estate(company.world) as estate, deployed(estate, tmp_path) as deployment:
        assert deployment.search().plan_id
        found = deployment.application.administration.preview_settings({"SYNC_GROUP_SCOPE": staff})
        leaving = {mover.entra_id for mover in found.examples if mover.move is Move.LEAVE}

    assert bob in leaving
    assert ann not in leaving
    assert (found.enter, found.leave) == (0, len(leaving))
