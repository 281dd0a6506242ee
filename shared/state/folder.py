"""Bytes in a plain folder, for local use: documents and journals under ``default/``."""

import hashlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from shared.errors import DocumentConflictError
from shared.state.folder_files import SharedFolder
from shared.state.protocols import DocumentInfo, ETag
from shared.state.store import StoredBytes

_BLOCK_BYTES = 65_536
_RETRY = "Read it again and make the change to what it is now."


class FolderStore:
    """The ``ByteStore`` of a folder. A version is known by its content: two writes of the same bytes are one version."""

    def __init__(self, folder: SharedFolder) -> None:
        self._folder = folder
        self._root = folder.path / "default"

    @property
    def place(self) -> str:
        """The folder."""
        return f"the folder {self._root}"

    def get(self, path: str) -> StoredBytes | None:
        """What is stored; None where there is nothing."""
        with self._folder.exclusive():
            return self._read(path)

    def put_new(self, path: str, data: bytes) -> ETag:
        """Store where nothing is yet; DocumentConflictError where something is."""
        with self._folder.exclusive():
            if self._file(path).exists():
                raise DocumentConflictError(f"{path} is in {self.place} already.", _RETRY)
            return self._replace(path, data)

    def put_if(self, path: str, data: bytes, etag: ETag) -> ETag:
        """Store over the version ``etag``; DocumentConflictError where another version or nothing is."""
        with self._folder.exclusive():
            stored = self._read(path)
            if stored is None or stored.etag != etag:
                raise DocumentConflictError(f"{path} in {self.place} is not the version that was read.", _RETRY)
            return self._replace(path, data)

    def delete(self, path: str) -> None:
        """Remove what is stored, if anything is."""
        with self._folder.exclusive():
            self._file(path).unlink(missing_ok=True)

    def list(self, prefix: str) -> tuple[DocumentInfo, ...]:
        """Everything whose path starts with ``prefix``, in order of path."""
        with self._folder.exclusive():
            found = [info for info in map(self._info, self._files(prefix)) if info.path.startswith(prefix)]
        return tuple(sorted(found, key=lambda info: info.path))

    def size(self, path: str) -> int:
        """Where the next append begins, in bytes from the start; 0 where there is nothing."""
        with self._folder.exclusive():
            return self._end(path)

    def append_at(self, path: str, data: bytes, position: int) -> None:
        """Add whole lines at ``position``; DocumentConflictError where the end is elsewhere. At 0 the journal is made."""
        with self._folder.exclusive():
            if self._end(path) != position:
                raise DocumentConflictError(f"{path} in {self.place} does not end at byte {position}.", _RETRY)
            self._folder.append(self._file(path), data, position)

    def _file(self, path: str) -> Path:
        return self._root / path

    def _read(self, path: str) -> StoredBytes | None:
        try:
            data = self._file(path).read_bytes()
        except FileNotFoundError:
            return None
        return StoredBytes(data=data, etag=_etag(data))

    def _replace(self, path: str, data: bytes) -> ETag:
        self._folder.replace(self._file(path), data)
        return _etag(data)

    def _end(self, path: str) -> int:
        """Where the last whole line ends: what follows is an append that was cut short."""
        try:
            with self._file(path).open("rb") as stream:
                return _end_of_lines(stream)
        except FileNotFoundError:
            return 0

    def _files(self, prefix: str) -> Iterator[Path]:
        for folder, _, names in os.walk(self._root / prefix.rpartition("/")[0]):
            yield from (Path(folder, name) for name in names if not name.startswith("."))

    def _info(self, file: Path) -> DocumentInfo:
        status = file.stat()
        return DocumentInfo(
            path=file.relative_to(self._root).as_posix(),
            modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
            size_bytes=status.st_size,
        )


def _etag(data: bytes) -> ETag:
    return ETag(hashlib.sha256(data).hexdigest())


def _end_of_lines(stream: BinaryIO) -> int:
    end = stream.seek(0, os.SEEK_END)
    while end > 0:
        start = max(0, end - _BLOCK_BYTES)
        stream.seek(start)
        found = stream.read(end - start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0
