"""The worker: gives runs their slices, under the lease, and sees to it that no run is left alone or tried for ever."""

import logging
from dataclasses import replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.message import Message
from shared.engine.parts import Parts
from shared.engine.progress import ReadingCutError, RunCancelledError, RunProgress
from shared.engine.records import Runs, SlotStore
from shared.engine.run import Problem, Run, RunKind, RunState
from shared.engine.slices import Ended, Frame, RowsInTrouble
from shared.engine.slot_end import slot_after
from shared.errors import LeaseLostError, SyncError, ThrottledError
from shared.telemetry import places_of

if TYPE_CHECKING:
    from shared.engine.carrier import Carrier

LOGGER = logging.getLogger(__name__)

QUEUE_SLICE_SECONDS = 8 * 60.0
"""How long a slice writes in the queue trigger before it enqueues the next."""
QUEUE_LEASE_SECONDS = 14 * 60.0
"""How long a slice in the queue trigger may hold the lease: a reading is never cut. Below host.json's functionTimeout."""
REQUEST_SLACK_SECONDS = 60.0
"""How long after its end a request's slice may hold the lease, for a confirming read that began in time."""
MAX_ATTEMPTS = 5
RETRY_SECONDS = 30
LEASE_HELD_SECONDS = 20
"""How long a message waits that found the lease held."""


class Slice(StrEnum):
    """How a slice ended."""

    DROPPED = "dropped"
    """Nothing to do: no such run, a final one, or a message that is not the last one sent."""
    LEASE_HELD = "lease_held"
    FINAL = "final"
    GOES_ON = "goes_on"
    """The run goes on in a later slice."""


class Where(StrEnum):
    """Where a slice runs, which decides what it may do."""

    QUEUE = "queue"
    """The queue trigger: has time to read, and enqueues the next slice."""
    REQUEST = "request"
    """A ``/work`` request: at most 60 seconds; a reading that does not fit is handed to the queue."""


class UnexpectedError(SyncError):
    """The app itself failed; the log has the rest."""

    code = "internal_error"

    def __init__(self, kind: str) -> None:
        super().__init__(f"The app failed unexpectedly ({kind}).", "Look for the run's id in the log, and report it.")


class RunEnds(Protocol):
    """Hears of each run that ends."""

    def on_run_end(self, run: Run) -> None:
        """Never raises."""


