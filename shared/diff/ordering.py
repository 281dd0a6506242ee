"""Ordering: the changes of a plan as printed, and the steps in which a selection is carried out."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.diff.plan import ADDS, REMOVALS, Category, Change
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


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveStep:
    """One account removed."""

    uid: Uid
    address: Address
    changes: tuple[Change, ...]
    """The one removal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainStep:
    """All changes of one chain: each address is freed right before it is taken."""

    chain: str
    changes: tuple[Change, ...]


Step = CreateStep | AccountStep | RemoveStep | ChainStep


def printed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes in the order of a printed plan: by category, address and id."""
    return tuple(sorted(changes, key=lambda c: (PRINTED_ORDER[c.category], c.address, c.id)))


def steps(selection: Iterable[Change], *, batch_size: int = BATCH_SIZE) -> tuple[Step, ...]:
    """The selection as steps: accounts that exist first, by address, then removals, additions in batches, and chains.

    Additions come after what may free a seat, and chains after the additions that they may hand something to.
    """
    by_account: dict[Uid, list[Change]] = {}
    adds: list[Change] = []
    removals: list[RemoveStep] = []
    chains: dict[str, list[Change]] = {}
    for change in printed(selection):
        if change.chain is not None:
            chains.setdefault(change.chain, []).append(change)
        elif change.category in ADDS:
            adds.append(change)
        elif change.category in REMOVALS and change.uid is not None:
            removals.append(RemoveStep(uid=change.uid, address=change.address, changes=(change,)))
        elif change.uid is not None:
            by_account.setdefault(change.uid, []).append(change)
    accounts = sorted(
        (AccountStep(uid=uid, address=cs[0].address, changes=_renames_first(cs)) for uid, cs in by_account.items()),
        key=lambda step: (step.address, step.uid),
    )
    batches = [CreateStep(changes=tuple(adds[i : i + batch_size])) for i in range(0, len(adds), batch_size)]
    handovers = [ChainStep(chain=chain, changes=tuple(cs)) for chain, cs in sorted(chains.items())]
    return (*accounts, *sorted(removals, key=lambda step: (step.address, step.uid)), *batches, *handovers)


def _renames_first(changes: list[Change]) -> tuple[Change, ...]:
    """The changes of one account, a rename before the dropping of the primary address that it leaves behind."""
    return tuple(sorted(changes, key=lambda c: c.after.primary_email is None))
