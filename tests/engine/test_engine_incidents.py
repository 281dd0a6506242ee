"""Incidents that must not happen: each was possible once, in this app or in another."""

from dataclasses import replace

import pytest

from shared.diff.options import Mode, SyncOptions
from shared.engine.refusals import PlanUsedError
from shared.engine.run import Narrowing, Outcome, RunState, Selection
from shared.errors import EssentialsCredentialError, RefusedError, StorageUnavailableError, UnreachableError
from shared.model import AccountType
from tests.builders.sides import NO_NATIVE_SYNC, account, directory, organization, person
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import exempt, scheduled, searched, started
from tests.twins.memory_essentials import MemoryEssentials

NEWCOMERS = [person(100 + i, f"new{i:03}") for i in range(60)]


def damage(frame: Frame, path: str) -> None:
    (frame.path / "default" / path).write_bytes(b"{")


def addresses(frame: Frame) -> set[str]:
    return {a.primary_email for a in frame.essentials.organization.accounts}


def test_a_cancelled_execution_does_not_open_the_gate(frame: Frame) -> None:
    run = started(frame)
    frame.engine.cancel(run.id, PERSON)
    frame.deliver(run)

    assert not frame.engine.status().gate.is_open


def test_a_cancelled_execution_stays_cancelled_when_its_confirming_read_has_to_be_repeated(frame: Frame) -> None:
    run = started(frame)
    frame.engine.cancel(run.id, PERSON)
    frame.essentials.fail_reads(UnreachableError("No answer.", "Look."), times=1)

    assert frame.deliver(run).state is RunState.CANCELLED
    assert not frame.engine.status().gate.is_open


def test_a_search_that_is_reading_can_be_cancelled(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)

    def cancel_meanwhile() -> None:
        frame.engine.cancel(run.id, PERSON)
        frame.clock.advance(2)

    frame.directory.before_reading = cancel_meanwhile
    assert frame.deliver(run).state is RunState.CANCELLED


def test_a_run_whose_plan_is_damaged_ends_failed_and_the_next_search_works(frame: Frame) -> None:
    run = started(frame)
    damage(frame, f"plans/{run.plan_id}.json.gz")
    ended = frame.deliver(run)

    assert ended.state is RunState.FAILED
    assert ended.problem is not None
    assert ended.problem.code == "document_damaged"
    assert frame.search().state is RunState.SUCCEEDED


def test_a_damaged_run_stops_neither_searches_nor_the_list_nor_the_timer(frame: Frame) -> None:
    first = frame.search()
    damage(frame, f"runs/{first.id}.json")

    assert frame.engine.runs(limit=10) == ()
    assert frame.search().state is RunState.SUCCEEDED
    assert frame.engine.on_timer().enqueued is not None


