"""Purposes of mailboxes are asked of those only for whom they decide something, and kept for a day."""

from dataclasses import replace

from shared.diff.plan import Category
from shared.engine.run import Outcome, RunState
from shared.model import AccountType, MailboxPurpose
from tests.builders.sides import account, directory, entra_id, organization, person
from tests.engine.frame import Frame
from tests.engine.steps import executed
from tests.twins.memory_essentials import MemoryEssentials

OFFICE = replace(person(1, "office"), account_enabled=False, exchange_plans=(), purpose=MailboxPurpose.SHARED)


def shared_mailbox(frame: Frame) -> None:
    frame.directory.directory = directory([OFFICE, person(2, "bob")])
    frame.essentials = MemoryEssentials(organization([account(5, "office"), account(6, "bob")]))


def test_a_shared_mailbox_becomes_a_functional_account(frame: Frame) -> None:
    shared_mailbox(frame)
    executed(frame)

    (office,) = [a for a in frame.essentials.organization.accounts if a.uid == "5"]
    assert office.type is AccountType.FUNCTIONAL_ACCOUNT
    # Once for the search, and once more before the execution takes something.
    assert frame.directory.purposes_asked == [entra_id(1), entra_id(1)]


def test_a_purpose_is_not_asked_again_for_a_day(frame: Frame) -> None:
    shared_mailbox(frame)
    frame.search()
    frame.clock.advance(23 * 3600)
    frame.search()
    assert frame.directory.purposes_asked == [entra_id(1)]
    frame.clock.advance(2 * 3600)
    frame.search()

    assert frame.directory.purposes_asked == [entra_id(1), entra_id(1)]


def test_a_purpose_that_entra_would_not_tell_is_asked_again(frame: Frame) -> None:
    frame.directory.directory = directory([replace(OFFICE, purpose=MailboxPurpose.UNKNOWN)])
    frame.search()
    frame.search()

    assert frame.directory.purposes_asked == [entra_id(1), entra_id(1)]


def test_a_damaged_memory_of_purposes_is_forgotten(frame: Frame) -> None:
    shared_mailbox(frame)
    frame.search()
    (frame.path / "default" / "purposes.json.gz").write_bytes(b"damaged")
    again = frame.search()

    assert again.state is RunState.SUCCEEDED
    assert again.counts[Category.CONVERT_USER] == 1
    assert frame.directory.purposes_asked == [entra_id(1), entra_id(1)]


def test_an_older_answer_takes_nothing_and_the_next_search_knows_better(frame: Frame) -> None:
    shared_mailbox(frame)
    frame.search()
    frame.directory.directory = directory([replace(OFFICE, purpose=MailboxPurpose.UNKNOWN), person(2, "bob")])
    search = frame.search()
    assert search.counts[Category.CONVERT_USER] == 1
    run = frame.execute(search.plan_id or "")

    assert run.counts[Outcome.DRIFTED] == 1
    assert Category.CONVERT_USER not in frame.search().counts
