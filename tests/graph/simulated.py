"""The simulated Entra, Graph and managed identity on loopback sockets, and readers of them with tokens made by msal."""

from contextlib import ExitStack
from random import Random
from typing import Any

from shared.graph import (
    Allowance,
    Credential,
    EntraTokens,
    GraphClient,
    GraphEvidence,
    GraphReader,
    MsalHttp,
    SecretCredential,
)
from shared.model import Directory, EntraId
from shared.transport import Timeouts, Transport
from simulator.effects import Effect
from simulator.entra import EntraService
from simulator.faults import Fault, FaultBook
from simulator.graph import GraphService
from simulator.identity import IdentityService
from simulator.journal import Journal
from simulator.server import Server
from simulator.tokens import ResourceKind, TokenAuthority
from simulator.world import Application, Tenant, World
from tests.graph.patience import RETRY
from tests.graph.scripted_entra import CLIENT, IDENTITY, TENANT, KeptSecrets
from tests.graph.scripted_graph import BATCH, GRANTED, group, guid, person
from tests.transport.scripted_server import Authority
from tests.twins.still_clock import StillClock

PRINCIPAL = "44444444-4444-4444-8444-444444444444"


def small_world() -> World:
    """People 1 to 30, groups 101 to 104; 101 holds 102, 102 holds 101 again, people and a contact; 104 is hidden."""
    contact = {"@odata.type": "#microsoft.graph.orgContact", "id": guid(501)}
    tenant = Tenant(
        id=TENANT,
        display_name="Example",
        verified_domains=["example.com"],
        users={guid(number): person(number) for number in range(1, 31)},
        groups={
            guid(101): group(101),
            guid(102): group(102),
            guid(103): group(103),
            guid(104): group(104, groupTypes=["Unified"], visibility="HiddenMembership"),
        },
        others={guid(501): contact},
        members={
            guid(101): [guid(1), guid(102)],
            guid(102): [guid(101), guid(2), guid(3), guid(4), guid(501)],
            guid(103): [guid(5)],
            guid(104): [guid(6)],
        },
        deleted_users={guid(90): person(90, deletedDateTime="2026-11-20T10:00:00Z")},
        applications={
            CLIENT: Application(
                client_id=CLIENT,
                secrets=[{"value": "planted-secret", "expires_at": None}],
                federated=[
                    {
                        "issuer": f"https://login.microsoftonline.com/{TENANT}/v2.0",
                        "subject": PRINCIPAL,
                        "audience": "api://AzureADTokenExchange",
                    }
                ],
                roles=sorted(GRANTED),
            )
        },
    )
    return World(tenant=tenant, organizations=[], identity_client_id=IDENTITY, identity_principal_id=PRINCIPAL)


class Simulated:
    """The simulated services, and readers of them."""

    def __init__(self, world: World, authority: Authority, tokens: TokenAuthority, stack: ExitStack) -> None:
        self.world = world
        self.tenant_id = world.tenant.id
        self.faults = FaultBook()
        self.journal = Journal(self.world.clock)
        self.clock = StillClock()
        self.client_id, application = next(iter(world.tenant.applications.items()))
        self.secrets = KeptSecrets(entra_client_secret=application.secrets[0]["value"])
        self._authority = authority
        self._stack = stack
        self.service = GraphService(world=self.world, tokens=tokens, faults=self.faults)
        self.graph = self._serve(self.service)
        self.entra = self._serve(EntraService(world=self.world, tokens=tokens))
        self.identity = self._serve(IdentityService(world=self.world, tokens=tokens, header="identity-header"))
        tokens.add_resource(self.graph.origin, ResourceKind.GRAPH)
        self.http = MsalHttp(service="Entra", clock=self.clock, random=Random(3))
        stack.callback(self.http.close)

    def _serve(self, service: Any) -> Server:
        context = self._authority.server_context("127.0.0.1")
        return self._stack.enter_context(Server(service, faults=self.faults, journal=self.journal, tls=context))

    def secret(self) -> Credential:
        return SecretCredential(secrets=self.secrets, secret_name="entra-client-secret")

    def read(self, *scope_groups: str, credential: Credential | None = None) -> Directory:
        return self.reader(credential).read(
            scope_groups=[EntraId(one) for one in scope_groups], progress=lambda *_: None
        )

    def reader(self, credential: Credential | None = None) -> GraphReader:
        return GraphReader(
            client=self.client(credential),
            tenant_id=self.tenant_id,
            clock=self.clock,
            random=Random(2),
            batch_retry=RETRY,
        )

    def evidence(self) -> GraphEvidence:
        return GraphEvidence(client=self.client(), clock=self.clock, random=Random(2), batch_retry=RETRY)

    def client(self, credential: Credential | None = None) -> GraphClient:
        return self.client_within(Allowance(clock=self.clock, most_at_once=8), credential)

    def client_within(self, allowance: Allowance, credential: Credential | None = None) -> GraphClient:
        """A client that keeps this allowance, on its clock."""
        transport = Transport(
            service="Microsoft Graph",
            base_url=self.graph.origin,
            clock=allowance.clock,
            random=Random(1),
            pool_size=8,
            timeouts=Timeouts(),
            retry=RETRY,
            pace=allowance.pace,
        )
        self._stack.callback(transport.close)
        tokens = EntraTokens(
            tenant_id=self.tenant_id,
            client_id=self.client_id,
            authority=self.entra.origin,
            graph_url=self.graph.origin,
            credential=credential or self.secret(),
            http=self.http,
        )
        return GraphClient(transport=transport, tokens=tokens, allowance=allowance)

    @property
    def roles(self) -> list[str]:
        """What is granted to the app; a change holds for tokens made from then on."""
        return self.world.tenant.applications[self.client_id].roles

    def batches(self) -> list[list[str]]:
        """The urls in each batch so far."""
        entries = self.journal.entries("graph")
        return [
            [item["url"] for item in entry.body["requests"]]
            for entry in entries
            if entry.path == BATCH and isinstance(entry.body, dict)
        ]

    def hit(self, path: str, effect: Effect, *, times: int | None = 1, nth: int = 1) -> None:
        self.faults.add(Fault(service="graph", path=path, effect=effect, times=times, nth=nth))
