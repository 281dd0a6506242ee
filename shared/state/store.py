"""The seam under documents and journals: bytes under a path, each write with its condition.

Rule: a write that raises may have had its effect all the same. An answer can be lost after the effect, and a client that
then sends the request again is refused by its own first attempt. Whoever needs to know reads back.
"""

from dataclasses import dataclass
from typing import Protocol

from shared.state.protocols import DocumentInfo, ETag


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBytes:
    """What is stored under a path."""

    data: bytes
    etag: ETag


class ByteStore(Protocol):
    """Bytes under a path. Every method raises StorageUnavailableError; writes raise DocumentConflictError as they say."""

    @property
    def place(self) -> str:
        """Where the store is, in words that an operator finds it by."""

    def get(self, path: str) -> StoredBytes | None:
        """What is stored; None where there is nothing."""

    def put_new(self, path: str, data: bytes) -> ETag:
        """Store where nothing is yet; DocumentConflictError where something is."""

    def put_if(self, path: str, data: bytes, etag: ETag) -> ETag:
        """Store over the version ``etag``; DocumentConflictError where another version or nothing is."""

    def delete(self, path: str) -> None:
        """Remove what is stored, if anything is."""

    def list(self, prefix: str) -> tuple[DocumentInfo, ...]:
        """Everything whose path starts with ``prefix``, in order of path."""

    def size(self, path: str) -> int:
        """Where the next append begins, in bytes from the start; 0 where there is nothing."""

    def append_at(self, path: str, data: bytes, position: int) -> None:
        """Add whole lines at ``position``; DocumentConflictError where the end is elsewhere. At 0 the journal is made."""
