"""Keeps the lease while a slice works, and says before each write whether it may go out."""

import threading
from types import TracebackType
from typing import Self

from shared.clock import Clock
from shared.errors import LeaseLostError, SyncError
from shared.state.protocols import LEASE_SECONDS, Lease, LeaseGrant

RENEW_EVERY_SECONDS = 15.0
MARGIN_SECONDS = 30.0
"""No write starts with less of the lease left: it has a total deadline of 20 s, and clocks differ."""
STALLED_SECONDS = 120.0
"""A slice that journals nothing for so long is taken for dead, and its lease is let go."""
HANDOVER_SECONDS = 25.0
"""What a holder waits before its first write where the last one did not release: a write of its may be under way."""


class LeaseKeeper:
    """Holds one granted lease; a context manager that renews in the background and releases at the end.

    Safe to use from many threads: all that write ask it, and one of them at a time renews.
    """

    def __init__(self, lease: Lease, grant: LeaseGrant, clock: Clock, *, asked_at: float, seconds: float) -> None:
        """``asked_at`` is the monotonic time before the lease was asked for; renewing ends ``seconds`` after it."""
        self._lease = lease
        self._grant = grant
        self._clock = clock
        self._sent_at = asked_at
        self._ends_at = asked_at + seconds
        self._progress_at = asked_at
        self._renewing = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._renew_until_stopped, name="lease", daemon=True)
        self._must_wait = not grant.previous_was_released

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._lease.release(self._grant.id)

    def wait_for_the_last_holder(self) -> None:
        """Return when no write of the last holder can be under way any more."""
        if self._must_wait:
            self._clock.sleep(HANDOVER_SECONDS)
            self._must_wait = False

    def note_progress(self) -> None:
        """Tell that the slice moves."""
        self._progress_at = self._clock.monotonic()

    def require(self) -> None:
        """Return if a write may start now, after renewing a lease that the background has not renewed; raises LeaseLostError."""
        with self._renewing:
            if self._clock.monotonic() - self._sent_at > RENEW_EVERY_SECONDS:
                self._renew()
        if self._clock.monotonic() - self._sent_at > LEASE_SECONDS - MARGIN_SECONDS:
            raise LeaseLostError(
                "This worker could not renew its lease in time, so it stopped before its next write.",
                "Nothing to do: the run goes on by itself.",
            )

    def renew(self) -> None:
        """Hold the lease longer; nothing happens where the slice has stalled or is over."""
        with self._renewing:
            self._renew()

    def _renew(self) -> None:
        sent_at = self._clock.monotonic()
        if sent_at - self._progress_at > STALLED_SECONDS or sent_at > self._ends_at:
            return
        self._lease.renew(self._grant.id)
        self._sent_at = sent_at

    def _renew_until_stopped(self) -> None:
        while not self._stop.wait(RENEW_EVERY_SECONDS):
            try:
                self.renew()
            except SyncError:
                # The next write finds the lease too old and stops; renewing may work again before that.
                continue
