"""An ``az`` on a machine that has none: a program that asks the test over the loopback what to print."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

Answer = Callable[[list[str], str], dict[str, Any]]
"""What is printed (``out``, ``err``) and the ``status``, for arguments and standard input."""


Heard = Callable[[dict[str, str]], None]
"""Takes the variables that a command was started with, before it is answered."""


@contextmanager
def az_on_path(folder: Path, answer: Answer, heard: Heard = lambda _: None) -> Iterator[Path]:
    """The program in ``folder`` while the test answers for it."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            heard(asked["environment"])
            body = json.dumps(answer(asked["arguments"], asked["stdin"])).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    script = Path(__file__).with_name("az_stand_in.py")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        program = folder / "az"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {script} 127.0.0.1:{server.server_port} "$@"\n')
        program.chmod(0o755)
        yield program
        server.shutdown()
        thread.join()
