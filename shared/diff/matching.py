"""Matching: which account belongs to which living Entra object. Identity is the object id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.diff.ledger import Ledger
from shared.diff.plan import SkipReason
from shared.diff.subject import Subject
from shared.model import Account, Address, EntraId, Uid


class MatchedBy(StrEnum):
    """What a match rests on; the first that fits, in this order."""

    LEDGER = "ledger"
    PRIMARY = "primary"
    ALIAS = "alias"
    """The account's primary address is an alias of the object; its own primary address is no account's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One account that belongs to one object."""

    account: Account
    by: MatchedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """All matches, and both sides' remainders."""

    by_object: Mapping[EntraId, Match]
    object_of: Mapping[Uid, EntraId]
    conflicts: Mapping[EntraId, Uid]
    """Objects whose address leads to an account that already belongs to another living object."""
    recycled: Mapping[EntraId, Uid]
    """Objects whose address leads to an account that the ledger gives to an object that is no longer read."""


def match(subjects: Iterable[Subject], accounts: Iterable[Account], ledger: Ledger) -> Matching:
    """Each object's account: the one with the ledger's ``uid``, then by primary address, then by alias.

    One account belongs to one object at most; within a rule the object with the lower id comes first.
    """
    subjects = tuple(subjects)
    matcher = _Matcher(accounts, ledger)
    for subject in subjects:
        matcher.by_ledger(subject)
    for subject in subjects:
        matcher.by_primary_address(subject)
    # What is skipped comes last: whether it finds an account must not depend on what an execution adds.
    served: set[Address] = set()
    for subject in sorted(subjects, key=lambda s: (isinstance(s.verdict, SkipReason), s.id)):
        # Nor does whoever shares a primary address with an object that comes first: it may get an account of its own.
        if subject.addresses is not None and subject.addresses.primary not in served:
            served.add(subject.addresses.primary)
            matcher.by_alias(subject)
    return matcher.result()


class _Matcher:
    """Gathers matches rule by rule."""

    def __init__(self, accounts: Iterable[Account], ledger: Ledger) -> None:
        self._by_uid: dict[Uid, Account] = {}
        self._by_primary: dict[Address, Account] = {}
        self._holders: dict[Address, Account] = {}
        for account in accounts:
            self._by_uid[account.uid] = account
            self._by_primary[account.primary_email] = account
            self._holders.update(dict.fromkeys(account.addresses, account))
        self._ledger = ledger
        self._owner_by_ledger = {e.uid: entra_id for entra_id, e in ledger.entries.items() if e.uid is not None}
        self._found: dict[EntraId, Match] = {}
        self._taken: dict[Uid, EntraId] = {}
        self._conflicts: dict[EntraId, Uid] = {}
        self._recycled: dict[EntraId, Uid] = {}

    def by_ledger(self, subject: Subject) -> None:
        entry = self._ledger.entries.get(subject.id)
        if entry is not None and entry.uid is not None and entry.uid in self._by_uid:
            self._settle(subject, self._by_uid[entry.uid], MatchedBy.LEDGER)

    def by_primary_address(self, subject: Subject) -> None:
        if subject.id in self._found or subject.addresses is None:
            return
        account = self._by_primary.get(subject.addresses.primary)
        if account is not None:
            self._settle(subject, account, MatchedBy.PRIMARY)

    def by_alias(self, subject: Subject) -> None:
        if subject.id in self._found or subject.addresses is None:
            return
        holder = self._holders.get(subject.addresses.primary)
        for address in subject.addresses.listed:
            account = self._by_primary.get(address)
            if account is None or account.uid in self._taken or self._is_recycled(subject, account):
                # An alias that is the primary of somebody else's account is no conflict, only an address in use.
                continue
            if holder is None or holder.uid == account.uid:
                # While another account has the primary, as primary or alias, that is a hand-over and no match.
                self._settle(subject, account, MatchedBy.ALIAS)
                return

    def _is_recycled(self, subject: Subject, account: Account) -> bool:
        return self._owner_by_ledger.get(account.uid, subject.id) != subject.id

    def _settle(self, subject: Subject, account: Account, by: MatchedBy) -> None:
        if account.uid in self._taken:
            self._conflicts[subject.id] = account.uid
        elif self._is_recycled(subject, account):
            self._recycled[subject.id] = account.uid
        else:
            self._found[subject.id] = Match(account=account, by=by)
            self._taken[account.uid] = subject.id

    def result(self) -> Matching:
        return Matching(
            by_object=self._found,
            object_of=self._taken,
            conflicts=self._conflicts,
            recycled=self._recycled,
        )
