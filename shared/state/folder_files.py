"""A folder that several processes share: one lock around everything, and files that are whole or not there.

A process may be killed at any moment. What is written goes to a file whose name starts with a dot, reaches the disk, and
then takes the place of the old one in a single step.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from filelock import FileLock, Timeout

from shared.clock import Clock
from shared.errors import StorageUnavailableError

_POLL_SECONDS = 0.01


class SharedFolder:
    """The state folder with its lock."""

    def __init__(self, path: Path, *, clock: Clock, lock_seconds: float = 30.0) -> None:
        self.path = path
        self._clock = clock
        self._lock_seconds = lock_seconds
        self._lock = FileLock(path / ".lock", timeout=lock_seconds, poll_interval=_POLL_SECONDS)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Nobody else is in the folder meanwhile, no thread and no process; raises StorageUnavailableError.

        The system takes the lock from a process that dies.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with self._lock:
                yield
        except Timeout as error:
            raise StorageUnavailableError(
                f"The state folder {self.path} stayed locked for {self._lock_seconds:.0f} seconds.",
                "Look for a process that uses it and hangs, and end it.",
            ) from error
        except OSError as error:
            raise StorageUnavailableError(
                f"The state folder {self.path} cannot be used: {error.strerror or type(error).__name__}.",
                "See that STATE_DIR names a folder that the app may write to, on a disk that is not full.",
            ) from error

    def replace(self, file: Path, data: bytes) -> None:
        """The file holds ``data``, on the disk; whoever reads meanwhile sees the old file or the new one."""
        file.parent.mkdir(parents=True, exist_ok=True)
        # One draft in each folder, under the lock: what a killed process left is overwritten, so no litter gathers.
        draft = file.with_name(".draft")
        with draft.open("wb") as stream:
            stream.write(data)
            _sync(stream)
        self._stamp(draft)
        draft.replace(file)
        _sync_folder(file.parent)

    def append(self, file: Path, data: bytes, position: int) -> None:
        """The file goes on with ``data`` at ``position``, on the disk; what was there behind it is gone."""
        file.parent.mkdir(parents=True, exist_ok=True)
        is_new = not file.exists()
        with file.open("wb" if is_new else "r+b") as stream:
            stream.truncate(position)
            stream.seek(position)
            stream.write(data)
            _sync(stream)
        self._stamp(file)
        if is_new:
            _sync_folder(file.parent)

    def _stamp(self, file: Path) -> None:
        """The file was modified now, by the clock passed in."""
        now = self._clock.now().timestamp()
        os.utime(file, (now, now))


def _sync(stream: BinaryIO) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    """The names in the folder are on the disk."""
    if os.name == "nt":
        return  # Windows cannot open a folder, and needs not
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
