"""The ledger: what we know of each Entra object from earlier reads and executions. Pure values and pure updates."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from shared.diff.plan import Adoption, ObjectKind
from shared.model import AccountType, Address, EntraId, Uid

ALIAS_NOTE = "alias_emails:"
"""Start of the name under which an alias is noted that Essentials took and does not list."""


class AddressOrigin(StrEnum):
    """Who gave an address to the account."""

    ENTRA = "entra"
    APP = "app"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressNote:
    """An address that Entra or we gave to the object's account."""

    origin: AddressOrigin
    missing_since: datetime | None = None
    """First certified read in which no object had the address; None while some object has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAndRead:
    """A value that Essentials took and reads back otherwise: no difference while Entra's value stays."""

    sent: str
    read: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One Entra object and the account that belongs to it."""

    kind: ObjectKind
    """What it was last seen as; a missing object counts as that."""
    uid: Uid | None
    """None until an account was adopted or created."""
    address: Address | None
    """The account's primary address when last written or adopted."""
    addresses: Mapping[Address, AddressNote] = field(default_factory=dict)
    type: AccountType | None = None
    """The type that we set or found as we would set it; None: never."""
    is_active: bool | None = None
    """The activity that we set or found as we would set it; None: never."""
    read_otherwise: Mapping[str, SentAndRead] = field(default_factory=dict)
    first_seen_at: datetime
    last_seen_at: datetime
    missing_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Opened by a person's execution under the options in force; it holds while their fingerprint stays the same."""

    options_fingerprint: str
    opened_at: datetime
    opened_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """All entries, and whose they are."""

    tenant_id: str = ""
    """Empty until the first execution, and after a changed directory was accepted."""
    primary_domain: str = ""
    entries: Mapping[EntraId, LedgerEntry] = field(default_factory=dict)
    accounts_last_read: int = 0
    """How many accounts the last certified read of the organization had."""
    gate: Gate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What an execution wrote to the account of an object, as the list shows it afterwards."""

    entra_id: EntraId
    kind: ObjectKind
    uid: Uid
    address: Address
    given: tuple[Address, ...] = ()
    taken: tuple[Address, ...] = ()
    type: AccountType | None = None
    """None where the type was not written."""
    is_active: bool | None = None
    """None where the activity was not written."""
    read_otherwise: Mapping[str, SentAndRead] = field(default_factory=dict)


def adopt(ledger: Ledger, adoptions: Iterable[Adoption], *, now: datetime) -> Ledger:
    """The ledger with each match noted: account, addresses that Entra lists, type and activity where they are right."""
    entries = dict(ledger.entries)
    for adoption in adoptions:
        entry = _entry_for(entries.get(adoption.entra_id), adoption.kind, adoption.uid, adoption.address, now)
        listed = {address: AddressNote(origin=AddressOrigin.ENTRA) for address in adoption.entra_addresses}
        entries[adoption.entra_id] = replace(
            entry,
            addresses={**entry.addresses, **listed},
            type=adoption.type or entry.type,
            is_active=entry.is_active if adoption.is_active is None else adoption.is_active,
            read_otherwise=_still_listed(entry.read_otherwise, adoption.entra_addresses),
        )
    return replace(ledger, entries=entries)


def _still_listed(notes: Mapping[str, SentAndRead], entra_addresses: tuple[Address, ...]) -> Mapping[str, SentAndRead]:
    """The notes without those of aliases that Entra no longer lists: given again, they are tried again."""
    gone = {name for name, note in notes.items() if name.startswith(ALIAS_NOTE) and note.sent not in entra_addresses}
    return {name: note for name, note in notes.items() if name not in gone} if gone else notes


def note_writes(ledger: Ledger, writes: Iterable[Written], *, now: datetime) -> Ledger:
    """The ledger with what was written: given addresses noted as ours, taken ones forgotten."""
    entries = dict(ledger.entries)
    for written in writes:
        entry = _entry_for(entries.get(written.entra_id), written.kind, written.uid, written.address, now)
        addresses = {a: note for a, note in entry.addresses.items() if a not in written.taken}
        for address in written.given:
            addresses.setdefault(address, AddressNote(origin=AddressOrigin.APP))
        entries[written.entra_id] = replace(
            entry,
            addresses=addresses,
            type=written.type or entry.type,
            is_active=entry.is_active if written.is_active is None else written.is_active,
            read_otherwise={**entry.read_otherwise, **written.read_otherwise},
        )
    return replace(ledger, entries=entries)


def note_presence(
    ledger: Ledger, *, present: Mapping[EntraId, ObjectKind], listed: frozenset[Address], now: datetime
) -> Ledger:
    """The ledger after a certified read: who and what is missing since when, and who is back.

    ``present`` are the living objects and what they count as; ``listed`` all addresses that any of them has.
    """
    entries = {}
    for entra_id, entry in ledger.entries.items():
        kind = present.get(entra_id)
        addresses = {
            address: note
            if (note.missing_since is None) is (address in listed)
            else replace(note, missing_since=None if address in listed else now)
            for address, note in entry.addresses.items()
        }
        if kind is None:
            entries[entra_id] = replace(entry, addresses=addresses, missing_since=entry.missing_since or now)
        else:
            entries[entra_id] = replace(entry, addresses=addresses, kind=kind, last_seen_at=now, missing_since=None)
    return replace(ledger, entries=entries)


def _entry_for(entry: LedgerEntry | None, kind: ObjectKind, uid: Uid, address: Address, now: datetime) -> LedgerEntry:
    """The entry with this account; what was noted of another account does not hold for it."""
    if entry is None or entry.uid != uid:
        return LedgerEntry(
            kind=kind,
            uid=uid,
            address=address,
            first_seen_at=entry.first_seen_at if entry is not None else now,
            last_seen_at=now,
        )
    return replace(entry, kind=kind, address=address, last_seen_at=now, missing_since=None)
