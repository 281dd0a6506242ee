"""Search: reads both sides, stores a plan, changes nothing, and fails with one clear problem."""

from dataclasses import replace

import pytest

from shared.diff.options import What
from shared.diff.plan import Category
from shared.engine.refusals import NotFoundError, RunUnderWayError
from shared.engine.run import Acceptance, Narrowing, RunState
from shared.engine.worker import MAX_ATTEMPTS
from shared.errors import (
    EntraCredentialError,
    IncompleteReadError,
    PermissionMissingError,
    SyncError,
    ThrottledError,
    UnreachableError,
)
from tests.builders.sides import account, directory, organization, person
from tests.engine.frame import PERSON, Frame
from tests.twins.memory_essentials import MemoryEssentials


def test_a_search_is_queued_at_once_and_carried_out_by_its_message(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)

    assert run.state is RunState.QUEUED
    assert [delay for _, delay in frame.queue.sent] == [0]
    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_a_search_stores_a_plan_and_counts_its_changes(frame: Frame) -> None:
    run = frame.search()
    assert run.plan_id is not None
    plan = frame.engine.plan(run.plan_id).plan

    assert run.counts == {"add_user": 1, "add_group": 1, "update_user": 1}
    assert [c.category for c in plan.changes] == [Category.ADD_USER, Category.UPDATE_USER, Category.ADD_GROUP]


def test_a_search_changes_nothing_in_essentials(frame: Frame) -> None:
    frame.search()

    assert frame.essentials.writes == []


def test_a_narrowed_search_leaves_out_what_it_was_told_to(frame: Frame) -> None:
    run = frame.search(Narrowing(what=frozenset({What.DISTRIBUTION_GROUPS})))

    assert run.counts == {"add_group": 1}


