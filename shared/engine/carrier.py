"""The carrier: what one slice does for each kind of run. It knows nothing of messages and attempts."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.engine.account_steps import result_of
from shared.engine.commands import PlanRecord
from shared.engine.execution import Executed, Execution, ExecutionEnd, StopRequested
from shared.engine.gate import gate_problem
from shared.engine.journal import ResultJournal
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.progress import RunProgress
from shared.engine.records import LedgerStore, Plans, Results, Runs
from shared.engine.run import Outcome, Problem, Run, RunKind, RunState, Selection
from shared.engine.search import DirectoryChanged, Search
from shared.engine.selection import selected
from shared.engine.trouble import RowsInTrouble
from shared.engine.unattended import unattended_selection
from shared.settings import Settings

LOOK_FOR_CANCEL_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """The run is over; ``counts`` None leaves those of the run."""

    state: RunState
    problem: Problem | None = None
    counts: dict[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GoesOn:
    """The time of the slice is over, and the run is not."""

    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a slice works within."""

    keeper: LeaseKeeper
    progress: RunProgress
    ends_at: float
    """Monotonic time after which no further step starts."""
    rows_in_trouble: RowsInTrouble


class Carrier:
    """Carries a run on for one slice, under the lease."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._runs = Runs(parts.documents)
        self._plans = Plans(parts.documents)

    def carry_on(self, run: Run, frame: Frame) -> Ended | GoesOn:
        """How the slice ended. Raises SyncError, ReadingCutError, RunCancelledError."""
        settings = self._parts.settings()
        if run.kind is RunKind.EXECUTION:
            return self._execution(run, settings, frame)
        record = self._plans.get(run.plan_id) if run.plan_id is not None else None
        if record is None:
            found = Search(self._parts, settings, frame.progress).carry_out(run)
            if isinstance(found, DirectoryChanged):
                return Ended(state=RunState.BLOCKED, problem=found.problem)
            record = found
            run = self._note_plan(run, record)
        if run.kind is RunKind.SCHEDULED:
            return self._scheduled(run, record, settings, frame)
        return Ended(state=RunState.SUCCEEDED)

    def give_up(self, run: Run, problem: Problem) -> Ended:
        """The end of a run that failed: what was written stays noted, and the rest was not reached."""
        if run.plan_id is None:
            return Ended(state=RunState.FAILED, problem=problem)
        record = self._plans.find(run.plan_id)
        if record is None or run.kind is RunKind.SEARCH:
            return Ended(state=RunState.FAILED, problem=problem)
        changes = selected(record.plan, run.selection or Selection(digest=record.plan.digest))
        journal = ResultJournal(Results(self._parts.documents), run.id, self._parts.clock, on_flush=_nothing_to_note)
        journal.add(result_of(c, Outcome.NOT_REACHED, problem.detail) for c in changes if c.id not in journal)
        journal.flush()
        return Ended(state=RunState.FAILED, problem=problem, counts=journal.counts())

    def _note_plan(self, run: Run, record: PlanRecord) -> Run:
        counts: dict[str, int] = {}
        for change in record.plan.changes:
            counts[change.category] = counts.get(change.category, 0) + 1
        return self._runs.update(
            run.id,
            lambda r: replace(r, plan_id=record.id, counts=counts, is_reading_queued=False, attempts=0),
        )

    def _scheduled(self, run: Run, record: PlanRecord, settings: Settings, frame: Frame) -> Ended | GoesOn:
        ledger, _ = LedgerStore(self._parts.documents).read()
        decided = unattended_selection(record, settings.options, gate_problem(ledger, settings.options))
        if decided.selection is None:
            return Ended(state=decided.state, problem=decided.problem)
        executed = self._execute(run, record, decided.selection, settings, frame)
        return _end_of(executed, held_back=decided.problem)

    def _execution(self, run: Run, settings: Settings, frame: Frame) -> Ended | GoesOn:
        record = self._plans.get(run.plan_id or "")
        selection = run.selection or Selection(digest=record.plan.digest)
        return _end_of(self._execute(run, record, selection, settings, frame), held_back=None)

    def _execute(
        self, run: Run, record: PlanRecord, selection: Selection, settings: Settings, frame: Frame
    ) -> Executed:
        frame.progress.leave_stopping_to_the_steps()
        execution = Execution(
            self._parts, settings, frame.keeper, frame.progress, rows_in_trouble=frame.rows_in_trouble
        )
        return execution.carry_out(run, record, selection, self._stop(run.id, frame.ends_at))

    def _stop(self, run_id: str, ends_at: float) -> Callable[[], StopRequested]:
        looked_at = float("-inf")

        def stop() -> StopRequested:
            nonlocal looked_at
            now = self._parts.clock.monotonic()
            if now >= ends_at:
                return StopRequested.OUT_OF_TIME
            if now - looked_at >= LOOK_FOR_CANCEL_SECONDS:
                looked_at = now
                if self._runs.get(run_id).cancel_requested:
                    return StopRequested.CANCELLED
            return StopRequested.NO

        return stop


def _nothing_to_note() -> None:
    """A run that is given up makes no progress."""


def _end_of(executed: Executed, *, held_back: Problem | None) -> Ended | GoesOn:
    match executed.end:
        case ExecutionEnd.OUT_OF_TIME:
            return GoesOn(counts=executed.counts)
        case ExecutionEnd.CANCELLED:
            return Ended(state=RunState.CANCELLED, counts=executed.counts)
        case ExecutionEnd.FINISHED:
            if held_back is not None:
                state = RunState.BLOCKED
            else:
                state = RunState.PARTLY_FAILED if executed.counts[Outcome.FAILED] else RunState.SUCCEEDED
            return Ended(state=state, problem=held_back, counts=executed.counts)
