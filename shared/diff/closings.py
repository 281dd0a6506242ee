"""Closings: an account that goes, or is deactivated, once a chain has given its addresses to those whom Entra lists with them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from shared.diff.conversions import conversion_rows
from shared.diff.plan import REMOVALS, Blocked, Category, Change
from shared.diff.removals import leaver_rows
from shared.diff.situation import Situation
from shared.diff.subject import Wish
from shared.diff.transfers import Transfer
from shared.model import Account, Address, Uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """What ends a chain: rows of an account that could not be done while it has the addresses that the chain gives away."""

    uid: Uid
    rows: tuple[Change, ...]
    """All ticked, none of them blocked."""
    replaced: tuple[Change, ...]
    """The rows of the same account that they stand for."""


def closings(changes: Iterable[Change], handed_over: Iterable[Transfer], situation: Situation) -> dict[Uid, Closing]:
    """The closings of accounts all of whose addresses in use are among those that ticked chains hand over."""
    given: dict[Uid, set[Address]] = defaultdict(set)
    accounts: dict[Uid, Account] = {}
    for transfer in handed_over:
        given[transfer.giver.uid].add(transfer.address)
        accounts[transfer.giver.uid] = transfer.giver
    own: dict[Uid, list[Change]] = defaultdict(list)
    for change in changes:
        if change.uid in given and _ends(change):
            own[change.uid].append(change)
    waiting = {uid: frozenset(given[uid]) for uid, rows in own.items() if any(_waits(row) for row in rows)}
    found = (_closing(accounts[uid], own[uid], replace(situation, handed_over=waiting)) for uid in waiting)
    return {closing.uid: closing for closing in found if closing is not None}


def is_closing(change: Change, chain: Iterable[Change]) -> bool:
    """Whether a row of a chain comes when everything is handed over: it neither takes an address nor frees one of them."""
    if change.category in REMOVALS:
        return not any(
            change.before.primary_email in (c.after.primary_email, *(c.after.alias_emails or ())) for c in chain
        )
    return change.category is Category.CONVERT_USER


def _ends(change: Change) -> bool:
    return change.chain is None and (change.category in REMOVALS or change.category is Category.CONVERT_USER)


def _waits(change: Change) -> bool:
    return change.takes and change.blocked is Blocked.ADDRESS_IN_USE


def _closing(account: Account, before: list[Change], situation: Situation) -> Closing | None:
    after = _rows(account, situation)
    rows = tuple(row for row in after if row not in before)
    if not rows or not all(row.ticked for row in rows):
        return None
    return Closing(uid=account.uid, rows=rows, replaced=tuple(row for row in before if row not in after))


def _rows(account: Account, situation: Situation) -> list[Change]:
    subject = situation.subject_of(account)
    if subject is not None and isinstance(subject.verdict, Wish):
        found = situation.match_of(subject)
        return conversion_rows(subject, subject.verdict, found, situation) if found is not None else []
    return leaver_rows(account, situation)
