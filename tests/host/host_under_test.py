"""The contract app behind a host in a process of its own, and what its functions noted."""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

from simulator.host.backend import BackendKind
from simulator.host.process import HostOptions, HostProcess

CONTRACT_APP = Path(__file__).parent / "apps" / "contract"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a client sees."""

    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(_Stay, urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True, kw_only=True)
class HostUnderTest:
    """A host that serves the contract app."""

    process: HostProcess
    folder: Path
    headers: Mapping[str, str] = field(default_factory=dict)

    def call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request with the function key and nothing else that was not asked for."""
        return self.call_plainly(method, path, body, {"x-functions-key": self.process.key, **(headers or {})})

    def call_plainly(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        request = urllib.request.Request(self.process.url + path, data=body, headers=dict(headers or {}), method=method)
        try:
            with _opener.open(request, timeout=30) as answer:
                return Answer(status=answer.status, headers=answer.headers, body=answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(status=error.code, headers=error.headers, body=error.read())

    def run_by_hand(self, function: str, text: str = "") -> Answer:
        return self.call("POST", f"/admin/functions/{function}", json.dumps({"input": text}).encode())

    def notes(self, kind: str) -> list[dict[str, Any]]:
        path = self.folder / f"{kind}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def wait_for_note(self, kind: str) -> None:
        """Return when a function has noted something of this kind; the test's own time-out ends a wait in vain."""
        while not self.notes(kind):
            self.call_plainly("GET", "/api/health")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """What a process needs of ours, and the app's settings."""
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    return {
        **inherited,
        "CONTRACT_NOTES": str(folder),
        "CONTRACT_SCHEDULE": "0 0 0 1 1 *",
        "STATE_DIR": str(folder / "state"),
        **settings,
    }


@contextmanager
def serving(
    folder: Path, *, app: Path = CONTRACT_APP, backend: BackendKind | None = None, auth: str = "key", **settings: str
) -> Iterator[HostUnderTest]:
    """A host with ``app``, stopped at the end."""
    options = HostOptions(
        app=app,
        environment=environment(folder, **settings),
        log=folder / "host.log",
        auth=auth,
        backend=backend,
    )
    with HostProcess(options) as process:
        yield HostUnderTest(process=process, folder=folder)
