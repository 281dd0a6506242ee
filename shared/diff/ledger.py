"""The ledger: what we know of each Entra object from earlier reads and executions. Pure values and pure updates."""

import hashlib
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
    user_type: AccountType | None = None
    """The last user type noted: what a former user becomes again."""
    read_otherwise: Mapping[str, SentAndRead] = field(default_factory=dict)
    scope: str = ""
    """Fingerprint of ``SYNC_GROUP_SCOPE`` when an execution last synced it; empty: everybody was in scope."""
    created_at: datetime | None = None
    """When we created the account; None where it was there before."""
    first_seen_at: datetime
    last_seen_at: datetime
    missing_since: datetime | None = None
    left_scope_since: datetime | None = None
    """First certified read in which the living object was out of scope; None while it is in scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Opened by a person's execution under the options in force; it holds while their fingerprint stays the same."""

    options_fingerprint: str
    opened_at: datetime
    opened_by: str
    closed_by: str = ""
    """Id of the execution of an undo that closed it again; empty where none did."""


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
    native_key_version: str = ""
    """Version in Key Vault of the native sync's key that we wrote last; empty: never."""
    native_sync_wrote_users: bool = False
    """Whether the native sync wrote users when its settings were last shown, and no person has executed a plan since."""
    frozen: Mapping[Address, tuple[EntraId, ...]] = field(default_factory=dict)
    """By exempt address: the objects that had it in a certified read since it was exempt. They stay frozen when it moves."""


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
    former_type: AccountType | None = None
    """The type that it had before; None where the type was not written."""
    is_active: bool | None = None
    """None where the activity was not written."""
    is_created: bool = False
    """Whether the account was created."""
    read_otherwise: Mapping[str, SentAndRead] = field(default_factory=dict)


def scope_fingerprint(group_ids: Iterable[EntraId]) -> str:
    """A short digest of ``SYNC_GROUP_SCOPE``; empty where everybody is in scope."""
    ids = sorted(group_ids)
    return hashlib.sha256(" ".join(ids).encode()).hexdigest()[:12] if ids else ""


def adopt(ledger: Ledger, adoptions: Iterable[Adoption], *, scope: str, now: datetime) -> Ledger:
    """The ledger with each match noted: account, addresses that Entra lists, type and activity where they are right."""
    entries = dict(ledger.entries)
    for adoption in adoptions:
        entry = _entry_for(entries.get(adoption.entra_id), adoption.kind, adoption.uid, adoption.address, now)
        listed = {address: AddressNote(origin=AddressOrigin.ENTRA) for address in adoption.entra_addresses}
        entries[adoption.entra_id] = replace(
            entry,
            addresses={**entry.addresses, **listed},
            type=adoption.type or entry.type,
            user_type=_user_type(adoption.type) or entry.user_type,
            is_active=entry.is_active if adoption.is_active is None else adoption.is_active,
            scope=scope,
            left_scope_since=None,
            read_otherwise=_still_listed(entry.read_otherwise, adoption.entra_addresses),
        )
    return replace(ledger, entries=entries)


def _still_listed(notes: Mapping[str, SentAndRead], entra_addresses: tuple[Address, ...]) -> Mapping[str, SentAndRead]:
    """The notes without those of aliases that Entra no longer lists: given again, they are tried again."""
    gone = {name for name, note in notes.items() if name.startswith(ALIAS_NOTE) and note.sent not in entra_addresses}
    return {name: note for name, note in notes.items() if name not in gone} if gone else notes


def _user_type(type_: AccountType | None) -> AccountType | None:
    return type_ if type_ is not None and type_.is_user else None


def note_writes(ledger: Ledger, writes: Iterable[Written], *, scope: str, now: datetime) -> Ledger:
    """The ledger with what was written: given addresses noted as ours, taken ones forgotten."""
    entries = dict(ledger.entries)
    owners = {e.uid: i for i, e in entries.items() if e.uid is not None}
    for written in writes:
        owner = owners.get(written.uid, written.entra_id)
        if owner != written.entra_id:
            # The account was handed to this object: it belongs to one object only.
            entries[owner] = replace(entries[owner], uid=None, address=None)
            owners[written.uid] = written.entra_id
        entry = _entry_for(entries.get(written.entra_id), written.kind, written.uid, written.address, now)
        addresses = {a: note for a, note in entry.addresses.items() if a not in written.taken}
        for address in written.given:
            addresses.setdefault(address, AddressNote(origin=AddressOrigin.APP))
        entries[written.entra_id] = replace(
            entry,
            addresses=addresses,
            type=written.type or entry.type,
            user_type=_user_type(written.type) or _user_type(written.former_type) or entry.user_type,
            is_active=entry.is_active if written.is_active is None else written.is_active,
            scope=scope,
            created_at=now if written.is_created else entry.created_at,
            read_otherwise={**entry.read_otherwise, **written.read_otherwise},
        )
    return replace(ledger, entries=entries)


def note_presence(
    ledger: Ledger,
    *,
    present: Mapping[EntraId, ObjectKind],
    listed: frozenset[Address],
    out_of_scope: frozenset[EntraId],
    now: datetime,
) -> Ledger:
    """The ledger after a certified read: who and what is missing or out of scope since when, and who is back.

    ``present`` are the living objects and what they count as; ``listed`` all addresses that any of them has;
    ``out_of_scope`` those of the living who are in none of the scope groups.
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
            entries[entra_id] = replace(
                entry,
                addresses=addresses,
                kind=kind,
                last_seen_at=now,
                missing_since=None,
                left_scope_since=(entry.left_scope_since or now) if entra_id in out_of_scope else None,
            )
    return replace(ledger, entries=entries)


def forget_states(ledger: Ledger) -> Ledger:
    """The ledger without any noted type and activity: somebody else sets them, so nothing that differs was changed by hand."""
    entries = {i: replace(entry, type=None, is_active=None) for i, entry in ledger.entries.items()}
    return replace(ledger, entries=entries)


def note_exempt(ledger: Ledger, exempt: Iterable[Address], listed_by: Mapping[Address, tuple[EntraId, ...]]) -> Ledger:
    """The ledger after a certified read: whose objects each exempt address freezes; what is not exempt any more is forgotten."""
    frozen = {
        address: tuple(sorted({*ledger.frozen.get(address, ()), *listed_by.get(address, ())}))
        for address in sorted(exempt)
    }
    return replace(ledger, frozen={address: ids for address, ids in frozen.items() if ids})


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
