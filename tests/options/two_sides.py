"""Both sides in the design's words: whose account is whose, what is never touched, and what each object is to become."""

from datetime import datetime, timedelta
from enum import Enum, auto

from shared.diff.ledger import LedgerEntry
from shared.diff.options import DisabledAs, Onmicrosoft, SyncOptions, UnlicensedAs, What
from shared.model import Account, AccountType, Address, EntraId, Group, Person
from tests.builders.sides import NOW
from tests.options.people_and_groups import AS_IT_IS, Fate, Kind, kind_of_group, kind_of_person, listed_by, primary_of
from tests.options.small_worlds import REGISTERED, SKU, SmallWorld

FUNCTIONAL = AccountType.FUNCTIONAL_ACCOUNT


class Verdict(Enum):
    """What is said instead of an account."""

    CANNOT_SAY = auto()
    NOBODY = auto()
    """No account: none is made, or the one that was there is removed."""


class Sides:
    """One world under one choice of options."""

    def __init__(self, world: SmallWorld, options: SyncOptions) -> None:
        self._options = options
        self._ledger = world.ledger.entries
        self._gone = world.evidence.gone
        self._left_scope = world.evidence.left_scope
        self._deleted = {d.id: d.deleted_at for d in world.directory.deleted_people}
        self._in_scope = world.in_scope
        self._objects: dict[EntraId, Person | Group] = {o.id: o for o in world.directory.people}
        self._objects.update({o.id: o for o in world.directory.groups})
        self._accounts = {a.uid: a for a in world.organization.accounts}
        self._holder = {address: a for a in self._accounts.values() for address in a.addresses}
        self._listers: dict[Address, set[EntraId]] = {}
        for one in self._objects.values():
            for address in listed_by(one):
                self._listers.setdefault(address, set()).add(one.id)
        self._owner_in_ledger = {e.uid: i for i, e in self._ledger.items()}
        self._own = {i: self._own_account(one) for i, one in self._objects.items()}
        self._owner = {a.uid: i for i, a in self._own.items() if isinstance(a, Account)}
        self._frozen = self._what_is_frozen(world)
        self._someone_is_unreadable = any(
            {"mail", "proxyAddresses"} & set(o.missing_properties) for o in self._objects.values()
        )
        self._licences_decide = bool(options.licences) or not self._too_many_unlicensed()

    # Whose account is whose (rule 4)

    def _own_account(self, one: Person | Group) -> Account | Verdict | None:
        entry = self._ledger.get(one.id)
        if entry is not None and entry.uid in self._accounts:
            return self._accounts[entry.uid]
        listed = listed_by(one)
        if any(len(self._listers[a]) > 1 for a in listed):
            return Verdict.CANNOT_SAY
        named = [self._holder[a] for a in listed if a in self._holder and self._holder[a].primary_email == a]
        if any(self._owner_in_ledger.get(a.uid, one.id) != one.id for a in named) or len(named) > 1:
            return Verdict.CANNOT_SAY
        if not named:
            return None
        primary = primary_of(one)
        if primary in self._holder and self._holder[primary] is not named[0]:
            return Verdict.CANNOT_SAY
        return named[0]

    # What is never touched (rule 3)

    def _what_is_frozen(self, world: SmallWorld) -> set[str]:
        exempt = {e.address for e in world.exemptions if e.until is None or e.until > NOW}
        frozen: set[str] = set()
        for uid, one in self._accounts.items():
            if one.type not in (AccountType.END_USER, AccountType.SILENT_USER, FUNCTIONAL):
                frozen.add(uid)
            if exempt & set(one.addresses):
                frozen |= {uid, self._owner.get(uid, "")}
        for i, thing in self._objects.items():
            if exempt & set(listed_by(thing)):
                own = self._own[i]
                frozen |= {i, own.uid if isinstance(own, Account) else ""}
        return frozen - {""}

    # What an object is to become (section 5)

    def _fate(self, one: Person | Group) -> Fate | None:
        """None: it is skipped, and its account stays as it is."""
        if one.missing_properties or one.id in self._frozen:
            return None
        kind = self._kind(one)
        if kind is None or not kind.is_managed(self._options.what):
            return None
        if isinstance(one, Person) and self._options.group_scope and one.id not in self._in_scope:
            return None
        match kind:
            case Kind.SHARED | Kind.LIST | Kind.SECURITY | Kind.MICROSOFT365:
                return Fate(type=FUNCTIONAL, active=True, new=True)
            case Kind.MAY_BE_SHARED:
                is_right_for_both = (
                    self._options.disabled_as is DisabledAs.FUNCTIONAL_ACCOUNT
                    and {What.DISABLED_USERS, What.SHARED_MAILBOXES} <= self._options.what
                )
                return Fate(type=FUNCTIONAL, active=True, new=True) if is_right_for_both else None
            case Kind.PURPOSE_REFUSED | Kind.UNLICENSED_PURPOSE_REFUSED:
                return None
            case Kind.DISABLED:
                return {
                    DisabledAs.FUNCTIONAL_ACCOUNT: Fate(type=FUNCTIONAL, active=True, new=True),
                    DisabledAs.INACTIVE: Fate(type=AS_IT_IS, active=False, new=False),
                    DisabledAs.KEEP: Fate(type=AS_IT_IS, active=AS_IT_IS, new=False),
                    DisabledAs.SKIP: None,
                }[self._options.disabled_as]
            case Kind.UNLICENSED if not self._licences_decide:
                return Fate(type=AS_IT_IS, active=AS_IT_IS, new=True)
            case Kind.UNLICENSED:
                return {
                    UnlicensedAs.FUNCTIONAL_ACCOUNT: Fate(type=FUNCTIONAL, active=True, new=True),
                    UnlicensedAs.USER: Fate(type=self._options.default_role, active=True, new=True),
                    UnlicensedAs.SKIP: None,
                }[self._options.unlicensed_as]
            case Kind.LICENCE_UNKNOWN:
                return Fate(type=AS_IT_IS, active=AS_IT_IS, new=True)
            case Kind.ACTIVE:
                return Fate(type=self._options.default_role, active=True, new=True)

    def _kind(self, one: Person | Group) -> Kind | None:
        sku = SKU if self._options.licences else None
        return kind_of_person(one, counts=sku) if isinstance(one, Person) else kind_of_group(one)

    def _too_many_unlicensed(self) -> bool:
        kinds = [
            kind_of_person(p, counts=None)
            for p in self._objects.values()
            if isinstance(p, Person) and p.account_enabled and not p.missing_properties
            if not self._options.group_scope or p.id in self._in_scope
        ]
        unlicensed = (Kind.UNLICENSED, Kind.UNLICENSED_PURPOSE_REFUSED)
        considered = [k for k in kinds if k in (Kind.ACTIVE, *unlicensed, Kind.LICENCE_UNKNOWN)]
        return sum(considered.count(k) for k in unlicensed) * 100 > 30 * len(considered)

    # Addresses (sections 5 and rule 6)

    def _may_have(self, one: Person | Group) -> list[Address]:
        def is_synced(address: Address) -> bool:
            domain = address.partition("@")[2]
            skipped = domain.endswith(".onmicrosoft.com") and self._options.onmicrosoft is Onmicrosoft.SKIP
            return domain in REGISTERED and not skipped

        return sorted(a for a in listed_by(one) if is_synced(a))

    def _is_contested(self, one: Person | Group) -> bool:
        return any(len(self._listers[a]) > 1 for a in listed_by(one))

    # What is known of the past

    def _entry(self, owner: EntraId, account: Account) -> LedgerEntry | None:
        entry = self._ledger.get(owner)
        return entry if entry is not None and entry.uid == account.uid else None

    def _has_rival(self, account: Account, owner: EntraId) -> bool:
        listers = {i for a in account.addresses for i in self._listers.get(a, set())} - {owner}
        return bool(listers) or self._someone_is_unreadable

    def _grace_is_over(self, since: datetime | None) -> bool:
        return NOW - (since or NOW) >= timedelta(days=self._options.grace_days)
