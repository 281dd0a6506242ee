"""Matching: which account belongs to which living Entra object. Identity is the object id."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.diff.ledger import Ledger, LedgerEntry
from shared.diff.matched import Match, MatchedBy, matched
from shared.diff.plan import SkipReason
from shared.diff.subject import Subject
from shared.model import Account, AccountType, Address, EntraId, Uid


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All accounts, to be found by what they have."""

    by_uid: Mapping[Uid, Account]
    holders: Mapping[Address, Account]
    """The account that has each address, as primary or alias."""
    protected: tuple[Account, ...]
    """Those of administrators, and the app's own."""
    by_type: Mapping[AccountType, int]
    """How many accounts of each type there are, those that there are none of left out; in the order of the types."""
    active: int
    """How many are active."""
    seats_used: int
    """How many take a seat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """All matches, and both sides' remainders."""

    by_object: Mapping[EntraId, Match]
    in_order: tuple[Match | None, ...]
    """The match of each object, None where it has none, in order of the objects."""
    object_of: Mapping[Uid, EntraId]
    ledger_owners: Mapping[Uid, EntraId]
    """Which object the ledger gives an account to, save where their match rests on that."""
    unmatched: tuple[Account, ...]
    """Accounts that belong to no living object, in the order of the organization."""
    unserved: tuple[EntraId, ...]
    """Objects in order of id that have no account, or one that lacks an address which may be synced."""
    conflicts: Mapping[EntraId, Uid]
    """Objects whose address leads to an account that already belongs to another living object."""
    recycled: Mapping[EntraId, Uid]
    """Objects whose address leads to an account that the ledger gives to an object that is no longer read."""


def indexed(accounts: Iterable[Account], *, own: Address) -> Accounts:
    """The accounts, ``own`` being an address of the app's."""
    by_uid: dict[Uid, Account] = {}
    holders: dict[Address, Account] = {}
    protected: list[Account] = []
    counted: Counter[tuple[AccountType, bool]] = Counter()
    for account in accounts:
        by_uid[account.uid] = account
        # Counted here and not in a loop of its own: a million accounts are read slowly once they are out of the caches.
        counted[account.type, account.is_active] += 1
        # Essentials has each address once; if it were here twice, whose primary it is has it.
        holders[account.primary_email] = account
        for alias in account.alias_emails:
            holders.setdefault(alias, account)
        if account.type.is_protected or own in account.addresses:
            protected.append(account)
    by_type = {kind: counted[kind, True] + counted[kind, False] for kind in AccountType}
    active = sum(counted[kind, True] for kind in AccountType)
    return Accounts(
        by_uid=by_uid,
        holders=holders,
        protected=tuple(protected),
        by_type={kind: number for kind, number in by_type.items() if number},
        active=active,
        seats_used=sum(counted[kind, True] for kind in AccountType if kind.takes_seat),
    )


def match(
    subjects: Mapping[EntraId, Subject],
    accounts: Accounts,
    ledger: Ledger,
    *,
    listed_by: Mapping[Address, tuple[EntraId, ...]],
) -> Matching:
    """Each object's account: the one with the ledger's ``uid``, then by primary address, then by alias.

    One account belongs to one object at most; within a rule the object that comes first, in order of id, comes first.
    ``listed_by`` are the objects that list an address.
    """
    matcher = _Matcher(accounts)
    matched_by_ledger = matcher.by_ledger(subjects.values(), ledger)
    pairs = zip(subjects.values(), matched_by_ledger, strict=True)
    unfound = [s for s, found in pairs if found is None and not matcher.by_primary_address(s)]
    # What is skipped comes last: whether it finds an account must not depend on what an execution adds.
    for subject in sorted(unfound, key=_rank):
        # Nor does whoever shares a primary address with an object that comes first: it may get an account of its own.
        if not _comes_second(subject, subjects, listed_by):
            matcher.by_alias(subject)
    return matcher.result(subjects, matched_by_ledger, unfound)


def _rank(subject: Subject) -> tuple[bool, EntraId]:
    return isinstance(subject.verdict, SkipReason), subject.id


