"""Both sides of a company of any size, without sockets: most of it in sync, the rest coming, misspelt, renamed or leaving.

All of it lies in memory as after a real read: decoded from pages of Graph, one list of Essentials and a stored ledger, each
text an object of its own, in the orders that the readers give. Object ids, names and uids have nothing to do with each other:
whoever walks along one side meets the other in no order.
"""

import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TypeVar

import msgspec

from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry
from shared.diff.plan import ObjectKind
from shared.graph.chain import Listing
from shared.graph.lists import all_groups, all_people
from shared.model import Account, AccountType, Directory, EntraId, Group, Organization, Person
from shared.proofpoint.decode import accounts_of, items_of
from tests.builders.sides import DOMAIN, MAILBOX, NOW, account, directory, organization

COMING_EVERY = 20
"""One person of so many has no account yet."""
MISSPELT_EVERY = 25
RENAMED_EVERY = 50
LEAVING_EVERY = 500
"""One account of so many belongs to nobody any more."""
PEOPLE_PER_GROUP = 20
PAGE = 999

J = TypeVar("J")
M = TypeVar("M", Person, Group)


def large_directory(people: int) -> Directory:
    """A certified directory of so many people, with two addresses each, and their groups."""
    staying = (_person_json(i) for i in range(people) if i % LEAVING_EVERY)
    groups = (_group_json(people + i, f"list{i}") for i in range(people // PEOPLE_PER_GROUP))
    return directory(_read(staying, all_people()), _read(groups, all_groups()))


def accounts_json(people: int) -> bytes:
    """The list of accounts as Essentials answers it."""
    return b'{"users":[' + b",".join(map(_body_of, _accounts(people))) + b"]}"


def large_organization(body: bytes) -> Organization:
    """A certified organization with the accounts of such a list."""
    return organization(accounts_of(items_of(msgspec.json.decode(body), "users")), seats=None)


def large_ledger(people: int) -> Ledger:
    """A ledger that knows every account by the object that it belongs to."""
    decoder = msgspec.json.Decoder(dict[EntraId, LedgerEntry])
    stored = (msgspec.json.encode({_entra_id(int(one.uid) - 1000): _entry_of(one)}) for one in _accounts(people))
    # Entries are stored in order of id, which each of them begins with.
    return Ledger(entries={i: entry for one in sorted(stored) for i, entry in decoder.decode(one).items()})


def _entra_id(number: int) -> EntraId:
    return EntraId(str(uuid.UUID(bytes=hashlib.sha256(str(number).encode()).digest()[:16], version=4)))


def _name(number: int) -> str:
    """A name of its own for each number below a million and three, which is a prime; their order is not that of numbers."""
    return f"person{number * 611_953 % 1_000_003}"


def _read(objects: Iterable[Mapping[str, object]], listing: Listing[J, M]) -> list[M]:
    """The objects as a reader has them that was given them page by page: in order of id."""
    read: list[M] = []
    remaining = iter(objects)
    while page := list(islice(remaining, PAGE)):
        decoded = listing.page_decoder.decode(msgspec.json.encode({"value": page}))
        read += [listing.convert(item) for item in decoded.value]
    return sorted(read, key=lambda one: one.id)


def _person_json(number: int) -> dict[str, object]:
    name = _name(number)
    address = f"{name}@{DOMAIN}"
    return {
        "id": _entra_id(number),
        "displayName": name.title(),
        "givenName": name.title(),
        "surname": "Example",
        "mail": address,
        "userPrincipalName": address,
        "accountEnabled": True,
        "userType": "Member",
        "proxyAddresses": [f"SMTP:{address}", f"smtp:of.{address}"],
        "assignedLicenses": [],
        "assignedPlans": [
            {"service": "exchange", "servicePlanId": MAILBOX.plan_id, "capabilityStatus": MAILBOX.state},
        ],
    }


def _group_json(number: int, name: str) -> dict[str, object]:
    address = f"{name}@{DOMAIN}"
    return {
        "id": _entra_id(number),
        "displayName": name.title(),
        "mail": address,
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": [],
        "proxyAddresses": [f"SMTP:{address}"],
        "visibility": None,
    }


def _entry_of(one: Account) -> LedgerEntry:
    return LedgerEntry(
        kind=ObjectKind.DISTRIBUTION_GROUP if one.surname == "" else ObjectKind.ACTIVE_USER,
        uid=one.uid,
        address=one.primary_email,
        addresses={a: AddressNote(origin=AddressOrigin.ENTRA) for a in one.addresses},
        type=one.type,
        is_active=True,
        first_seen_at=NOW,
        last_seen_at=NOW,
    )


def _accounts(people: int) -> Iterator[Account]:
    for i in range(people):
        if i % COMING_EVERY != 1:
            name = f"maiden{i}" if i % RENAMED_EVERY == 2 else _name(i)
            one = account(1000 + i, name, aliases=(f"of.{_name(i)}@{DOMAIN}",), firstname=_name(i).title())
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
