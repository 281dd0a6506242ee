"""The ledger: what we know of each Entra object from earlier reads and executions. Pure values and pure updates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.diff.plan import ObjectKind
from shared.model import AccountType, Address, EntraId, Uid


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
    """Empty until the first execution."""
    primary_domain: str = ""
    entries: Mapping[EntraId, LedgerEntry] = field(default_factory=dict)
    accounts_last_read: int = 0
    """How many accounts the last certified read of the organization had."""
    gate: Gate | None = None
