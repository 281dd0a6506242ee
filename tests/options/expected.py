"""What an organization should hold after the ticked changes, stated account by account from the design's words.

It shares no code with the planner: addresses, kinds, matches and policies are told anew, for one object at a time. Where two
objects want the same thing in a way that no rule states for a single account, it says ``CANNOT_SAY``.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.diff.ledger import LedgerEntry, scope_fingerprint
from shared.diff.options import How, Leavers, SyncOptions, What
from shared.diff.plan import ObjectKind
from shared.model import Account, AccountType, Address, EntraId, Group, Person, Uid
from tests.builders.sides import NOW
from tests.options.people_and_groups import (
    AS_IT_IS,
    Fate,
    listed_by,
    names_of,
    primary_of,
)
from tests.options.small_worlds import REGISTERED, SCOPE_GROUP, SmallWorld
from tests.options.two_sides import FUNCTIONAL, Sides, Verdict

Said = Account | Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """The account that is expected of each account that was there, and of each object that had none."""

    existing: dict[Uid, Said]
    new: dict[EntraId, Said]


def expect(world: SmallWorld, options: SyncOptions) -> Expectation:
    """What becomes of everybody."""
    return _Statement(world, options).all()


class _Statement(Sides):
    """The statement for one world under one choice of options."""

    def all(self) -> Expectation:
        existing: dict[Uid, Said] = {uid: self._of_account(a) for uid, a in self._accounts.items()}
        new = {i: self._new(one) for i, one in self._objects.items() if self._own[i] is None}
        new.update({i: Verdict.CANNOT_SAY for i, own in self._own.items() if own is Verdict.CANNOT_SAY})
        return Expectation(existing=existing, new=new)

    # An object without an account

    def _new(self, one: Person | Group) -> Said:
        fate = self._fate(one)
        how = How.ADD_USERS if isinstance(one, Person) else How.ADD_GROUPS
        if fate is None or not fate.new or how not in self._options.how:
            return Verdict.NOBODY
        if self._is_contested(one):
            return Verdict.CANNOT_SAY
        allowed, primary = self._may_have(one), primary_of(one)
        free = [a for a in allowed if a not in self._holder]
        candidates = [primary] if primary in allowed else allowed
        free_primary = next((a for a in candidates if a in free), None)
        if free_primary is None:
            return Verdict.NOBODY
        firstname, surname = names_of(one)
        return Account(
            uid=Uid(""),
            primary_email=free_primary,
            type=self._options.default_role if fate.type is AS_IT_IS else AccountType(fate.type),
            is_active=True,
            firstname=firstname,
            surname=surname,
            alias_emails=tuple(a for a in free if a != free_primary),
        )

    # An account that is there

    def _of_account(self, account: Account) -> Said:
        if account.uid in self._frozen:
            return account
        owner = self._owner.get(account.uid)
        if owner is not None:
            return self._of_living(self._objects[owner], account)
        claimants = {i for a in account.addresses for i in self._listers.get(a, set())}
        if any(self._own[i] is Verdict.CANNOT_SAY for i in claimants):
            return Verdict.CANNOT_SAY
        former = self._owner_in_ledger.get(account.uid)
        if former is not None:
            return self._of_leaver(former, account)
        return self._without_handed_over(account)  # a stray

    def _of_living(self, one: Person | Group, account: Account) -> Said:
        claimants = {i for a in account.addresses for i in self._listers.get(a, set())} - {one.id}
        if self._is_contested(one) or any(self._own[i] is Verdict.CANNOT_SAY for i in claimants):
            return Verdict.CANNOT_SAY
        if account.primary_email not in listed_by(one) and self._listers.get(account.primary_email):
            return Verdict.CANNOT_SAY  # its primary address is to go elsewhere: a chain
        if any(self._is_primary_of_another(a, account) for a in listed_by(one)):
            return Verdict.CANNOT_SAY  # another account is renamed first, if at all: a chain too
        fate = self._fate(one)
        if fate is None:
            return self._who_left_the_scope(one, account)
        how = How.UPDATE_USERS if isinstance(one, Person) else How.UPDATE_GROUPS
        if how not in self._options.how:
            return account
        entry = self._entry(one.id, account)
        firstname, surname = names_of(one)
        return replace(
            self._with_addresses(one, account, entry),
            firstname=firstname or account.firstname,
            surname=surname or account.surname,
            type=self._type(fate, account, entry),
            is_active=self._activity(
                fate, account, entry, rivals=self._has_rival(self._without_handed_over(account), one.id)
            ),
        )

    def _is_primary_of_another(self, address: Address, account: Account) -> bool:
        """A stray keeps its primary address; one whose object is known may be renamed."""
        holder = self._holder.get(address, account)
        is_known = holder.uid in self._owner or holder.uid in self._owner_in_ledger
        return holder is not account and holder.primary_email == address and is_known

    def _type(self, fate: Fate, account: Account, entry: LedgerEntry | None) -> AccountType:
        """Rule 5, and of rule 4: while ``type`` is empty, user to functional is done, functional to user is not."""
        noted = entry.type if entry is not None else None
        is_functional = account.type is FUNCTIONAL
        if fate.type is AS_IT_IS or is_functional == (fate.type is FUNCTIONAL):
            return account.type
        if noted is None:
            return account.type if is_functional else FUNCTIONAL
        if (noted is FUNCTIONAL) != is_functional:
            return account.type  # changed by hand: kept
        if not is_functional:
            return FUNCTIONAL
        former = entry.user_type if entry is not None else None
        return former or self._options.default_role

    def _activity(self, fate: Fate, account: Account, entry: LedgerEntry | None, *, rivals: bool) -> bool:
        if fate.active is AS_IT_IS or account.is_active == fate.active:
            return account.is_active
        if entry is not None and entry.is_active is not None and entry.is_active != account.is_active:
            return account.is_active  # changed by hand: kept
        if fate.active:
            return True
        return rivals or _is_functional_by_hand(account, entry)

    def _with_addresses(self, one: Person | Group, account: Account, entry: LedgerEntry | None) -> Account:
        """Given what is free, handed over what is proven; dropped what the ledger knows and nobody lists, after the grace."""
        gets = {a for a in self._may_have(one) if self._can_have(a, one, account)}
        primary = next((a for a in gets if a == primary_of(one)), account.primary_email)
        keeps = set(self._without_handed_over(account).addresses)
        drops = {a for a in account.addresses if self._is_dropped(a, entry)} - {primary}
        addresses = (keeps | gets) - drops
        return replace(account, primary_email=primary, alias_emails=tuple(sorted(addresses - {primary})))

    def _can_have(self, address: Address, one: Person | Group, account: Account) -> bool:
        holder = self._holder.get(address)
        return holder is None or holder.uid == account.uid or self._is_handed_over(address, holder, one)

    def _is_dropped(self, address: Address, entry: LedgerEntry | None) -> bool:
        note = entry.addresses.get(address) if entry is not None else None
        if note is None or address in self._listers or address.partition("@")[2] not in REGISTERED:
            return False
        return not self._someone_is_unreadable and self._grace_is_over(note.missing_since)

    def _is_handed_over(self, address: Address, giver: Account, taker: Person | Group) -> bool:
        """Whether an alias goes to the taker's account, unattended: proven, and both accounts are ours to change."""
        own = self._own[taker.id]
        if not isinstance(own, Account) or giver.uid in self._frozen or address == giver.primary_email:
            return False
        owner = self._owner.get(giver.uid) or self._owner_in_ledger.get(giver.uid)
        entry = self._entry(owner, giver) if owner is not None else None
        if owner is None or entry is None or address not in entry.addresses or self._someone_is_unreadable:
            return False
        taken_in = self._entry(taker.id, own)
        is_young = taken_in is not None and taken_in.created_at is not None and _less_than_an_hour(taken_in.created_at)
        return not is_young and self._is_ours_to_change(owner, entry)

    def _is_ours_to_change(self, owner: EntraId, entry: LedgerEntry) -> bool:
        living = self._objects.get(owner)
        if living is None:
            return _managed_by(entry.kind) in self._options.what
        how = How.UPDATE_USERS if isinstance(living, Person) else How.UPDATE_GROUPS
        return self._fate(living) is not None and how in self._options.how

    def _without_handed_over(self, account: Account) -> Account:
        kept = []
        for alias in account.alias_emails:
            owner = self._owner.get(account.uid)
            takers = [self._objects[i] for i in self._listers.get(alias, set()) if i != owner]
            if not any(self._takes(taker, alias, account) for taker in takers):
                kept.append(alias)
        return replace(account, alias_emails=tuple(kept))

    def _takes(self, taker: Person | Group, alias: Address, giver: Account) -> bool:
        own = self._own[taker.id]
        how = How.UPDATE_USERS if isinstance(taker, Person) else How.UPDATE_GROUPS
        return (
            isinstance(own, Account)
            and own.uid not in self._frozen
            and self._fate(taker) is not None
            and how in self._options.how
            and alias in self._may_have(taker)
            and self._is_handed_over(alias, giver, taker)
        )

    # Leavers (section 5, rule 1)

    def _of_leaver(self, former: EntraId, account: Account) -> Said:
        entry = self._ledger[former]
        remaining = self._without_handed_over(account)
        is_group = entry.kind in GROUP_KINDS
        how = How.REMOVE_DELETED_GROUPS if is_group else How.REMOVE_DELETED_USERS
        is_proven = former in self._deleted or former in self._gone
        since = self._deleted.get(former) or entry.missing_since
        is_due = _managed_by(entry.kind) in self._options.what and how in self._options.how
        if not (is_due and is_proven and self._grace_is_over(since)) or self._has_rival(remaining, former):
            return remaining
        return self._treated(remaining, entry, Leavers.REMOVE if is_group else self._options.leavers)

    def _who_left_the_scope(self, one: Person | Group, account: Account) -> Said:
        entry = self._entry(one.id, account)
        remaining = self._without_handed_over(account)
        kind = self._kind(one)
        is_out = isinstance(one, Person) and bool(self._options.group_scope) and one.id not in self._in_scope
        if not is_out or entry is None or kind is None or one.missing_properties:
            return remaining
        is_due = kind.is_managed(self._options.what) and How.REMOVE_DELETED_USERS in self._options.how
        is_proven = entry.scope == scope_fingerprint((SCOPE_GROUP,)) and one.id in self._left_scope
        if not (is_due and is_proven and self._grace_is_over(entry.left_scope_since)):
            return remaining
        if self._has_rival(remaining, one.id) or self._options.leavers is not Leavers.FUNCTIONAL_ACCOUNT:
            return remaining
        return self._treated(remaining, entry, Leavers.FUNCTIONAL_ACCOUNT)

    def _treated(self, account: Account, entry: LedgerEntry, treatment: Leavers) -> Said:
        match treatment:
            case Leavers.REMOVE:
                return account if _is_functional_by_hand(account, entry) else Verdict.NOBODY
            case Leavers.INACTIVE:
                is_by_hand = account.is_active and entry.is_active is False
                stays = is_by_hand or _is_functional_by_hand(account, entry)
                return account if stays else replace(account, is_active=False)
            case Leavers.FUNCTIONAL_ACCOUNT:
                return account if entry.type is FUNCTIONAL else replace(account, type=FUNCTIONAL)


