"""All simulated services, running: each on a port of its own, and the settings that point an app at them."""

import secrets
import tempfile
from contextlib import ExitStack
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import Self

from simulator.certificates import make_loopback_tls, register_certificate
from simulator.company.world import ENTRA_SECRET_NAME, PROOFPOINT_SECRET_NAME, api_account
from simulator.control import PREFIX, ControlService
from simulator.entra import EntraService
from simulator.essentials import EssentialsService
from simulator.faults import FaultBook
from simulator.graph import GraphService
from simulator.identity import TOKEN_PATH, IdentityService
from simulator.journal import Journal
from simulator.receiver import PLAIN_PATH, WORKFLOW_PATH, ReceiverService
from simulator.server import LOOPBACK, Server
from simulator.switchboard import Switchboard
from simulator.tokens import ResourceKind, TokenAuthority
from simulator.vault import VaultService
from simulator.vault_secrets import add_version
from simulator.wire import Service, ServiceName
from simulator.world import World


class Credential(StrEnum):
    """How the app proves to Entra who it is; the values of ``ENTRA_CREDENTIAL``."""

    SECRET = "secret"
    CERTIFICATE = "certificate"
    FEDERATED = "federated"


class Receiver(StrEnum):
    """What takes the app's messages; the values are paths."""

    TEAMS_WORKFLOW = WORKFLOW_PATH
    PLAIN_WEBHOOK = PLAIN_PATH


WEBHOOK_SECRET_NAME = "notify-webhook"


class Estate:
    """A world with its services running, from construction to ``close``; also a context manager."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = FaultBook()
        self.journal = Journal(world.clock)
        self.tokens = TokenAuthority(tenant_id=world.tenant.id, clock=world.clock)
        self.graph = GraphService(world=world, tokens=self.tokens, faults=self.faults)
        self.essentials = EssentialsService(world=world, faults=self.faults)
        self._identity_header = secrets.token_hex(16)
        self._tls = make_loopback_tls()
        self._closing = ExitStack()
        try:
            self._open()
        except BaseException:
            self._closing.close()
            raise

    def _open(self) -> None:
        folder = self._closing.enter_context(tempfile.TemporaryDirectory(prefix="simulator-"))
        self.ca_bundle = self._tls.write_bundle(Path(folder))
        """A file with the authority to trust for all https addresses."""
        self.authority_url = self._serve(EntraService(world=self.world, tokens=self.tokens))
        self.graph_url = self._serve(self.graph)
        self.essentials_url = self._serve(self.essentials)
        self.vault = VaultService(world=self.world, tokens=self.tokens, authority_origin=self.authority_url)
        self.vault_url = self._serve(self.vault)
        for host in (LOOPBACK, "localhost"):
            self.tokens.add_resource(self.graph_url.replace(LOOPBACK, host), ResourceKind.GRAPH)
        self._signature = secrets.token_urlsafe(24)
        self.receiver = ReceiverService(signature=self._signature)
        self.receiver_url = self._serve(self.receiver)
        identity = IdentityService(world=self.world, tokens=self.tokens, header=self._identity_header)
        self.identity_url = self._serve_plain(identity, self.journal) + TOKEN_PATH
        control = ControlService(
            world=self.world,
            journal=self.journal,
            faults=self.faults,
            receiver=self.receiver,
            switchboard=Switchboard(
                {
                    ServiceName.GRAPH: self.graph,
                    ServiceName.ESSENTIALS: self.essentials,
                    ServiceName.VAULT: self.vault,
                }
            ),
        )
        self.control_url = self._serve_plain(control, Journal(self.world.clock)) + PREFIX

    def _serve(self, service: Service) -> str:
        server = Server(service, faults=self.faults, journal=self.journal, tls=self._tls.server_context)
        return self._closing.enter_context(server).origin

    def _serve_plain(self, service: Service, journal: Journal) -> str:
        server = Server(service, faults=self.faults, journal=journal, tls=None)
        return self._closing.enter_context(server).origin

    @property
    def client_id(self) -> str:
        """The application that the app signs in as."""
        return next(iter(self.world.tenant.applications))

    def notify_settings(self, receiver: Receiver) -> dict[str, str]:
        """What lets the app send messages to the receiver, beside ``app_settings``; its URL is in the vault afterwards.

        The app takes an address on this machine only with ``STATE_DIR``.
        """
        url = f"{self.receiver_url}{receiver.value}?sig={self._signature}"
        with self.world.lock:
            add_version(self.world, WEBHOOK_SECRET_NAME, value=url, at=self.world.clock.now())
        return {"NOTIFY_WEBHOOK_SECRET_NAME": WEBHOOK_SECRET_NAME}

    def app_settings(self, credential: Credential = Credential.SECRET) -> dict[str, str]:
        """The environment that points the app at these services; it holds no secret but the identity endpoint's header.

        With ``Credential.CERTIFICATE`` the application gets a new certificate.
        """
        secret_name = ENTRA_SECRET_NAME
        if credential is Credential.CERTIFICATE:
            secret_name = register_certificate(self.world, self.client_id)
        organization = self.world.organizations[0]
        return {
            "ENTRA_TENANT_ID": self.world.tenant.id,
            "ENTRA_CLIENT_ID": self.client_id,
            "ENTRA_CREDENTIAL": credential.value,
            "ENTRA_SECRET_NAME": secret_name,
            "AZURE_CLIENT_ID": self.world.identity_client_id,
            "ENTRA_AUTHORITY": self.authority_url,
            "GRAPH_URL": self.graph_url,
            "KEY_VAULT_URL": self.vault_url,
            "KEY_VAULT_VERIFY_CHALLENGE": "false",
            "PROOFPOINT_URL": self.essentials_url,
            "PROOFPOINT_DOMAIN": organization.primary_domain,
            "PROOFPOINT_USER": api_account(organization),
            "PROOFPOINT_SECRET_NAME": PROOFPOINT_SECRET_NAME,
            "REQUESTS_CA_BUNDLE": str(self.ca_bundle),
            "SSL_CERT_FILE": str(self.ca_bundle),
            "IDENTITY_ENDPOINT": self.identity_url,
            "IDENTITY_HEADER": self._identity_header,
        }

    def close(self) -> None:
        """Nothing runs any more; ports and files are free."""
        self._closing.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
