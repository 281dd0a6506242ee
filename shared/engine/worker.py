"""The worker: carries a run out in slices, under the lease, and sees to it that no run is ever left alone."""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from shared.engine.commands import PlanRecord
from shared.engine.execution import Executed, Execution, ExecutionEnd, StopRequested
from shared.engine.gate import gate_problem
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.progress import ReadingCutError, RunCancelledError, RunProgress
from shared.engine.records import LedgerStore, Plans, Runs, SlotStore
from shared.engine.run import Outcome, Problem, Run, RunKind, RunState, Selection
from shared.engine.search import DirectoryChanged, Search
from shared.engine.trouble import RowsInTrouble
from shared.engine.unattended import unattended_selection
from shared.errors import SyncError, ThrottledError
from shared.settings import Settings

LOGGER = logging.getLogger(__name__)

QUEUE_SLICE_SECONDS = 8 * 60.0
"""How long a slice writes in the queue trigger before it enqueues the next."""
QUEUE_LEASE_SECONDS = 14 * 60.0
"""How long a slice in the queue trigger may hold the lease: a reading is never cut. Below host.json's functionTimeout."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """The queue message ``{"run_id": …, "n": …}``."""

    run_id: str
    n: int

    def text(self) -> str:
        """The message as it is sent."""
        return json.dumps({"run_id": self.run_id, "n": self.n})

    @staticmethod
    def parse(text: str) -> "Message | None":
        """The message of a text; None where it is none of ours."""
        try:
            body = json.loads(text)
        except ValueError:
            return None
        if not isinstance(body, dict):
            return None
        run_id, n = body.get("run_id"), body.get("n")
        return Message(run_id=run_id, n=n) if isinstance(run_id, str) and isinstance(n, int) else None


class UnexpectedError(SyncError):
    """The app itself failed; the log has the rest."""

    code = "internal_error"

    def __init__(self, kind: str) -> None:
        super().__init__(f"The app failed unexpectedly ({kind}).", "Look for the run's id in the log, and report it.")


class Worker:
    """Carries out runs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._runs = Runs(parts.documents)
        self._plans = Plans(parts.documents)

    def send(self, run_id: str, *, delay_seconds: int = 0) -> Run:
        """Enqueue the next message of a run that is not final."""
        run = self._runs.update(run_id, lambda r: r if r.state.is_final else replace(r, n=r.n + 1))
        if not run.state.is_final:
            self._parts.queue.send(Message(run_id=run.id, n=run.n).text(), delay_seconds=delay_seconds)
        return run

    def on_message(self, message: Message) -> Slice:
        """Carry out one slice for a message of the queue; what goes on is enqueued again."""
        run = self._runs.find(message.run_id)
        if run is None or run.state.is_final or run.n != message.n:
            return Slice.DROPPED
        ended = self._slice(run.id, seconds=QUEUE_SLICE_SECONDS, where=Where.QUEUE)
        if ended is Slice.LEASE_HELD:
            self._parts.queue.send(message.text(), delay_seconds=LEASE_HELD_SECONDS)
        return ended

    def on_request(self, run_id: str, *, seconds: float) -> Run | None:
        """Carry out one slice here and now; None where another worker holds the lease. Raises NotFoundError."""
        run = self._runs.get(run_id)
        if run.state.is_final or run.is_reading_queued:
            return run
        if self._slice(run_id, seconds=seconds, where=Where.REQUEST) is Slice.LEASE_HELD:
            return None
        return self._runs.get(run_id)

    def _slice(self, run_id: str, *, seconds: float, where: Where) -> Slice:
        asked_at = self._parts.clock.monotonic()
        grant = self._parts.lease.acquire(self._parts.new_id())
        if grant is None:
            return Slice.LEASE_HELD
        holds = QUEUE_LEASE_SECONDS if where is Where.QUEUE else seconds + LEASE_HELD_SECONDS
        with LeaseKeeper(self._parts.lease, grant, self._parts.clock, asked_at=asked_at, seconds=holds) as keeper:
            run = self._runs.get(run_id)
            if run.state.is_final:
                return Slice.DROPPED
            if run.cancel_requested and run.plan_id is None:
                return self._finish(run_id, RunState.CANCELLED)
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
        try:
            return self._carry_out(run, keeper, progress, ends_at, where)
        except ReadingCutError:
            self._runs.update(run.id, lambda r: replace(r, is_reading_queued=True, stage="queued", done=0, total=0))
            self.send(run.id)
            return Slice.GOES_ON
        except RunCancelledError:
            return self._finish(run.id, RunState.CANCELLED)
        except SyncError as error:
            return self._after_error(run.id, error, progress, where)
        except Exception as error:
            # A delivery count says nothing about a run, so no exception may reach the host: a defect of ours is one more attempt.
            LOGGER.exception("A slice of run %s ended by an unexpected %s.", run.id, type(error).__name__)
            return self._after_error(run.id, UnexpectedError(type(error).__name__), progress, where)

    def _carry_out(self, run: Run, keeper: LeaseKeeper, progress: RunProgress, ends_at: float, where: Where) -> Slice:
        settings = self._parts.settings()
        record = self._plans.get(run.plan_id) if run.plan_id is not None else None
        if record is None:
            found = Search(self._parts, settings, progress).carry_out(run)
            if isinstance(found, DirectoryChanged):
                return self._finish(run.id, RunState.BLOCKED, problem=found.problem)
            record = found
            run = self._note_plan(run, record)
        if run.kind is RunKind.SEARCH:
            return self._finish(run.id, RunState.SUCCEEDED)
        if run.kind is RunKind.SCHEDULED:
            return self._scheduled(run, record, settings, keeper, progress, ends_at, where)
        selection = run.selection or Selection(digest=record.plan.digest)
        executed = self._execute(run, record, selection, settings, keeper, progress, ends_at)
        return self._after_execution(run.id, executed, where)

    def _note_plan(self, run: Run, record: PlanRecord) -> Run:
        counts: dict[str, int] = {}
        for change in record.plan.changes:
            counts[change.category] = counts.get(change.category, 0) + 1
        return self._runs.update(
            run.id,
            lambda r: replace(r, plan_id=record.id, counts=counts, is_reading_queued=False, attempts=0),
        )

    def _scheduled(
        self,
        run: Run,
        record: PlanRecord,
        settings: Settings,
        keeper: LeaseKeeper,
        progress: RunProgress,
        ends_at: float,
        where: Where,
    ) -> Slice:
        ledger, _ = LedgerStore(self._parts.documents).read()
        decided = unattended_selection(record, settings.options, gate_problem(ledger, settings.options))
        if decided.selection is None:
            return self._finish(run.id, decided.state, problem=decided.problem)
        executed = self._execute(run, record, decided.selection, settings, keeper, progress, ends_at)
        return self._after_execution(run.id, executed, where, held_back=decided.problem)

    def _execute(
        self,
        run: Run,
        record: PlanRecord,
        selection: Selection,
        settings: Settings,
        keeper: LeaseKeeper,
        progress: RunProgress,
        ends_at: float,
    ) -> Executed:
        progress.leave_stopping_to_the_steps()
        is_last = run.attempts >= MAX_ATTEMPTS - 1
        execution = Execution(
            self._parts,
            settings,
            keeper,
            progress,
            rows_in_trouble=RowsInTrouble.GIVE_UP if is_last else RowsInTrouble.TRY_AGAIN,
        )
        return execution.carry_out(run, record, selection, self._stop(run.id, ends_at))

    def _stop(self, run_id: str, ends_at: float) -> Callable[[], StopRequested]:
        looked_at = float("-inf")

        def stop() -> StopRequested:
            nonlocal looked_at
            now = self._parts.clock.monotonic()
            if now >= ends_at:
                return StopRequested.OUT_OF_TIME
            if now - looked_at >= 1.0:
                looked_at = now
                if self._runs.get(run_id).cancel_requested:
                    return StopRequested.CANCELLED
            return StopRequested.NO

        return stop

    def _after_execution(
        self, run_id: str, executed: Executed, where: Where, *, held_back: Problem | None = None
    ) -> Slice:
        if executed.end is ExecutionEnd.OUT_OF_TIME:
            self._runs.update(run_id, lambda r: replace(r, counts=executed.counts, attempts=0))
            if where is Where.QUEUE:
                self.send(run_id)
            return Slice.GOES_ON
        return self._finish(run_id, state_of(executed, held_back), problem=held_back, counts=executed.counts)

    def _after_error(self, run_id: str, error: SyncError, progress: RunProgress, where: Where) -> Slice:
        problem = Problem(code=error.code, detail=error.detail, fix=error.fix)
        throttled = isinstance(error, ThrottledError)
        moved = progress.has_moved
        run = self._runs.update(
            run_id,
            lambda r: replace(r, problem=problem, attempts=0 if moved else r.attempts + (0 if throttled else 1)),
        )
        if error.is_permanent or run.attempts >= MAX_ATTEMPTS:
            return self._finish(run_id, RunState.FAILED, problem=problem)
        self._parts.announce("run.attempt_failed", {"run_id": run_id, "code": error.code, "attempt": run.attempts})
        if where is Where.QUEUE or run.is_reading_queued:
            delay = error.retry_after_seconds if isinstance(error, ThrottledError) else RETRY_SECONDS
            self.send(run_id, delay_seconds=max(1, round(delay)))
        return Slice.GOES_ON

    def _finish(
        self,
        run_id: str,
        state: RunState,
        *,
        problem: Problem | None = None,
        counts: dict[str, int] | None = None,
    ) -> Slice:
        now = self._parts.clock.now()

        def finished(run: Run) -> Run:
            return replace(
                run,
                state=state,
                stage="finished",
                problem=problem,
                counts=run.counts if counts is None else counts,
                is_reading_queued=False,
                progress_at=now,
                finished_at=now,
            )

        run = self._runs.update(run_id, finished)
        if run.kind is RunKind.SCHEDULED and state is RunState.SUCCEEDED:
            SlotStore(self._parts.documents).update(lambda slot: replace(slot, last_success_at=now))
        self._parts.announce(
            "run.finished",
            {
                "run_id": run.id,
                "kind": run.kind.value,
                "state": state.value,
                "code": problem.code if problem else "",
                "counts": run.counts,
                "seconds": (now - run.queued_at).total_seconds(),
            },
        )
        return Slice.FINAL


def state_of(executed: Executed, held_back: Problem | None) -> RunState:
    """The state that an execution ends in."""
    if executed.end is ExecutionEnd.CANCELLED:
        return RunState.CANCELLED
    if held_back is not None:
        return RunState.BLOCKED
    if executed.counts[Outcome.FAILED]:
        return RunState.PARTLY_FAILED
    return RunState.SUCCEEDED
