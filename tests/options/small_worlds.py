"""Small organizations by seed: people and groups of every kind with a past, and now and then an address that two sides want."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.diff.evidence import Evidence
from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry, scope_fingerprint
from shared.diff.plan import Exemption, ObjectKind
from shared.model import (
    Account,
    AccountType,
    Address,
    AssignedPlan,
    DeletedObject,
    Directory,
    Domain,
    EntraId,
    Group,
    GroupKind,
    MailboxPurpose,
    MembersOnly,
    Organization,
    Person,
    Uid,
)
from tests.builders.sides import MAILBOX, NOW, account, directory, entra_id, group, organization, person

SKU = "6fd2c87f-b296-42f0-b197-1e91e994b900"
SCOPE_GROUP = entra_id(900)
REGISTERED, INACTIVE, UNREGISTERED = ("example.com", "example.net"), "asleep.example", "elsewhere.example"
ONMICROSOFT = "contoso.onmicrosoft.com"
DOMAINS = (*REGISTERED, *REGISTERED, *REGISTERED, INACTIVE, UNREGISTERED, ONMICROSOFT)
UNKNOWN_PLAN = AssignedPlan(plan_id="99999999-9999-4999-8999-999999999999", state="Enabled")
ENDED_PLAN = replace(MAILBOX, state="Deleted")
TYPES = (AccountType.END_USER, AccountType.SILENT_USER, AccountType.FUNCTIONAL_ACCOUNT)
LONG_AGO, YESTERDAY, JUST_NOW = timedelta(days=30), timedelta(days=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallWorld:
    """Both sides and everything that is known of their past."""

    seed: int
    directory: Directory
    in_scope: frozenset[EntraId]
    """Who is in the scope group, where a scope is set."""
    organization: Organization
    ledger: Ledger
    evidence: Evidence
    exemptions: tuple[Exemption, ...]

    def directory_under(self, group_scope: Sequence[EntraId]) -> Directory:
        """The directory as it is read under this ``SYNC_GROUP_SCOPE``."""
        if not group_scope:
            return self.directory
        return replace(self.directory, scope=MembersOnly(group_ids=tuple(group_scope), people=self.in_scope))


def small_world(seed: int) -> SmallWorld:
    """The world of this seed."""
    return _Maker(seed).world()


class _Maker:
    """Makes one world, object by object; each has names of its own until ``_tangle`` mixes some."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._chance = random.Random(seed)
        self._people: list[Person] = []
        self._groups: list[Group] = []
        self._deleted: list[DeletedObject] = []
        self._accounts: list[Account] = []
        self._entries: dict[EntraId, LedgerEntry] = {}
        self._gone: set[EntraId] = set()

    def world(self) -> SmallWorld:
        """Everything, put together."""
        chance = self._chance
        for number in range(1, chance.randint(1, 4) + 1):
            self._people.append(self._person(number))
            self._past(self._people[-1])
        for number in range(20, 20 + chance.choice((0, 0, 4, 8))):
            # Ordinary people, so that a few unlicensed ones are no reason to distrust licences.
            self._people.append(replace(person(number, f"p{number}"), sku_ids=(SKU,)))
        for number in range(100, 100 + chance.randint(0, 2)):
            self._groups.append(self._group(number))
            self._past(self._groups[-1])
        for number in range(200, 200 + chance.randint(0, 2)):
            self._missing(number)
        for number in range(300, 300 + chance.randint(0, 1)):
            self._accounts.append(self._drifted(account(number, f"stray{number}", type=chance.choice(TYPES))))
        if chance.random() < 0.5:
            self._tangle()
        everybody = [p.id for p in self._people]
        seats = chance.choice((None, 100, 100, 100, max(1, len(self._accounts))))
        found = organization(self._accounts, domains=REGISTERED, seats=seats)
        return SmallWorld(
            seed=self._seed,
            directory=directory(self._people, self._groups, deleted=self._deleted),
            in_scope=frozenset(i for i in everybody if chance.random() < 0.7),
            organization=replace(found, domains=(*found.domains, Domain(name=INACTIVE, is_active=False))),
            ledger=Ledger(entries=self._entries),
            evidence=Evidence(
                gone=frozenset(self._gone), left_scope=frozenset(i for i in everybody if chance.random() < 0.7)
            ),
            exemptions=self._exemptions(),
        )

    def _address(self, name: str) -> Address:
        return Address(f"{name}@{self._chance.choice(DOMAINS)}")

    def _aliases(self, number: int, at_most: int = 2) -> tuple[Address, ...]:
        count = self._chance.randint(0, at_most)
        return tuple(sorted({self._address(f"a{number}{letter}") for letter in "xyz"[:count]}))

    def _person(self, number: int) -> Person:
        chance = self._chance
        primary = self._address(f"p{number}")
        return replace(
            person(number, f"p{number}"),
            mail=chance.choice((primary,) * 8 + (None, self._address(f"m{number}"))),
            primary_smtp=chance.choice((primary,) * 8 + (None,)),
            smtp_aliases=self._aliases(number),
            given_name=chance.choice(("", "Ann", "Ann")),
            surname=chance.choice(("", "Example", "Example")),
            account_enabled=chance.random() < 0.6,
            is_guest=chance.random() < 0.05,
            exchange_plans=chance.choice(((), (MAILBOX,), (MAILBOX,), (UNKNOWN_PLAN,), (ENDED_PLAN,))),
            sku_ids=chance.choice(((), (SKU,), (SKU,))),
            purpose=chance.choice((*MailboxPurpose, *(MailboxPurpose.NOT_ASKED,) * 6)),
            missing_properties=chance.choice(((),) * 30 + (("accountEnabled",), ("proxyAddresses",))),
        )

    def _group(self, number: int) -> Group:
        chance = self._chance
        primary = self._address(f"g{number}")
        return replace(
            group(number, f"g{number}", kind=chance.choice(tuple(GroupKind))),
            mail=chance.choice((primary,) * 9 + (None,)),
            primary_smtp=primary,
            smtp_aliases=self._aliases(number),
        )

    def _past(self, subject: Person | Group) -> None:
        """The account that the object has already, if any, and what the ledger knows of it."""
        chance = self._chance
        if chance.random() < 0.35:
            return
        number = int(subject.id[-4:])
        listed = sorted(a for a in {subject.mail, subject.primary_smtp, *subject.smtp_aliases} if a is not None)
        usual = subject.primary_smtp or subject.mail
        primary = chance.choice([usual or self._address(f"o{number}"), self._address(f"o{number}"), *listed])
        own = self._drifted(account(1000 + number, "x", type=chance.choice(TYPES)))
        kept = {a for a in listed if chance.random() < 0.6} | set(self._aliases(number + 50, at_most=1))
        own = replace(own, primary_email=primary, alias_emails=tuple(sorted(kept - {primary})))
        self._accounts.append(own)
        if chance.random() < 0.7:
            self._entries[subject.id] = self._entry(own, chance.choice(tuple(ObjectKind)), listed)

    def _drifted(self, one: Account) -> Account:
        chance = self._chance
        return replace(
            one,
            firstname=chance.choice(("Ann", "Bob")),
            surname=chance.choice(("Example", "")),
            is_active=chance.random() < 0.7,
            type=AccountType.ORGANIZATION_ADMIN if chance.random() < 0.04 else one.type,
        )

    def _entry(self, own: Account, kind: ObjectKind, listed: Sequence[Address]) -> LedgerEntry:
        chance = self._chance
        notes = {
            a: AddressNote(
                origin=chance.choice(tuple(AddressOrigin)),
                missing_since=None if a in listed else chance.choice((None, NOW - LONG_AGO, NOW - YESTERDAY)),
            )
            for a in own.addresses
            if chance.random() < 0.7
        }
        noted_type = chance.choice((None, own.type, *TYPES))
        return LedgerEntry(
            kind=kind,
            uid=Uid("9999") if chance.random() < 0.05 else own.uid,
            address=own.primary_email,
            addresses=notes,
            type=noted_type,
            user_type=noted_type
            if noted_type is not None and noted_type.is_user
            else chance.choice((None, *TYPES[:2])),
            is_active=chance.choice((None, True, False, own.is_active)),
            scope=chance.choice(("", scope_fingerprint((SCOPE_GROUP,)), scope_fingerprint((entra_id(901),)))),
            created_at=chance.choice((None, None, NOW - LONG_AGO, NOW - JUST_NOW)),
            first_seen_at=NOW - LONG_AGO,
            last_seen_at=NOW - YESTERDAY,
            left_scope_since=chance.choice((None, NOW - LONG_AGO, NOW - YESTERDAY)),
        )

    def _missing(self, number: int) -> None:
        """Somebody who was synced and is not read any more."""
        chance = self._chance
        own = account(1000 + number, f"gone{number}", type=chance.choice(TYPES), aliases=(f"g{number}x@example.com",))
        own = self._drifted(own)
        self._accounts.append(own)
        entry = self._entry(own, chance.choice(tuple(ObjectKind)), ())
        missing_since = chance.choice((None, NOW - LONG_AGO, NOW - YESTERDAY))
        self._entries[entra_id(number)] = replace(entry, missing_since=missing_since)
        if chance.random() < 0.4:
            deleted_at = chance.choice((None, NOW - LONG_AGO, NOW - YESTERDAY))
            self._deleted.append(DeletedObject(id=entra_id(number), deleted_at=deleted_at))
        if chance.random() < 0.4:
            self._gone.add(entra_id(number))

    def _tangle(self) -> None:
        """One person lists an address that another account has; mostly an alias, to somebody with an account: a hand-over."""
        chance = self._chance
        noted = [a for e in self._entries.values() for a in e.addresses if a != e.address]
        anything = [a for one in self._accounts for a in one.addresses]
        held = noted if noted and chance.random() < 0.7 else anything
        if not held:
            return
        known = [i for i, p in enumerate(self._people) if p.id in self._entries]
        index = chance.choice(known) if known and chance.random() < 0.7 else chance.randrange(len(self._people))
        address = chance.choice(held)
        if chance.random() < 0.8:
            self._people = [
                replace(p, smtp_aliases=tuple(a for a in p.smtp_aliases if a != address)) for p in self._people
            ]
        taker = self._people[index]
        self._people[index] = replace(taker, smtp_aliases=tuple(sorted({*taker.smtp_aliases, address})))

    def _exemptions(self) -> tuple[Exemption, ...]:
        chance = self._chance
        if chance.random() < 0.8 or not self._accounts:
            return ()
        address = chance.choice([a for one in self._accounts for a in one.addresses])
        until = chance.choice((None, NOW + YESTERDAY, NOW - YESTERDAY))
        return (Exemption(id="1", address=address, reason="kept", by="Ann", until=until),)
