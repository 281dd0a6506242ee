"""Connections of their own for the checks of a deployment: nothing cached speaks for a service, and nobody waits long."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from shared.clock import Clock
from shared.engine.administration.probes import Probes
from shared.graph import (
    Allowance,
    CertificateCredential,
    Credential,
    EntraTokens,
    FederatedCredential,
    GraphClient,
    MsalHttp,
    SecretCredential,
)
from shared.graph.batch import BatchReader
from shared.graph.probe import GraphProbe
from shared.pace import Pace
from shared.proofpoint import EssentialsClient
from shared.proofpoint.probe import EssentialsProbe
from shared.secrets import SecretSource
from shared.settings import EntraCredential, Settings
from shared.transport import RetryPolicy, Timeouts, Transport

_CONNECTIONS = 1
_TIMEOUTS = Timeouts(connect_seconds=5.0, read_seconds=15.0, total_seconds=20.0)
_RETRY = RetryPolicy(attempts=2, base_seconds=0.5, longest_seconds=2.0, total_wait_seconds=5.0)


@contextmanager
def probes(settings: Settings, *, secrets: SecretSource, clock: Clock, chance: random.Random) -> Iterator[Probes]:
    """Probes of the services that ``settings`` name; their connections are closed at the end of the block."""
    with ExitStack() as closing:

        def transport(service: str, base_url: str, pace: Pace | None = None) -> Transport:
            made = Transport(
                service=service,
                base_url=base_url,
                clock=clock,
                random=chance,
                pool_size=_CONNECTIONS,
                timeouts=_TIMEOUTS,
                retry=_RETRY,
                pace=pace,
            )
            closing.callback(made.close)
            return made

        def http(service: str) -> MsalHttp:
            made = MsalHttp(service=service, clock=clock, random=chance)
            closing.callback(made.close)
            return made

        tokens = EntraTokens(
            tenant_id=settings.entra_tenant_id,
            client_id=settings.entra_client_id,
            authority=settings.entra_authority,
            graph_url=settings.graph_url,
            credential=_credential(settings, secrets, http("managed identity")),
            http=http("Entra"),
        )
        allowance = Allowance(clock=clock, most_at_once=_CONNECTIONS)
        graph = GraphClient(
            transport=transport("Microsoft Graph", settings.graph_url, allowance.pace),
            tokens=tokens,
            allowance=allowance,
        )
        entra = GraphProbe(
            client=graph,
            batches=BatchReader(client=graph, clock=clock, random=chance, retry=_RETRY),
            tokens=tokens,
            authority=transport("Entra", settings.entra_authority),
            authority_url=settings.entra_authority,
            tenant_id=settings.entra_tenant_id,
        )
        client = EssentialsClient(
            transport=transport("Proofpoint Essentials", settings.proofpoint_url),
            domain=settings.proofpoint_domain,
            user=settings.proofpoint_user,
            secrets=secrets,
            secret_name=settings.proofpoint_secret_name,
        )
        yield Probes(secrets=secrets, entra=entra, essentials=EssentialsProbe(client=client))


def _credential(settings: Settings, secrets: SecretSource, http: MsalHttp) -> Credential:
    match settings.entra_credential:
        case EntraCredential.SECRET:
            return SecretCredential(secrets=secrets, secret_name=settings.entra_secret_name)
        case EntraCredential.CERTIFICATE:
            return CertificateCredential(secrets=secrets, secret_name=settings.entra_secret_name)
        case EntraCredential.FEDERATED:
            return FederatedCredential(
                identity_client_id=settings.azure_client_id, authority=settings.entra_authority, http=http
            )
