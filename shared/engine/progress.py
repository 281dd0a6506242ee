"""Progress of a run: written to its document about once a second, and the place where a reading is cut."""

import threading
from dataclasses import replace

from shared.clock import Clock
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.records import Runs

WRITE_EVERY_SECONDS = 1.0
EXECUTING_STAGES = ("checking", "executing")
"""Stages whose ``done`` counts journalled results, the first of them before the slice wrote anything."""


class ReadingCutError(Exception):
    """The time of a ``/work`` request is over in the middle of a reading; the queue will read."""


class RunCancelledError(Exception):
    """Somebody asked the run to stop while it was reading."""


class RunProgress:
    """Takes the progress of all stages, from any thread."""

    def __init__(self, clock: Clock, runs: Runs, run_id: str, keeper: LeaseKeeper, *, ends_at: float) -> None:
        """``ends_at`` is the monotonic time at which a reading is cut, unless it is never cut."""
        self._clock = clock
        self._runs = runs
        self._run_id = run_id
        self._keeper = keeper
        self._ends_at = ends_at
        self._may_cut = True
        self._may_cancel = True
        self._lock = threading.Lock()
        self._written_at = float("-inf")
        self._journalled_before: int | None = None
        self._journalled = 0

    @property
    def has_moved(self) -> bool:
        """Whether the slice journalled anything."""
        return self._journalled_before is not None and self._journalled > self._journalled_before

    def never_cut(self) -> None:
        """From now on no reading is cut: the queue has the time for it."""
        self._may_cut = False

    def leave_stopping_to_the_steps(self) -> None:
        """From now on nothing stops in here: an execution stops between two of its steps only."""
        self._may_cut = self._may_cancel = False

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note how far a stage is; raises ReadingCutError when the time for reading is over, and RunCancelledError."""
        now = self._clock.monotonic()
        if self._may_cut and now >= self._ends_at:
            raise ReadingCutError
        self._keeper.note_progress()
        if stage in EXECUTING_STAGES:
            self._journalled_before = done if self._journalled_before is None else self._journalled_before
            self._journalled = done
        with self._lock:
            if now - self._written_at < WRITE_EVERY_SECONDS:
                return
            self._written_at = now
            self._write(stage, done, total)

    def _write(self, stage: str, done: int, total: int) -> None:
        at = self._clock.now()
        run = self._runs.update(
            self._run_id,
            lambda r: r if r.state.is_final else replace(r, stage=stage, done=done, total=total, progress_at=at),
        )
        if self._may_cancel and run.cancel_requested:
            raise RunCancelledError
