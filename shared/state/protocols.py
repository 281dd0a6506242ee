"""The seams of state: documents with ETags, journals, one lease and one queue.

Two stores implement them, blob and queue storage and a plain folder, held to one contract suite.
Paths are relative to the store's root, use ``/`` and name documents such as ``runs/{id}.json`` or ``plans/{id}.json.gz``
(``.gz`` documents are stored compressed).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, NewType, Protocol, TypeVar

T = TypeVar("T")

CONTAINER_NAME = "sync-state"
QUEUE_NAME = "sync-runs"

LEASE_SECONDS = 60
"""How long the lease lasts from each acquire or renew. Source: learn.microsoft.com/rest/api/storageservices/lease-blob (15 to 60)."""

ETag = NewType("ETag", str)
"""Version of a stored document; opaque."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored(Generic[T]):
    """A document as read."""

    body: T
    etag: ETag


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentInfo:
    """A document as listed."""

    path: str
    modified_at: datetime
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseGrant:
    """The lease is ours."""

    id: str
    previous_was_released: bool
    """False where the last holder let it run out, or nobody can tell: a write of its may still be under way."""


class Documents(Protocol):
    """Typed JSON documents and append-only journals; each carries a schema version and a random ``write_id``.

    Raises DocumentConflictError, DamagedDocumentError, UnknownSchemaError, StorageUnavailableError. After
    StorageUnavailableError nobody knows whether a write had its effect; after every other outcome it is known, also where
    an answer was lost. Bodies and lines are dataclasses, msgspec structs or built-in types that msgspec reads back: a type
    that it cannot read back, such as a union of dataclasses, is a TypeError when written. A path that is not like
    ``runs/{id}.json``, ``plans/{id}.json.gz`` or ``audit.jsonl`` names nothing when read and is a ValueError when written.
    """

    def read(self, path: str, body_type: type[T]) -> Stored[T] | None:
        """The document; None where there is none."""

    def create(self, path: str, body: object) -> ETag:
        """Store a document that must not exist yet."""

    def replace(self, path: str, body: object, etag: ETag) -> ETag:
        """Store a document that must still be the version ``etag``."""

    def delete(self, path: str) -> None:
        """Remove a document or journal; it is no error where there is none."""

    def list(self, prefix: str) -> tuple[DocumentInfo, ...]:
        """Documents and journals whose path starts with ``prefix``, in order of path."""

    def append(self, path: str, lines: Sequence[object]) -> None:
        """Add lines to a journal, made where it is missing; all of them or none, each once."""

    def read_lines(self, path: str, line_type: type[T]) -> tuple[T, ...]:
        """All lines of a journal in order, repeats dropped; empty where there is none."""


class Lease(Protocol):
    """The one lease that keeps two slices from overlapping. It lasts 60 seconds from each acquire or renew."""

    def acquire(self, lease_id: str) -> LeaseGrant | None:
        """The lease under the proposed id (a GUID); None while somebody else holds it.

        To be asked again under the same id, as after a lost answer, is granted again.
        """

    def renew(self, lease_id: str) -> None:
        """Hold it for 60 seconds more; raises LeaseLostError.

        One that ran out is renewed as long as nobody else has had it since.
        """

    def release(self, lease_id: str) -> None:
        """Give it back at once; no error where it is no longer ours."""

    def is_held(self) -> bool:
        """Whether anybody holds it now."""


class Queue(Protocol):
    """Messages that start slices, as plain text."""

    def send(self, text: str, *, delay_seconds: int = 0) -> None:
        """Put a message that becomes visible after ``delay_seconds``; raises StorageUnavailableError.

        A lost answer puts it twice: whoever takes a message must bear its repetition.
        """
