"""The settings as typed values."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from shared.diff.options import SyncOptions


class EntraCredential(StrEnum):
    """How the app proves to Entra who it is."""

    SECRET = "secret"  # noqa: S105  # the name of a kind, not a secret
    CERTIFICATE = "certificate"
    FEDERATED = "federated"


class AuthMode(StrEnum):
    """Who may call the app."""

    EASYAUTH = "easyauth"
    KEY = "key"


class SettingSource(StrEnum):
    """The layer that a value comes from."""

    DEFAULT = "default"
    DEPLOYED = "deployed"
    SAVED = "saved"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveSetting:
    """One setting as it is in force, in its text form."""

    name: str
    value: str
    source: SettingSource
    deployed_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderStorage:
    """State in a local folder (``STATE_DIR``)."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionStringStorage:
    """State in the storage account of ``AzureWebJobsStorage``."""

    connection_string: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityStorage:
    """State in a storage account reached with the managed identity."""

    blob_url: str
    queue_url: str


Storage = FolderStorage | ConnectionStringStorage | IdentityStorage


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings in force; optional names are empty where they are not set."""

    entra_tenant_id: str
    entra_client_id: str
    entra_credential: EntraCredential
    entra_secret_name: str
    azure_client_id: str
    entra_authority: str
    graph_url: str
    key_vault_url: str
    key_vault_verify_challenge: bool
    proofpoint_url: str
    proofpoint_domain: str
    proofpoint_user: str
    proofpoint_secret_name: str
    native_sync_client_id: str
    native_sync_secret_name: str
    notify_webhook_secret_name: str
    auth_mode: AuthMode
    sign_in_client_id: str
    sign_in_tenant_id: str
    sync_offset_minutes: int
    storage: Storage
    history_days: int
    options: SyncOptions
    effective: tuple[EffectiveSetting, ...]
    """Every setting with its source, in order of name, for the settings page; no secret is a setting."""
