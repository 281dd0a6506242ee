"""Options and explanations on real sockets: a scope group is looked up in Graph before it is saved, and an address is explained."""

from pathlib import Path

import pytest

from shared.engine.refusals import OptionsRefusedError
from shared.engine.run import RunState
from simulator.company import make_world
from simulator.estate import Estate
from tests.scenarios.deployment import PERSON, deployed

NOBODYS_GROUP = "99999999-9999-4999-8999-999999999999"


def test_a_scope_group_is_saved_only_where_graph_has_it(tmp_path: Path) -> None:
    world = make_world(people=12, groups=2, seed=5)
    group_id = next(iter(world.tenant.groups))
    with Estate(world) as estate, deployed(estate, tmp_path) as deployment:
        administration = deployment.application.administration
        with pytest.raises(OptionsRefusedError) as refused:
            administration.save_settings({"SYNC_GROUP_SCOPE": f"{group_id},{NOBODYS_GROUP}"}, PERSON)
        administration.save_settings({"SYNC_GROUP_SCOPE": group_id}, PERSON)
        in_force = deployment.application.settings().options.group_scope

    assert [problem.value for problem in refused.value.problems] == [NOBODYS_GROUP]
    assert in_force == (group_id,)


def test_every_person_of_a_searched_company_is_explained_without_a_request(tmp_path: Path) -> None:
    world = make_world(people=40, groups=4, seed=7)
    with Estate(world) as estate, deployed(estate, tmp_path) as deployment:
        search = deployment.search()
        assert search.state is RunState.SUCCEEDED, search.problem
        asked = len(estate.journal.entries())
        mails = [user["mail"].lower() for user in world.tenant.users.values() if user.get("mail")]
        explained = [deployment.application.administration.explain(mail) for mail in mails]

        assert len(estate.journal.entries()) == asked

    assert len(mails) > 20
    assert all(found.found for found in explained)
    assert sum(not found.objects for found in explained) <= 1, "only the administrator is in no row"
    assert {found.basis.plan_id for found in explained if found.basis is not None} == {search.plan_id}
