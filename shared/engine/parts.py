"""The engine's parts, passed in by the composition root."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.clock import Clock
from shared.engine.commands import SecretStatus
from shared.engine.ports import (
    AccountWriter,
    DirectoryReader,
    EvidenceReader,
    MessageSender,
    OrganizationReader,
    SettingsWriter,
)
from shared.secrets import Secret
from shared.settings import Settings
from shared.state.protocols import Documents, Lease, Queue

if TYPE_CHECKING:
    # For the sake of cold starts: planning is loaded when something is planned.
    from shared.diff.situation import NativeApplication


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that the engine works with; what needs settings is made when it is asked for."""

    documents: Documents
    lease: Lease
    queue: Queue
    clock: Clock
    new_id: Callable[[], str]
    """A random GUID at each call."""
    settings: Callable[[], Settings]
    """The settings in force now; raises SettingsError."""
    directory_reader: Callable[[], DirectoryReader]
    evidence_reader: Callable[[], EvidenceReader]
    organization_reader: Callable[[], OrganizationReader]
    account_writer: Callable[[], AccountWriter]
    settings_writer: Callable[[], SettingsWriter]
    native_application: Callable[[], "NativeApplication"]
    """The application of the native sync with its key's version, where the options ask for one; raises SecretError."""
    native_key: Callable[[], Secret]
    """That application's key as Key Vault has it at this moment; raises SecretError."""
    secrets: Callable[[], tuple[SecretStatus, ...]]
    """The secrets in use with the days that they have left."""
    essentials_login: Callable[[], str]
    """Fingerprint of host, account and version of the password that Essentials is asked with; raises SyncError."""
    message_sender: Callable[[], MessageSender]
    """Where notices go, if NOTIFY_WEBHOOK_SECRET_NAME is set; raises SecretError, ServiceError."""
    read_whole_up_to: int
    """Directories of so many people and groups, or fewer, are read whole each time: it takes no longer, and misses nothing new."""
    review_page: str
    """URL of the review page; empty where the app does not know its own."""
    announce: Callable[[str, dict[str, object]], None]
    """Logs one structured event: its name and its fields, which hold no address and no secret."""
