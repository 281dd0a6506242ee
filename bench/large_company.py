"""Both sides of a company of any size, without sockets: most of it in sync, the rest coming, misspelt, renamed or leaving."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec

from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry
from shared.diff.plan import ObjectKind
from shared.model import Account, AccountType, Directory, Organization
from shared.proofpoint.decode import accounts_of, items_of
from tests.builders.sides import NOW, account, directory, entra_id, group, organization, person

COMING_EVERY = 20
"""One person of so many has no account yet."""
MISSPELT_EVERY = 25
RENAMED_EVERY = 50
LEAVING_EVERY = 500
"""One account of so many belongs to nobody any more."""
PEOPLE_PER_GROUP = 20


def large_directory(people: int) -> Directory:
    """A certified directory of so many people, with two addresses each, and their groups."""
    groups = [group(people + i, f"list{i}") for i in range(people // PEOPLE_PER_GROUP)]
    staying = (i for i in range(people) if i % LEAVING_EVERY)
    return directory([person(i, _name(i), aliases=(f"of.{_name(i)}@example.com",)) for i in staying], groups)


def accounts_json(people: int) -> bytes:
    """The list of accounts as Essentials answers it."""
    return b'{"users":[' + b",".join(map(_body_of, _accounts(people))) + b"]}"


def large_organization(body: bytes) -> Organization:
    """A certified organization with the accounts of such a list."""
    return organization(accounts_of(items_of(msgspec.json.decode(body), "users")), seats=None)


def large_ledger(people: int) -> Ledger:
    """A ledger that knows every account by the object that it belongs to."""
    return Ledger(
        entries={
            entra_id(int(one.uid) - 1000): LedgerEntry(
                kind=ObjectKind.DISTRIBUTION_GROUP if one.surname == "" else ObjectKind.ACTIVE_USER,
                uid=one.uid,
                address=one.primary_email,
                addresses={a: AddressNote(origin=AddressOrigin.ENTRA) for a in one.addresses},
                type=one.type,
                is_active=True,
                first_seen_at=NOW,
                last_seen_at=NOW,
            )
            for one in _accounts(people)
        }
    )


def _name(number: int) -> str:
    return f"person{number}"


def _accounts(people: int) -> Iterator[Account]:
    for i in range(people):
        if i % COMING_EVERY != 1:
            name = f"maiden{i}" if i % RENAMED_EVERY == 2 else _name(i)
            one = account(1000 + i, name, aliases=(f"of.{_name(i)}@example.com",), firstname=_name(i).title())
            yield replace(one, surname="Wrong") if i % MISSPELT_EVERY == 3 else one
    for i in range(people // PEOPLE_PER_GROUP):
        yield account(1000 + people + i, f"list{i}", type=AccountType.FUNCTIONAL_ACCOUNT, surname="")


def _body_of(one: Account) -> bytes:
    return msgspec.json.encode(
        {
            "uid": int(one.uid),
            "primary_email": one.primary_email,
            "firstname": one.firstname,
            "surname": one.surname,
            "type": one.type.value,
            "is_active": one.is_active,
            "is_billable": True,
            "alias_emails": list(one.alias_emails),
            "white_list_senders": ["*@partner.example"],
            "black_list_senders": [],
            "safe_list_senders": ["*@partner.example"],
            "block_list_senders": [],
        }
    )
