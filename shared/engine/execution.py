"""Execution: carries out the selected changes of a plan, slice by slice, and notes in the ledger what is true afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Protocol

from shared.diff.ledger import Gate, Ledger, adopt, note_writes
from shared.diff.ordering import AccountStep, CreateStep, steps
from shared.diff.plan import Adoption, Change
from shared.diff.planner import sends_welcome_email
from shared.diff.written import written
from shared.engine.account_steps import AccountSteps, result_of
from shared.engine.commands import PlanRecord
from shared.engine.journal import ResultJournal
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.ports import Progress
from shared.engine.records import LedgerStore, Results, exemptions
from shared.engine.run import ActorKind, Outcome, Run, Selection
from shared.engine.selection import opens_gate, selected
from shared.engine.trouble import RowsInTrouble, Trouble
from shared.model import Address, Organization
from shared.settings import Settings, options_fingerprint


class ExecutionEnd(StrEnum):
    """How a slice of an execution ended."""

    FINISHED = "finished"
    OUT_OF_TIME = "out_of_time"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What a slice of an execution came to."""

    end: ExecutionEnd
    counts: dict[str, int]


class StopRequested(StrEnum):
    """What a slice is told between two steps."""

    NO = "no"
    OUT_OF_TIME = "out_of_time"
    CANCELLED = "cancelled"


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

        Raises what the readers and the writer raise about the services as a whole; a row's own refusal is a result.
        """
        changes = selected(record.plan, selection)
        journal = ResultJournal(
            Results(self._parts.documents), run.id, self._parts.clock, on_flush=self._keeper.note_progress
        )
        end = ExecutionEnd.FINISHED
        due = [change for change in changes if change.id not in journal]
        if due:
            self._keeper.wait_for_the_last_holder()
            end = self._write(due, len(changes), journal, record, stop)
        if end is ExecutionEnd.OUT_OF_TIME:
            return Executed(end=end, counts=journal.counts())
        if end is ExecutionEnd.CANCELLED:
            journal.add(result_of(c, Outcome.NOT_REACHED) for c in changes if c.id not in journal)
            journal.flush()
        self._confirm(run, record, selection, changes, journal)
        return Executed(end=end, counts=journal.counts())

    def _write(
        self, due: list[Change], total: int, journal: ResultJournal, record: PlanRecord, stop: Stop
    ) -> ExecutionEnd:
        self._progress("checking", len(journal), total)
        organization = self._parts.organization_reader().read(progress=_silent)
        due = self._without_exempt(due, organization, journal)
        by_uid = {a.uid: a for a in organization.accounts}
        by_primary = {a.primary_email: a for a in organization.accounts}
        writer = AccountSteps(
            self._parts.account_writer(),
            self._keeper,
            {address: a for a in organization.accounts for address in a.addresses},
            welcome=frozenset(c.id for c in record.plan.changes if sends_welcome_email(c, self._settings.options)),
        )
        trouble = Trouble(self._rows_in_trouble)
        try:
            for step in steps(due):
                requested = stop()
                if requested is not StopRequested.NO:
                    return ExecutionEnd(requested.value)
                with trouble.of(step, journal):
                    match step:
                        case AccountStep():
                            journal.add(writer.update(step, by_uid.get(step.uid)))
                        case CreateStep():
                            journal.add(writer.create(step.changes, by_primary))
                self._progress("executing", len(journal), total)
            trouble.settle()
        finally:
            # What was written is never forgotten, whatever ends the slice.
            journal.flush()
        return ExecutionEnd.FINISHED

    def _without_exempt(self, due: list[Change], organization: Organization, journal: ResultJournal) -> list[Change]:
        """The changes left after those of accounts that an exemption freezes now."""
        now = self._parts.clock.now()
        exempt = {e.address for e in exemptions(self._parts.documents) if e.until is None or e.until > now}
        exempt |= set(organization.native_exemptions)
        addresses = {a.uid: a.addresses for a in organization.accounts}
        frozen = [c for c in due if exempt.intersection(_addresses(c, addresses.get(c.uid, ()) if c.uid else ()))]
        journal.add(result_of(c, Outcome.EXCLUDED, "An exemption freezes this account.") for c in frozen)
        return [c for c in due if c.id not in journal]

    def _confirm(
        self,
        run: Run,
        record: PlanRecord,
        selection: Selection,
        changes: Iterable[Change],
        journal: ResultJournal,
    ) -> None:
        """Read the list once more and note what is there now: matches, what was written, and how it reads back."""
        self._progress("confirming", len(journal), len(journal))
        organization = self._parts.organization_reader().read(progress=_silent)
        outcomes = {r.change_id: r.outcome for r in journal.results}
        done = [c for c in changes if outcomes.get(c.id) in (Outcome.DONE, Outcome.ALREADY)]
        now = self._parts.clock.now()
        store = LedgerStore(self._parts.documents)
        ledger, etag = store.read()
        ledger = adopt(ledger, _still_there(record.plan.adoptions, organization), now=now)
        ledger = note_writes(ledger, written(done, organization), now=now)
        ledger = replace(
            ledger,
            tenant_id=record.plan.directory_certificate.tenant_id,
            primary_domain=organization.primary_domain,
            accounts_last_read=len(organization.accounts),
            gate=self._gate(run, record, selection, ledger),
        )
        store.write(ledger, etag)

    def _gate(self, run: Run, record: PlanRecord, selection: Selection, ledger: Ledger) -> Gate | None:
        fingerprint = options_fingerprint(self._settings.options)
        if run.by.kind is not ActorKind.PERSON or not opens_gate(record, selection, fingerprint):
            return ledger.gate
        return Gate(options_fingerprint=fingerprint, opened_at=self._parts.clock.now(), opened_by=run.by.by)


def _silent(stage: str, done: int, total: int) -> None:
    """Progress of a read that is part of a larger stage."""


def _addresses(change: Change, of_account: tuple[Address, ...]) -> set[Address]:
    given = {*(change.after.alias_emails or ()), change.address, *of_account}
    if change.after.primary_email is not None:
        given.add(change.after.primary_email)
    return given


def _still_there(adoptions: Iterable[Adoption], organization: Organization) -> list[Adoption]:
    accounts = {a.uid: a for a in organization.accounts}
    return [replace(a, address=accounts[a.uid].primary_email) for a in adoptions if a.uid in accounts]
