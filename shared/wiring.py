"""The composition root: settings become parts. The only importer of everything; nothing here connects before it is used."""

import functools
import hashlib
import os
import random
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from shared.api import Api, authorization_of
from shared.clock import Clock, SystemClock
from shared.diff.options import NativeSyncPolicy
from shared.engine.commands import SecretStatus
from shared.engine.engine import Engine
from shared.engine.parts import Parts
from shared.engine.ports import (
    AccountWriter,
    DirectoryReader,
    EvidenceReader,
    MessageSender,
    OrganizationReader,
    SettingsWriter,
)
from shared.engine.records import saved_options
from shared.errors import SettingsError, SyncError
from shared.secrets import SecretReader
from shared.settings import EntraCredential, FolderStorage, IdentityStorage, Settings, load_settings, validate_saved
from shared.settings.storage import read_storage
from shared.state import State, blob_state, folder_state
from shared.telemetry import announce, quieten_libraries

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from shared.diff.situation import NativeApplication
    from shared.engine.administration.administration import Administration
    from shared.engine.administration.probes import Probes
    from shared.wiring_services import Services

READ_WHOLE_UP_TO = 5_000
"""People and groups together: five or six pages, about a second."""


class Application:
    """The parts of one deployment, made when they are first asked for."""

    def __init__(self, environment: Mapping[str, str], *, clock: Clock, chance: random.Random) -> None:
        self._environment = environment
        self._clock = clock
        self._chance = chance
        self._closing = ExitStack()

    @cached_property
    def state(self) -> State:
        """The storage; raises SettingsError, StorageUnavailableError. It does not wait for other settings to be right."""
        given = {name: value.strip() for name, value in self._environment.items() if value.strip()}
        storage = read_storage(given)
        if isinstance(storage, tuple):
            raise SettingsError(storage)
        if isinstance(storage, FolderStorage):
            return folder_state(storage.path, clock=self._clock, new_id=_new_id)
        credential = _identity(given.get("AZURE_CLIENT_ID", "")) if isinstance(storage, IdentityStorage) else None
        state = blob_state(storage, credential=credential, new_id=_new_id)
        self._closing.callback(state.close)
        return state

    @cached_property
    def engine(self) -> Engine:
        """The engine."""
        return Engine(
            Parts(
                documents=self.state.documents,
                lease=self.state.lease,
                queue=self.state.queue,
                clock=self._clock,
                new_id=_new_id,
                settings=self.settings,
                directory_reader=self.directory_reader,
                evidence_reader=self.evidence_reader,
                organization_reader=self.organization_reader,
                account_writer=self.account_writer,
                settings_writer=self.settings_writer,
                native_application=self.native_application,
                native_key=lambda: self.secrets.fresh(self.settings().native_sync_secret_name),
                secrets=self.secret_statuses,
                essentials_login=self.essentials_login,
                message_sender=self.message_sender,
                read_whole_up_to=READ_WHOLE_UP_TO,
                review_page=_review_page(self._environment.get("WEBSITE_HOSTNAME", "")),
                announce=announce,
            )
        )

    @cached_property
    def administration(self) -> "Administration":
        """What administrators do beside runs."""
        # Imported here for the sake of cold starts, as the services are.
        from shared.engine.administration.administration import Administration, AdministrationParts

        return Administration(
            AdministrationParts(
                documents=self.state.documents,
                queue=self.state.queue,
                clock=self._clock,
                new_id=_new_id,
                settings=self.settings,
                settings_with=lambda saved: load_settings(self._environment, saved),
                validate=lambda saved: validate_saved(self._environment, saved),
                probes=self._probes,
                announce=announce,
            )
        )

    def settings(self) -> Settings:
        """The settings in force now, saved options included; raises SettingsError."""
        return load_settings(self._environment, saved_options(self.state.documents))

    @cached_property
    def secrets(self) -> SecretReader:
        """The Key Vault."""
        settings = self.settings()
        reader = SecretReader(
            vault_url=settings.key_vault_url,
            identity_client_id=settings.azure_client_id,
            verify_challenge=settings.key_vault_verify_challenge,
            clock=self._clock,
        )
        self._closing.callback(reader.close)
        return reader

    @cached_property
    def services(self) -> "Services":
        """Entra and Essentials."""
        # Imported here for the sake of cold starts: see there.
        from shared.wiring_services import Services

        return Services(
            settings=self.settings,
            secrets=self.secrets,
            clock=self._clock,
            chance=self._chance,
            closing=self._closing,
        )

    def directory_reader(self) -> DirectoryReader:
        """Reads the Entra side whole."""
        return self.services.directory_reader()

    def evidence_reader(self) -> EvidenceReader:
        """Asks Entra about single objects."""
        return self.services.evidence_reader()

    def organization_reader(self) -> OrganizationReader:
        """Reads the Essentials side whole."""
        return self.services.organization_reader()

    def account_writer(self) -> AccountWriter:
        """Writes accounts."""
        return self.services.account_writer()

    def settings_writer(self) -> SettingsWriter:
        """Writes the organization's own settings."""
        return self.services.settings_writer()

    def native_application(self) -> "NativeApplication":
        """The application that the native sync shall use; raises SecretError, ServiceError."""
        from shared.diff.situation import NO_NATIVE_APPLICATION, NativeApplication

        settings = self.settings()
        if settings.options.native is not NativeSyncPolicy.GROUPS_ONLY:
            return NO_NATIVE_APPLICATION
        version = self.secrets.fresh(settings.native_sync_secret_name).version
        return NativeApplication(application_id=settings.native_sync_client_id, key_version=version)

    def secret_statuses(self) -> tuple[SecretStatus, ...]:
        """The secrets in use with the days that they have left."""
        settings = self.settings()
        names = [settings.proofpoint_secret_name]
        if settings.entra_credential is not EntraCredential.FEDERATED:
            names.append(settings.entra_secret_name)
        names += [name for name in (settings.native_sync_secret_name, settings.notify_webhook_secret_name) if name]
        return tuple(SecretStatus(name=name, days_left=self._days_left(name)) for name in names)

    def message_sender(self) -> MessageSender:
        """Where notices go; raises SecretError, ServiceError."""
        from shared.notify import WebhookSender

        settings = self.settings()
        return WebhookSender(
            url=self.secrets.get(settings.notify_webhook_secret_name).value,
            allow_loopback=isinstance(settings.storage, FolderStorage),
            clock=self._clock,
        )

    def essentials_login(self) -> str:
        """Fingerprint of host, account and version of the password; raises SettingsError, SecretError, ServiceError."""
        settings = self.settings()
        version = self.secrets.get(settings.proofpoint_secret_name).version
        login = (settings.proofpoint_url, settings.proofpoint_domain, settings.proofpoint_user, version)
        return hashlib.sha256("\n".join(login).encode()).hexdigest()

    def close(self) -> None:
        """Every connection that was opened is closed; a process that ends need not call it."""
        self._closing.close()

    def _probes(self, settings: Settings) -> AbstractContextManager["Probes"]:
        # Imported here for the sake of cold starts, as the services are.
        from shared.wiring_probes import probes

        return probes(settings, secrets=self.secrets, clock=self._clock, chance=self._chance)

    def _days_left(self, name: str) -> int | None:
        try:
            expires_at: datetime | None = self.secrets.get(name).expires_at
        except SyncError:
            return None
        return None if expires_at is None else (expires_at - self._clock.now()).days


