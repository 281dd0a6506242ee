"""Every setting in one table: name, kind, default, layer and help. docs/settings.md is the same table, held to it by a test."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.diff.options import (
    DisabledAs,
    How,
    Leavers,
    Mode,
    NativeSyncPolicy,
    Onmicrosoft,
    PortalLogin,
    UnlicensedAs,
    What,
)
from shared.model import AccountType, EntraId
from shared.settings.kinds import Choice, ChoiceSet, GuidSet, Kind, NumberChoice, Truth, WholeNumber
from shared.settings.texts import DomainName, Guid, HttpsOrigin, IfSet, MailAddress, SecretName, Words
from shared.settings.values import AuthMode, EntraCredential

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SettingField(Generic[T]):
    """One setting."""

    name: str
    kind: Kind[T]
    default: str | None
    """In canonical text; None where the setting must be given."""
    deployed_only: bool
    """Whether only the environment may set it; else it is a sync option, which the settings page may override."""
    help: str


def _deployed(name: str, kind: Kind[T], default: str | None, help_text: str) -> SettingField[T]:
    return SettingField(name=name, kind=kind, default=default, deployed_only=True, help=help_text)


def _option(name: str, kind: Kind[T], default: str, help_text: str) -> SettingField[T]:
    return SettingField(name=name, kind=kind, default=default, deployed_only=False, help=help_text)


ENTRA_TENANT_ID = _deployed("ENTRA_TENANT_ID", Guid(), None, "The directory (tenant) that is read.")
ENTRA_CLIENT_ID = _deployed("ENTRA_CLIENT_ID", Guid(), None, "The app registration that reads Microsoft Graph.")
ENTRA_CREDENTIAL = _deployed(
    "ENTRA_CREDENTIAL",
    Choice(tuple(EntraCredential)),
    "secret",
    "How the app proves that it is `ENTRA_CLIENT_ID`: a secret or a certificate from Key Vault, or its managed identity "
    "(`federated`, no secret at all; needs `AZURE_CLIENT_ID`).",
)
ENTRA_SECRET_NAME = _deployed(
    "ENTRA_SECRET_NAME",
    SecretName(),
    "entra-client-secret",
    "Secret or certificate (PEM or PFX) in Key Vault; not used with `federated`.",
)
AZURE_CLIENT_ID = _deployed(
    "AZURE_CLIENT_ID", IfSet(Guid()), "", "Client id of the app's user-assigned managed identity."
)
ENTRA_AUTHORITY = _deployed(
    "ENTRA_AUTHORITY",
    HttpsOrigin(),
    "https://login.microsoftonline.com",
    "Where tokens come from; another host in a national cloud.",
)
GRAPH_URL = _deployed(
    "GRAPH_URL",
    HttpsOrigin(),
    "https://graph.microsoft.com",
    "Microsoft Graph of the same cloud as `ENTRA_AUTHORITY`.",
)
KEY_VAULT_URL = _deployed("KEY_VAULT_URL", HttpsOrigin(), None, "The Key Vault that holds the secrets.")
KEY_VAULT_VERIFY_CHALLENGE = _deployed(
    "KEY_VAULT_VERIFY_CHALLENGE",
    Truth(),
    "true",
    "Whether the vault must be of the domain that its challenge names; `false` only for a vault on this machine.",
)
PROOFPOINT_URL = _deployed(
    "PROOFPOINT_URL",
    HttpsOrigin(),
    "https://us1.proofpointessentials.com",
    "The Essentials stack on which the organization lives, or a reseller's own host.",
)
PROOFPOINT_DOMAIN = _deployed("PROOFPOINT_DOMAIN", DomainName(), None, "The organization's primary domain.")
PROOFPOINT_USER = _deployed(
    "PROOFPOINT_USER", MailAddress(), None, "The API account: a local organization admin of Essentials."
)
PROOFPOINT_SECRET_NAME = _deployed(
    "PROOFPOINT_SECRET_NAME", SecretName(), "proofpoint-password", "Its password in Key Vault."
)
NATIVE_SYNC_CLIENT_ID = _deployed(
    "NATIVE_SYNC_CLIENT_ID",
    IfSet(Guid()),
    "",
    "The application that Essentials' own sync uses; needed for `SYNC_NATIVE=groups_only`.",
)
NATIVE_SYNC_SECRET_NAME = _deployed(
    "NATIVE_SYNC_SECRET_NAME",
    IfSet(SecretName()),
    "",
    "That application's secret in Key Vault; needed for `SYNC_NATIVE=groups_only`.",
)
NOTIFY_WEBHOOK_SECRET_NAME = _deployed(
    "NOTIFY_WEBHOOK_SECRET_NAME",
    IfSet(SecretName()),
    "",
    "A secret that holds the https URL of a Teams workflow or another JSON webhook.",
)
AUTH_MODE = _deployed(
    "AUTH_MODE",
    Choice(tuple(AuthMode)),
    "easyauth",
    "Who may call the app: people and applications that sign in with Entra, or whoever has a function key.",
)
SIGN_IN_CLIENT_ID = _deployed(
    "SIGN_IN_CLIENT_ID", IfSet(Guid()), "", "The app registration that people sign in to; needed for `easyauth`."
)
SIGN_IN_TENANT_ID = _deployed(
    "SIGN_IN_TENANT_ID", IfSet(Guid()), "", "The tenant that people sign in from; needed for `easyauth`."
)
SYNC_SCHEDULE = _deployed(
    "SYNC_SCHEDULE",
    Words("six fields of an NCRONTAB expression"),
    "0 */10 * * * *",
    "How often the timer looks whether a run is due. Read by the Functions host.",
)
SYNC_OFFSET_MINUTES = _deployed(
    "SYNC_OFFSET_MINUTES",
    WholeNumber(least=0, most=59),
    "0",
    "Shifts the scheduled runs within the hour, so that many deployments do not start together.",
)
HISTORY_DAYS = _deployed(
    "HISTORY_DAYS", WholeNumber(least=1, most=3650), "90", "How long plans, runs and results are kept."
)

SYNC_WHAT = _option(
    "SYNC_WHAT",
    ChoiceSet(tuple(What)),
    "active_users,disabled_users,shared_mailboxes,distribution_groups,security_groups",
    "Kinds that are managed. A kind left out is not touched at all, and never a reason to remove.",
)
SYNC_UNLICENSED_AS = _option(
    "SYNC_UNLICENSED_AS",
    Choice(tuple(UnlicensedAs)),
    "functional_account",
    "What enabled people without a mailbox licence become.",
)
SYNC_LICENCES = _option(
    "SYNC_LICENCES",
    GuidSet(str, "SKU ids"),
    "none",
    "SKU ids that count as a mailbox licence, in place of the known mailbox plans.",
)
SYNC_DISABLED_AS = _option(
    "SYNC_DISABLED_AS", Choice(tuple(DisabledAs)), "functional_account", "What people whose sign-in is blocked become."
)
SYNC_GROUP_SCOPE = _option(
    "SYNC_GROUP_SCOPE",
    GuidSet(EntraId, "ids of Entra groups"),
    "none",
    "Only members of these groups, nested ones too, are synced as people; `none` means everybody.",
)
SYNC_HOW = _option(
    "SYNC_HOW",
    ChoiceSet(tuple(How)),
    "add_users,update_users,add_groups,update_groups",
    "Kinds of change that are made.",
)
SYNC_LEAVERS = _option(
    "SYNC_LEAVERS",
    Choice(tuple(Leavers)),
    "functional_account",
    "What `remove_deleted_users` does to the account of a person who is gone.",
)
SYNC_GRACE_DAYS = _option(
    "SYNC_GRACE_DAYS",
    WholeNumber(least=0, most=365),
    "7",
    "How long a person, group or address must be gone before it is acted upon; 0 means at once.",
)
SYNC_EVERY_HOURS = _option(
    "SYNC_EVERY_HOURS", NumberChoice((1, 3, 6, 12, 24, 0)), "1", "How often a run is scheduled; 0 means never."
)
SYNC_MODE = _option(
    "SYNC_MODE",
    Choice(tuple(Mode)),
    "apply",
    "What a scheduled run does with its plan: execute it, or report it and execute nothing.",
)
SYNC_DEFAULT_ROLE = _option(
    "SYNC_DEFAULT_ROLE",
    Choice((AccountType.END_USER, AccountType.SILENT_USER)),
    "end_user",
    "Type of new users, and of functional accounts that become users.",
)
SYNC_WELCOME_EMAIL = _option("SYNC_WELCOME_EMAIL", Truth(), "false", "Whether Essentials mails new users a welcome.")
SYNC_ONMICROSOFT = _option(
    "SYNC_ONMICROSOFT", Choice(tuple(Onmicrosoft)), "skip", "Whether `*.onmicrosoft.com` addresses are synced."
)
SYNC_NATIVE = _option(
    "SYNC_NATIVE",
    Choice(tuple(NativeSyncPolicy)),
    "unmanaged",
    "What becomes of Essentials' own sync: left alone, never run, or kept for the group containers that the API cannot write.",
)
SYNC_PORTAL_LOGIN = _option(
    "SYNC_PORTAL_LOGIN", Choice(tuple(PortalLogin)), "unmanaged", "How people sign in to the Essentials portal."
)
GUARD_REMOVALS = _option(
    "GUARD_REMOVALS",
    WholeNumber(least=0, most=1_000_000),
    "20",
    "More changes that take an address, deactivate or remove than this need an approval.",
)
GUARD_REMOVALS_PERCENT = _option(
    "GUARD_REMOVALS_PERCENT",
    WholeNumber(least=0, most=100),
    "5",
    "The same, in percent of the active accounts, from the sixth such change on.",
)
GUARD_CHANGES_PERCENT = _option(
    "GUARD_CHANGES_PERCENT",
    WholeNumber(least=0, most=100),
    "30",
    "More changes other than additions than this percentage of the accounts need an approval, where there are at least 20.",
)
ALERT_HOURS = _option(
    "ALERT_HOURS",
    WholeNumber(least=0, most=8760),
    "0",
    "Hours without a successful scheduled run that raise an alert; 0 means twice the interval plus one hour.",
)

SETTING_FIELDS: tuple[SettingField[Any], ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, SettingField)
)
"""All settings, deployed-only ones first, in the order of the documentation."""

FIELD_BY_NAME: dict[str, SettingField[Any]] = {field.name: field for field in SETTING_FIELDS}
