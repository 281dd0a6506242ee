"""Transfers: addresses that Entra gives to one object while the account of another still has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.diff.ledger import LedgerEntry
from shared.diff.mapping import MANAGED_BY
from shared.diff.options import How
from shared.diff.plan import Blocked, Category, Change
from shared.diff.proofs import Standing, Verdict, address_verdict, how_gone, is_gone
from shared.diff.rows import Target, newcomer, target
from shared.diff.situation import Situation
from shared.diff.subject import Subject, Wish
from shared.model import Account, Address, EntraId, Uid

MAIL_FLOWS_AFTER = timedelta(minutes=60)
"""A new account may get no mail for so long, so nothing is handed to it unattended.

Source: help.proofpoint.com, How To Add and Manage Users.
"""


class Freed(StrEnum):
    """How the account that has the address lets it go."""

    AS_ALIAS = "as_alias"
    BY_RENAME = "by_rename"
    """It is the primary address; a change of this plan gives the account another one, and it stays as an alias until freed."""
    BY_REMOVAL = "by_removal"
    """It is the primary address of a leaver's account, which is removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One address on its way from one account to another."""

    address: Address
    giver: Account
    taker: Target
    taker_account: Account | None
    """None where the account is still to be created."""
    is_new_primary: bool
    """Whether it becomes the taker's primary address."""
    freed: Freed
    verdict: Verdict
    is_taker_young: bool
    """Whether the taker's account is new, so that its mail may not flow yet."""

    @property
    def is_tickable(self) -> bool:
        """Whether it may be done unattended."""
        is_proven = self.verdict.standing is Standing.PROVEN
        return is_proven and not self.is_taker_young and self.freed is not Freed.BY_REMOVAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows that transfers build upon: those that rename accounts, by account, and those that add them, by object."""

    renames: Mapping[Uid, Change]
    adds: Mapping[EntraId, Change]


def rows_to_build_upon(changes: Iterable[Change]) -> Rows:
    """The renames and additions among the changes of a plan."""
    renames: dict[Uid, Change] = {}
    adds: dict[EntraId, Change] = {}
    for change in changes:
        if change.category in (Category.ADD_USER, Category.ADD_GROUP) and change.entra_id is not None:
            adds[change.entra_id] = change
        elif change.uid is not None and change.after.primary_email is not None and change.blocked is None:
            renames[change.uid] = change
    return Rows(renames=renames, adds=adds)


def transfers(situation: Situation, rows: Rows) -> tuple[Transfer, ...]:
    """All transfers that could be made, in order of address; those that need another one first come after it.

    A cycle of primary addresses alone cannot be opened: those accounts keep what they have.
    """
    renamed = set(rows.renames)
    found: list[Transfer] = []
    open_wants = _all_wants(situation)
    while True:
        waiting: list[tuple[Subject, Address, Account]] = []
        for subject, address, giver in open_wants:
            transfer = _transfer(subject, address, giver, situation, rows, renamed)
            if transfer is None:
                waiting.append((subject, address, giver))
            else:
                found.append(transfer)
        newly = {
            t.taker_account.uid
            for t in found
            if t.is_new_primary and t.taker_account is not None and t.verdict.blocked is None
        } - renamed
        if not newly:
            return tuple(found)
        renamed |= newly
        open_wants = waiting


def _all_wants(situation: Situation) -> list[tuple[Subject, Address, Account]]:
    unserved = (situation.subjects[entra_id] for entra_id in situation.matching.unserved)
    return [want for subject in unserved for want in _wants(subject, situation)]


def _wants(subject: Subject, situation: Situation) -> list[tuple[Subject, Address, Account]]:
    """The addresses of a managed subject that another account has, and that no other subject may get."""
    if not isinstance(subject.verdict, Wish) or subject.addresses is None:
        return []
    found = situation.match_of(subject)
    if found is not None and not _may_be_given(subject, found.account, situation):
        return []
    wants = []
    for address in subject.addresses.registered if found is None else found.lacking:
        holder = situation.holders.get(address)
        if holder is None or holder.uid in situation.untouchable:
            continue
        owner = situation.subject_of(holder)
        is_owners_too = owner is not None and owner.addresses is not None and address in owner.listed
        if situation.is_claimed_by(address, subject) and not is_owners_too:
            wants.append((subject, address, holder))
    return wants


def leavers_whose_primary_is_wanted(situation: Situation) -> frozenset[EntraId]:
    """The missing objects whose account has as primary an address that Entra gives to another object by now."""
    owners = set()
    for _, address, giver in _all_wants(situation):
        owner = situation.owner_of(giver)
        if address == giver.primary_email and owner is not None and owner not in situation.subjects:
            owners.add(owner)
    return frozenset(owners)


def _may_be_given(subject: Subject, account: Account, situation: Situation) -> bool:
    return account.uid not in situation.untouchable and _may_update(situation, subject.is_group)


def _may_update(situation: Situation, is_group: bool) -> bool:  # noqa: FBT001  # what kind of object it is
    return (How.UPDATE_GROUPS if is_group else How.UPDATE_USERS) in situation.options.how


def _transfer(
    subject: Subject,
    address: Address,
    giver: Account,
    situation: Situation,
    rows: Rows,
    renamed: set[Uid],
) -> Transfer | None:
    account = situation.account_of(subject)
    taker = _taker(subject, account, address, rows)
    owner = situation.subject_of(giver)
    if taker is None or (owner is not None and not _may_update(situation, owner.is_group)):
        return None
    owner_id = situation.owner_of(giver)
    if not _is_managed(owner, owner_id, situation):
        return None
    freed = _freed(address, giver, account, situation, renamed, owner_id, owner)
    if freed is None:
        return None
    entry = _entry(owner_id, giver, situation)
    verdict = address_verdict(address, owner=owner_id, entry=entry, taker=subject.id, situation=situation)
    if freed is Freed.BY_REMOVAL and owner_id is not None:
        verdict = _of_removal(owner_id, giver, verdict, subject, situation)
    if freed is not Freed.AS_ALIAS and verdict.standing is not Standing.PROVEN:
        return None  # the account keeps its primary address, and a rename is no part of a chain that nobody proves
    addresses = subject.addresses
    own_entry = situation.entry_of(subject)
    created_at = own_entry.created_at if own_entry is not None else None
    return Transfer(
        address=address,
        giver=giver,
        taker=taker,
        taker_account=account,
        is_new_primary=addresses is not None and addresses.primary == address,
        freed=freed,
        verdict=verdict,
        is_taker_young=account is None or (created_at is not None and situation.now - created_at < MAIL_FLOWS_AFTER),
    )


def _is_managed(owner: Subject | None, owner_id: EntraId | None, situation: Situation) -> bool:
    """Whether the giving account may change: what is skipped or of a kind left out is not touched; a stray is nobody's."""
    if owner is not None:
        return isinstance(owner.verdict, Wish)
    return owner_id is None or MANAGED_BY.get(situation.ledger.entries[owner_id].kind) in situation.options.what


