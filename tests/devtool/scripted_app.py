"""An app that answers the demo from a script, on a loopback socket."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from simulator.demo.api_client import AppClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer."""

    status: int
    body: Any
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class ScriptedApp:
    """Answers of each ``METHOD /path``, in order; the last one again and again. ``asked`` is what came in."""

    script: dict[str, list[Reply]]
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def reply(self, route: str, body: Any) -> Reply:
        self.asked.append((route, body))
        replies = self.script.get(route) or [Reply(status=404, body={"detail": f"no script for {route}"})]
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def bodies(self, route: str) -> list[Any]:
        return [body for asked, body in self.asked if asked == route]


@contextmanager
def serving_script(script: dict[str, list[Reply]]) -> Iterator[tuple[ScriptedApp, AppClient]]:
    """The scripted app and a client of it, until the end of the block."""
    app = ScriptedApp(script=script)

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            reply = app.reply(f"{self.command} {self.path}", json.loads(body) if body else None)
            content = json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *_: object) -> None: ...

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, requests.Session() as session:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        session.trust_env = False
        url = f"http://127.0.0.1:{server.server_port}"
        try:
            yield app, AppClient(url=url, headers={"x-functions-key": "k"}, session=session)
        finally:
            session.close()
            server.shutdown()
            thread.join()
