"""The run: the record of one search, execution, scheduled sync or undo."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.diff.options import How, What
from shared.model import AccountType, Address


class RunKind(StrEnum):
    """What a run does."""

    SEARCH = "search"
    EXECUTION = "execution"
    SCHEDULED = "scheduled"
    UNDO = "undo"


class RunState(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTLY_FAILED = "partly_failed"
    FAILED = "failed"
    BLOCKED = "blocked"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen to the run."""
        return self not in (RunState.QUEUED, RunState.RUNNING)


class Outcome(StrEnum):
    """What became of one change."""

    DONE = "done"
    ALREADY = "already"
    DRIFTED = "drifted"
    EXCLUDED = "excluded"
    BLOCKED = "blocked"
    FAILED = "failed"
    NOT_REACHED = "not_reached"


class ActorKind(StrEnum):
    """Who asks."""

    PERSON = "person"
    APPLICATION = "application"
    SCHEDULE = "schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: ``by`` is ``name (object id)``, ``function key`` or ``schedule``."""

    kind: ActorKind
    by: str


class Acceptance(StrEnum):
    """What a person may accept for one search."""

    SMALLER_ORGANIZATION = "smaller_organization"
    DIRECTORY_CHANGED = "directory_changed"


class Reading(StrEnum):
    """How a search reads the directory: by what changed since the last one, where that is enough, or every object anew."""

    CHANGES = "changes"
    WHOLE = "whole"


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """How a search departs from the options in force; None: as they are."""

    what: frozenset[What] | None = None
    how: frozenset[How] | None = None
    default_role: AccountType | None = None
    accept: frozenset[Acceptance] = frozenset()
    read: Reading = Reading.CHANGES

    @property
    def is_none(self) -> bool:
        """Whether the search is made under the options in force, nothing narrowed."""
        return self.what is None and self.how is None and self.default_role is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a person chose of a plan: ticked minus ``exclude`` plus ``include``."""

    digest: str
    exclude: frozenset[str] = frozenset()
    include: frozenset[str] = frozenset()
    approve: str | None = None
    """The selection digest that an approval repeats; None where nothing is approved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Why a run failed or was blocked."""

    code: str
    detail: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one change in an execution."""

    change_id: str
    category: str
    address: Address
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The stored record of a run."""

    id: str
    kind: RunKind
    state: RunState
    by: Actor
    queued_at: datetime
    progress_at: datetime
    """When it last moved: queued, started a slice, journalled a step."""
    stage: str = "queued"
    done: int = 0
    total: int = 0
    plan_id: str | None = None
    counts: dict[str, int] = field(default_factory=dict)
    """A search: changes by category. An execution: results by outcome."""
    problem: Problem | None = None
    narrowing: Narrowing = Narrowing()
    selection: Selection | None = None
    undoes: str | None = None
    """Id of the execution that an undo, or the execution of its plan, puts back; None for every other run."""
    slot: int | None = None
    """The slot that a scheduled run belongs to."""
    n: int = 0
    """Number of the last message sent for it; a message with another number is dropped."""
    attempts: int = 0
    """Slices without progress so far."""
    cancel_requested: bool = False
    is_reading_queued: bool = False
    """Whether a reading did not fit into a request and waits for the queue."""
    started_at: datetime | None = None
    finished_at: datetime | None = None
