"""The sync options: what to sync, how, when, and within which limits. Pure values; their text form is in shared/settings.py."""

from dataclasses import dataclass
from enum import StrEnum

from shared.model import AccountType, EntraId


class What(StrEnum):
    """Kinds of Entra object that are managed."""

    ACTIVE_USERS = "active_users"
    DISABLED_USERS = "disabled_users"
    SHARED_MAILBOXES = "shared_mailboxes"
    DISTRIBUTION_GROUPS = "distribution_groups"
    SECURITY_GROUPS = "security_groups"
    MICROSOFT365_GROUPS = "microsoft365_groups"


class How(StrEnum):
    """Kinds of change that are made."""

    ADD_USERS = "add_users"
    UPDATE_USERS = "update_users"
    ADD_GROUPS = "add_groups"
    UPDATE_GROUPS = "update_groups"
    REMOVE_DELETED_USERS = "remove_deleted_users"
    REMOVE_DELETED_GROUPS = "remove_deleted_groups"


class UnlicensedAs(StrEnum):
    """What enabled people without a mailbox licence become."""

    FUNCTIONAL_ACCOUNT = "functional_account"
    USER = "user"
    SKIP = "skip"


class DisabledAs(StrEnum):
    """What disabled people become."""

    FUNCTIONAL_ACCOUNT = "functional_account"
    INACTIVE = "inactive"
    KEEP = "keep"
    SKIP = "skip"


class Leavers(StrEnum):
    """What becomes of the account of a person who is gone."""

    FUNCTIONAL_ACCOUNT = "functional_account"
    INACTIVE = "inactive"
    REMOVE = "remove"


class Onmicrosoft(StrEnum):
    """Whether ``*.onmicrosoft.com`` addresses are synced."""

    SKIP = "skip"
    INCLUDE = "include"


class Mode(StrEnum):
    """What a scheduled run does with its plan."""

    APPLY = "apply"
    REPORT = "report"


class NativeSyncPolicy(StrEnum):
    """What becomes of the product's own sync."""

    UNMANAGED = "unmanaged"
    OFF = "off"
    GROUPS_ONLY = "groups_only"


class PortalLogin(StrEnum):
    """How people sign in to the Essentials portal."""

    UNMANAGED = "unmanaged"
    LOCAL = "local"
    MICROSOFT = "microsoft"
    MICROSOFT_FORCED = "microsoft_forced"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOptions:
    """The options in force for one search."""

    what: frozenset[What] = frozenset(set(What) - {What.MICROSOFT365_GROUPS})
    unlicensed_as: UnlicensedAs = UnlicensedAs.FUNCTIONAL_ACCOUNT
    licences: frozenset[str] = frozenset()
    """SKU ids that count as a mailbox licence; empty: the known mailbox plans count."""
    disabled_as: DisabledAs = DisabledAs.FUNCTIONAL_ACCOUNT
    group_scope: tuple[EntraId, ...] = ()
    how: frozenset[How] = frozenset({How.ADD_USERS, How.UPDATE_USERS, How.ADD_GROUPS, How.UPDATE_GROUPS})
    leavers: Leavers = Leavers.FUNCTIONAL_ACCOUNT
    grace_days: int = 7
    every_hours: int = 1
    """0 means never."""
    mode: Mode = Mode.APPLY
    default_role: AccountType = AccountType.END_USER
    welcome_email: bool = False
    onmicrosoft: Onmicrosoft = Onmicrosoft.SKIP
    native: NativeSyncPolicy = NativeSyncPolicy.UNMANAGED
    portal_login: PortalLogin = PortalLogin.UNMANAGED
    guard_removals: int = 20
    guard_removals_percent: int = 5
    guard_changes_percent: int = 30
    alert_hours: int = 0
    """0 means twice the interval plus one hour."""
