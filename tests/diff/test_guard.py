"""The guard's three limits, each from both sides."""

from dataclasses import replace

import pytest

from shared.diff.guard import GuardVerdict, Limit, judge
from shared.diff.options import SyncOptions
from shared.diff.plan import Category, Change
from tests.builders.sides import directory, organization, person, plan

LIMITS = SyncOptions(guard_removals=20, guard_removals_percent=5, guard_changes_percent=30)


def a_change() -> Change:
    return plan(directory([person(1, "ann")]), organization()).changes[0]


def verdict(*, taking: int = 0, updates: int = 0, adds: int = 0, accounts: int, active: int) -> GuardVerdict:
    row = a_change()
    taken = replace(row, category=Category.CONVERT_USER, takes=True)
    updated = replace(row, category=Category.UPDATE_USER)
    return judge(
        [taken] * taking + [updated] * updates + [row] * adds,
        accounts=accounts,
        active_accounts=active,
        options=LIMITS,
    )


@pytest.mark.parametrize(("taking", "tripped"), [(20, ()), (21, (Limit.REMOVALS,))])
def test_more_taking_changes_than_the_limit_trip(taking: int, tripped: tuple[Limit, ...]) -> None:
    assert verdict(taking=taking, accounts=10_000, active=10_000).tripped == tripped


@pytest.mark.parametrize(
    ("taking", "active", "trips"), [(5, 10, False), (6, 119, True), (6, 120, False), (6, 10, True)]
)
def test_a_share_of_taking_changes_trips_only_above_five(taking: int, active: int, trips: bool) -> None:
    found = verdict(taking=taking, accounts=10_000, active=active)

    assert (Limit.REMOVALS_PERCENT in found.tripped) is trips


@pytest.mark.parametrize(("updates", "accounts", "trips"), [(6, 20, False), (7, 20, True), (19, 19, False)])
def test_a_share_of_changes_trips_where_there_are_at_least_twenty_accounts(
    updates: int, accounts: int, trips: bool
) -> None:
    found = verdict(updates=updates, accounts=accounts, active=accounts)

    assert (Limit.CHANGES_PERCENT in found.tripped) is trips


def test_additions_never_trip() -> None:
    assert not verdict(adds=5_000, accounts=20, active=20).is_tripped
