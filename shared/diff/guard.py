"""The guard: the limits that stop a selection from doing harm."""

from dataclasses import dataclass
from enum import StrEnum


class Limit(StrEnum):
    """The three limits, by the setting that holds each."""

    REMOVALS = "GUARD_REMOVALS"
    REMOVALS_PERCENT = "GUARD_REMOVALS_PERCENT"
    CHANGES_PERCENT = "GUARD_CHANGES_PERCENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardVerdict:
    """What a selection does, beside the limits in force, and which of them it is over."""

    tripped: tuple[Limit, ...]
    taking_changes: int
    active_accounts: int
    changes_other_than_adds: int
    accounts: int
    removals_limit: int
    removals_percent_limit: int
    changes_percent_limit: int

    @property
    def is_tripped(self) -> bool:
        """Whether any limit is passed."""
        return bool(self.tripped)