class Worker:
    """Carries out runs."""

    def __init__(self, parts: Parts, notices: RunEnds) -> None:
        self._parts = parts
        self._notices = notices
        self._runs = Runs(parts.documents)

    @cached_property
    def _carrier(self) -> "Carrier":
        # Imported with the first slice: all that plans and writes hangs on it, and neither health nor most looks of the timer
        # need it.
        from shared.engine.carrier import Carrier

        return Carrier(self._parts)

    def send(self, run_id: str, *, delay_seconds: int = 0) -> Run:
        """Enqueue the next message of a run that is not final; the number is stored before the message is sent."""
        run = self._runs.update(run_id, lambda r: r if r.state.is_final else replace(r, n=r.n + 1))
        if not run.state.is_final:
            self._parts.queue.send(Message(run_id=run.id, n=run.n).text(), delay_seconds=delay_seconds)
        return run

    def on_message(self, message: Message) -> Slice:
        """Carry out one slice for a message of the queue; what goes on is enqueued again."""
        run = self._runs.find(message.run_id)
        if run is None or run.state.is_final or run.n != message.n:
            return Slice.DROPPED
        try:
            ended = Slice.LEASE_HELD if self._must_wait(run) else self._slice(run.id, QUEUE_SLICE_SECONDS, Where.QUEUE)
            if ended is Slice.LEASE_HELD:
                self._parts.queue.send(message.text(), delay_seconds=LEASE_HELD_SECONDS)
        except SyncError as error:
            # The run is stored: the timer sends again. An exception would only count a delivery.
            self._parts.announce("run.slice_lost", {"run_id": run.id, "code": error.code})
            return Slice.GOES_ON
        return ended

    def on_request(self, run_id: str, *, seconds: float) -> Run | None:
        """Carry out one slice here and now; None where another worker holds the lease. Raises NotFoundError."""
        run = self._runs.get(run_id)
        if run.state.is_final or run.is_reading_queued:
            return run
        if self._must_wait(run) or self._slice(run_id, seconds, Where.REQUEST) is Slice.LEASE_HELD:
            return None
        return self._runs.get(run_id)

    def _must_wait(self, run: Run) -> bool:
        """Whether an older run is not finished: a scheduled run would read what that one is in the middle of writing."""
        if run.kind is not RunKind.SCHEDULED:
            return False
        return any(other.queued_at < run.queued_at for other in self._runs.under_way())

    def _slice(self, run_id: str, seconds: float, where: Where) -> Slice:
        asked_at = self._parts.clock.monotonic()
        grant = self._parts.lease.acquire(self._parts.new_id())
        if grant is None:
            return Slice.LEASE_HELD
        holds = QUEUE_LEASE_SECONDS if where is Where.QUEUE else seconds + REQUEST_SLACK_SECONDS
        with LeaseKeeper(self._parts.lease, grant, self._parts.clock, asked_at=asked_at, seconds=holds) as keeper:
            # Read again: what another worker did before the lease became ours counts.
            run = self._runs.get(run_id)
            if run.state.is_final:
                return Slice.DROPPED
            if run.cancel_requested and run.plan_id is None:
                return self._finish(run_id, Ended(state=RunState.CANCELLED))
            if run.attempts >= MAX_ATTEMPTS and run.problem is not None:
                # The last of them lost its lease, and nobody could end the run without one.
                return self._finish(run_id, self._carrier.give_up(run, run.problem, keeper))
            now = self._parts.clock.now()
            run = self._runs.update(
                run_id,
                lambda r: replace(r, state=RunState.RUNNING, started_at=r.started_at or now, progress_at=now),
            )
            return self._attempt(run, keeper, asked_at + seconds, where)

    def _attempt(self, run: Run, keeper: LeaseKeeper, ends_at: float, where: Where) -> Slice:
        """One slice of the run; whatever goes wrong is noted in the run, and nothing is raised that a run can carry."""
        progress = RunProgress(self._parts.clock, self._runs, run.id, keeper, ends_at=ends_at)
        if where is Where.QUEUE:
            progress.never_cut()
        is_last = run.attempts >= MAX_ATTEMPTS - 1
        rows_in_trouble = RowsInTrouble.GIVE_UP if is_last else RowsInTrouble.TRY_AGAIN
        frame = Frame(keeper=keeper, progress=progress, ends_at=ends_at, rows_in_trouble=rows_in_trouble)
        try:
            ended = self._carrier.carry_on(run, frame)
        except ReadingCutError:
            return self._hand_reading_to_queue(run.id)
        except RunCancelledError:
            ended = Ended(state=RunState.CANCELLED)
        except LeaseLostError as error:
            return self._after_lost_lease(run.id, error, progress)
        except SyncError as error:
            return self._after_error(run.id, error, frame, where)
        except Exception as error:  # noqa: BLE001  # its text may hold anything, so its places alone are logged
            # A delivery count says nothing about a run, so no exception may reach the host: a defect of ours is one more attempt.
            LOGGER.error(
                "A slice of run %s ended by an unexpected %s: %s", run.id, type(error).__name__, places_of(error)
            )
            return self._after_error(run.id, UnexpectedError(type(error).__name__), frame, where)
        if isinstance(ended, Ended):
            return self._finish(run.id, ended)
        self._runs.update(run.id, lambda r: replace(r, counts=ended.counts, attempts=0, is_reading_queued=False))
        if where is Where.QUEUE:
            self.send(run.id)
        return Slice.GOES_ON

    def _hand_reading_to_queue(self, run_id: str) -> Slice:
        self._runs.update(run_id, lambda r: replace(r, is_reading_queued=True, stage="queued", done=0, total=0))
        self.send(run_id)
        return Slice.GOES_ON

    def _after_error(self, run_id: str, error: SyncError, frame: Frame, where: Where) -> Slice:
        run = self._note(run_id, error, frame.progress)
        if run.state.is_final:
            return Slice.DROPPED
        if run.problem is not None and (error.is_permanent or run.attempts >= MAX_ATTEMPTS):
            return self._finish(run_id, self._carrier.give_up(run, run.problem, frame.keeper))
        self._parts.announce("run.attempt_failed", {"run_id": run_id, "code": error.code, "attempt": run.attempts})
        if where is Where.QUEUE:
            delay = error.retry_after_seconds if isinstance(error, ThrottledError) else RETRY_SECONDS
            self.send(run_id, delay_seconds=max(1, round(delay)))
        return Slice.GOES_ON

    def _after_lost_lease(self, run_id: str, error: LeaseLostError, progress: RunProgress) -> Slice:
        """The run may be in another worker's hands, so the attempt is counted and nothing else: who has the lease next may end it."""
        try:
            self._note(run_id, error, progress)
        except SyncError as trouble:
            self._parts.announce("run.attempt_not_noted", {"run_id": run_id, "code": trouble.code})
        self._parts.announce("run.slice_lost", {"run_id": run_id, "code": error.code})
        return Slice.GOES_ON

    def _note(self, run_id: str, error: SyncError, progress: RunProgress) -> Run:
        """The run with one attempt more, or none where the slice made progress."""
        problem = Problem(code=error.code, detail=error.detail, fix=error.fix)
        failed = 0 if isinstance(error, ThrottledError) else 1
        moved = progress.has_moved

        def noted(run: Run) -> Run:
            attempts = 0 if moved else run.attempts + failed
            return run if run.state.is_final else replace(run, problem=problem, attempts=attempts)

        return self._runs.update(run_id, noted)

    def _finish(self, run_id: str, ended: Ended) -> Slice:
        now = self._parts.clock.now()

        def finished(run: Run) -> Run:
            if run.state.is_final:
                return run
            return replace(
                run,
                state=ended.state,
                stage="finished",
                problem=ended.problem,
                counts=run.counts if ended.counts is None else ended.counts,
                is_reading_queued=False,
                progress_at=now,
                finished_at=now,
            )

        run = self._runs.update(run_id, finished)
        if run.finished_at != now:
            # Another worker ended it meanwhile.
            return Slice.DROPPED
        self._tell_timer(run)
        self._parts.announce(
            "run.finished",
            {
                "run_id": run.id,
                "kind": run.kind.value,
                "state": run.state.value,
                "code": run.problem.code if run.problem is not None else "",
                "counts": run.counts,
                "seconds": (now - run.queued_at).total_seconds(),
            },
        )
        self._notices.on_run_end(run)
        return Slice.FINAL

    def _tell_timer(self, run: Run) -> None:
        """Note the end of the run where the timer looks; a run that ended stays ended whatever becomes of the note."""
        try:
            login = self._parts.essentials_login() if run.problem is not None else ""
            now = self._parts.clock.now()
            SlotStore(self._parts.documents).update(lambda slot: slot_after(slot, run, login=login, now=now))
        except SyncError as error:
            self._parts.announce("run.end_not_noted", {"run_id": run.id, "code": error.code})
