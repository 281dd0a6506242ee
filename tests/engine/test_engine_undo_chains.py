"""Undo of addresses that changed hands, where the account that gave them may not be touched any more."""

from shared.diff.plan import Blocked, Category
from shared.engine.run import Outcome, Run
from shared.model import Address
from tests.builders.sides import directory, person
from tests.engine.frame import Frame
from tests.engine.steps import exempt, settled
from tests.engine.test_engine_undo import rows, undo_of

SALES = Address("sales@example.com")


def handed_to_a_new_account(frame: Frame) -> Run:
    """An execution that made Bob's account and gave it an address of Ann's."""
    settled(frame, [person(1, "ann", aliases=(SALES,))])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=(SALES,))])
    search = frame.search()
    chosen = frozenset(c.id for c in rows(frame, search) if not c.ticked)
    run = frame.execute(search.plan_id or "", include=chosen)
    assert SALES in addresses(frame, "bob@example.com"), frame.engine.results(run.id)
    return run


def addresses(frame: Frame, primary: str) -> tuple[Address, ...]:
    return next((a.addresses for a in frame.essentials.organization.accounts if a.primary_email == primary), ())


def test_an_account_is_not_taken_back_with_an_address_whose_giver_is_exempt(frame: Frame) -> None:
    run = handed_to_a_new_account(frame)
    exempt(frame, "ann@example.com")

    undo = undo_of(frame, run)
    frame.execute(undo.plan_id or "")

    (kept,) = (row for row in rows(frame, undo) if row.category is Category.ADD_USER)
    assert kept.blocked is Blocked.CONFLICT
    assert SALES in kept.reason
    assert SALES in addresses(frame, "bob@example.com")


def test_an_account_stays_when_the_giver_of_its_address_is_exempt_since_the_plan(frame: Frame) -> None:
    undo = undo_of(frame, handed_to_a_new_account(frame))
    exempt(frame, "ann@example.com")

    found = frame.execute(undo.plan_id or "")

    outcomes = {r.outcome for r in frame.engine.results(found.id)}
    assert outcomes == {Outcome.EXCLUDED, Outcome.DRIFTED}
    assert SALES in addresses(frame, "bob@example.com")
