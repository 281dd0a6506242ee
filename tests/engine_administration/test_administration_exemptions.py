"""Exemptions: made once, ended by a person or by time, audited; and what an exempt address freezes."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shared.engine.native_exemptions import take_over_exemptions
from shared.engine.records import ended_native_exemptions
from shared.engine.refusals import AlreadyExemptError, InvalidRequestError, NotFoundError
from shared.model import Address
from tests.builders.sides import NOW, account, directory, organization, person
from tests.engine.frame import Frame
from tests.engine_administration.office import PERSON, Office
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials


def test_an_exemption_is_kept_with_reason_and_owner(office: Office) -> None:
    made = office.administration.exempt(
        address=" Ann@Example.com ", reason=" on   leave ", until=NOW + timedelta(days=9), actor=PERSON
    )

    assert (made.address, made.reason, made.by) == ("ann@example.com", "on leave", PERSON.by)
    assert office.administration.exemptions() == (made,)


def test_an_address_is_exempt_once_at_a_time(office: Office) -> None:
    first = office.administration.exempt(address="ann@example.com", reason="leave", until=None, actor=PERSON)
    with pytest.raises(AlreadyExemptError, match=first.id):
        office.administration.exempt(address="ANN@example.com", reason="again", until=None, actor=PERSON)


def test_an_exemption_ends_by_itself_and_its_address_can_be_exempted_again(office: Office) -> None:
    until = NOW + timedelta(days=1)
    office.administration.exempt(address="ann@example.com", reason="leave", until=until, actor=PERSON)
    office.clock.advance(86_400)

    assert office.administration.exemptions() == ()
    again = office.administration.exempt(address="ann@example.com", reason="again", until=None, actor=PERSON)
    assert office.administration.exemptions() == (again,)


def test_an_exemption_that_is_over_is_refused(office: Office) -> None:
    with pytest.raises(InvalidRequestError, match="over"):
        office.administration.exempt(address="ann@example.com", reason="leave", until=NOW, actor=PERSON)


@pytest.mark.parametrize(
    ("address", "reason"), [("nobody", "leave"), ("ann@example.com", "  "), ("a@b.example", "x" * 301)]
)
def test_an_exemption_without_address_or_reason_is_refused(office: Office, address: str, reason: str) -> None:
    with pytest.raises(InvalidRequestError):
        office.administration.exempt(address=address, reason=reason, until=None, actor=PERSON)
    assert office.administration.exemptions() == ()


def test_an_exemption_is_ended_by_its_id_and_only_it(office: Office) -> None:
    ann, bob = (
        office.administration.exempt(address=f"{name}@example.com", reason="leave", until=None, actor=PERSON)
        for name in ("ann", "bob")
    )

    assert office.administration.end_exemption(ann.id, PERSON) == ann
    assert office.administration.exemptions() == (bob,)
    with pytest.raises(NotFoundError):
        office.administration.end_exemption(ann.id, PERSON)


def test_exemptions_are_audited(office: Office) -> None:
    made = office.administration.exempt(address="ann@example.com", reason="leave", until=None, actor=PERSON)
    office.administration.end_exemption(made.id, PERSON)
    ended, begun = office.administration.audit(limit=10)

    assert (begun.what, begun.before, begun.after) == ("exemption", "", "ann@example.com, for good: leave")
    assert (ended.before, ended.after) == (begun.after, "")


def test_no_event_holds_an_address(office: Office) -> None:
    office.administration.exempt(address="ann@example.com", reason="leave", until=None, actor=PERSON)
    assert office.events
    assert "ann@" not in str(office.events)


def test_an_exempt_address_freezes_its_person_in_the_next_search(office: Office, tmp_path: Path) -> None:
    office.administration.exempt(address="ann.old@example.com", reason="leave", until=None, actor=PERSON)
    frame = Frame(
        path=tmp_path,
        directory=MemoryDirectory(directory([person(10, "ann", aliases=("ann.old@example.com",)), person(11, "bob")])),
        essentials=MemoryEssentials(
            organization([account(5, "ann", firstname="Old"), account(6, "bob", firstname="Old")])
        ),
    )
    search = frame.search()
    assert search.plan_id is not None
    plan = frame.engine.plan(search.plan_id).plan
    explained = office.administration.explain("ann@example.com")

    assert {change.address for change in plan.changes} == {"bob@example.com"}
    assert explained.objects[0].scope.startswith("Frozen")
    assert explained.basis is not None
    assert explained.basis.plan_id == search.plan_id


def with_a_native_exemption(office: Office) -> str:
    """The id of the exemption that the last search took over from the product's own sync."""
    there = organization([account(5, "ann")])
    take_over_exemptions(office.state.documents, replace(there, native_exemptions=(Address("ann@example.com"),)))
    (native,) = office.administration.exemptions()
    assert native.by == "Azure Directory Sync"
    return native.id


def ended_for_good(office: Office) -> tuple[Address, ...]:
    return ended_native_exemptions(office.state.documents)


def test_an_exemption_of_the_native_sync_is_listed_until_a_person_ends_it(office: Office) -> None:
    office.administration.end_exemption(with_a_native_exemption(office), PERSON)

    assert office.administration.exemptions() == ()
    assert ended_for_good(office) == ("ann@example.com",)
    there = replace(organization([account(5, "ann")]), native_exemptions=(Address("ann@example.com"),))
    take_over_exemptions(office.state.documents, there)
    assert office.administration.exemptions() == ()


def test_an_exemption_of_the_native_sync_is_listed_until_a_person_keeps_it(office: Office) -> None:
    with_a_native_exemption(office)
    until = NOW + timedelta(days=1)
    kept = office.administration.exempt(address="ann@example.com", reason="scanner", until=until, actor=PERSON)

    assert office.administration.exemptions() == (kept,)
    office.clock.advance(86_400)
    assert office.administration.exemptions() == ()
    assert ended_for_good(office) == ("ann@example.com",)


def test_what_is_exempt_here_is_not_taken_over_again(office: Office) -> None:
    own = office.administration.exempt(address="ann@example.com", reason="leave", until=None, actor=PERSON)
    there = replace(organization([account(5, "ann")]), native_exemptions=(Address("ann@example.com"),))
    take_over_exemptions(office.state.documents, there)

    assert office.administration.exemptions() == (own,)
