"""Azurite, the storage emulator: installed once, started on free ports of 127.0.0.1, stopped at the end."""

import queue
import re
import shutil
import subprocess
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from filelock import FileLock

VERSION = "3.35.0"
ACCOUNT = "devstoreaccount1"
ACCOUNT_KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="
"""The emulator's published key. Source: learn.microsoft.com/azure/storage/common/storage-use-azurite."""
FOLDER = Path(__file__).parent.parent / ".cache" / "azurite"

_START_SECONDS = 60.0
_INSTALL_SECONDS = 900.0
_LISTENING = re.compile(r"Azurite (Blob|Queue|Table) service is successfully listening at (https?://\S+)")


class AzuriteError(Exception):
    """Azurite cannot be started; the text says why and what to do."""


class NodeMissingError(AzuriteError):
    """Azurite needs Node, which this machine lacks."""


class Azurite:
    """A running emulator; a context manager that stops it."""

    def __init__(self, process: "subprocess.Popen[str]", reader: threading.Thread, endpoints: "Endpoints") -> None:
        self._process = process
        self._reader = reader
        self.endpoints = endpoints

    def __enter__(self) -> "Azurite":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop it; what it was told to keep is kept."""
        _stop(self._process, self._reader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where the services of the emulator's account answer."""

    blob_url: str
    queue_url: str

    @property
    def connection_string(self) -> str:
        """What ``AzureWebJobsStorage`` holds for it."""
        return connection_string(self.blob_url, self.queue_url)


def connection_string(blob_url: str, queue_url: str) -> str:
    """A connection string with the emulator's account for these addresses."""
    return (
        f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={ACCOUNT_KEY};"
        f"BlobEndpoint={blob_url};QueueEndpoint={queue_url};"
    )


def start_azurite(*, location: Path | None = None, options: Sequence[str] = ()) -> Azurite:
    """Azurite, ready for its first request; installed first where it is missing.

    ``location`` is the folder that keeps its data; None keeps nothing. ``options`` are Azurite's own. Raises AzuriteError.
    """
    persistence = ("--inMemoryPersistence",) if location is None else ("--location", str(location))
    command = [
        *installed_azurite(),
        *("--silent", "--disableTelemetry", "--skipApiVersionCheck", *persistence),
        *("--blobHost", "127.0.0.1", "--queueHost", "127.0.0.1", "--tableHost", "127.0.0.1"),
        *("--blobPort", "0", "--queuePort", "0", "--tablePort", "0"),
        *options,
    ]
    process = subprocess.Popen(  # noqa: S603  # our own command
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), name="azurite-output", daemon=True)
    reader.start()
    try:
        return Azurite(process, reader, _wait_for_endpoints(lines))
    except BaseException:
        _stop(process, reader)
        raise


def installed_azurite() -> Sequence[str]:
    """The command that runs Azurite, after installing it into ``.cache/azurite`` where it is missing; raises AzuriteError."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise NodeMissingError("Azurite needs Node 20 or newer. Install it: sudo apt-get install -y nodejs npm")
    script = FOLDER / "node_modules" / "azurite" / "dist" / "src" / "azurite.js"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / ".lock"):
        if not script.is_file():
            _install(npm)
    return node, str(script)


def _install(npm: str) -> None:
    command = [npm, "install", "--prefix", str(FOLDER), "--no-audit", "--no-fund", f"azurite@{VERSION}"]
    try:
        done = subprocess.run(  # noqa: S603  # our own command
            command, capture_output=True, text=True, check=False, timeout=_INSTALL_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise AzuriteError(f"`{' '.join(command)}` did not end. Look at the network and try again.") from error
    if done.returncode != 0:
        raise AzuriteError(f"`{' '.join(command)}` failed. Look at the network and try again.\n{done.stderr[-2000:]}")


def _read(process: "subprocess.Popen[str]", lines: "queue.SimpleQueue[str | None]") -> None:
    # Reads to the end, so that a full pipe never stops Azurite.
    if process.stdout is not None:
        for line in process.stdout:
            lines.put(line)
    lines.put(None)


def _wait_for_endpoints(lines: "queue.SimpleQueue[str | None]") -> Endpoints:
    said: list[str] = []
    found: dict[str, str] = {}
    while len(found) < 3:
        try:
            line = lines.get(timeout=_START_SECONDS)
        except queue.Empty:
            line = None
        if line is None:
            raise AzuriteError(f"Azurite did not start. Try again.\n{''.join(said)[-2000:]}")
        said.append(line)
        if listening := _LISTENING.search(line):
            found[listening[1]] = listening[2]
    return Endpoints(blob_url=f"{found['Blob']}/{ACCOUNT}", queue_url=f"{found['Queue']}/{ACCOUNT}")


def _stop(process: "subprocess.Popen[str]", reader: threading.Thread) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    reader.join()
    if process.stdout is not None:
        process.stdout.close()
