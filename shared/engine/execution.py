"""Execution: carries out the selected changes of a plan, slice by slice; what is true afterwards goes into the ledger."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from shared.diff.exempt import exempt_addresses, frozen_objects
from shared.diff.ordering import Step, phases
from shared.diff.plan import REMOVALS, Change
from shared.diff.planner import sends_welcome_email
from shared.engine.account_steps import is_reached, result_of
from shared.engine.additions import Additions
from shared.engine.confirmation import confirm
from shared.engine.crew import Attempt, Crew
from shared.engine.journal import ResultJournal
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.ports import Progress
from shared.engine.progress import ReadingCutError
from shared.engine.reading import check_size, silent
from shared.engine.recheck import no_longer_held
from shared.engine.records import LedgerStore, Results, ended_native_exemptions, exemptions
from shared.engine.refusals import native_sync_on
from shared.engine.run import Outcome, Result, Run, Selection
from shared.engine.selection import selected
from shared.engine.slices import RowsInTrouble
from shared.engine.trouble import Trouble
from shared.engine.undoing import close_gate, kept_sender_lists
from shared.engine.writers import Writers
from shared.model import Account, Address, Organization
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
        due = [change for change in changes if change.id not in journal]
        if due:
            end = ExecutionEnd.STOPPED
            if stop() is not StopRequested.STOPPED:
                self._keeper.wait_for_the_last_holder()
                if record.undoes is not None:
                    close_gate(self._parts.documents, self._keeper, run)
                end = self._write(due, len(changes), journal, record, stop)
            if end is ExecutionEnd.OUT_OF_TIME:
                return Executed(end=end, counts=journal.counts())
            journal.add(result_of(c, Outcome.NOT_REACHED) for c in changes if c.id not in journal)
            journal.flush()
        self._progress("confirming", len(journal), len(journal))
        confirm(self._parts, self._settings, self._keeper, run, record, selection, journal)
        counts = journal.counts()
        end = ExecutionEnd.STOPPED if counts[Outcome.NOT_REACHED] else ExecutionEnd.FINISHED
        return Executed(end=end, counts=counts)

    def _write(
        self, due: list[Change], total: int, journal: ResultJournal, record: PlanRecord, stop: Stop
    ) -> ExecutionEnd:
        self._progress("checking", len(journal), total)
        organization = self._parts.organization_reader().read(progress=silent)
        check_size(organization, before=record.plan.accounts)
        if organization.native_sync.writes_users and not all(change.switches_native_sync for change in due):
            raise native_sync_on()
        if stop() is StopRequested.OUT_OF_TIME:
            # Reading took all the time there was: the next slice would fare no better.
            raise ReadingCutError
        due = self._without_exempt(due, organization, record, journal)
        stale = no_longer_held(self._parts, self._settings, record, due, organization)
        by_uid = {a.uid: a for a in organization.accounts}
        journal.add(_stale(c, by_uid.get(c.uid) if c.uid else None) for c in due if c.id in stale)
        journal.add(_parted(record.plan.changes, journal))
        due = [c for c in due if c.id not in journal]
        writers = Writers(
            self._parts,
            self._keeper,
            organization,
            run_id=journal.run_id,
            additions=self._additions(record),
        )
        return self._carry_out(phases(due), total, writers, journal, stop)

    def _additions(self, record: PlanRecord) -> Additions:
        """Who comes back was welcomed before, and gets the lists of senders that were kept."""
        if record.undoes is not None:
            return Additions(sender_lists=kept_sender_lists(self._parts.documents, record.undoes))
        return Additions(
            welcome=frozenset(c.id for c in record.plan.changes if sends_welcome_email(c, self._settings.options))
        )

    def _carry_out(
        self, ordered: Iterable[Sequence[Step]], total: int, writers: Writers, journal: ResultJournal, stop: Stop
    ) -> ExecutionEnd:
        """Phase by phase; everything here but ``writers`` is touched by this thread alone."""
        trouble = Trouble(self._rows_in_trouble)
        requested = StopRequested.NO

        def may_start() -> bool:
            nonlocal requested
            requested = stop()
            return requested is StopRequested.NO

        def settle(attempt: Attempt) -> None:
            with trouble.of(attempt, journal):
                journal.add(attempt.results())
            self._progress("executing", len(journal), total)

        crew = Crew(writers.carry_out)
        try:
            for phase in ordered:
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

    def _without_exempt(
        self, due: list[Change], organization: Organization, record: PlanRecord, journal: ResultJournal
    ) -> list[Change]:
        """The changes left after those of objects and accounts that an exemption freezes now."""
        book = self._parts.documents
        exempt = exempt_addresses(
            exemptions(book), organization, self._parts.clock.now(), ended_native=ended_native_exemptions(book)
        )
        ledger, _ = LedgerStore(self._parts.documents).read()
        known = frozen_objects(exempt, ledger)
        accounts_of_known = {ledger.entries[i].uid for i in known if i in ledger.entries} - {None}
        of_account = {a.uid: a.addresses for a in organization.accounts}
        frozen = [
            c
            for c in due
            if c.entra_id in known
            or c.uid in accounts_of_known
            or not exempt.isdisjoint(_addresses(c, of_account.get(c.uid, ()) if c.uid else (), record))
        ]
        journal.add(result_of(c, Outcome.EXCLUDED, "An exemption freezes this account.") for c in frozen)
        return [c for c in due if c.id not in journal]


def _stale(change: Change, account: Account | None) -> Result:
    """The result of a change that a plan made now would not hold: also one that was written before a crash is none of its."""
    is_removal = change.category in REMOVALS
    if (is_removal and account is None) or (not is_removal and account is not None and is_reached(change, account)):
        return result_of(change, Outcome.ALREADY)
    return result_of(change, Outcome.DRIFTED, "A plan made now would not take this.")


def _parted(changes: Iterable[Change], journal: ResultJournal) -> list[Result]:
    """Results of chains in which somebody takes nothing any more: what is freed for them, or ends the chain, stays as it is."""
    changes = tuple(changes)
    left_out = {r.change_id for r in journal.results if r.outcome is Outcome.EXCLUDED}
    parted = {c.chain for c in changes if c.id in left_out and c.chain is not None and not c.takes}
    detail = "Another row of its chain is left out."
    return [result_of(c, Outcome.DRIFTED, detail) for c in changes if c.chain in parted and c.id not in journal]


def _addresses(change: Change, of_account: tuple[Address, ...], record: PlanRecord) -> set[Address]:
    """All addresses of the account, of the object, and of the change itself."""
    of_object = record.plan.listed.get(change.entra_id, ()) if change.entra_id is not None else ()
    return {change.address, *(change.after.alias_emails or ()), *of_account, *of_object}
