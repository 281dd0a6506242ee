"""One simulated service on one loopback port: HTTP/1.1 with keep-alive, over TLS or, where the real thing has none, without.

Every connection has a thread of its own. Nothing is logged of what is asked.
"""

import http.server
import socket
import socketserver
import ssl
import threading
from http import HTTPStatus
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.exchange import BrokenAnswer, Exchange, Outcome, WholeAnswer
from simulator.faults import FaultBook
from simulator.journal import Journal
from simulator.wire import Request, Response, Service, json_response

LOOPBACK = "127.0.0.1"

_HANDSHAKE_SECONDS = 10.0
_POLL_SECONDS = 0.05
_LARGEST_BODY = 64 * 1024 * 1024


class _Listener(socketserver.TCPServer):
    """Accepts connections and gives each a thread; knows them all, so that it can end them."""

    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, *, port: int, exchange: Exchange, tls: ssl.SSLContext | None) -> None:
        self.exchange = exchange
        self._tls = tls
        self._guard = threading.Lock()
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._is_closing = False
        super().__init__((LOOPBACK, port), _Connection)

    @property
    def scheme(self) -> str:
        """``https`` or, without TLS, ``http``."""
        return "http" if self._tls is None else "https"

    @property
    def port(self) -> int:
        """The port that it listens on."""
        return int(self.server_address[1])

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """A new connection; its handshake waits for its thread, so that a slow client holds up nobody."""
        connection, address = self.socket.accept()
        if self._tls is None:
            return connection, address
        try:
            return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), address
        except OSError:
            connection.close()
            raise

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: object) -> None:
        """The connection is served by a thread of its own."""
        assert isinstance(request, socket.socket)  # noqa: S101 - a stream server has no datagrams
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        with self._guard:
            if self._is_closing:
                self.shutdown_request(request)
                return
            self._connections[thread] = request
        thread.start()

    def _serve(self, connection: socket.socket, address: object) -> None:
        try:
            if isinstance(connection, ssl.SSLSocket):
                connection.settimeout(_HANDSHAKE_SECONDS)
                connection.do_handshake()
                connection.settimeout(None)
            self.finish_request(connection, address)
        except OSError:
            pass  # the client went away, or we did
        finally:
            self.shutdown_request(connection)
            with self._guard:
                self._connections.pop(threading.current_thread(), None)

    def end(self) -> None:
        """Every connection is closed, every thread ended, the port free."""
        with self._guard:
            self._is_closing = True
            connections = dict(self._connections)
        for connection in connections.values():
            try:
                # Past the TLS layer, which its thread may be in the middle of.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
            except OSError:
                continue
        for thread in connections:
            thread.join()
        self.server_close()


class _Connection(http.server.BaseHTTPRequestHandler):
    """Requests of one client, one after the other."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def _exchange(self) -> None:
        request = self._request()
        if isinstance(request, Response):
            self.close_connection = True
            self._send(request, request.body)
            return
        self._deliver(self.server.exchange.outcome(request))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _exchange  # noqa: N815

    def _request(self) -> Request | Response:
        """The request, or the answer to one that cannot be read."""
        if "Transfer-Encoding" in self.headers:
            return json_response(411, {"error": "A request needs Content-Length here."})
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdecimal() or int(length) > _LARGEST_BODY:
            return json_response(400, {"error": "Content-Length is no usable number."})
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionAbortedError("The client left in the middle of its request.")
        parts = urlsplit(self.path)
        return Request(
            method=self.command,
            path=unquote(parts.path),
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
            origin=self._origin(),
            raw_path=self.path,
        )

    def _origin(self) -> str:
        own = f"{LOOPBACK}:{self.server.port}"
        host = self.headers.get("Host", own).lower()
        return f"{self.server.scheme}://{host if host == f'localhost:{self.server.port}' else own}"

    def _deliver(self, outcome: Outcome) -> None:
        match outcome:
            case WholeAnswer(response=response):
                self._send(response, response.body)
            case BrokenAnswer(response=response):
                self.close_connection = True
                self._send(response, response.body[: len(response.body) // 2])
            case _:
                self.close_connection = True

    def _send(self, response: Response, sent_body: bytes) -> None:
        """Head and body leave in one piece; Content-Length is always that of the whole body."""
        self.send_response_only(response.status)
        self.send_header("Date", self.date_time_string())
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(sent_body)
        self.wfile.flush()

    wbufsize = -1

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """A request line or head that cannot be read is answered with JSON, as everything is."""
        self.close_connection = True
        self.request_version = (
            self.protocol_version
        )  # what cannot be read counts as HTTP/0.9, whose answers have no head
        response = json_response(int(code), {"error": message or HTTPStatus(code).phrase})
        self._send(response, response.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by the standard library
        """Nothing: requests are for the journal, which knows what is secret."""


class Server:
    """A service on a port of its own, from ``start`` to ``stop``; also a context manager."""

    def __init__(
        self,
        service: Service,
        *,
        faults: FaultBook,
        journal: Journal,
        tls: ssl.SSLContext | None,
        port: int = 0,
    ) -> None:
        self._stopping = threading.Event()
        exchange = Exchange(service=service, faults=faults, journal=journal, pause=self._stopping.wait)
        self._listener = _Listener(port=port, exchange=exchange, tls=tls)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, args=(_POLL_SECONDS,), name=f"{service.name} server", daemon=True
        )

    @property
    def port(self) -> int:
        """The port; known before ``start``."""
        return self._listener.port

    @property
    def origin(self) -> str:
        """``https://127.0.0.1:port``."""
        return f"{self._listener.scheme}://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Requests are answered."""
        self._thread.start()

    def stop(self) -> None:
        """Nothing is answered any more; whoever waits is let go, threads are joined, sockets closed."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._listener.shutdown()
            self._thread.join()
        self._listener.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
