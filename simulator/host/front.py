"""The HTTP front: a threaded server on the loopback interface."""

import logging
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from simulator.host.calls import HttpAnswer
from simulator.host.gateway import Incoming

_LARGEST_BODY_BYTES = 104_857_600
"""Source: learn.microsoft.com/azure/azure-functions/functions-bindings-http-webhook-trigger (limits)."""
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length", "te", "trailer", "upgrade"})
_log = logging.getLogger("host.front")

Answering = Callable[[Incoming], HttpAnswer]


class HttpFront:
    """Serves ``answer`` on ``127.0.0.1:port`` (0: the system chooses) from its making until ``close``."""

    def __init__(self, answer: Answering, *, port: int) -> None:
        class Handler(_Handler):
            answering = staticmethod(answer)

        self._server = _Server(("127.0.0.1", port), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="front")
        self._thread.daemon = True
        self._thread.start()

    @property
    def url(self) -> str:
        """Where it listens, without slash at the end."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        """Take no more connections."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002  # the base class calls it
        # A client that went away is no news; the base class prints a trace.
        _log.debug("connection of %s ended", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Kestrel"
    sys_version = ""
    disable_nagle_algorithm = True
    answering: Answering

    def handle_any(self) -> None:
        body = self._body()
        if body is None:
            self.close_connection = True
            self._send(HttpAnswer(status=413))
            return
        raw_path, _, raw_query = self.path.partition("?")
        headers: dict[str, str] = {}
        for name, value in self.headers.items():
            key = name.lower()
            headers[key] = f"{headers[key]}, {value}" if key in headers else value
        try:
            answer = self.answering(
                Incoming(method=self.command, raw_path=raw_path, raw_query=raw_query, headers=headers, body=body)
            )
        except Exception:  # noqa: BLE001  # one bad request must not end the host
            _log.exception("%s %s failed in the host", self.command, raw_path)
            answer = HttpAnswer(status=500)
        self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_OPTIONS = handle_any  # noqa: N815

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002  # the base class names it so
        _log.debug(format, *arguments)

    def _body(self) -> bytes | None:
        """The body; None where it is too large or cannot be read."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        try:
            length = int(self.headers.get("Content-Length", "0"))
        except ValueError:
            return None
        return self.rfile.read(length) if 0 <= length <= _LARGEST_BODY_BYTES else None

    def _chunks(self) -> bytes | None:
        parts, total = [], 0
        while True:
            try:
                size = int(self.rfile.readline(64).split(b";")[0], 16)
            except ValueError:
                return None
            total += size
            if size < 0 or total > _LARGEST_BODY_BYTES:
                return None
            parts.append(self.rfile.read(size))
            self.rfile.readline(64)
            if size == 0:
                return b"".join(parts)

    def _send(self, answer: HttpAnswer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers:
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)
