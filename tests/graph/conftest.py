"""A bench that starts scripted servers and readers pointed at them."""

from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest

from shared.graph import Allowance, GraphClient, GraphEvidence, GraphReader
from shared.graph.tokens import TokenSource
from shared.model import Directory, EntraId
from shared.transport import Timeouts, Transport
from simulator.identity import TOKEN_PATH
from simulator.tokens import TokenAuthority
from tests.graph.directory_under_test import DirectoryUnderTest, memory_under_test, simulated_under_test
from tests.graph.patience import RETRY
from tests.graph.scripted_entra import TENANT
from tests.graph.scripted_graph import FixedTokens
from tests.graph.simulated import Simulated, small_world
from tests.transport.scripted_server import Authority, Script, ScriptedServer
from tests.twins.still_clock import StillClock


class GraphBench:
    """Starts servers and readers, and closes them with the test."""

    def __init__(self, authority: Authority, stack: ExitStack) -> None:
        self.authority = authority
        self.clock = StillClock()
        self.chance = Random(4)
        self.allowance = Allowance(clock=self.clock, most_at_once=8)
        self.progress: list[tuple[str, int, int]] = []
        self._stack = stack

    def server(self, script: Script) -> ScriptedServer:
        """A server on loopback."""
        return self._stack.enter_context(ScriptedServer(script, self.authority.server_context("127.0.0.1")))

    def client(self, server: ScriptedServer, tokens: TokenSource) -> GraphClient:
        """A client of the server."""
        transport = Transport(
            service="Microsoft Graph",
            base_url=server.url,
            clock=self.clock,
            random=Random(1),
            pool_size=8,
            timeouts=Timeouts(),
            retry=RETRY,
            pace=self.allowance.pace,
        )
        self._stack.callback(transport.close)
        return GraphClient(transport=transport, tokens=tokens, allowance=self.allowance)

    def reader(self, server: ScriptedServer, tokens: TokenSource | None = None) -> GraphReader:
        """A reader of the server."""
        return GraphReader(
            client=self.client(server, tokens or FixedTokens()),
            tenant_id="TENANT",
            clock=self.clock,
            random=Random(2),
            batch_retry=RETRY,
        )

    def evidence(self, server: ScriptedServer, tokens: TokenSource | None = None) -> GraphEvidence:
        """One who asks the server about single objects."""
        client = self.client(server, tokens or FixedTokens())
        return GraphEvidence(client=client, clock=self.clock, random=Random(2), batch_retry=RETRY)

    def read(self, server: ScriptedServer, *scope_groups: str, tokens: TokenSource | None = None) -> Directory:
        """What a reader reads from the server."""
        return self.reader(server, tokens).read(
            scope_groups=[EntraId(group_id) for group_id in scope_groups],
            progress=lambda stage, done, total: self.progress.append((stage, done, total)),
        )


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def bench(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[GraphBench]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        yield GraphBench(authority, stack)


@pytest.fixture(scope="session")
def token_authority() -> TokenAuthority:
    return TokenAuthority(tenant_id=TENANT, clock=small_world().clock)


@pytest.fixture
def at(authority: Authority, token_authority: TokenAuthority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    """The simulated services with people 1 to 30 and groups 101 to 104."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        simulated = Simulated(small_world(), authority, token_authority, stack)
        monkeypatch.setenv("IDENTITY_ENDPOINT", simulated.identity.origin + TOKEN_PATH)
        monkeypatch.setenv("IDENTITY_HEADER", "identity-header")
        yield simulated


@pytest.fixture(params=["simulated", "memory"])
def each(
    request: pytest.FixtureRequest,
    authority: Authority,
    token_authority: TokenAuthority,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[DirectoryUnderTest]:
    """Each of the two: what holds for one holds for the other."""
    if request.param == "memory":
        yield memory_under_test()
        return
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        yield simulated_under_test(lambda world: Simulated(world, authority, token_authority, stack))
