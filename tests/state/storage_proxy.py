"""A loopback proxy before Azurite that loses answers after their effect, refuses, or changes a header of an answer."""

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

_ALWAYS = 1_000_000


@dataclass(slots=True, kw_only=True)
class Trouble:
    """What happens to the next requests of one kind."""

    method: str
    part: str
    """What the path with its query must contain."""
    times: int
    status: int = 0
    """An answer given instead of asking Azurite; 0: none."""
    code: str = ""
    header: tuple[str, str] | None = None
    """A header of Azurite's answer that is changed; None: the answer is lost or refused."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers of an answer that is given instead of asking."""
    body: bytes = b""
    """The body of an answer that is given instead of asking."""
    is_dropped_before: bool = False
    """The connection is dropped, and Azurite never hears of the request."""
    is_cut: bool = False
    """Half of the announced answer arrives, after the effect."""

    def fits(self, method: str, path: str) -> bool:
        return self.times > 0 and method == self.method and self.part in path


@dataclass(slots=True, kw_only=True)
class StorageProxy:
    """A running proxy; tests say what goes wrong next."""

    url: str
    troubles: list[Trouble] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    """``METHOD /path?query`` of every request, the lost ones too."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def lose(self, method: str, part: str, *, times: int = 1) -> None:
        """The next answers are lost after their effect."""
        self.troubles.append(Trouble(method=method, part=part, times=times))

    def lose_all(self, method: str, part: str) -> None:
        """All answers from now on are lost after their effect."""
        self.lose(method, part, times=_ALWAYS)

    def refuse(self, method: str, part: str, *, status: int, code: str) -> None:
        """All such requests are refused, without an effect."""
        self.troubles.append(Trouble(method=method, part=part, times=_ALWAYS, status=status, code=code))

    def befall(self, trouble: Trouble) -> None:
        """This happens next."""
        self.troubles.append(trouble)

    def change_header(self, method: str, part: str, name: str, value: str) -> None:
        """The next answer has another header."""
        self.troubles.append(Trouble(method=method, part=part, times=1, header=(name, value)))

    def trouble_for(self, method: str, path: str) -> Trouble | None:
        """What happens to this request; None: nothing."""
        with self._lock:
            self.seen.append(f"{method} {path}")
            for trouble in self.troubles:
                if trouble.fits(method, path):
                    trouble.times -= 1
                    return trouble
        return None


@contextmanager
def storage_proxy(target_url: str) -> Iterator[StorageProxy]:  # noqa: C901  # a handler with its own methods
    """A proxy to the service at ``target_url``, whose path it keeps."""
    target = urlsplit(target_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _pass(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            trouble = proxy.trouble_for(self.command, self.path)
            if trouble is not None and trouble.is_dropped_before:
                self.close_connection = True
                return
            if trouble is not None and trouble.status:
                self._answer(trouble.status, [("x-ms-error-code", trouble.code), *trouble.headers], trouble.body)
                return
            status, headers, answer = self._ask(body)
            if trouble is not None and trouble.is_cut:
                self._cut(status, headers, answer)
                return
            if trouble is not None and trouble.header is None:
                self.close_connection = True
                return
            if trouble is not None and trouble.header is not None:
                name, value = trouble.header
                headers = [(n, value if n.lower() == name else v) for n, v in headers]
            self._answer(status, headers, answer)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass  # noqa: N815  # named by the standard library

        def _ask(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
            connection = http.client.HTTPConnection(target.hostname or "", target.port, timeout=30)
            try:
                connection.request(self.command, self.path, body=body, headers=dict(self.headers.items()))
                answer = connection.getresponse()
                skipped = {"content-length", "transfer-encoding", "connection", "keep-alive"}
                headers = [(n, v) for n, v in answer.getheaders() if n.lower() not in skipped]
                if self.command == "HEAD":
                    headers.append(("Content-Length", answer.getheader("Content-Length", "0")))
                return answer.status, headers, answer.read()
            finally:
                connection.close()

        def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            if self.command != "HEAD":
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def _cut(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body) + 10))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2])
            self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # named by the standard library
            """Tests are silent."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True  # a kept-alive connection must not keep the test waiting

    with Server(("127.0.0.1", 0), Handler) as server:
        proxy = StorageProxy(url=f"http://127.0.0.1:{server.server_port}{target.path}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield proxy
        finally:
            server.shutdown()
            thread.join()
