"""The seam between the host and the Python that runs the app."""

import sys
from concurrent.futures import Future
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from simulator.host.bindings import Function
from simulator.host.calls import Call, HttpAnswer


class Backend(Protocol):
    """An app, loaded. One app per process: its modules and the worker's registry are global."""

    name: str
    """The library that runs the functions, with its version."""
    functions: tuple[Function, ...]

    def start(self, function: Function, call: Call) -> Future[HttpAnswer | None]:
        """Begin one invocation; the future holds an answer for HTTP, None for the rest, or FunctionFailedError."""

    def close(self) -> None:
        """Take no more calls; nothing waits for those under way."""


class BackendKind(StrEnum):
    """The libraries that can run an app."""

    WORKER = "worker"
    """``azure-functions-runtime``, which runs functions in Azure; Python 3.13 and newer."""
    DECORATED = "decorated"
    """The decorated functions, called as they are."""


def best_backend() -> BackendKind:
    """The kind nearest to Azure that this Python can run."""
    return BackendKind.WORKER if sys.version_info >= (3, 13) else BackendKind.DECORATED


def load_backend(app: Path, kind: BackendKind) -> Backend:
    """The app, loaded; raises AppLoadError and BindingError."""
    # Each is imported only where it is wanted: the worker library does not exist below Python 3.13.
    match kind:
        case BackendKind.WORKER:
            from simulator.host.worker_backend import WorkerBackend

            return WorkerBackend(app)
        case BackendKind.DECORATED:
            from simulator.host.decorated_backend import DecoratedBackend

            return DecoratedBackend(app)
