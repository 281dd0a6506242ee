"""A bench that starts scripted servers and readers pointed at them."""

from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest

from shared.graph import GraphClient, GraphReader
from shared.graph.tokens import TokenSource
from shared.model import Directory, EntraId
from shared.transport import RetryPolicy, Timeouts, Transport
from tests.graph.scripted_graph import FixedTokens
from tests.transport.scripted_server import Authority, ManualClock, Script, ScriptedServer

RETRY = RetryPolicy(attempts=4, base_seconds=1.0, longest_seconds=8.0, total_wait_seconds=120.0)


class GraphBench:
    """Starts servers and readers, and closes them with the test."""

    def __init__(self, authority: Authority, stack: ExitStack) -> None:
        self.authority = authority
        self.clock = ManualClock()
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
        )
        self._stack.callback(transport.close)
        return GraphClient(transport=transport, tokens=tokens)

    def reader(self, server: ScriptedServer, tokens: TokenSource | None = None) -> GraphReader:
        """A reader of the server."""
        return GraphReader(
            client=self.client(server, tokens or FixedTokens()),
            tenant_id="TENANT",
            clock=self.clock,
            random=Random(2),
            batch_retry=RETRY,
        )

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
