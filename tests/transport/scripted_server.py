"""A TLS server on loopback that answers as a test tells it, faults included."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import trustme


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as the server saw it."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the server does: an answer, or one of the faults."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


@dataclass(frozen=True, slots=True)
class Drop:
    """Closes the connection without an answer."""


@dataclass(frozen=True, slots=True)
class HalfBody:
    """Announces the whole body, sends half of it and closes."""

    body: bytes


@dataclass(frozen=True, slots=True)
class HalfChunked:
    """Sends one chunk and closes without the last one."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Drip:
    """Sends one byte of the body, then calls ``between`` before each other byte."""

    body: bytes
    between: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Silence:
    """Answers nothing until the server ends or the client goes."""


Behaviour = Reply | Drop | HalfBody | HalfChunked | Drip | Silence
Script = Callable[[Asked], Behaviour]


class Authority:
    """A throw-away certificate authority; one is enough for all servers of a test run."""

    def __init__(self, folder: Path) -> None:
        self.ca = trustme.CA()
        self.bundle = folder / "ca.pem"
        self.ca.cert_pem.write_to_path(str(self.bundle))

    def server_context(self, *names: str) -> ssl.SSLContext:
        """A TLS context with a certificate for these names."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.ca.issue_cert(*names).configure_cert(context)
        return context


class ScriptedServer:
    """Serves one script until closed; ``asked`` holds every request in order of arrival."""

    def __init__(self, script: Script, context: ssl.SSLContext) -> None:
        self.script = script
        self.asked: list[Asked] = []
        self.ended = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                self.request = context.wrap_socket(self.request, server_side=True)
                outer.keep(self.request)
                super().setup()

            def finish(self) -> None:
                with contextlib.suppress(OSError):
                    super().finish()
                outer.let_go(self.request)

            def answer(self) -> None:
                url = urlsplit(self.path)
                asked = Asked(
                    method=self.command,
                    path=url.path,
                    query={name: values[0] for name, values in parse_qs(url.query, keep_blank_values=True).items()},
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                )
                with outer._lock:
                    outer.asked.append(asked)
                _behave(self, outer.script(asked), outer.ended)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            def handle_error(self, request: Any, client_address: Any) -> None:
                """Clients that drop or refuse the certificate are part of the tests."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = False
        self.url = f"https://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def keep(self, connection: socket.socket) -> None:
        """Note an open connection."""
        with self._lock:
            self._sockets.add(connection)

    def let_go(self, connection: socket.socket) -> None:
        """Close a connection."""
        with self._lock:
            self._sockets.discard(connection)
        connection.close()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.ended.set()
        self._server.shutdown()
        with self._lock:
            for connection in self._sockets:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._server.server_close()
        self._thread.join()


def _behave(handler: BaseHTTPRequestHandler, behaviour: Behaviour, ended: threading.Event) -> None:
    match behaviour:
        case Reply(status=status, headers=headers, body=body):
            _head(handler, status, {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers})
            handler.wfile.write(body)
        case Drop():
            handler.close_connection = True
        case HalfBody(body):
            _head(handler, 200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
            handler.wfile.write(body[: len(body) // 2])
            handler.close_connection = True
        case HalfChunked(body):
            _head(handler, 200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
            handler.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
            handler.close_connection = True
        case Drip(body, between):
            _head(handler, 200, {"Content-Type": "application/json", "Content-Length": str(len(body))})
            for position in range(len(body)):
                if position:
                    between()
                handler.wfile.write(body[position : position + 1])
        case Silence():
            ended.wait()
            handler.close_connection = True


def _head(handler: BaseHTTPRequestHandler, status: int, headers: Mapping[str, str]) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()
