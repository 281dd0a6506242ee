"""The guard: the limits that stop a selection from doing harm."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.diff.options import SyncOptions
from shared.diff.plan import ADDS, Category, Change

SMALL_TAKING = 5
"""So many taking changes never trip the percentage."""
SMALL_ORGANIZATION = 20
"""Below so many accounts the percentage of changes does not apply."""


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


def judge(selection: Iterable[Change], *, accounts: int, active_accounts: int, options: SyncOptions) -> GuardVerdict:
    """The verdict on a selection: every selected row of an account counts, whether it will succeed or not."""
    taking = other_than_adds = 0
    for change in selection:
        if change.category is Category.ORGANIZATION_SETTING:
            continue  # no account's change: the limits are shares of accounts
        taking += change.takes
        other_than_adds += change.category not in ADDS
    tripped = []
    if taking > options.guard_removals:
        tripped.append(Limit.REMOVALS)
    if taking > SMALL_TAKING and taking * 100 > active_accounts * options.guard_removals_percent:
        tripped.append(Limit.REMOVALS_PERCENT)
    if accounts >= SMALL_ORGANIZATION and other_than_adds * 100 > accounts * options.guard_changes_percent:
        tripped.append(Limit.CHANGES_PERCENT)
    return GuardVerdict(
        tripped=tuple(tripped),
        taking_changes=taking,
        active_accounts=active_accounts,
        changes_other_than_adds=other_than_adds,
        accounts=accounts,
        removals_limit=options.guard_removals,
        removals_percent_limit=options.guard_removals_percent,
        changes_percent_limit=options.guard_changes_percent,
    )
