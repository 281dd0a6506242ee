"""The schedule: slots, the gate, report mode, dead runs and lateness."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.diff.options import Mode, SyncOptions
from shared.engine.lateness import is_late
from shared.engine.records import Slot
from shared.engine.run import Narrowing, Outcome, RunKind, RunState
from shared.engine.schedule import slot_number, slot_starts_at
from tests.builders.sides import NOW, account, directory, organization, person
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import executed, scheduled
from tests.twins.memory_essentials import MemoryEssentials


@pytest.mark.parametrize(
    ("hours", "offset", "at", "starts"),
    [
        (1, 0, "2026-11-25T09:59:59", "2026-11-25T09:00:00"),
        (1, 20, "2026-11-25T09:19:59", "2026-11-25T08:20:00"),
        (6, 0, "2026-11-25T05:59:59", "2026-11-25T00:00:00"),
        (24, 20, "2026-11-25T00:19:00", "2026-11-24T00:20:00"),
    ],
)
def test_slots_start_at_whole_hours_in_utc_shifted_by_the_offset(hours: int, offset: int, at: str, starts: str) -> None:
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    number = slot_number(now, hours, offset)

    assert slot_starts_at(number, hours, offset) == datetime.fromisoformat(starts).replace(tzinfo=UTC)


def test_a_slot_is_enqueued_once(frame: Frame) -> None:
    first = frame.engine.on_timer()
    frame.clock.advance(600)
    second = frame.engine.on_timer()
    frame.clock.advance(3600)
    third = frame.engine.on_timer()

    assert first.enqueued is not None
    assert second.enqueued is None
    assert third.enqueued not in (None, first.enqueued)


def test_two_timers_enqueue_one_run_for_a_slot(frame: Frame) -> None:
    one, other = frame.engine, frame.engine
    run_ids = {one.on_timer().enqueued, other.on_timer().enqueued} - {None}

    assert len(run_ids) == 1
    assert [r.kind for r in frame.engine.runs(limit=5)] == [RunKind.SCHEDULED]


def test_nothing_is_enqueued_where_scheduled_runs_are_off(frame: Frame) -> None:
    frame.options = SyncOptions(every_hours=0)

    assert frame.engine.on_timer().enqueued is None
    assert not frame.engine.is_late()


def test_a_scheduled_run_reports_and_ends_blocked_while_the_gate_is_closed(frame: Frame) -> None:
    run = scheduled(frame)

    assert run.state is RunState.BLOCKED
    assert run.problem is not None
    assert run.problem.code == "gate_closed"
    assert run.plan_id is not None
    assert frame.essentials.writes == []


def open_gate(frame: Frame) -> None:
    executed(frame)
    frame.clock.advance(3600)


def test_a_scheduled_run_executes_once_a_person_has_opened_the_gate(frame: Frame) -> None:
    open_gate(frame)
    frame.directory.directory = directory([person(1, "ann", aliases=("a.smith@example.com",)), person(8, "new")])
    run = scheduled(frame)

    assert run.state is RunState.SUCCEEDED, run.problem
    assert run.counts[Outcome.DONE] == 1
    assert frame.engine.status().last_success_at == frame.clock.now()


def test_report_mode_plans_and_executes_nothing(frame: Frame) -> None:
    frame.options = SyncOptions(mode=Mode.REPORT)
    run = scheduled(frame)

    assert run.state is RunState.SUCCEEDED
    assert run.plan_id is not None
    assert frame.essentials.writes == []


def test_an_unattended_run_over_the_limit_of_changes_executes_additions_only_and_ends_blocked(frame: Frame) -> None:
    names = [f"p{i}" for i in range(30)]
    people = [person(10 + i, n) for i, n in enumerate(names)]
    frame.directory.directory = directory(people)
    frame.essentials = MemoryEssentials(organization([account(50 + i, n) for i, n in enumerate(names)]))
    open_gate(frame)
    renamed = [replace(p, given_name="Other") for p in people]
    frame.directory.directory = directory([*renamed, person(99, "new")])
    run = scheduled(frame)

    assert run.state is RunState.BLOCKED
    assert run.problem is not None
    assert run.problem.code == "guard"
    assert run.counts[Outcome.DONE] == 1
    assert any(a.primary_email == "new@example.com" for a in frame.essentials.organization.accounts)


def test_a_queued_run_whose_message_was_lost_is_sent_again_after_five_minutes(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    frame.queue.sent.clear()
    frame.clock.advance(299)
    assert run.id not in frame.engine.on_timer().sent_again
    frame.clock.advance(1)

    assert run.id in frame.engine.on_timer().sent_again


def test_a_running_run_is_left_alone_while_its_worker_holds_the_lease(frame: Frame) -> None:
    frame.engine.start_search(Narrowing(), PERSON)
    frame.clock.advance(3600)
    assert frame.state.lease.acquire(frame.new_id()) is not None

    assert frame.engine.on_timer().sent_again == ()


def test_a_message_that_the_host_gave_up_is_sent_again_when_its_run_is_dead(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    text = frame.queue.take()
    frame.clock.advance(3600)
    frame.engine.on_poison(text)

    assert len(frame.queue.sent) == 1
    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_each_look_of_the_timer_logs_one_tick(frame: Frame) -> None:
    frame.engine.on_timer()

    (tick,) = [fields for event, fields in frame.events if event == "timer.tick"]
    assert tick["late"] is False


@pytest.mark.parametrize(
    ("hours_ago", "has_been_open", "late"), [(2.9, True, False), (3.1, True, True), (100, False, False)]
)
def test_scheduled_runs_are_late_after_twice_the_interval_plus_an_hour_once_the_gate_was_open(
    hours_ago: float, has_been_open: bool, late: bool
) -> None:
    since = NOW - timedelta(hours=hours_ago)
    slot = Slot(number=1, every_hours=1, every_hours_since=since, first_tick_at=since, last_success_at=since)

    assert is_late(slot, NOW, every_hours=1, alert_hours=0, has_been_open=has_been_open) is late


def test_lateness_is_counted_from_the_latest_of_success_first_tick_and_change_of_interval() -> None:
    old = NOW - timedelta(days=30)
    recent = NOW - timedelta(hours=1)
    changed = Slot(number=1, every_hours=1, every_hours_since=recent, first_tick_at=old, last_success_at=old)

    assert not is_late(changed, NOW, every_hours=1, alert_hours=0, has_been_open=True)


def test_history_older_than_its_days_is_removed_and_the_ledger_stays(frame: Frame) -> None:
    executed(frame)
    frame.clock.advance(91 * 24 * 3600)
    frame.options = SyncOptions(every_hours=0)
    frame.engine.on_timer()

    assert frame.engine.runs(limit=5) == ()
    assert frame.ledger()