GROUP_KINDS = {
    ObjectKind.DISTRIBUTION_GROUP,
    ObjectKind.SECURITY_GROUP,
    ObjectKind.MICROSOFT365_GROUP,
    ObjectKind.OTHER_GROUP,
}


def _less_than_an_hour(created_at: datetime) -> bool:
    return NOW - created_at < timedelta(minutes=60)


def _is_functional_by_hand(account: Account, entry: LedgerEntry | None) -> bool:
    return account.type is FUNCTIONAL and (entry is None or entry.type is not FUNCTIONAL)


def _managed_by(kind: ObjectKind) -> What | None:
    """The option that manages what an object was last seen as."""
    return {
        ObjectKind.ACTIVE_USER: What.ACTIVE_USERS,
        ObjectKind.UNLICENSED_USER: What.ACTIVE_USERS,
        ObjectKind.DISABLED_USER: What.DISABLED_USERS,
        ObjectKind.SHARED_MAILBOX: What.SHARED_MAILBOXES,
        ObjectKind.DISTRIBUTION_GROUP: What.DISTRIBUTION_GROUPS,
        ObjectKind.SECURITY_GROUP: What.SECURITY_GROUPS,
        ObjectKind.MICROSOFT365_GROUP: What.MICROSOFT365_GROUPS,
    }.get(kind)
