"""What is written to Essentials, and what comes back of a write."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.model.ids import Address, Uid
from shared.model.organization import Account, AccountType


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account to create."""

    primary_email: Address
    type: AccountType
    is_active: bool
    firstname: str
    surname: str
    alias_emails: tuple[Address, ...]
    send_welcome_email: bool
    """Always sent explicitly: what Essentials does by default depends on the type."""
    sender_lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Lists of senders of an account that is made again, by the names that Essentials gave them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEdit:
    """New values for fields of an account; None leaves the field as it is."""

    primary_email: Address | None = None
    type: AccountType | None = None
    is_active: bool | None = None
    firstname: str | None = None
    surname: str | None = None
    alias_emails: tuple[Address, ...] | None = None
    """The whole list as it shall be, not a difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchedAccount:
    """One account as Essentials gives it when asked for it alone."""

    account: Account
    body: Mapping[str, object]
    """The whole object, fields that we do not know included: a write sends all of it back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Created:
    """Essentials made the account."""

    primary_email: Address
    uid: Uid | None
    """None where the answer does not tell; the list does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCreated:
    """Essentials refused this account and said why; others of the same batch are not concerned."""

    primary_email: Address
    status: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJudged:
    """Essentials made nothing of it and says nothing against it: the request was refused as a whole, or throttled.

    It may be sent alone.
    """

    primary_email: Address
    status: int
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unconfirmed:
    """Nothing says what became of this account: only reading tells, and it is not to be sent again before."""

    primary_email: Address
    message: str


CreateOutcome = Created | NotCreated | NotJudged | Unconfirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeSyncEdit:
    """New values for settings of the own sync; None leaves a setting as it is."""

    frequency_hours: int | None = None
    """0 means never."""
    sync_active_users: bool | None = None
    sync_distribution_groups: bool | None = None
    sync_security_groups: bool | None = None
    add_users: bool | None = None
    update_users: bool | None = None
    remove_deleted_users: bool | None = None
    add_groups: bool | None = None
    update_groups: bool | None = None
    remove_deleted_groups: bool | None = None
    application_id: str | None = None
    application_secret: str | None = field(default=None, repr=False)
