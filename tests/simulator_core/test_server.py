"""The server under the simulated services: connections, bodies, ends."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import pytest
import requests

from simulator.certificates import LoopbackTls
from simulator.faults import FaultBook
from simulator.journal import Journal
from simulator.server import Server
from simulator.wire import Request, Response, json_response
from simulator.world import WorldClock


class Mirror:
    """Answers what it was asked."""

    name = "graph"

    def __init__(self) -> None:
        self.threads: set[int] = set()

    def handle(self, request: Request) -> Response:
        self.threads.add(threading.get_ident())
        if request.path == "/fail":
            raise RuntimeError("The mirror is broken.")
        if request.path == "/nothing":
            return Response(status=204)
        if request.path == "/large":
            return Response(status=200, body=b"x" * 8_000_000)
        seen = {
            "method": request.method,
            "path": request.path,
            "query": dict(request.query),
            "raw_path": request.raw_path,
            "origin": request.origin,
            "body": request.body.decode(),
            "test-header": request.headers.get("test-header"),
        }
        return json_response(200, seen)


@pytest.fixture
def mirror() -> Mirror:
    return Mirror()


@pytest.fixture
def server(mirror: Mirror, tls: LoopbackTls) -> Iterator[Server]:
    with make_server(mirror, tls) as server:
        yield server


def make_server(mirror: Mirror, tls: LoopbackTls) -> Server:
    return Server(mirror, faults=FaultBook(), journal=Journal(WorldClock()), tls=tls.server_context)


@pytest.fixture
def connect(server: Server, bundle: Path) -> Iterator[Callable[[], ssl.SSLSocket]]:
    context = ssl.create_default_context(cafile=str(bundle))
    opened: list[ssl.SSLSocket] = []

    def connect() -> ssl.SSLSocket:
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        opened.append(context.wrap_socket(raw, server_hostname="127.0.0.1"))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


def test_a_request_is_decoded(server: Server, session: requests.Session) -> None:
    seen = session.put(
        f"{server.origin}/users/a%40b.example?%24select=id&q=a+b",
        data="text",
        headers={"Test-Header": "on"},
        timeout=10,
    ).json()
    assert seen == {
        "method": "PUT",
        "path": "/users/a@b.example",
        "query": {"$select": "id", "q": "a b"},
        "raw_path": "/users/a%40b.example?%24select=id&q=a+b",
        "origin": server.origin,
        "body": "text",
        "test-header": "on",
    }


def test_links_start_with_the_host_that_the_client_spoke_to(server: Server, session: requests.Session) -> None:
    seen = session.get(f"https://localhost:{server.port}/", timeout=10).json()
    assert seen["origin"] == f"https://localhost:{server.port}"


def test_links_never_start_with_a_foreign_host(server: Server, session: requests.Session) -> None:
    seen = session.get(server.origin, headers={"Host": "elsewhere.example"}, timeout=10).json()
    assert seen["origin"] == server.origin


def test_one_connection_carries_many_requests(server: Server, mirror: Mirror, session: requests.Session) -> None:
    for _ in range(20):
        session.get(server.origin, timeout=10)
    assert len(mirror.threads) == 1


def test_small_answers_do_not_wait_for_acknowledgements(server: Server, session: requests.Session) -> None:
    session.get(server.origin, timeout=10)
    started = monotonic()
    for _ in range(50):
        session.post(server.origin, data=b"x" * 2_000, timeout=10)
    assert monotonic() - started < 1.5  # with Nagle's delays of 40 ms it would be 2 seconds


def test_a_large_answer_arrives_whole(server: Server, session: requests.Session) -> None:
    answer = session.get(f"{server.origin}/large", timeout=30)
    assert len(answer.content) == int(answer.headers["Content-Length"]) == 8_000_000


def test_no_content_has_no_length(server: Server, session: requests.Session) -> None:
    answer = session.delete(f"{server.origin}/nothing", timeout=10)
    assert answer.status_code == 204
    assert "Content-Length" not in answer.headers


def test_a_head_request_gets_the_head_only(server: Server, session: requests.Session) -> None:
    answer = session.head(server.origin, timeout=10)
    assert int(answer.headers["Content-Length"]) > 0
    assert session.get(server.origin, timeout=10).json()["method"] == "GET"


def test_a_service_that_fails_answers_500(
    server: Server, session: requests.Session, caplog: pytest.LogCaptureFixture
) -> None:
    assert session.get(f"{server.origin}/fail", timeout=10).status_code == 500
    assert "The mirror is broken." in caplog.text


def test_a_client_that_leaves_in_the_middle_hurts_nobody(
    server: Server, connect: Callable[[], ssl.SSLSocket], mirror: Mirror, session: requests.Session
) -> None:
    leaving = connect()
    leaving.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf")
    leaving.close()
    assert session.get(server.origin, timeout=10).status_code == 200
    assert len(mirror.threads) == 1


def test_a_client_that_never_shakes_hands_holds_up_nobody(server: Server, session: requests.Session) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10):
        assert session.get(server.origin, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"nonsense\r\n\r\n", b"400"),
        (b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n", b"501"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n", b"400"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"411"),
    ],
)
def test_an_unreadable_request_is_answered_with_json(
    connect: Callable[[], ssl.SSLSocket], head: bytes, status: bytes
) -> None:
    client = connect()
    client.sendall(head)
    answer = b""
    while chunk := client.recv(65_536):
        answer += chunk
    assert status in answer.partition(b"\r\n")[0]
    assert b"Content-Type: application/json" in answer


def test_stopping_frees_the_port_and_ends_every_thread(
    mirror: Mirror, tls: LoopbackTls, session: requests.Session
) -> None:
    before = threading.active_count()
    server = make_server(mirror, tls)
    server.start()
    session.get(server.origin, timeout=10)
    server.stop()
    assert threading.active_count() == before
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", server.port))


def test_a_server_that_never_started_can_be_stopped(mirror: Mirror, tls: LoopbackTls) -> None:
    server = make_server(mirror, tls)
    server.stop()
    with socket.socket() as client, pytest.raises(ConnectionRefusedError):
        client.connect(("127.0.0.1", server.port))


def test_nothing_of_a_request_is_printed(
    server: Server, session: requests.Session, capfd: pytest.CaptureFixture[str]
) -> None:
    session.get(f"{server.origin}/?token=planted-secret", headers={"Authorization": "planted-secret"}, timeout=10)
    assert capfd.readouterr() == ("", "")
