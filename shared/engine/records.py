"""What the engine stores, by path: runs, plans, results, ledger, exemptions, slot and saved options."""

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.diff.ledger import Ledger
from shared.diff.plan import Exemption
from shared.engine.plan_record import PlanRecord
from shared.engine.refusals import NotFoundError
from shared.engine.run import Result, Run
from shared.errors import DamagedDocumentError, DocumentConflictError, UnknownSchemaError
from shared.model import Address, FetchedAccount
from shared.state.protocols import Documents, ETag

LOGGER = logging.getLogger(__name__)

LEDGER_PATH = "ledger.json.gz"
EXEMPTIONS_PATH = "exemptions.json"
SETTINGS_PATH = "settings.json"
SLOT_PATH = "slot.json"
CONFLICT_TRIES = 8
UNDER_WAY_SEARCHED = 25
"""So many of the runs that moved last are looked at: the timer moves a run that nobody else moves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOptions:
    """Sync options as saved from the settings page, by setting name, in their text form."""

    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemptions:
    """All exemptions, in order of making."""

    exemptions: tuple[Exemption, ...] = ()
    native_ended: tuple[Address, ...] = ()
    """Addresses whose exemption by the native sync a person ended, or replaced by one of ours; sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """What the timer remembers: the last slot that it enqueued, and what tells whether scheduled runs are late."""

    number: int | None = None
    """None before the first scheduled run."""
    every_hours: int = 0
    every_hours_since: datetime | None = None
    first_tick_at: datetime | None = None
    last_success_at: datetime | None = None
    exemptions_looked_at: datetime | None = None
    """When the timer last looked for exemptions that ended; None before the first look."""
    refused_login: str = ""
    """Fingerprint of the Essentials login that a scheduled run found refused; empty where none is."""


class Runs:
    """Run documents under ``runs/``; an id starts with its time, so that newer ones sort later."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def create(self, run: Run) -> bool:
        """Store a new run; False where there is one with this id already."""
        try:
            self._documents.create(_run_path(run.id), run)
        except DocumentConflictError:
            return False
        return True

    def get(self, run_id: str) -> Run:
        """The run; raises NotFoundError."""
        return self._read(run_id)[0]

    def find(self, run_id: str) -> Run | None:
        """The run; None where there is none."""
        stored = self._documents.read(_run_path(run_id), Run) if is_id(run_id) else None
        return stored.body if stored is not None else None

    def update(self, run_id: str, change: Callable[[Run], Run]) -> Run:
        """The run after ``change`` of its newest version; raises NotFoundError, DocumentConflictError."""
        for _ in range(CONFLICT_TRIES):
            run, etag = self._read(run_id)
            changed = change(run)
            if changed == run:
                return run
            try:
                self._documents.replace(_run_path(run_id), changed, etag)
            except DocumentConflictError:
                continue
            return changed
        raise DocumentConflictError(
            f"Run {run_id} was written by somebody else {CONFLICT_TRIES} times in a row.", "Try again in a moment."
        )

    def newest(self, limit: int) -> tuple[Run, ...]:
        """The runs that moved last, the latest queued first; a run whose document cannot be read is left out and logged."""
        documents = [d for d in self._documents.list("runs/") if d.path.endswith(".json")]
        documents.sort(key=lambda d: (d.modified_at, d.path), reverse=True)
        found = [run for d in documents[:limit] if (run := self._readable(d.path)) is not None]
        return tuple(sorted(found, key=lambda r: (r.queued_at, r.id), reverse=True))

    def _readable(self, path: str) -> Run | None:
        try:
            stored = self._documents.read(path, Run)
        except (DamagedDocumentError, UnknownSchemaError) as error:
            # One damaged run must not stop the timer, the list and every search.
            LOGGER.warning("%s", error)
            return None
        return stored.body if stored is not None else None

    def under_way(self) -> tuple[Run, ...]:
        """Runs that are not final, oldest first."""
        return tuple(reversed([run for run in self.newest(UNDER_WAY_SEARCHED) if not run.state.is_final]))

    def _read(self, run_id: str) -> tuple[Run, ETag]:
        stored = self._documents.read(_run_path(run_id), Run) if is_id(run_id) else None
        if stored is None:
            raise NotFoundError(f"There is no run {run_id!r}.", "Look it up under /api/runs.")
        return stored.body, stored.etag


class Plans:
    """Plan documents under ``plans/``."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def find(self, plan_id: str) -> PlanRecord | None:
        """The plan; None where there is none."""
        stored = self._documents.read(f"plans/{plan_id}.json.gz", PlanRecord) if is_id(plan_id) else None
        return stored.body if stored is not None else None

    def get(self, plan_id: str) -> PlanRecord:
        """The plan; raises NotFoundError."""
        record = self.find(plan_id)
        if record is None:
            raise NotFoundError(f"There is no plan {plan_id!r}.", "Search again: plans are kept for HISTORY_DAYS.")
        return record

    def store(self, record: PlanRecord) -> PlanRecord:
        """Store a plan once; where a run already stored its plan, that one stays and is given back."""
        try:
            self._documents.create(f"plans/{record.id}.json.gz", record)
        except DocumentConflictError:
            return self.get(record.id)
        return record


