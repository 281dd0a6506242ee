"""The services as an application talks to them: connections, clients, readers and writers.

Apart from shared/wiring.py, because the libraries behind these cost a cold start a tenth of a second, and neither health nor
most looks of the timer ask a service anything.
"""

import random
from collections.abc import Callable
from contextlib import ExitStack
from functools import cached_property

from shared.clock import Clock
from shared.diff.options import PortalLogin
from shared.engine.crew import MOST_AT_ONCE
from shared.graph import (
    Allowance,
    CertificateCredential,
    Credential,
    EntraTokens,
    FederatedCredential,
    GraphClient,
    GraphEvidence,
    GraphReader,
    MsalHttp,
    SecretCredential,
)
from shared.pace import Pace
from shared.proofpoint import EssentialsClient, EssentialsReader, EssentialsSettingsWriter, EssentialsWriter
from shared.proofpoint.login import LoginSettingsClient
from shared.secrets import SecretReader
from shared.settings import EntraCredential, Settings
from shared.transport import RetryPolicy, Timeouts, Transport

GRAPH_CONNECTIONS = 18
"""The chain of people, eight batches of purposes, eight of members and one more; shorter lists and counts come before these."""
ESSENTIALS_CONNECTIONS = MOST_AT_ONCE
"""One for each thread that writes."""


class Services:
    """The services of one deployment, each connected when it is first asked for."""

    def __init__(
        self,
        *,
        settings: Callable[[], Settings],
        secrets: SecretReader,
        clock: Clock,
        chance: random.Random,
        closing: ExitStack,
    ) -> None:
        """``settings`` are those in force at each call; ``closing`` closes what was opened."""
        self._settings = settings
        self._secrets = secrets
        self._clock = clock
        self._chance = chance
        self._closing = closing

    @cached_property
    def graph(self) -> GraphClient:
        """The Entra side."""
        settings = self._settings()
        allowance = Allowance(clock=self._clock, most_at_once=GRAPH_CONNECTIONS)
        transport = self._transport("Microsoft Graph", settings.graph_url, GRAPH_CONNECTIONS, allowance.pace)
        http = self._msal_http("Entra")
        tokens = EntraTokens(
            tenant_id=settings.entra_tenant_id,
            client_id=settings.entra_client_id,
            authority=settings.entra_authority,
            graph_url=settings.graph_url,
            credential=self._credential(settings),
            http=http,
        )
        return GraphClient(transport=transport, tokens=tokens, allowance=allowance)

    def directory_reader(self) -> GraphReader:
        """Reads the Entra side whole."""
        return GraphReader(
            client=self.graph,
            tenant_id=self._settings().entra_tenant_id,
            clock=self._clock,
            random=self._chance,
            batch_retry=RetryPolicy(),
        )

    def evidence_reader(self) -> GraphEvidence:
        """Asks Entra about single objects."""
        return GraphEvidence(client=self.graph, clock=self._clock, random=self._chance, batch_retry=RetryPolicy())

    @cached_property
    def essentials(self) -> EssentialsClient:
        """The Essentials side."""
        settings = self._settings()
        return EssentialsClient(
            transport=self._transport(
                "Proofpoint Essentials",
                settings.proofpoint_url,
                ESSENTIALS_CONNECTIONS,
                Pace(clock=self._clock, most=ESSENTIALS_CONNECTIONS),
            ),
            domain=settings.proofpoint_domain,
            user=settings.proofpoint_user,
            secrets=self._secrets,
            secret_name=settings.proofpoint_secret_name,
        )

    def organization_reader(self) -> EssentialsReader:
        """Reads the Essentials side whole."""
        is_login_managed = self._settings().options.portal_login is not PortalLogin.UNMANAGED
        login = LoginSettingsClient(client=self.essentials) if is_login_managed else None
        return EssentialsReader(client=self.essentials, clock=self._clock, login=login)

    def account_writer(self) -> EssentialsWriter:
        """Writes accounts."""
        return EssentialsWriter(client=self.essentials)

    def settings_writer(self) -> EssentialsSettingsWriter:
        """Writes the organization's own settings."""
        return EssentialsSettingsWriter(client=self.essentials)

    def _credential(self, settings: Settings) -> Credential:
        match settings.entra_credential:
            case EntraCredential.SECRET:
                return SecretCredential(secrets=self._secrets, secret_name=settings.entra_secret_name)
            case EntraCredential.CERTIFICATE:
                return CertificateCredential(secrets=self._secrets, secret_name=settings.entra_secret_name)
            case EntraCredential.FEDERATED:
                return FederatedCredential(
                    identity_client_id=settings.azure_client_id,
                    authority=settings.entra_authority,
                    http=self._msal_http("managed identity"),
                )

    def _transport(self, service: str, base_url: str, connections: int, pace: Pace | None = None) -> Transport:
        transport = Transport(
            service=service,
            base_url=base_url,
            clock=self._clock,
            random=self._chance,
            pool_size=connections,
            timeouts=Timeouts(),
            retry=RetryPolicy(),
            pace=pace,
        )
        self._closing.callback(transport.close)
        return transport

    def _msal_http(self, service: str) -> MsalHttp:
        http = MsalHttp(service=service, clock=self._clock, random=self._chance)
        self._closing.callback(http.close)
        return http
