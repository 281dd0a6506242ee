"""Execution: carries out the selected changes of a plan, slice by slice; what is true afterwards goes into the ledger."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from shared.diff.ordering import ChainStep, Step, phases
from shared.diff.plan import Change
from shared.diff.planner import sends_welcome_email
from shared.engine.account_steps import result_of
from shared.engine.additions import Additions
from shared.engine.confirmation import confirm
from shared.engine.crew import Attempt, Crew
from shared.engine.freed import Lent, given_back, promised
from shared.engine.journal import ResultJournal
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.left_out import left_out_now
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.ports import Progress
from shared.engine.progress import ReadingCutError
from shared.engine.reading import check_size, silent
from shared.engine.records import Results
from shared.engine.refusals import native_sync_on
from shared.engine.returns import Returns
from shared.engine.run import Outcome, Problem, Result, Run, Selection
from shared.engine.selection import selected
from shared.engine.slices import RowsInTrouble
from shared.engine.trouble import Trouble
from shared.engine.undoing import close_gate, kept_sender_lists
from shared.engine.writers import Writers
from shared.settings import Settings


class ExecutionEnd(StrEnum):
    """How a slice of an execution ended."""

    FINISHED = "finished"
    OUT_OF_TIME = "out_of_time"
    STOPPED = "stopped"
    """Somebody or something wanted no more of it; what was not reached is journalled as that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a slice of an execution came to."""

    end: ExecutionEnd
    counts: dict[str, int]
    problem: Problem | None = None
    """What the run leaves behind that somebody has to see to; None where there is nothing."""


class StopRequested(StrEnum):
    """What a slice is told between two steps."""

    NO = "no"
    OUT_OF_TIME = "out_of_time"
    STOPPED = "stopped"


class Stop(Protocol):
    """Asked between two steps whether to go on."""

    def __call__(self) -> StopRequested:
        """Whether to stop, and why."""


class Execution:
    """One slice of an execution, under the lease."""

    def __init__(
        self,
        parts: Parts,
        settings: Settings,
        keeper: LeaseKeeper,
        progress: Progress,
        *,
        rows_in_trouble: RowsInTrouble,
    ) -> None:
        self._parts = parts
        self._settings = settings
        self._keeper = keeper
        self._progress = progress
        self._rows_in_trouble = rows_in_trouble

    def carry_out(self, run: Run, record: PlanRecord, selection: Selection, stop: Stop) -> Executed:
        """Go on where the journal ends; when all changes have a result, confirm and note them.

        Raises what the readers and the writer raise about the services as a whole, and ReadingCutError; a row's own
        refusal is a result.
        """
        changes = selected(record.plan, selection)
        journal = ResultJournal(
            Results(self._parts.documents), run.id, self._parts.clock, on_flush=self._keeper.note_progress
        )
        returns = Returns(self._parts, self._keeper, record, run.id)
        due = [change for change in changes if change.id not in journal]
        if due and stop() is not StopRequested.STOPPED:
            self._keeper.wait_for_the_last_holder()
            if record.undoes is not None:
                close_gate(self._parts.documents, self._keeper, run)
            end = self._write(due, len(changes), journal, record, returns, stop)
            if end is ExecutionEnd.OUT_OF_TIME:
                return Executed(end=end, counts=journal.counts())
        self._progress("confirming", len(journal), len(journal))
        organization, returned = returns.settle(journal.outcomes)
        if returned.unanswered is not None and self._rows_in_trouble is RowsInTrouble.TRY_AGAIN:
            raise returned.unanswered
        journal.add(
            result_of(c, Outcome.NOT_REACHED, returned.notes.get(c.id, "")) for c in changes if c.id not in journal
        )
        journal.flush()
        confirm(self._parts, self._settings, self._keeper, run, record, selection, journal, organization)
        counts = journal.counts()
        end = ExecutionEnd.STOPPED if counts[Outcome.NOT_REACHED] else ExecutionEnd.FINISHED
        return Executed(end=end, counts=counts, problem=returned.problem)

    def _write(
        self, due: list[Change], total: int, journal: ResultJournal, record: PlanRecord, returns: Returns, stop: Stop
    ) -> ExecutionEnd:
        self._progress("checking", len(journal), total)
        organization = self._parts.organization_reader().read(progress=silent)
        check_size(organization, before=record.plan.accounts)
        if organization.native_sync.writes_users and not all(change.switches_native_sync for change in due):
            raise native_sync_on()
        if stop() is StopRequested.OUT_OF_TIME:
            # Reading took all the time there was: the next slice would fare no better.
            raise ReadingCutError
        begun = returns.lent(journal.outcomes, organization.accounts)
        whole = given_back(organization, begun)
        left_out = left_out_now(self._parts, self._settings, record, due, whole, journal.outcomes)
        due = [c for c in due if c.id not in left_out]
        going_on = {change.id for change in due}
        returned = returns.put_back((one for one in begun if one.change.id not in going_on), organization)
        journal.add(_with_note(result, returned.notes) for result in left_out.values())
        begun = tuple(one for one in begun if one.change.id in going_on)
        writers = Writers(
            self._parts,
            self._keeper,
            given_back(organization, returned.back),
            run_id=journal.run_id,
            additions=self._additions(record),
            lent=begun,
            promised=promised(record.plan),
        )
        first, ordered = _begun_first(phases(due), begun)
        return self._carry_out(first, ordered, total, writers, journal, stop)

    def _additions(self, record: PlanRecord) -> Additions:
        """Who comes back was welcomed before, and gets the lists of senders that were kept."""
        if record.undoes is not None:
            return Additions(sender_lists=kept_sender_lists(self._parts.documents, record.undoes))
        return Additions(
            welcome=frozenset(c.id for c in record.plan.changes if sends_welcome_email(c, self._settings.options))
        )

    def _carry_out(
        self,
        begun: Sequence[Step],
        ordered: Iterable[Sequence[Step]],
        total: int,
        writers: Writers,
        journal: ResultJournal,
        stop: Stop,
    ) -> ExecutionEnd:
        """What an earlier slice began, however little time is left, and then phase by phase.

        Everything here but ``writers`` is touched by this thread alone.
        """
        trouble = Trouble(self._rows_in_trouble)
        requested = StopRequested.NO

        def may_go_on() -> bool:
            nonlocal requested
            requested = stop()
            return requested is StopRequested.NO

        def settle(attempt: Attempt) -> None:
            with trouble.of(attempt, journal):
                journal.add(attempt.results())
            self._progress("executing", len(journal), total)

        crew = Crew(writers.carry_out)
        try:
            for phase in (begun, *ordered):
                may_start = _always if phase is begun else may_go_on
                at_once = writers.at_once(phase)
                if not crew.carry_out(
                    phase, at_once=at_once, may_start=may_start, settle=settle, idle=journal.flush_old
                ):
                    return ExecutionEnd(requested.value)
            trouble.settle()
        finally:
            # What was written is never forgotten, whatever ends the slice.
            journal.flush()
        return ExecutionEnd.FINISHED


def _begun_first(ordered: Sequence[Sequence[Step]], begun: Iterable[Lent]) -> tuple[list[Step], list[Sequence[Step]]]:
    """The chains that an earlier slice began, as an address is on its way in each; and the phases of the rest."""
    chains = {one.change.chain for one in begun}
    first: list[Step] = [
        step for phase in ordered for step in phase if isinstance(step, ChainStep) and step.chain in chains
    ]
    return first, [[step for step in phase if step not in first] for phase in ordered]


def _always() -> bool:
    return True


def _with_note(result: Result, notes: Mapping[str, str]) -> Result:
    note = notes.get(result.change_id, "")
    return replace(result, detail=f"{result.detail} {note}") if note else result
