"""What a slice works within, and how it ends."""

from dataclasses import dataclass
from enum import StrEnum

from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.progress import RunProgress
from shared.engine.run import Problem, RunState


class RowsInTrouble(StrEnum):
    """What becomes of rows that the service did not answer."""

    TRY_AGAIN = "try_again"
    """The slice ends with the error, and the next one tries them again."""
    GIVE_UP = "give_up"
    """They fail: every attempt was used."""


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
