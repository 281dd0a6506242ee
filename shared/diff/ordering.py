"""Ordering: the changes of a plan as printed, and the steps in which a selection is carried out."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.diff.plan import ADDS, Category, Change
from shared.model import Address, Uid

BATCH_SIZE = 25
"""How many accounts one request creates. Source: facts of the API: no published maximum, so small batches."""

PRINTED_ORDER = {category: index for index, category in enumerate(Category)}


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateStep:
    """Accounts created in one request; every change is an addition."""

    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStep:
    """All selected changes of one account, written together."""

    uid: Uid
    address: Address
    changes: tuple[Change, ...]


Step = CreateStep | AccountStep


def printed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes in the order of a printed plan: by category, address and id."""
    return tuple(sorted(changes, key=lambda c: (PRINTED_ORDER[c.category], c.address, c.id)))


def steps(selection: Iterable[Change], *, batch_size: int = BATCH_SIZE) -> tuple[Step, ...]:
    """The selection as steps: accounts that exist first, by address, then additions in batches.

    Existing accounts come first so that a seat or an address that they free is free when it is taken.
    """
    by_account: dict[Uid, list[Change]] = {}
    adds: list[Change] = []
    for change in printed(selection):
        if change.category in ADDS:
            adds.append(change)
        elif change.uid is not None:
            by_account.setdefault(change.uid, []).append(change)
    accounts = sorted(
        (AccountStep(uid=uid, address=cs[0].address, changes=tuple(cs)) for uid, cs in by_account.items()),
        key=lambda step: (step.address, step.uid),
    )
    batches = [CreateStep(changes=tuple(adds[i : i + batch_size])) for i in range(0, len(adds), batch_size)]
    return (*accounts, *batches)
