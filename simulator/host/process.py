"""The host in a process of its own, as the demo and the tests start it: one app, exactly the environment that it is given."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO

from simulator.host.backend import BackendKind
from simulator.host.errors import HostError

_ROOT = Path(__file__).parent.parent.parent
_LAST_LINES = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class HostOptions:
    """How the host is started; see ``python -m simulator.host --help``."""

    app: Path
    environment: Mapping[str, str] = field(repr=False)
    """The whole environment of the app, app settings included."""
    log: Path
    """The file that its standard error goes to."""
    port: int = 0
    key: str = field(default="", repr=False)
    """The function key; empty: a random one."""
    auth: str = "key"
    person: str = ""
    """Who signs in with ``easyauth``; empty: somebody invented."""
    person_id: str = ""
    backend: BackendKind | None = None
    """None: the real worker library where this Python has it."""


class HostProcess:
    """A running host; a context manager that stops it. It stops by itself when this process ends."""

    def __init__(self, options: HostOptions) -> None:
        """Return when the app is loaded and answers; raises HostError with the end of its log."""
        self.log = options.log
        with options.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  # our own command
                _command(options),
                cwd=_ROOT,
                env=dict(options.environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
            )
        line = _pipe(self._process.stdout).readline()
        if not line:
            self.close()
            raise HostError(f"The app cannot be served:\n{self.last_lines()}", f"The whole log is {options.log}.")
        said = json.loads(line)
        self.url: str = said["url"]
        self.key: str = said["key"]
        self.backend: str = said["backend"]

    def __enter__(self) -> "HostProcess":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def last_lines(self) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST_LINES:])

    def wait(self) -> int:
        """The exit status, when the process has ended."""
        return self._process.wait()

    def kill(self) -> None:
        """End the process in the middle of whatever it does, as a deployment does."""
        self._process.kill()
        self.close()

    def close(self) -> None:
        """Stop the host and wait for its end."""
        _pipe(self._process.stdin).close()
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        _pipe(self._process.stdout).close()


def _command(options: HostOptions) -> list[str]:
    command = [sys.executable, "-m", "simulator.host", "--until-end-of-input", "--app", str(options.app)]
    command += ["--port", str(options.port), "--auth", options.auth]
    named = (
        ("--key", options.key),
        ("--person", options.person),
        ("--person-id", options.person_id),
        ("--backend", options.backend or ""),
    )
    for name, value in named:
        command += [name, value] if value else []
    return command


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise ValueError("the host was started without pipes")
    return stream