def _taker(subject: Subject, account: Account | None, address: Address, rows: Rows) -> Target | None:
    if account is not None:
        return target(account, subject)
    added = rows.adds.get(subject.id)
    if added is None:
        return None
    waits_for_this = added.blocked is Blocked.ADDRESS_IN_USE and added.address == address
    return newcomer(subject, added.address) if added.blocked is None or waits_for_this else None


def _freed(
    address: Address,
    giver: Account,
    account: Account | None,
    situation: Situation,
    renamed: set[Uid],
    owner_id: EntraId | None,
    owner: Subject | None,
) -> Freed | None:
    if address != giver.primary_email:
        return Freed.AS_ALIAS
    if giver.uid in renamed:
        return Freed.BY_RENAME
    is_leavers = owner is None and owner_id is not None
    if is_leavers and account is not None and How.REMOVE_DELETED_USERS in situation.options.how:
        return Freed.BY_REMOVAL
    return None


def _entry(owner_id: EntraId | None, giver: Account, situation: Situation) -> LedgerEntry | None:
    entry = situation.ledger.entries.get(owner_id) if owner_id is not None else None
    return entry if entry is not None and entry.uid == giver.uid else None


def _of_removal(owner_id: EntraId, giver: Account, verdict: Verdict, taker: Subject, situation: Situation) -> Verdict:
    """The verdict on removing a leaver's account: the object is gone, and nobody but the taker has one of its addresses."""
    others = {i for a in giver.addresses for i in situation.listed_by.get(a, ())} - {owner_id, taker.id}
    if not is_gone(owner_id, situation) or others:
        return Verdict(standing=Standing.BLOCKED, blocked=Blocked.NO_PROOF)
    return Verdict(standing=verdict.standing, proof=f"{how_gone(owner_id, situation)} {verdict.proof}")