@functools.cache
def application() -> Application:
    """The application of this process, by its environment."""
    quieten_libraries()
    return Application(os.environ, clock=SystemClock(), chance=random.Random())  # noqa: S311  # jitter, not secrets


def api() -> Api:
    """The HTTP API; raises SyncError where the app cannot be wired."""
    found = application()
    return Api(
        commands=found.engine, administration=lambda: found.administration, authorization=authorization_of(os.environ)
    )


def on_timer() -> None:
    """One look of the timer."""
    application().engine.on_timer()


def on_message(text: str) -> None:
    """One message of the queue."""
    application().engine.on_message(text)


def on_poison(text: str) -> None:
    """One message that the host gave up."""
    application().engine.on_poison(text)


def _review_page(host: str) -> str:
    """``WEBSITE_HOSTNAME`` is the app's own host name, which the platform sets."""
    scheme = "http" if host.partition(":")[0] in ("localhost", "127.0.0.1") else "https"
    return f"{scheme}://{host}/api/review" if host else ""


def _new_id() -> str:
    return str(uuid.uuid4())


def _identity(client_id: str) -> "TokenCredential":
    # Imported here: the library costs a cold start a tenth of a second, and a connection string does without.
    from azure.identity import ManagedIdentityCredential

    return ManagedIdentityCredential(client_id=client_id) if client_id else ManagedIdentityCredential()
