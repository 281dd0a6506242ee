"""The simulated Graph over a real connection: TLS, links that lead back to it, many clients at once."""

import ssl
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme

from simulator.faults import FaultBook
from simulator.graph import GraphService
from simulator.journal import Journal
from simulator.server import Server
from simulator.tokens import TokenAuthority
from tests.simulator_graph.company import APP_ID, OPS, ROLES, Client, object_id


class Wire:
    """A session with the served Graph."""

    def __init__(self, origin: str, authority: TokenAuthority, bundle: Path) -> None:
        self.origin = origin
        token = authority.issue(audience=origin, client_id=APP_ID, subject=object_id(903), roles=ROLES)
        self._headers = {"Authorization": f"Bearer {token}"}
        self._bundle = str(bundle)

    def send(self, method: str, url: str, body: object = None) -> Any:
        """The body of the answer."""
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(
                method, url, headers=self._headers, json=body, verify=self._bundle, timeout=30, allow_redirects=False
            )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def wire(graph: Client, authority: TokenAuthority, tmp_path: Path) -> Iterator[Wire]:
    """The small company's Graph, served."""
    certificates = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificates.issue_cert("127.0.0.1").configure_cert(context)
    bundle = tmp_path / "ca.pem"
    certificates.cert_pem.write_to_path(str(bundle))
    graph.switches.largest_page = 2
    service = GraphService(world=graph.world, tokens=authority, faults=FaultBook(), switches=graph.switches)
    with Server(service, faults=FaultBook(), journal=Journal(graph.world.clock), tls=context) as server:
        yield Wire(server.origin, authority, bundle)


def every_id(wire: Wire, url: str) -> list[str]:
    """Ids of a whole list."""
    ids: list[str] = []
    while url:
        page = wire.send("GET", url)
        ids += [row["id"] for row in page["value"]]
        url = page.get("@odata.nextLink", "")
    return ids


def test_next_links_lead_back_to_the_port_that_was_asked(wire: Wire) -> None:
    """Rule 20."""
    assert len(every_id(wire, f"{wire.origin}/v1.0/users?$select=id&$filter=accountEnabled eq true")) == 4


def test_many_clients_read_at_once_and_each_reads_it_all(wire: Wire) -> None:
    """Rules 20 and 25."""
    url = f"{wire.origin}/v1.0/users?$select=id"
    item = {"id": "1", "method": "GET", "url": f"/groups/{OPS}/members?$select=id"}

    def read(_: int) -> int:
        batch = wire.send("POST", f"{wire.origin}/v1.0/$batch", {"requests": [item]})
        link = batch["responses"][0]["body"]["@odata.nextLink"]
        return len(every_id(wire, url)) + len(every_id(wire, link))

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(16))) == {8}
