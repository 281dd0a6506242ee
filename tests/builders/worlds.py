"""Hypothesis strategies: small directories and organizations that share one pool of addresses, so that everything collides."""

from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from hypothesis import strategies as st

from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry
from shared.diff.options import DisabledAs, How, Leavers, Onmicrosoft, SyncOptions, UnlicensedAs, What
from shared.diff.plan import ObjectKind
from shared.model import (
    Account,
    AccountType,
    Address,
    AssignedPlan,
    Directory,
    Group,
    GroupKind,
    MailboxPurpose,
    Organization,
    Person,
    Uid,
)
from tests.builders.sides import MAILBOX, NOW, account, directory, entra_id, group, organization, person

E = TypeVar("E", bound=StrEnum)
LOCAL_PARTS = ("ann", "bob", "cy", "dee", "list")
usually = st.sampled_from((True, True, True, True, True, False))
"""True five times in six."""
DOMAINS = ("example.com", "example.net", "unregistered.example", "contoso.onmicrosoft.com")
addresses = st.builds(
    lambda n, d: Address(f"{n}@{d}"),
    st.sampled_from(LOCAL_PARTS),
    st.sampled_from((*DOMAINS, *DOMAINS[:2], *DOMAINS[:2])),
)
some_addresses = st.lists(addresses, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))
ACCOUNT_TYPES = (AccountType.END_USER, AccountType.SILENT_USER, AccountType.FUNCTIONAL_ACCOUNT, *AccountType)
UNKNOWN_PLAN = AssignedPlan(plan_id="99999999-9999-4999-8999-999999999999", state="Enabled")


@st.composite
def people(draw: st.DrawFn, number: int) -> Person:
    """One person of any kind, more often than not an ordinary one."""
    primary = draw(addresses)
    return replace(
        person(number, draw(st.sampled_from(LOCAL_PARTS))),
        mail=primary if draw(usually) else draw(st.none() | addresses),
        primary_smtp=primary if draw(usually) else draw(st.none() | addresses),
        smtp_aliases=draw(some_addresses),
        given_name=draw(st.sampled_from(("", "Ann", "Bob"))),
        surname=draw(st.sampled_from(("", "Example"))),
        account_enabled=draw(usually),
        is_guest=not draw(usually),
        exchange_plans=draw(st.sampled_from(((), (MAILBOX,), (MAILBOX,), (UNKNOWN_PLAN,)))),
        purpose=MailboxPurpose.NOT_ASKED if draw(usually) else draw(st.sampled_from(MailboxPurpose)),
        missing_properties=() if draw(usually) else ("accountEnabled",),
    )


@st.composite
def groups(draw: st.DrawFn, number: int) -> Group:
    """One group of any kind."""
    primary = draw(addresses)
    return replace(
        group(number, "list", kind=draw(st.sampled_from(GroupKind))),
        mail=primary if draw(usually) else draw(st.none() | addresses),
        primary_smtp=primary if draw(usually) else draw(st.none() | addresses),
        smtp_aliases=draw(some_addresses),
    )


@st.composite
def directories(draw: st.DrawFn) -> Directory:
    """Up to six people and two groups; unlike the real one it may give one address to several."""
    n_people = draw(st.sampled_from((0, 2, 3, 4, 5, 6)))
    n_groups = draw(st.sampled_from((0, 1, 2, 2)))
    return directory(
        [draw(people(i)) for i in range(1, n_people + 1)],
        [draw(groups(100 + i)) for i in range(n_groups)],
    )


@st.composite
def organizations(draw: st.DrawFn) -> Organization:
    """Up to four accounts beside the own one; every address has one holder, as Essentials sees to itself."""
    pool = draw(st.permutations([Address(f"{n}@{d}") for n in LOCAL_PARTS for d in DOMAINS[:2]]))
    accounts: list[Account] = []
    for number in range(draw(st.sampled_from((0, 2, 3, 4)))):
        own = [pool.pop() for _ in range(draw(st.sampled_from((1, 1, 2))))]
        accounts.append(
            replace(
                account(100 + number, "x", type=draw(st.sampled_from(ACCOUNT_TYPES))),
                primary_email=own[0],
                alias_emails=tuple(sorted(own[1:])),
                firstname=draw(st.sampled_from(("", "Ann", "Bob"))),
                is_active=draw(st.booleans()),
            )
        )
    return organization(accounts, domains=DOMAINS[:2], seats=draw(st.sampled_from((None, 4, 100, 100))))


@st.composite
def ledgers(draw: st.DrawFn, organization: Organization) -> Ledger:
    """A ledger that knows some of the accounts, of living and of missing objects."""
    entries = {}
    numbers = st.sampled_from((1, 2, 3, 4, 5, 100, 101, 77, 78))
    for owned in organization.accounts:
        number = draw(st.none() | numbers)
        if number is None or entra_id(number) in entries:
            continue
        entries[entra_id(number)] = LedgerEntry(
            kind=draw(st.sampled_from(ObjectKind)),
            uid=draw(st.sampled_from((owned.uid, Uid("999")))),
            address=owned.primary_email,
            addresses={a: AddressNote(origin=AddressOrigin.ENTRA) for a in draw(some_addresses)},
            type=draw(st.none() | st.sampled_from((AccountType.END_USER, AccountType.FUNCTIONAL_ACCOUNT))),
            is_active=draw(st.none() | st.booleans()),
            first_seen_at=NOW,
            last_seen_at=NOW,
        )
    return Ledger(entries=entries)


def _mostly(values: type[E]) -> st.SearchStrategy[frozenset[E]]:
    """All values of a closed set, or some of them."""
    return st.just(frozenset(values)) | st.frozensets(st.sampled_from(values))


options = st.just(SyncOptions()) | st.builds(
    SyncOptions,
    what=_mostly(What),
    how=_mostly(How),
    unlicensed_as=st.sampled_from(UnlicensedAs),
    disabled_as=st.sampled_from(DisabledAs),
    leavers=st.sampled_from(Leavers),
    grace_days=st.sampled_from((0, 7)),
    default_role=st.sampled_from((AccountType.END_USER, AccountType.SILENT_USER)),
    onmicrosoft=st.sampled_from(Onmicrosoft),
    welcome_email=st.booleans(),
)
