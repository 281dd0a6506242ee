"""Both readers on real sockets, pointed at one estate, with a clock that nobody waits for."""

import random
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from shared.graph import Allowance, EntraTokens, GraphClient, GraphReader, MsalHttp, SecretCredential
from shared.model import Directory, EntraId, Organization
from shared.pace import Pace
from shared.proofpoint import EssentialsClient, EssentialsReader
from shared.secrets import Secret
from shared.transport import RetryPolicy, Timeouts, Transport
from simulator.company import make_world
from simulator.company.world import ENTRA_SECRET_NAME, PROOFPOINT_SECRET_NAME
from simulator.estate import Estate
from simulator.world import World
from tests.twins.still_clock import StillClock

PAGE = 20
CONNECTIONS = 8
RETRY = RetryPolicy(attempts=4, base_seconds=1.0, longest_seconds=8.0, total_wait_seconds=120.0)
UNHURRIED = Timeouts(connect_seconds=10.0, read_seconds=20.0, total_seconds=60.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSecrets:
    """A SecretSource that holds what the company's vault holds."""

    values: dict[str, str]

    def get(self, name: str) -> Secret:
        """The secret."""
        return Secret(value=self.values[name], version="1", expires_at=None)

    def fresh(self, name: str) -> Secret:
        """The very same."""
        return self.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepBench:
    """An estate whose lists take several pages, and fresh readers of it for every reading."""

    estate: Estate
    scope_group: str

    def directory(self) -> Directory:
        """The directory as read now with new connections and a new token; its certificate has no time."""
        clock, chance, estate = StillClock(), random.Random(5), self.estate
        with ExitStack() as closing:
            http = MsalHttp(service="Entra", clock=clock, random=chance)
            closing.callback(http.close)
            tokens = EntraTokens(
                tenant_id=estate.world.tenant.id,
                client_id=estate.client_id,
                authority=estate.authority_url,
                graph_url=estate.graph_url,
                credential=SecretCredential(secrets=self._secrets(), secret_name=ENTRA_SECRET_NAME),
                http=http,
            )
            allowance = Allowance(clock=clock, most_at_once=CONNECTIONS)
            transport = self._transport("Microsoft Graph", estate.graph_url, clock, closing, allowance.pace)
            client = GraphClient(transport=transport, tokens=tokens, allowance=allowance)
            reader = GraphReader(
                client=client, tenant_id=estate.world.tenant.id, clock=clock, random=chance, batch_retry=RETRY
            )
            return reader.read(scope_groups=[EntraId(self.scope_group)], progress=lambda *_: None)

    def organization(self) -> Organization:
        """The organization as read now with new connections; its certificate has no time."""
        clock, settings = StillClock(), self.estate.app_settings()
        with ExitStack() as closing:
            client = EssentialsClient(
                transport=self._transport("Proofpoint Essentials", self.estate.essentials_url, clock, closing),
                domain=settings["PROOFPOINT_DOMAIN"],
                user=settings["PROOFPOINT_USER"],
                secrets=self._secrets(),
                secret_name=PROOFPOINT_SECRET_NAME,
            )
            read = EssentialsReader(client=client, clock=clock).read(progress=lambda *_: None)
        return replace(read, certificate=replace(read.certificate, read_at=StillClock().now()))

    def _secrets(self) -> KnownSecrets:
        vault = self.estate.world.vault
        return KnownSecrets(values={name: secret.versions[-1]["value"] for name, secret in vault.items()})

    def _transport(
        self, service: str, url: str, clock: StillClock, closing: ExitStack, pace: Pace | None = None
    ) -> Transport:
        transport = Transport(
            service=service,
            base_url=url,
            clock=clock,
            random=random.Random(6),
            pool_size=CONNECTIONS,
            timeouts=UNHURRIED,
            retry=RETRY,
            pace=pace,
        )
        closing.callback(transport.close)
        return transport


@contextmanager
def swept() -> Iterator[SweepBench]:
    """A running company with three pages or more of people, groups, deleted people and members of the scope."""
    world = make_world(people=70, groups=70, seed=41)
    scope_group = _make_long(world)
    world.organizations[0].azure |= {
        "application_id": "11111111-2222-3333-4444-555555555555",
        "ad_key": "native-secret",
        "sync_frequency": 6,
        "sync_active_users": True,
        "add_users": True,
    }
    with Estate(world) as estate:
        estate.graph.switches.largest_page = PAGE
        yield SweepBench(estate=estate, scope_group=scope_group)


def _make_long(world: World) -> str:
    """The id of a group with many members, one of them a group; the deleted people are many as well."""
    tenant = world.tenant
    outer, inner = sorted(tenant.groups)[:2]
    for group_id in (outer, inner):
        tenant.groups[group_id]["visibility"] = None
    people = sorted(tenant.users)
    tenant.members[inner] = people[60:64]
    tenant.members[outer] = [*people[:55], inner]
    for number, user in enumerate(people[:55]):
        object_id = f"dddddddd-0000-4000-8000-{number:012d}"
        gone = {**tenant.users[user], "id": object_id, "deletedDateTime": "2026-11-20T10:00:00Z"}
        tenant.deleted_users[object_id] = {**gone, "mail": None, "proxyAddresses": []}
    return outer
