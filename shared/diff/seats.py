"""Seats: ticked changes fill them in order until the licence is full; the rest is blocked."""

from collections.abc import Iterable
from dataclasses import replace

from shared.diff.ordering import is_early
from shared.diff.plan import ADDS, REMOVALS, Blocked, Category, Change, Seats
from shared.diff.situation import Situation
from shared.model import Account, AccountType


def seats_needed(change: Change, account: Account | None) -> int:
    """How many seats a change takes (1), frees (-1) or leaves (0)."""
    if change.category in REMOVALS:
        return -_uses_seat(account.type, is_active=account.is_active) if account else 0
    if change.category in ADDS:
        return _uses_seat(change.after.type, is_active=bool(change.after.is_active))
    if change.category is not Category.CONVERT_USER or account is None:
        return 0
    type_after = change.after.type or account.type
    is_active_after = account.is_active if change.after.is_active is None else change.after.is_active
    return _uses_seat(type_after, is_active=is_active_after) - _uses_seat(account.type, is_active=account.is_active)


def seat(changes: Iterable[Change], situation: Situation) -> tuple[list[Change], Seats]:
    """The changes with those blocked that find no seat, and the seats before and after what is ticked.

    Seats are freed before they are filled; conversions come before additions, then the order of addresses decides. What a
    chain frees that waits for an addition is counted, and fills nothing.
    """
    changes = list(changes)
    needs = [
        seats_needed(c, situation.accounts.get(c.uid) if c.uid is not None else None) if c.ticked else 0
        for c in changes
    ]
    limit = situation.organization.licences.limit
    used_before = situation.seats_used
    late = _late_chains(changes)
    freed_late = sum(need for c, need in zip(changes, needs, strict=True) if need < 0 and c.chain in late)
    used = used_before + sum(need for need in needs if need < 0) - freed_late
    takers = [i for i, need in enumerate(needs) if need > 0]
    takers.sort(key=lambda i: (changes[i].category is not Category.CONVERT_USER, changes[i].address, changes[i].id))
    for index in takers:
        if limit is not None and used >= limit:
            changes[index] = _without_seat(changes[index], limit)
        else:
            used += 1
    return changes, Seats(limit=limit, used_before=used_before, used_after=used + freed_late)


def _late_chains(changes: Iterable[Change]) -> set[str]:
    chains: dict[str, list[Change]] = {}
    for change in changes:
        if change.chain is not None:
            chains.setdefault(change.chain, []).append(change)
    return {chain for chain, rows in chains.items() if not is_early(rows)}


def _uses_seat(type_: AccountType | None, *, is_active: bool) -> int:
    return int(is_active and type_ is not None and type_.takes_seat)


def _without_seat(change: Change, limit: int) -> Change:
    return replace(
        change,
        ticked=False,
        blocked=Blocked.NO_SEAT,
        reason=f"{change.reason} All {limit} seats are taken: free some or buy more.",
    )