def test_the_timer_sends_again_for_dead_runs_and_ticks_even_while_a_setting_is_malformed(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    frame.clock.advance(3600)
    frame.environment["PROOFPOINT_URL"] = "nonsense"
    frame.queue.sent.clear()
    with pytest.raises(Exception, match="PROOFPOINT_URL"):
        frame.engine.on_timer()

    assert len(frame.queue.sent) == 1
    assert run.id in frame.queue.sent[0][0]
    (tick,) = [fields for event, fields in frame.events if event == "timer.tick"]
    assert (tick["late"], tick["code"]) == (True, "settings_invalid")


@pytest.mark.parametrize(
    "failure",
    [RefusedError("No.", "Look.", status=400, identifier="x"), ValueError("a defect")],
    ids=["refused", "defect"],
)
def test_one_row_that_fails_in_any_way_never_stops_the_others(frame: Frame, failure: Exception) -> None:
    frame.essentials.fail("ann@example.com", failure, times=100)
    run = frame.deliver(started(frame))

    assert run.state is RunState.PARTLY_FAILED
    assert run.counts[Outcome.FAILED] == 1
    assert {"bob@example.com", "sales@example.com"} <= addresses(frame)


def test_a_service_that_is_down_ends_the_run_with_rows_not_reached(frame: Frame) -> None:
    frame.directory.directory = directory(NEWCOMERS)
    for newcomer in NEWCOMERS:
        frame.essentials.fail(newcomer.mail or "", UnreachableError("No answer.", "Look."), times=100)
    run = frame.deliver(started(frame))

    assert run.state in (RunState.FAILED, RunState.PARTLY_FAILED)
    assert run.counts[Outcome.DONE] == 0
    assert frame.search().state is RunState.SUCCEEDED


def test_an_account_that_became_an_administrator_since_the_search_is_not_written(frame: Frame) -> None:
    run = started(frame)
    frame.essentials.change("ann@example.com", type=AccountType.ORGANIZATION_ADMIN)
    frame.deliver(run)

    (ann,) = [a for a in frame.essentials.organization.accounts if a.primary_email == "ann@example.com"]
    assert ann.firstname == "Anne"
    assert {r.outcome for r in frame.engine.results(run.id) if r.address == "ann@example.com"} == {Outcome.DRIFTED}


def test_a_truncated_list_while_executing_fails_the_run_and_is_not_taken_for_the_last_good_read(frame: Frame) -> None:
    frame.essentials = MemoryEssentials(organization([account(i, f"p{i}") for i in range(10, 20)]))
    run = started(frame)
    whole = frame.essentials.organization
    frame.essentials.organization = organization()
    ended = frame.deliver(run)
    assert ended.state is RunState.FAILED
    assert frame.search().state is RunState.FAILED
    frame.essentials.organization = whole

    assert frame.search().state is RunState.SUCCEEDED


def test_a_scheduled_run_whose_gate_closes_in_the_middle_stops_and_notes_what_it_wrote(frame: Frame) -> None:
    frame.deliver(started(frame))
    frame.clock.advance(3600)
    frame.directory.directory = directory([person(1, "ann", aliases=("a.smith@example.com",)), *NEWCOMERS])
    frame.essentials.after_write = lambda: frame.clock.advance(500)
    tick = frame.engine.on_timer()
    assert tick.enqueued is not None
    frame.engine.on_message(frame.queue.take())
    assert frame.engine.run(tick.enqueued).state is RunState.RUNNING
    frame.options = SyncOptions(grace_days=30)
    ended = frame.deliver(frame.engine.run(tick.enqueued))

    assert ended.state is RunState.BLOCKED
    assert ended.problem is not None
    assert ended.problem.code == "gate_closed"
    assert (ended.counts[Outcome.DONE], ended.counts[Outcome.NOT_REACHED]) == (25, 35)
    assert len(frame.ledger()) == 3 + 25


def test_a_scheduled_run_that_was_decided_is_not_ended_as_a_success_by_report_mode(frame: Frame) -> None:
    frame.deliver(started(frame))
    frame.clock.advance(3600)
    frame.directory.directory = directory([person(1, "ann", aliases=("a.smith@example.com",)), *NEWCOMERS])
    frame.essentials.after_write = lambda: frame.clock.advance(500)
    tick = frame.engine.on_timer()
    assert tick.enqueued is not None
    frame.engine.on_message(frame.queue.take())
    frame.options = SyncOptions(mode=Mode.REPORT)
    ended = frame.deliver(frame.engine.run(tick.enqueued))

    assert ended.counts[Outcome.DONE] == 60


def test_a_scheduled_run_waits_for_an_older_run(frame: Frame) -> None:
    older = frame.engine.start_search(Narrowing(), PERSON)
    frame.queue.sent.clear()
    frame.clock.advance(1)
    tick = frame.engine.on_timer()
    assert tick.enqueued is not None
    text = frame.queue.take()
    frame.engine.on_message(text)

    assert frame.queue.sent == [(text, 20)]
    assert frame.engine.work(tick.enqueued, seconds=50) is None
    frame.engine.work(older.id, seconds=50)
    assert frame.deliver(frame.engine.run(tick.enqueued)).state is RunState.BLOCKED


def test_a_worker_that_lost_its_lease_leaves_the_run_to_the_other_one(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)

    def pause() -> None:
        # This worker stands still until its lease is over, and another one carries the run out.
        frame.directory.before_reading = lambda: None
        frame.clock.advance(200)
        assert frame.engine.work(run.id, seconds=50) is not None

    frame.directory.before_reading = pause
    frame.engine.on_message(frame.queue.take())

    assert frame.engine.run(run.id).state is RunState.SUCCEEDED
    assert [event for event, _ in frame.events].count("run.finished") == 1


def test_an_execution_of_an_older_plan_is_seen_among_many_newer_runs(frame: Frame) -> None:
    plan_id = searched(frame)
    for _ in range(30):
        frame.clock.advance(2400)
        frame.search()
    run = frame.begin(plan_id)

    with pytest.raises(Exception, match=run.id):
        frame.engine.start_search(Narrowing(), PERSON)


def test_two_executions_of_one_plan_at_the_same_moment_do_not_both_count(frame: Frame) -> None:
    plan_id = searched(frame)
    plan = frame.engine.plan(plan_id).plan
    frame.engine.execute(plan_id, Selection(digest=plan.digest), PERSON)

    with pytest.raises(PlanUsedError):
        frame.engine.execute(plan_id, Selection(digest=plan.digest, exclude=frozenset({plan.changes[0].id})), PERSON)


def test_an_exemption_of_any_address_of_the_person_excludes_the_change(frame: Frame) -> None:
    frame.directory.directory = directory([person(2, "bob", aliases=("bob@elsewhere.example",))])
    run = started(frame)
    exempt(frame, "bob@elsewhere.example")
    frame.deliver(run)

    assert "bob@example.com" not in addresses(frame)


def test_the_native_sync_switched_on_since_the_search_blocks_the_execution(frame: Frame) -> None:
    run = started(frame)
    native = replace(NO_NATIVE_SYNC, frequency_hours=6, sync_active_users=True, add_users=True)
    frame.essentials.organization = replace(frame.essentials.organization, native_sync=native)
    ended = frame.deliver(run)

    assert ended.state is RunState.BLOCKED
    assert ended.problem is not None
    assert ended.problem.code == "native_sync_on"
    assert frame.essentials.writes == []


def test_an_older_plan_executed_late_does_not_overwrite_what_is_known_meanwhile(frame: Frame) -> None:
    frame.directory.directory = directory([replace(person(1, "ann"), account_enabled=False)])
    frame.options = SyncOptions()
    frame.essentials = MemoryEssentials(organization([account(5, "ann", is_active=False)]))
    old_plan = searched(frame)
    frame.directory.directory = directory([person(1, "ann")])
    frame.deliver(started(frame))
    frame.execute(old_plan)

    (ann,) = [a for a in frame.essentials.organization.accounts if a.uid == "5"]
    (entry,) = frame.ledger().values()
    assert isinstance(entry, dict)
    assert entry["is_active"] in (None, ann.is_active)


def test_a_queue_that_fails_at_the_end_of_a_slice_never_reaches_the_host(frame: Frame) -> None:
    frame.directory.directory = directory(NEWCOMERS)
    frame.essentials.after_write = lambda: frame.clock.advance(500)
    run = started(frame)
    text = frame.queue.take()
    frame.queue.failure = StorageUnavailableError("No answer.", "Look.")
    frame.engine.on_message(text)
    frame.queue.failure = None
    frame.essentials.after_write = lambda: None
    frame.clock.advance(15 * 60)
    frame.engine.on_timer()

    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_a_read_that_takes_all_the_time_of_a_request_hands_the_execution_to_the_queue(frame: Frame) -> None:
    run = started(frame)
    frame.queue.sent.clear()
    frame.essentials.before_reading = lambda: frame.clock.advance(60)
    frame.engine.work(run.id, seconds=50)
    assert len(frame.queue.sent) == 1

    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_a_value_read_back_otherwise_is_sent_once_and_settled(frame: Frame) -> None:
    frame.directory.directory = directory([replace(person(1, "ann"), given_name="  Ann ")])
    frame.essentials.reads_names_as = str.strip
    frame.deliver(started(frame))

    assert frame.engine.plan(searched(frame)).plan.changes == ()


def test_after_a_refused_login_nothing_scheduled_tries_again_until_the_login_changes(frame: Frame) -> None:
    frame.essentials.fail_reads(EssentialsCredentialError("Refused.", "Write the right password."), times=1)
    assert scheduled(frame).state is RunState.FAILED
    frame.clock.advance(3600)
    assert frame.engine.on_timer().enqueued is None
    frame.login = "login-2"

    assert frame.engine.on_timer().enqueued is not None


def test_a_persons_successful_search_lets_scheduled_runs_try_again(frame: Frame) -> None:
    frame.essentials.fail_reads(EssentialsCredentialError("Refused.", "Write the right password."), times=1)
    scheduled(frame)
    frame.clock.advance(3600)
    frame.search()

    assert frame.engine.on_timer().enqueued is not None
