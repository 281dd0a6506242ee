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


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingStep:
    """One setting of the organization, written alone."""

    changes: tuple[Change, ...]
    """The one change."""


Step = CreateStep | AccountStep | RemoveStep | ChainStep | SettingStep


def printed(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes in the order of a printed plan: by category, address and id."""
    return tuple(sorted(changes, key=lambda c: (PRINTED_ORDER[c.category], c.address, c.id)))


def is_early(chain: Iterable[Change]) -> bool:
    """Whether a chain is carried out before accounts are created: where it concerns accounts that exist, and may free seats."""
    return all(change.uid is not None for change in chain)


def may_take_a_seat(change: Change) -> bool:
    """Whether the change makes an account that exists a user, or active."""
    after = change.after
    is_given_seat = after.type is not None and after.type.takes_seat
    return change.category not in ADDS and (is_given_seat or after.is_active is True)


def phases(selection: Iterable[Change], *, batch_size: int = BATCH_SIZE) -> tuple[tuple[Step, ...], ...]:
    """The selection in phases of steps, each in order of address; every step of a phase comes before any of the next.

    Settings of the organization come first. Seats are freed before they are filled: accounts that need none, removals, chains among accounts that exist, accounts
    that may need one, additions in batches, and the chains that hand something to what was added.
    """
    by_account: dict[Uid, list[Change]] = {}
    adds: list[Change] = []
    removals: list[RemoveStep] = []
    settings: list[SettingStep] = []
    chains: dict[str, list[Change]] = {}
    for change in printed(selection):
        if change.chain is not None:
            chains.setdefault(change.chain, []).append(change)
        elif change.category is Category.ORGANIZATION_SETTING:
            settings.append(SettingStep(changes=(change,)))
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
    takers = {step.uid for step in accounts if any(may_take_a_seat(c) for c in step.changes)}
    # Another chain may hand over an alias of an account that one of them removes.
    in_order = sorted(chains.items(), key=lambda item: (any(c.category in REMOVALS for c in item[1]), item[0]))
    handovers = [ChainStep(chain=chain, changes=tuple(cs)) for chain, cs in in_order]
    return (
        tuple(settings),
        tuple(step for step in accounts if step.uid not in takers),
        tuple(sorted(removals, key=lambda step: (step.address, step.uid))),
        tuple(step for step in handovers if is_early(step.changes)),
        tuple(step for step in accounts if step.uid in takers),
        tuple(CreateStep(changes=tuple(adds[i : i + batch_size])) for i in range(0, len(adds), batch_size)),
        tuple(step for step in handovers if not is_early(step.changes)),
    )


def steps(selection: Iterable[Change], *, batch_size: int = BATCH_SIZE) -> tuple[Step, ...]:
    """The steps of all phases, one after the other."""
    return tuple(step for phase in phases(selection, batch_size=batch_size) for step in phase)


def _renames_first(changes: list[Change]) -> tuple[Change, ...]:
    """The changes of one account, a rename before the dropping of the primary address that it leaves behind."""
    return tuple(sorted(changes, key=lambda c: c.after.primary_email is None))