class Results:
    """Journals of executions, ``runs/{id}.results.jsonl``."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def append(self, run_id: str, results: Sequence[Result]) -> None:
        """Add results."""
        self._documents.append(_results_path(run_id), results)

    def of(self, run_id: str) -> tuple[Result, ...]:
        """All results in order; the first one of a change counts."""
        if not is_id(run_id):
            return ()
        return _first_of_each(self._documents.read_lines(_results_path(run_id), Result))


class Removed:
    """Whole objects of accounts before their removal, ``runs/{id}.removed.jsonl``."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def keep(self, run_id: str, fetched: FetchedAccount) -> None:
        """Store the account as Essentials gave it."""
        self._documents.append(f"runs/{run_id}.removed.jsonl", [fetched])

    def of(self, run_id: str) -> tuple[FetchedAccount, ...]:
        """All accounts that the run removed or was about to remove."""
        return self._documents.read_lines(f"runs/{run_id}.removed.jsonl", FetchedAccount) if is_id(run_id) else ()


class LedgerStore:
    """The ledger document."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def read(self) -> tuple[Ledger, ETag | None]:
        """The ledger and its version; an empty one and None where there is none yet."""
        stored = self._documents.read(LEDGER_PATH, Ledger)
        return (stored.body, stored.etag) if stored is not None else (Ledger(), None)

    def write(self, ledger: Ledger, etag: ETag | None) -> None:
        """Store the ledger, if it is still the version that was read; raises DocumentConflictError."""
        if etag is None:
            self._documents.create(LEDGER_PATH, ledger)
        else:
            self._documents.replace(LEDGER_PATH, ledger, etag)


class SlotStore:
    """The timer's document."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def read(self) -> Slot:
        """The slot; an empty one where the timer never ticked."""
        return self._read()[0]

    def update(self, change: Callable[[Slot], Slot]) -> Slot:
        """The slot after ``change`` of its newest version; raises DocumentConflictError."""
        for _ in range(CONFLICT_TRIES):
            slot, etag = self._read()
            changed = change(slot)
            if changed == slot:
                return slot
            try:
                if etag is None:
                    self._documents.create(SLOT_PATH, changed)
                else:
                    self._documents.replace(SLOT_PATH, changed, etag)
            except DocumentConflictError:
                continue
            return changed
        raise DocumentConflictError("The timer's document is being written by somebody else.", "Try again in a moment.")

    def _read(self) -> tuple[Slot, ETag | None]:
        stored = self._documents.read(SLOT_PATH, Slot)
        return (stored.body, stored.etag) if stored is not None else (Slot(), None)


def saved_options(documents: Documents) -> dict[str, str]:
    """Saved sync options by name; empty where none are saved."""
    stored = documents.read(SETTINGS_PATH, SavedOptions)
    return dict(stored.body.values) if stored is not None else {}


def exemptions(documents: Documents) -> tuple[Exemption, ...]:
    """All exemptions, ended ones included."""
    stored = documents.read(EXEMPTIONS_PATH, Exemptions)
    return stored.body.exemptions if stored is not None else ()


def is_id(text: str) -> bool:
    """Whether the text can be the id of a run or plan: nothing else ever becomes part of a path."""
    return 0 < len(text) <= 64 and text.isascii() and text.replace("-", "").isalnum()


def _run_path(run_id: str) -> str:
    return f"runs/{run_id}.json"


def _results_path(run_id: str) -> str:
    return f"runs/{run_id}.results.jsonl"


def _first_of_each(results: Iterable[Result]) -> tuple[Result, ...]:
    first: dict[str, Result] = {}
    for result in results:
        first.setdefault(result.change_id, result)
    return tuple(first.values())


def ended_native_exemptions(documents: Documents) -> tuple[Address, ...]:
    """Exemptions of the native sync that a person ended or took over: they do not return."""
    stored = documents.read(EXEMPTIONS_PATH, Exemptions)
    return stored.body.native_ended if stored is not None else ()
