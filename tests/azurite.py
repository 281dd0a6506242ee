"""Azurite, the storage emulator, as the tests start it: installed once into ``.cache/azurite``, on free ports of 127.0.0.1."""

import os
import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

VERSION = "3.35.0"
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's published account and key. Source: learn.microsoft.com/azure/storage/common/storage-use-azurite."""

NODE_IS_MISSING = "Azurite needs Node 20 or newer, which is not on PATH: install it with `apt-get install nodejs npm`."

_FOLDER = Path(__file__).parent.parent / ".cache" / "azurite"
_START_SECONDS = 60.0
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (https?://\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Azurite:
    """A running emulator."""

    blob_url: str
    queue_url: str

    @property
    def connection_string(self) -> str:
        """What AzureWebJobsStorage holds for it."""
        return connection_string(self.blob_url, self.queue_url)


def connection_string(blob_url: str, queue_url: str) -> str:
    """A connection string with the emulator's account for these addresses."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY};"
        f"BlobEndpoint={blob_url};QueueEndpoint={queue_url};"
    )


def require_azurite() -> tuple[str, ...]:
    """The command that starts Azurite, installed now where it is missing.

    Without Node the test is skipped with the command that installs it; under ``CI=true`` it fails.
    """
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        if os.environ.get("CI") == "true":
            pytest.fail(NODE_IS_MISSING)
        pytest.skip(NODE_IS_MISSING)
    script = _FOLDER / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    _FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(_FOLDER / ".lock"):
        if not script.exists():
            _install(npm)
    return node, str(script)


def _install(npm: str) -> None:
    command = [npm, "install", "--prefix", str(_FOLDER), "--no-audit", "--no-fund", f"azurite@{VERSION}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.fail(f"`{' '.join(command)}` failed:\n{done.stderr[-2000:]}")


@contextmanager
def running_azurite(*options: str, program: Sequence[str] | None = None) -> Iterator[Azurite]:
    """Azurite with nothing in it, stopped at the end."""
    command = [
        *(program or require_azurite()),
        *("--silent", "--disableTelemetry", "--skipApiVersionCheck", "--inMemoryPersistence"),
        *("--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1"),
        *("--blobPort", "0", "--queuePort", "0", "--tablePort", "0"),
        *options,
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        reader = None
        try:
            lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
            reader = threading.Thread(target=_read, args=(process, lines), daemon=True)
            reader.start()
            addresses = _addresses(lines)
            yield Azurite(blob_url=f"{addresses['Blob']}/{ACCOUNT}", queue_url=f"{addresses['Queue']}/{ACCOUNT}")
        finally:
            process.kill()  # nothing of it is kept, so there is nothing to close
            process.wait()
            if reader is not None:
                reader.join()


def _read(process: "subprocess.Popen[str]", lines: "queue.SimpleQueue[str | None]") -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.put(line)
    lines.put(None)


def _addresses(lines: "queue.SimpleQueue[str | None]") -> dict[str, str]:
    """Where each service listens, as Azurite itself says once it does."""
    said: list[str] = []
    found: dict[str, str] = {}
    while len(found) < 3:
        try:
            line = lines.get(timeout=_START_SECONDS)
        except queue.Empty:
            line = None
        if line is None:
            pytest.fail("Azurite did not start:\n" + "".join(said))
        said.append(line)
        if listening := _LISTENING.search(line):
            found[listening[1]] = listening[2]
    return found
