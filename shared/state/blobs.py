"""Bytes in blob storage: documents are block blobs, journals append blobs, under ``default/`` of the container."""

from collections.abc import Callable
from typing import TypeVar

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient, BlobServiceClient

from shared.errors import DocumentConflictError
from shared.state.blob_service import code_of, storage_errors
from shared.state.protocols import CONTAINER_NAME, DocumentInfo, ETag
from shared.state.store import StoredBytes

T = TypeVar("T")

_PREFIX = "default/"
_ABSENT = frozenset({"BlobNotFound", "ContainerNotFound"})


class BlobStore:
    """The ``ByteStore`` of a storage account; makes the container where it is missing."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._container = service.get_container_client(CONTAINER_NAME)
        self._host = service.primary_hostname

    @property
    def place(self) -> str:
        """Container and account."""
        return f"the container {CONTAINER_NAME} at {self._host}"

    def get(self, path: str) -> StoredBytes | None:
        """What is stored; None where there is nothing."""
        with storage_errors(self._host, path):
            try:
                stream = self._blob(path).download_blob()
                return StoredBytes(data=stream.readall(), etag=ETag(str(stream.properties.etag)))
            except HttpResponseError as error:
                if code_of(error) in _ABSENT:
                    return None
                raise

    def put_new(self, path: str, data: bytes) -> ETag:
        """Store where nothing is yet; DocumentConflictError where something is."""
        return self._put(path, lambda blob: blob.upload_blob(data, overwrite=False)["etag"])

    def put_if(self, path: str, data: bytes, etag: ETag) -> ETag:
        """Store over the version ``etag``; DocumentConflictError where another version or nothing is."""
        return self._put(
            path,
            lambda blob: blob.upload_blob(
                data, overwrite=True, etag=etag, match_condition=MatchConditions.IfNotModified
            )["etag"],
        )

    def delete(self, path: str) -> None:
        """Remove what is stored, if anything is."""
        with storage_errors(self._host, path):
            try:
                self._blob(path).delete_blob(delete_snapshots="include")
            except HttpResponseError as error:
                if code_of(error) not in _ABSENT:
                    raise

    def list(self, prefix: str) -> tuple[DocumentInfo, ...]:
        """Everything whose path starts with ``prefix``, in order of path."""
        with storage_errors(self._host, f"the list of {prefix or 'everything'}"):
            try:
                found = [
                    DocumentInfo(
                        path=blob.name.removeprefix(_PREFIX), modified_at=blob.last_modified, size_bytes=blob.size
                    )
                    for blob in self._container.list_blobs(name_starts_with=_PREFIX + prefix)
                ]
            except HttpResponseError as error:
                if code_of(error) in _ABSENT:
                    return ()
                raise
        return tuple(sorted(found, key=lambda info: info.path))

    def size(self, path: str) -> int:
        """Where the next append begins, in bytes from the start; 0 where there is nothing."""
        with storage_errors(self._host, path):
            try:
                return int(self._blob(path).get_blob_properties().size)
            except HttpResponseError as error:
                if code_of(error) in _ABSENT:
                    return 0
                raise

    def append_at(self, path: str, data: bytes, position: int) -> None:
        """Add whole lines at ``position``; DocumentConflictError where the end is elsewhere. At 0 the journal is made."""
        if position == 0:
            self._make_journal(path)
        self._in_container(
            path, lambda: self._blob(path).append_block(data, length=len(data), appendpos_condition=position)
        )

    def _make_journal(self, path: str) -> None:
        try:
            self._in_container(
                path, lambda: self._blob(path).create_append_blob(match_condition=MatchConditions.IfMissing)
            )
        except DocumentConflictError:
            return  # it is there: made by somebody else, or by our own first attempt

    def _blob(self, path: str) -> BlobClient:
        return self._container.get_blob_client(_PREFIX + path)

    def _put(self, path: str, put: Callable[[BlobClient], str]) -> ETag:
        return ETag(self._in_container(path, lambda: put(self._blob(path))))

    def _in_container(self, path: str, write: Callable[[], T]) -> T:
        """What ``write`` gives, the container made first where it is missing."""
        with storage_errors(self._host, path):
            try:
                return write()
            except HttpResponseError as error:
                if code_of(error) != "ContainerNotFound":
                    raise
        self.make_container()
        with storage_errors(self._host, path):
            return write()

    def make_container(self) -> None:
        """The container is there."""
        with storage_errors(self._host, f"the making of the container {CONTAINER_NAME}"):
            try:
                self._container.create_container()
            except HttpResponseError as error:
                if code_of(error) != "ContainerAlreadyExists":
                    raise
