"""The carrier: what one slice does for each kind of run. It knows nothing of messages and attempts."""

from dataclasses import replace

from shared.engine.account_steps import result_of
from shared.engine.execution import Execution, ExecutionEnd, Stop, StopRequested
from shared.engine.gate import GATE_CLOSED, gate_problem, plan_problem
from shared.engine.journal import ResultJournal
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.records import LedgerStore, Plans, Results, Runs
from shared.engine.refusals import NativeSyncOnError
from shared.engine.returns import Returns
from shared.engine.run import Outcome, Problem, Run, RunKind, RunState, Selection
from shared.engine.search import DirectoryChanged, Search
from shared.engine.selection import selected
from shared.engine.slices import Ended, Frame, GoesOn
from shared.engine.unattended import guard_problem, unattended_selection
from shared.errors import SyncError
from shared.settings import Settings

LOOK_FOR_CANCEL_SECONDS = 1.0


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
            record = self._plans.get(run.plan_id or "")
            selection = run.selection or Selection(digest=record.plan.digest)
            return self._execute(run, record, selection, settings, frame, held_back=None)
        # A plan that was stored before its run could note it is used, not made again.
        record_found = self._plans.find(run.plan_id or run.id)
        if record_found is None:
            searched = Search(self._parts, settings, frame.keeper, frame.progress).carry_out(run)
            if isinstance(searched, DirectoryChanged):
                return Ended(state=RunState.BLOCKED, problem=searched.problem)
            record_found = searched
        run = self._note_plan(run, record_found) if run.plan_id is None else run
        if run.kind is RunKind.SCHEDULED:
            return self._scheduled(run, record_found, settings, frame)
        return Ended(state=RunState.SUCCEEDED)

    def give_up(self, run: Run, problem: Problem, keeper: LeaseKeeper) -> Ended:
        """The end of a run that failed, or was blocked while executing; what was not reached is journalled as that.

        What its chains freed and nobody took goes back, or is named. What was written before is matched and noted by the next
        execution.
        """
        problem = self._with_what_is_lent(run, problem, keeper)
        state = RunState.BLOCKED if problem.code == NativeSyncOnError.code else RunState.FAILED
        try:
            counts = self._journal_the_rest(run, problem)
        except SyncError:
            # What cannot be read back cannot be completed either: the run ends all the same.
            counts = None
        return Ended(state=state, problem=problem, counts=counts)

    def _journal_the_rest(self, run: Run, problem: Problem) -> dict[str, int] | None:
        record = self._plans.find(run.plan_id) if run.plan_id is not None else None
        if record is None or run.kind is RunKind.SEARCH or run.selection is None:
            return None
        changes = selected(record.plan, run.selection)
        journal = ResultJournal(Results(self._parts.documents), run.id, self._parts.clock, on_flush=_nothing_to_note)
        journal.add(result_of(c, Outcome.NOT_REACHED, problem.detail) for c in changes if c.id not in journal)
        journal.flush()
        return journal.counts()

    def _with_what_is_lent(self, run: Run, problem: Problem, keeper: LeaseKeeper) -> Problem:
        try:
            record = self._plans.find(run.plan_id) if run.plan_id is not None else None
            if record is None or run.selection is None:
                return problem
            outcomes = {r.change_id: r.outcome for r in Results(self._parts.documents).of(run.id)}
        except SyncError:
            return problem  # nothing tells what was freed
        left = Returns(self._parts, keeper, record, run.id).last_try(outcomes)
        return replace(problem, detail=" ".join((problem.detail, *left)))

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
        gate = gate_problem(ledger, settings.options) or plan_problem(record, settings.options)
        if run.selection is None:
            decided = unattended_selection(record, settings.options, gate)
            if decided.selection is None:
                return Ended(state=decided.state, problem=decided.problem)
            selection = decided.selection
            run = self._runs.update(run.id, lambda r: replace(r, selection=selection))
        elif gate is not None:
            # The gate was closed between two slices: nothing more is written, and what was written is noted.
            return self._execute(run, record, run.selection, settings, frame, held_back=gate)
        else:
            selection = run.selection
        return self._execute(run, record, selection, settings, frame, held_back=guard_problem(record))

    def _execute(
        self,
        run: Run,
        record: PlanRecord,
        selection: Selection,
        settings: Settings,
        frame: Frame,
        *,
        held_back: Problem | None,
    ) -> Ended | GoesOn:
        frame.progress.leave_stopping_to_the_steps()
        execution = Execution(
            self._parts, settings, frame.keeper, frame.progress, rows_in_trouble=frame.rows_in_trouble
        )
        is_withdrawn = held_back is not None and held_back.code == GATE_CLOSED
        stop = _stop_at_once if is_withdrawn else self._stop(run.id, frame.ends_at)
        executed = execution.carry_out(run, record, selection, stop)
        match executed.end:
            case ExecutionEnd.OUT_OF_TIME:
                return GoesOn(counts=executed.counts)
            case ExecutionEnd.STOPPED if not is_withdrawn:
                return Ended(state=RunState.CANCELLED, problem=executed.problem, counts=executed.counts)
            case _ if held_back is not None:
                problem = _both(held_back, executed.problem)
                return Ended(state=RunState.BLOCKED, problem=problem, counts=executed.counts)
            case _:
                has_failed = executed.problem is not None or executed.counts[Outcome.FAILED]
                state = RunState.PARTLY_FAILED if has_failed else RunState.SUCCEEDED
                return Ended(state=state, problem=executed.problem, counts=executed.counts)

    def _stop(self, run_id: str, ends_at: float) -> Stop:
        looked_at = float("-inf")

        def stop() -> StopRequested:
            nonlocal looked_at
            now = self._parts.clock.monotonic()
            if now - looked_at >= LOOK_FOR_CANCEL_SECONDS:
                looked_at = now
                if self._runs.get(run_id).cancel_requested:
                    return StopRequested.STOPPED
            return StopRequested.OUT_OF_TIME if now >= ends_at else StopRequested.NO

        return stop


def _stop_at_once() -> StopRequested:
    """Nothing more is to be written."""
    return StopRequested.STOPPED


def _both(problem: Problem, further: Problem | None) -> Problem:
    if further is None:
        return problem
    return replace(problem, detail=f"{problem.detail} {further.detail}", fix=f"{problem.fix} {further.fix}")


def _nothing_to_note() -> None:
    """A run that is given up makes no progress."""
