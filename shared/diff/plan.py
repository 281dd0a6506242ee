"""The plan: an immutable, ordered, printable set of changes, with what was skipped and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.model import AccountType, Address, DirectoryCertificate, EntraId, OrganizationCertificate, Uid


class Category(StrEnum):
    """What kind of change a row is."""

    ADD_USER = "add_user"
    UPDATE_USER = "update_user"
    CONVERT_USER = "convert_user"
    REMOVE_USER = "remove_user"
    ADD_GROUP = "add_group"
    UPDATE_GROUP = "update_group"
    REMOVE_GROUP = "remove_group"
    ORGANIZATION_SETTING = "organization_setting"


NATIVE_KEY = "ad_key"
"""Name of the setting that holds the key of the native sync's application."""
_SWITCHES_OF_NATIVE_SYNC = frozenset(
    {"sync_frequency", "sync_active_users", "add_users", "update_users", "remove_deleted_users"}
)
ADDS = frozenset({Category.ADD_USER, Category.ADD_GROUP})
REMOVALS = frozenset({Category.REMOVE_USER, Category.REMOVE_GROUP})


class Blocked(StrEnum):
    """Why nobody can tick a change."""

    NO_PROOF = "no_proof"
    ADDRESS_IN_USE = "address_in_use"
    CONFLICT = "conflict"
    NO_SEAT = "no_seat"
    UNREGISTERED_DOMAIN = "unregistered_domain"


class SkipReason(StrEnum):
    """Why an object is left out of the plan."""

    GUEST = "guest"
    NO_MAIL = "no_mail"
    NOT_MANAGED = "not_managed"
    OUT_OF_SCOPE = "out_of_scope"
    PURPOSE_UNKNOWN = "purpose_unknown"
    UNREADABLE = "unreadable"
    EXEMPT = "exempt"


class ObjectKind(StrEnum):
    """What an Entra object counts as; for people the first that fits, in this order."""

    GUEST = "guest"
    NO_MAIL = "no_mail"
    SHARED_MAILBOX = "shared_mailbox"
    DISABLED_USER = "disabled_user"
    UNLICENSED_USER = "unlicensed_user"
    ACTIVE_USER = "active_user"
    DISTRIBUTION_GROUP = "distribution_group"
    SECURITY_GROUP = "security_group"
    MICROSOFT365_GROUP = "microsoft365_group"
    OTHER_GROUP = "other_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Fields of an account before or after a change; None means that the change leaves the field alone."""

    primary_email: Address | None = None
    type: AccountType | None = None
    is_active: bool | None = None
    firstname: str | None = None
    surname: str | None = None
    alias_emails: tuple[Address, ...] | None = None
    """Only the addresses dropped (before) or given (after), sorted, lower case."""
    settings: Mapping[str, str] | None = None
    """Of the organization: by the names that Essentials gives them; a secret is told by its version alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of a plan."""

    id: str
    """Derived from content: the same change has the same id in the next search."""
    category: Category
    address: Address
    """Primary address of the account as it is, or as it will be created."""
    name: str
    entra_id: EntraId | None
    """None for a stray and for a setting of the organization."""
    kind: ObjectKind | None
    """What the object counts as; None where ``entra_id`` is."""
    uid: Uid | None
    """The account concerned; None where it is still to be created."""
    ticked: bool
    blocked: Blocked | None
    before: Values
    after: Values
    fields: tuple[str, ...]
    """Names of the fields altered, sorted."""
    reason: str
    proof: str
    """What Entra itself says that allows to take something; empty where nothing is taken or nothing proves it."""
    mail_impact: str
    """Whose mail starts, stops or moves, in words; empty where none does."""
    warnings: tuple[str, ...]
    chain: str | None
    """Shared by the changes that hand an address over; None where none is handed over."""
    takes: bool
    """Whether it takes an address from an account, deactivates or removes it, or turns a user into a functional account."""

    @property
    def switches_native_sync(self) -> bool:
        """Whether it is the one row that an execution may hold while the native sync writes users."""
        is_setting = self.category is Category.ORGANIZATION_SETTING
        return is_setting and not _SWITCHES_OF_NATIVE_SYNC.isdisjoint(self.after.settings or ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """An object that the plan leaves as it is, and why."""

    entra_id: EntraId
    address: Address | None
    name: str
    kind: ObjectKind
    reason: SkipReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Adoption:
    """A certified match of an Entra object with an account, and what the ledger notes of it when a plan is executed."""

    entra_id: EntraId
    kind: ObjectKind
    uid: Uid
    address: Address
    """The account's primary address."""
    entra_addresses: tuple[Address, ...]
    """What Entra lists for the object, sorted; also what is not registered."""
    type: AccountType | None
    """The account's type where it is as we would set it, else None."""
    is_active: bool | None
    """The account's activity where it is as we would set it, else None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Licences before and after the ticked changes; ``limit`` None where Essentials does not say."""

    limit: int | None
    used_before: int
    used_after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one search would change, and the evidence that it rests on."""

    digest: str
    """SHA-256 over the changes, their ticks and blocks included; does not depend on the order of what was read."""
    changes: tuple[Change, ...]
    skipped: tuple[Skipped, ...]
    adoptions: tuple[Adoption, ...]
    listed: Mapping[EntraId, tuple[Address, ...]]
    """All addresses that Entra lists for each object that has a change: an exemption of any of them freezes it."""
    directory_certificate: DirectoryCertificate
    organization_certificate: OrganizationCertificate
    accounts: int
    """All accounts of the organization: what the percentage of changes is taken of."""
    active_accounts: int
    """What the percentage of taking changes is taken of."""
    seats: Seats
    native_sync_writes_users: bool
    native_sync_may_write_users: bool = False
    """Whether it wrote users when its settings were last shown, and Essentials shows them no more: a person has to look."""
    welcome_emails: int
    """How many welcome mails the ticked changes send."""
    warnings: tuple[str, ...]
    accounts_by_type: Mapping[AccountType, int] = field(default_factory=dict)
    """How many accounts of each type there were. Empty in older plans."""
    protected: tuple[Address, ...] = ()
    """Addresses of administrators and of the app's own account, sorted: nothing is planned there. Empty in older plans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exemption:
    """A saved exclusion of an address."""

    id: str
    address: Address
    reason: str
    by: str
    until: datetime | None
    """None means for good."""