def _comes_second(
    subject: Subject, subjects: Mapping[EntraId, Subject], listed_by: Mapping[Address, tuple[EntraId, ...]]
) -> bool:
    """Whether another object that comes first has the same primary address."""
    if subject.addresses is None:
        return False
    primary = subject.addresses.primary
    others = (subjects[entra_id] for entra_id in listed_by[primary] if entra_id != subject.id)
    return any(
        other.addresses is not None and other.addresses.primary == primary and _rank(other) < _rank(subject)
        for other in others
    )


class _Matcher:
    """Gathers matches rule by rule."""

    def __init__(self, accounts: Accounts) -> None:
        self._holders = accounts.holders
        self._free = dict(accounts.by_uid)
        """Accounts that belong to no object yet."""
        self._ledger_owners: dict[Uid, EntraId] = {}
        self._found: dict[EntraId, Match] = {}
        self._taken: dict[Uid, EntraId] = {}
        self._wanting: list[EntraId] = []
        self._conflicts: dict[EntraId, Uid] = {}
        self._recycled: dict[EntraId, Uid] = {}

    def by_ledger(self, subjects: Iterable[Subject], ledger: Ledger) -> list[Match | None]:
        """The match of each subject with the account that the ledger gives it; None where there is none."""
        # Whatever is matched is taken out, so that nobody has to look up again what is not: that is slow in a large company.
        entries = dict(ledger.entries)
        matches = [self._by_entry(subject, entries.pop(subject.id, None)) for subject in subjects]
        self._ledger_owners |= {entry.uid: i for i, entry in entries.items() if entry.uid is not None}
        return matches

    def _by_entry(self, subject: Subject, entry: LedgerEntry | None) -> Match | None:
        if entry is None or entry.uid is None:
            return None
        account = self._free.pop(entry.uid, None)
        if account is not None:
            return self._settle(subject, account, MatchedBy.LEDGER, entry)
        self._ledger_owners[entry.uid] = subject.id
        if entry.uid in self._taken:
            self._conflicts[subject.id] = entry.uid
        return None

    def by_primary_address(self, subject: Subject) -> bool:
        """Whether the account with the subject's primary address as its own belongs to it."""
        if subject.addresses is None:
            return False
        account = self._whose_primary(subject.addresses.primary)
        if account is None:
            return False
        if account.uid in self._taken:
            self._conflicts[subject.id] = account.uid
            return False
        if self._is_recycled(subject, account):
            self._recycled[subject.id] = account.uid
            return False
        del self._free[account.uid]
        self._settle(subject, account, MatchedBy.PRIMARY, None)
        return True

    def by_alias(self, subject: Subject) -> None:
        """Give the subject the first account whose primary address is an alias of it, where its own primary is no account's."""
        if subject.addresses is None:
            return
        holder = self._holders.get(subject.addresses.primary)
        for address in subject.listed:
            account = self._whose_primary(address)
            if account is None or account.uid in self._taken or self._is_recycled(subject, account):
                # An alias that is the primary of somebody else's account is no conflict, only an address in use.
                continue
            if holder is None or holder.uid == account.uid:
                # While another account has the primary, as primary or alias, that is a hand-over and no match.
                del self._free[account.uid]
                self._settle(subject, account, MatchedBy.ALIAS, None)
                return

    def _whose_primary(self, address: Address) -> Account | None:
        holder = self._holders.get(address)
        return holder if holder is not None and holder.primary_email == address else None

    def _is_recycled(self, subject: Subject, account: Account) -> bool:
        return self._ledger_owners.get(account.uid, subject.id) != subject.id

    def _settle(self, subject: Subject, account: Account, by: MatchedBy, entry: LedgerEntry | None) -> Match:
        found = self._found[subject.id] = matched(subject, account, by, entry)
        self._taken[account.uid] = subject.id
        if found.lacking:
            self._wanting.append(subject.id)
        return found

    def result(
        self, subjects: Iterable[EntraId], matched_by_ledger: Iterable[Match | None], unfound: Iterable[Subject]
    ) -> Matching:
        without_account = (subject.id for subject in unfound if subject.id not in self._found)
        pairs = zip(subjects, matched_by_ledger, strict=True)
        return Matching(
            by_object=self._found,
            in_order=tuple([self._found.get(i) if found is None else found for i, found in pairs]),
            object_of=self._taken,
            ledger_owners=self._ledger_owners,
            unmatched=tuple(self._free.values()),
            unserved=tuple(sorted((*self._wanting, *without_account))),
            conflicts=self._conflicts,
            recycled=self._recycled,
        )
