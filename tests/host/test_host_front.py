"""The host's own part of a request, over a real socket."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.host.host_under_test import HostUnderTest, serving


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostUnderTest]:
    with serving(tmp_path_factory.mktemp("front")) as running:
        yield running


@pytest.mark.parametrize("path", ["/api/text", "/api/text?code=wrong", "/admin/functions", "/admin/host/status"])
def test_without_the_key_the_host_answers_401_without_body(host: HostUnderTest, path: str) -> None:
    answer = host.call_plainly("GET", path)

    assert (answer.status, answer.body) == (401, b"")


def test_the_key_may_stand_in_the_query(host: HostUnderTest) -> None:
    assert host.call_plainly("GET", f"/api/text?code={host.process.key}").status == 200


def test_an_anonymous_route_needs_no_key(host: HostUnderTest) -> None:
    assert host.call_plainly("GET", "/api/health").status == 200


def test_without_the_platforms_sign_in_a_principal_header_comes_through_unchecked(host: HostUnderTest) -> None:
    answer = host.call_plainly("GET", "/api/health", headers={"X-MS-CLIENT-PRINCIPAL": "forged"})

    assert answer.json() == {"principal": "forged"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/none"), ("DELETE", "/api/echo/x"), ("GET", "/")])
def test_an_unknown_route_is_404_without_body(host: HostUnderTest, method: str, path: str) -> None:
    answer = host.call(method, path)

    assert (answer.status, answer.body) == (404, b"")


def test_the_functions_are_listed(host: HostUnderTest) -> None:
    names = {function["name"] for function in host.call("GET", "/admin/functions").json()}

    assert {"echo", "tick", "worker"} <= names


@pytest.mark.parametrize(("function", "status"), [("echo", 400), ("none", 404)])
def test_only_timers_and_queues_are_run_by_hand(host: HostUnderTest, function: str, status: int) -> None:
    assert host.run_by_hand(function).status == status


def _raw(host: HostUnderTest, text: bytes) -> bytes:
    address = urlsplit(host.process.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(text)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


def test_a_chunked_body_is_read_whole(host: HostUnderTest) -> None:
    head = f"POST /api/echo/x?code={host.process.key} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
    chunks = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"

    assert b'"body": "abcde"' in _raw(host, head.encode() + chunks)


def test_a_body_of_no_known_length_is_refused(host: HostUnderTest) -> None:
    assert b" 413 " in _raw(host, b"POST /api/echo/x HTTP/1.1\r\nHost: h\r\nContent-Length: many\r\n\r\n")
