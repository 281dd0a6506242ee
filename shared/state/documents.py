"""Typed documents and journals over any store of bytes, with the answer to lost answers: reading back."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.errors import DocumentConflictError, StateError, StorageUnavailableError
from shared.state.envelope import decode_document, decode_journal, encode_append, encode_document, write_id_of
from shared.state.paths import is_document, is_journal
from shared.state.protocols import DocumentInfo, ETag, Stored
from shared.state.store import ByteStore

T = TypeVar("T")

_APPEND_ATTEMPTS = 50
"""How often an append goes after an end that others move on; each time one of them has succeeded."""


class StoredDocuments:
    """The ``Documents`` of a store of bytes."""

    def __init__(self, store: ByteStore, *, new_id: Callable[[], str]) -> None:
        self._store = store
        self._new_id = new_id

    def read(self, path: str, body_type: type[T]) -> Stored[T] | None:
        """The document; None where there is none, as for a path that no document can have."""
        if not is_document(path):
            return None
        stored = self._store.get(path)
        if stored is None:
            return None
        body = decode_document(path, stored.data, body_type, place=self._store.place)
        return Stored(body=body, etag=stored.etag)

    def create(self, path: str, body: object) -> ETag:
        """Store a document that must not exist yet."""
        return self._write(path, body, lambda data: self._store.put_new(path, data))

    def replace(self, path: str, body: object, etag: ETag) -> ETag:
        """Store a document that must still be the version ``etag``."""
        return self._write(path, body, lambda data: self._store.put_if(path, data, etag))

    def delete(self, path: str) -> None:
        """Remove a document or journal; it is no error where there is none."""
        if is_document(path) or is_journal(path):
            self._store.delete(path)

    def list(self, prefix: str) -> tuple[DocumentInfo, ...]:
        """Documents and journals whose path starts with ``prefix``, in order of path."""
        return tuple(info for info in self._store.list(prefix) if is_document(info.path) or is_journal(info.path))

    def append(self, path: str, lines: Sequence[object]) -> None:
        """Add lines to a journal, made where it is missing; all of them or none, each once."""
        _require(is_journal(path), path, "a journal's, which ends in .jsonl")
        if not lines:
            return
        data = encode_append(lines, self._new_id())
        for _ in range(_APPEND_ATTEMPTS):
            position = self._store.size(path)
            try:
                self._store.append_at(path, data, position)
            except (DocumentConflictError, StorageUnavailableError) as error:
                if self._has_at(path, data, position):
                    return
                if not isinstance(error, DocumentConflictError):
                    raise
            else:
                return
        raise DocumentConflictError(
            f"Others added to {path} in {self._store.place} each of the {_APPEND_ATTEMPTS} times that we tried to.",
            "Look for a second app that uses the same storage.",
        )

    def read_lines(self, path: str, line_type: type[T]) -> tuple[T, ...]:
        """All lines of a journal in order, repeats dropped; empty where there is none.

        An append that was cut short, as where the worker was killed, left text without a line end: it is no error and
        not among the lines, and the next append takes its place.
        """
        if not is_journal(path):
            return ()
        stored = self._store.get(path)
        if stored is None:
            return ()
        return decode_journal(path, stored.data, line_type, place=self._store.place)

    def _write(self, path: str, body: object, put: Callable[[bytes], ETag]) -> ETag:
        _require(is_document(path), path, "a document's, which ends in .json or .json.gz")
        write_id = self._new_id()
        try:
            return put(encode_document(path, body, write_id))
        except (DocumentConflictError, StorageUnavailableError):
            etag = self._etag_of_write(path, write_id)
            if etag is None:
                raise
            return etag

    def _etag_of_write(self, path: str, write_id: str) -> ETag | None:
        """The version that the write made; None where the document is not its work, or nobody can tell."""
        try:
            stored = self._store.get(path)
        except StateError:
            return None
        if stored is None or write_id_of(path, stored.data) != write_id:
            return None
        return stored.etag

    def _has_at(self, path: str, data: bytes, position: int) -> bool:
        """Whether the append is in the journal; False also where nobody can tell."""
        try:
            stored = self._store.get(path)
        except StateError:
            return False
        return stored is not None and stored.data.startswith(data, position)


def _require(is_fit: bool, path: str, kind: str) -> None:  # noqa: FBT001  # an assertion about the caller
    if not is_fit:
        raise ValueError(f"{path!r} is not a path like {kind}.")
