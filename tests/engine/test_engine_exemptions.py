"""An exemption freezes the whole person and account that has the address, by object id once that is known."""

from dataclasses import replace

import pytest

from shared.diff.options import Leavers
from shared.engine.records import EXEMPTIONS_PATH, Exemptions
from shared.engine.run import Outcome
from shared.model import Address, Person, Whereabouts
from tests.builders.sides import account, directory, entra_id, organization, person
from tests.engine.frame import Frame
from tests.engine.steps import ALL, exempt, searched, settled
from tests.twins.memory_essentials import MemoryEssentials

SHARED = Address("info@example.com")
REMOVING = replace(ALL, leavers=Leavers.REMOVE)
ANN, BOB, CY = person(1, "ann", aliases=(SHARED,)), person(2, "bob"), person(3, "cy")


@pytest.fixture
def exempting(frame: Frame) -> Frame:
    """Both sides agree, the ledger knows it, and the address that Ann has is exempt since before the last search."""
    settled(frame, [ANN, BOB, CY])
    frame.options = REMOVING
    exempt(frame, SHARED)
    frame.search()
    return frame


def renamed(one: Person) -> Person:
    return replace(one, given_name="Other")


def changed(frame: Frame) -> set[str]:
    """Whose accounts the next plan would change."""
    return {c.address for c in frame.engine.plan(searched(frame)).plan.changes}


def test_who_had_the_exempt_address_stays_frozen_when_it_moves_and_so_is_who_has_it_now(exempting: Frame) -> None:
    moved = replace(renamed(BOB), smtp_aliases=(SHARED,))
    exempting.directory.directory = directory([renamed(person(1, "ann")), moved, renamed(CY)])

    assert changed(exempting) == {"cy@example.com"}


def test_who_had_the_exempt_address_stays_frozen_when_it_is_gone_from_their_account_too(exempting: Frame) -> None:
    exempting.essentials.change("ann@example.com", alias_emails=())
    exempting.directory.directory = directory([renamed(person(1, "ann")), BOB, renamed(CY)])

    assert changed(exempting) == {"cy@example.com"}


def test_the_account_of_somebody_exempt_who_left_is_not_removed_when_the_address_is_gone_from_it(
    exempting: Frame,
) -> None:
    exempting.essentials.change("ann@example.com", alias_emails=())
    exempting.directory.directory = directory([BOB, CY])
    exempting.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND

    assert changed(exempting) == set()


def test_an_exemption_that_ended_freezes_nobody_any_more(exempting: Frame) -> None:
    stored = exempting.state.documents.read(EXEMPTIONS_PATH, Exemptions)
    assert stored is not None
    exempting.directory.directory = directory([renamed(person(1, "ann")), BOB, CY])
    exempting.search()
    exempting.state.documents.replace(EXEMPTIONS_PATH, Exemptions(exemptions=()), stored.etag)

    assert changed(exempting) == {"ann@example.com"}


def test_an_execution_leaves_out_who_was_seen_with_the_exempt_address_after_the_search(frame: Frame) -> None:
    frame.options = REMOVING
    frame.directory.directory = directory([renamed(person(1, "ann")), renamed(BOB)])
    frame.essentials = MemoryEssentials(organization([account(5, "ann"), account(6, "bob")]))
    plan_id = searched(frame)
    exempt(frame, SHARED)
    frame.directory.directory = directory([renamed(ANN), renamed(BOB)])
    frame.search()
    frame.directory.directory = directory([renamed(person(1, "ann")), renamed(BOB)])
    run = frame.execute(plan_id)

    assert {r.address: r.outcome for r in frame.engine.results(run.id)} == {
        "ann@example.com": Outcome.EXCLUDED,
        "bob@example.com": Outcome.DONE,
    }