def test_work_carries_a_search_out_here_and_now(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    worked = frame.engine.work(run.id, seconds=50)

    assert worked is not None
    assert worked.state is RunState.SUCCEEDED
    assert frame.deliver(run).state is RunState.SUCCEEDED
    assert frame.directory.reads == 1


def test_another_search_is_refused_while_one_is_not_finished(frame: Frame) -> None:
    first = frame.engine.start_search(Narrowing(), PERSON)

    with pytest.raises(RunUnderWayError) as refused:
        frame.engine.start_search(Narrowing(), PERSON)

    assert refused.value.run_id == first.id


def test_work_answers_nothing_while_another_worker_holds_the_lease(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    assert frame.state.lease.acquire(frame.new_id()) is not None

    assert frame.engine.work(run.id, seconds=50) is None


def test_a_message_that_finds_the_lease_held_is_sent_again_as_it_is_with_a_delay(frame: Frame) -> None:
    frame.engine.start_search(Narrowing(), PERSON)
    assert frame.state.lease.acquire(frame.new_id()) is not None
    text = frame.queue.take()
    frame.engine.on_message(text)

    assert frame.queue.sent == [(text, 20)]


def test_an_old_message_of_a_run_is_dropped(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    text = frame.queue.take()
    frame.engine.on_message(text)
    frame.engine.on_message(text)

    assert frame.directory.reads == 1
    assert frame.engine.run(run.id).state is RunState.SUCCEEDED


@pytest.mark.parametrize(
    "text", ["", "{}", "null", '{"run_id": 1, "n": 1}', '{"run_id": "../x", "n": 1}', "\ud83d", "[]"]
)
def test_a_message_that_is_none_of_ours_is_dropped(frame: Frame, text: str) -> None:
    frame.engine.on_message(text)

    assert frame.queue.sent == []


@pytest.mark.parametrize(
    "failure",
    [
        EntraCredentialError("The secret is wrong.", "Write the right one."),
        PermissionMissingError("User.Read.All is missing.", "Grant it."),
        IncompleteReadError("A page is missing.", "Try again."),
    ],
)
def test_a_problem_that_another_attempt_cannot_mend_ends_the_search_at_once(frame: Frame, failure: SyncError) -> None:
    frame.directory.failure = failure
    run = frame.search()

    assert run.state is RunState.FAILED
    assert run.problem is not None
    assert (run.problem.code, run.problem.detail, run.problem.fix) == (failure.code, failure.detail, failure.fix)
    assert frame.directory.reads == 1
    assert frame.essentials.writes == []


def test_an_unreachable_service_is_tried_again_with_a_delay_and_given_up_after_five_attempts(frame: Frame) -> None:
    frame.directory.failure = UnreachableError("No answer.", "Look at the network.")
    run = frame.engine.start_search(Narrowing(), PERSON)
    frame.engine.on_message(frame.queue.take())
    assert [delay for _, delay in frame.queue.sent] == [30]

    assert frame.deliver(run).state is RunState.FAILED
    assert frame.directory.reads == MAX_ATTEMPTS


def test_throttling_only_waits(frame: Frame) -> None:
    frame.directory.failure = ThrottledError("Slow down.", "Wait.", retry_after_seconds=77)
    run = frame.engine.start_search(Narrowing(), PERSON)
    for _ in range(MAX_ATTEMPTS + 3):
        frame.engine.on_message(frame.queue.take())
        assert [delay for _, delay in frame.queue.sent] == [77]
    frame.directory.failure = None

    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_a_defect_of_the_app_is_an_attempt_and_never_reaches_the_host(frame: Frame) -> None:
    frame.directory.failure = KeyError("ann@example.com")
    run = frame.search()

    assert run.state is RunState.FAILED
    assert run.problem is not None
    assert run.problem.code == "internal_error"
    assert "ann@example.com" not in run.problem.detail


def test_malformed_settings_fail_the_search_and_name_the_setting(frame: Frame) -> None:
    frame.environment["PROOFPOINT_URL"] = "ftp://us1.example.com"
    run = frame.search()

    assert run.state is RunState.FAILED
    assert run.problem is not None
    assert run.problem.code == "settings_invalid"
    assert "PROOFPOINT_URL" in run.problem.detail


def test_a_reading_that_does_not_fit_into_a_request_is_handed_to_the_queue(frame: Frame) -> None:
    frame.directory.before_reading = lambda: frame.clock.advance(51)
    run = frame.engine.start_search(Narrowing(), PERSON)
    frame.queue.sent.clear()
    worked = frame.engine.work(run.id, seconds=50)

    assert worked is not None
    assert worked.state is RunState.RUNNING
    assert len(frame.queue.sent) == 1
    reads = frame.directory.reads
    again = frame.engine.work(run.id, seconds=50)
    assert again is not None
    assert frame.directory.reads == reads, "later calls only answer"
    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_a_queued_search_that_was_cancelled_reads_nothing(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    frame.engine.cancel(run.id, PERSON)

    assert frame.deliver(run).state is RunState.CANCELLED
    assert frame.directory.reads == 0


def test_an_organization_that_lost_more_than_half_of_its_accounts_fails_the_read_until_a_person_accepts(
    frame: Frame,
) -> None:
    frame.essentials = MemoryEssentials(organization([account(i, f"p{i}") for i in range(10, 16)]))
    frame.search()
    frame.essentials = MemoryEssentials(organization([account(10, "p10")]))

    refused = frame.search()
    assert refused.state is RunState.FAILED
    assert refused.problem is not None
    assert "smaller_organization" in refused.problem.fix

    assert frame.search(Narrowing(accept=frozenset({Acceptance.SMALLER_ORGANIZATION}))).state is RunState.SUCCEEDED
    assert frame.search().state is RunState.SUCCEEDED


def test_another_tenant_blocks_the_search_until_a_person_accepts_and_then_the_ledger_starts_anew(frame: Frame) -> None:
    first = frame.search()
    assert first.plan_id is not None
    frame.execute(first.plan_id)
    assert frame.ledger()
    other = directory([person(9, "zoe")])
    frame.directory.directory = replace(other, certificate=replace(other.certificate, tenant_id="another"))

    blocked = frame.search()
    assert blocked.state is RunState.BLOCKED
    assert blocked.problem is not None
    assert blocked.problem.code == "directory_changed"
    assert frame.ledger()

    accepted = frame.search(Narrowing(accept=frozenset({Acceptance.DIRECTORY_CHANGED})))
    assert accepted.state is RunState.SUCCEEDED
    assert frame.ledger() == {}


def test_unknown_runs_and_plans_are_not_found(frame: Frame) -> None:
    for run_id in ("nothing", "../../ledger", ""):
        with pytest.raises(NotFoundError):
            frame.engine.run(run_id)
        with pytest.raises(NotFoundError):
            frame.engine.plan(run_id)


def test_the_newest_runs_come_first(frame: Frame) -> None:
    first = frame.search()
    frame.clock.advance(60)
    second = frame.search()

    assert [r.id for r in frame.engine.runs(limit=10)] == [second.id, first.id]
    assert [r.id for r in frame.engine.runs(limit=1)] == [second.id]
