"""The organization: accounts, domains, seats and the native sync as read from Essentials."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.model.ids import Address, Uid


class AccountType(StrEnum):
    """Type of an account. ``UNKNOWN`` stands for a value that this version does not know, and is never touched."""

    END_USER = "end_user"
    SILENT_USER = "silent_user"
    FUNCTIONAL_ACCOUNT = "functional_account"
    ORGANIZATION_ADMIN = "organization_admin"
    CHANNEL_ADMIN = "channel_admin"
    STRATEGIC_PARTNER_ADMIN = "strategic_partner_admin"
    OEM_PARTNER_ADMIN = "oem_partner_admin"
    UNKNOWN = "unknown"

    @property
    def is_user(self) -> bool:
        """Whether this is a person's licensed type."""
        return self in (AccountType.END_USER, AccountType.SILENT_USER)

    @property
    def takes_seat(self) -> bool:
        """Whether an active account of this type takes a seat."""
        return self is not AccountType.FUNCTIONAL_ACCOUNT

    @property
    def is_protected(self) -> bool:
        """Whether accounts of this type are never touched."""
        return not self.is_user and self is not AccountType.FUNCTIONAL_ACCOUNT


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One row of Essentials' ``/users``."""

    uid: Uid
    primary_email: Address
    type: AccountType
    is_active: bool
    firstname: str
    surname: str
    alias_emails: tuple[Address, ...]
    """Sorted, without the primary."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The primary and all aliases."""
        return (self.primary_email, *self.alias_emails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """A domain registered in the organization."""

    name: str
    is_active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """Seats of the organization; ``limit`` None where Essentials does not say."""

    limit: int | None
    package: str
    is_on_trial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeSync:
    """Settings of the product's own Azure Directory Sync; booleans False and hours 0 where it was never set up or is not shown."""

    is_shown: bool = True
    """False where Essentials refuses to show the settings: it is outside the package, was never set up, or is hidden by a fault."""
    is_configured: bool
    application_id: str = ""
    """The application that it reads Entra with; empty where none is set."""
    frequency_hours: int
    sync_active_users: bool
    sync_distribution_groups: bool
    sync_security_groups: bool
    add_users: bool
    update_users: bool
    remove_deleted_users: bool
    add_groups: bool
    update_groups: bool
    remove_deleted_groups: bool
    default_user_role: str
    secret_expiry: str
    last_successful_sync: str

    @property
    def writes_users(self) -> bool:
        """Whether it runs by itself and changes users: then two writers would fight."""
        return (
            self.frequency_hours > 0
            and self.sync_active_users
            and (self.add_users or self.update_users or self.remove_deleted_users)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSettings:
    """How people sign in to the Essentials portal."""

    allow_local_login: bool
    allow_azure_login: bool
    force_azure_login: bool
    idp_for_forced_login: str | None
    """Id of the identity provider that everybody must use; None where there is none."""

    @property
    def shuts_local_passwords(self) -> bool:
        """Whether a local password, such as the app's own, may no longer do."""
        return self.force_azure_login or self.idp_for_forced_login is not None or not self.allow_local_login


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationCertificate:
    """The evidence that a read of the organization was complete."""

    read_at: datetime
    primary_domain: str
    accounts_read: int
    own_account: Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The Essentials side, complete, accounts in order of primary address."""

    primary_domain: str
    name: str
    domains: tuple[Domain, ...]
    accounts: tuple[Account, ...]
    licences: Licences
    native_sync: NativeSync
    native_exemptions: tuple[Address, ...]
    certificate: OrganizationCertificate
    login: LoginSettings | None = None
    """How people sign in to the portal; None where nobody asked, since the options leave it alone."""

    @property
    def seats_used(self) -> int:
        """How many accounts take a seat."""
        return sum(1 for a in self.accounts if a.is_active and a.type.takes_seat)
