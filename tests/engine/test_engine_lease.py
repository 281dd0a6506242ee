"""The lease: no write starts with less than the margin of it left, and a message that a later one replaced does nothing."""

import pytest

from shared.diff.options import SyncOptions
from shared.engine.lease_keeper import MARGIN_SECONDS, STALLED_SECONDS, LeaseKeeper
from shared.engine.run import Narrowing, Outcome, RunState
from shared.engine.worker import MAX_ATTEMPTS
from shared.errors import LeaseLostError
from shared.state.protocols import LEASE_SECONDS
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import started

LAST_MOMENT = LEASE_SECONDS - MARGIN_SECONDS


def keeper(frame: Frame, *, seconds: float) -> LeaseKeeper:
    """A lease just granted, which nothing renews in the background."""
    asked_at = frame.clock.monotonic()
    grant = frame.state.lease.acquire(frame.new_id())
    assert grant is not None
    return LeaseKeeper(frame.state.lease, grant, frame.clock, asked_at=asked_at, seconds=seconds)


def test_no_write_starts_with_less_than_the_margin_left_once_the_slice_is_over(frame: Frame) -> None:
    kept = keeper(frame, seconds=1)
    frame.clock.advance(LAST_MOMENT)
    kept.require()
    frame.clock.advance(0.5)

    with pytest.raises(LeaseLostError):
        kept.require()


def test_no_write_starts_with_less_than_the_margin_left_once_the_slice_has_stalled(frame: Frame) -> None:
    kept = keeper(frame, seconds=10_000)
    for _ in range(int(STALLED_SECONDS // LAST_MOMENT)):
        frame.clock.advance(LAST_MOMENT)
        kept.require()
    frame.clock.advance(LAST_MOMENT + 0.5)

    with pytest.raises(LeaseLostError):
        kept.require()


def test_a_message_that_a_later_one_replaced_is_dropped_while_the_run_goes_on(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PERSON)
    older = frame.queue.take()
    frame.clock.advance(3600)
    assert frame.engine.on_timer().sent_again == (run.id,)
    frame.engine.on_message(older)

    assert frame.directory.reads == 0
    assert frame.engine.run(run.id).state is RunState.QUEUED


def lose_the_lease(frame: Frame) -> None:
    """The slice under way stands still until its lease is over, and somebody else has had it."""
    frame.clock.advance(LEASE_SECONDS + 1)
    other = frame.new_id()
    assert frame.state.lease.acquire(other) is not None
    frame.state.lease.release(other)


def test_a_run_that_loses_its_lease_every_time_ends_failed_after_five_attempts(frame: Frame) -> None:
    frame.options = SyncOptions(every_hours=0)
    run = started(frame)
    frame.essentials.before_reading = lambda: lose_the_lease(frame)
    for _ in range(MAX_ATTEMPTS):
        frame.engine.on_message(frame.queue.take())
        assert not frame.engine.run(run.id).state.is_final
        frame.clock.advance(20 * 60)
        assert frame.engine.on_timer().sent_again == (run.id,)
    run = frame.deliver(run)

    assert (run.state, run.problem.code if run.problem else "") == (RunState.FAILED, "lease_lost")
    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.NOT_REACHED}


def test_a_run_that_keeps_its_lease_at_the_last_attempt_goes_on(frame: Frame) -> None:
    frame.options = SyncOptions(every_hours=0)
    run = started(frame)
    frame.essentials.before_reading = lambda: lose_the_lease(frame)
    for _ in range(MAX_ATTEMPTS - 1):
        frame.engine.on_message(frame.queue.take())
        frame.clock.advance(20 * 60)
        frame.engine.on_timer()
    frame.essentials.before_reading = lambda: None

    assert frame.deliver(run).state is RunState.SUCCEEDED
