"""One POST to one address that was checked: one connection, no redirects, no proxies, an end to every wait."""

import queue
import socket
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.clock import Clock
from shared.errors import UnexpectedAnswerError, UnreachableError
from shared.notify.webhook_address import WebhookAddress

_LONGEST_HEAD = 65_536
_PIECE_BYTES = 4_096

Resolve = Callable[[str, int], Sequence[str]]
"""All addresses of a host and port; raises OSError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """A moment after which nothing is waited for."""

    clock: Clock
    ends_at: float

    @property
    def left_seconds(self) -> float:
        """How long is left; raises TimeoutError where nothing is."""
        left = self.ends_at - self.clock.monotonic()
        if left <= 0:
            raise TimeoutError
        return left


def resolved(host: str, port: int) -> tuple[str, ...]:
    """All addresses of a host, as the machine's resolver knows them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(entry[4][0]) for entry in found))


def addresses_within(deadline: Deadline, resolve: Resolve, address: WebhookAddress) -> Sequence[str]:
    """The host's addresses; raises UnreachableError, also where the resolver does not answer in time."""
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(address.host, address.port))
        except OSError as error:
            answers.put(error)

    # The resolver takes no time-out: it is left behind where it does not answer.
    threading.Thread(target=ask, daemon=True, name="webhook resolver").start()
    try:
        found = answers.get(timeout=deadline.left_seconds)
    except (queue.Empty, TimeoutError):
        raise unreachable() from None
    if isinstance(found, OSError):
        raise unreachable() from None
    return found


def posted(
    body: bytes, *, to: WebhookAddress, addresses: Sequence[str], deadline: Deadline, tls: ssl.SSLContext
) -> int:
    """The status of the answer to one POST, sent once; raises UnreachableError, UnexpectedAnswerError."""
    head = (
        f"POST {to.target} HTTP/1.1\r\nHost: {to.host_header}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nAccept: */*\r\nUser-Agent: entra-proofpoint-sync\r\nConnection: close\r\n\r\n"
    )
    try:
        with (
            _connected(addresses, to.port, deadline) as plain,
            tls.wrap_socket(plain, server_hostname=to.host, do_handshake_on_connect=False) as connection,
        ):
            connection.settimeout(deadline.left_seconds)
            connection.do_handshake()
            connection.settimeout(deadline.left_seconds)
            connection.sendall(head.encode("ascii") + body)
            return _status(_head(connection, deadline))
    except OSError:
        # Not chained: the texts of sockets and of TLS may name the host.
        raise unreachable() from None


def _connected(addresses: Sequence[str], port: int, deadline: Deadline) -> socket.socket:
    for position, text in enumerate(addresses):
        try:
            # The text is an IP address, so nothing is looked up a second time.
            return socket.create_connection((text, port), timeout=deadline.left_seconds)
        except OSError:
            if position == len(addresses) - 1:
                raise
    raise TimeoutError


def _head(connection: ssl.SSLSocket, deadline: Deadline) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        connection.settimeout(deadline.left_seconds)
        piece = connection.recv(_PIECE_BYTES)
        received += piece
        if not piece or len(received) > _LONGEST_HEAD:
            raise UnexpectedAnswerError(
                "The webhook's answer is no HTTP answer.",
                "Check the URL that the secret of NOTIFY_WEBHOOK_SECRET_NAME holds.",
            )
    return received


def _status(head: bytes) -> int:
    words = head.split(b"\r\n", 1)[0].split(b" ", 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
        raise UnexpectedAnswerError(
            "The webhook's answer is no HTTP answer.",
            "Check the URL that the secret of NOTIFY_WEBHOOK_SECRET_NAME holds.",
        )
    return int(words[1])


def unreachable() -> UnreachableError:
    """The webhook gave no answer in time."""
    return UnreachableError(
        "The webhook cannot be reached: its name, its certificate or its answer failed, or took too long.",
        "Check the URL that the secret of NOTIFY_WEBHOOK_SECRET_NAME holds, and the app's network.",
    )
