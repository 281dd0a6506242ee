"""The lease: no write starts with less than the margin of it left, and a message that a later one replaced does nothing."""

import pytest

from shared.engine.lease_keeper import MARGIN_SECONDS, STALLED_SECONDS, LeaseKeeper
from shared.engine.run import Narrowing, RunState
from shared.errors import LeaseLostError
from shared.state.protocols import LEASE_SECONDS
from tests.engine.frame import PERSON, Frame

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
