"""The lease as a lease on the blob ``default/lease``."""

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobLeaseClient, BlobServiceClient

from shared.errors import DocumentConflictError, LeaseLostError
from shared.state.blob_service import code_of, storage_errors
from shared.state.blobs import BlobStore
from shared.state.protocols import CONTAINER_NAME, LEASE_SECONDS, LeaseGrant

_NAME = "lease"
_ABSENT = "absent"
_RELEASED = frozenset({"available", _ABSENT})
_HELD_BY_OTHERS = frozenset({"LeaseAlreadyPresent", "LeaseIsBreakingAndCannotBeAcquired"})
_LOST = frozenset(
    {
        "LeaseIdMismatchWithLeaseOperation",
        "LeaseNotPresentWithLeaseOperation",
        "LeaseIsBrokenAndCannotBeRenewed",
        "LeaseLost",
        "BlobNotFound",
        "ContainerNotFound",
    }
)
"""Source: learn.microsoft.com/rest/api/storageservices/lease-blob, outcomes of use attempts."""


class BlobLease:
    """The ``Lease`` of a storage account; ``service`` is impatient, for a late answer is worse than none."""

    def __init__(self, service: BlobServiceClient) -> None:
        self._store = BlobStore(service)
        self._host = service.primary_hostname
        self._blob = service.get_blob_client(CONTAINER_NAME, f"default/{_NAME}")

    def acquire(self, lease_id: str) -> LeaseGrant | None:
        """The lease under the proposed id (a GUID); None while somebody else holds it."""
        # Asked before: once we hold it, nobody can tell any more how the last holder left. If that one leaves in between, it
        # counts as not released, which costs a wait. That another takes it in between and lets it run out cannot be: our
        # own calls give up long before that.
        state = self._state()
        if state == _ABSENT:
            self._make_blob()
        with storage_errors(self._host, "the lease"):
            try:
                self._held_as(lease_id).acquire(lease_duration=LEASE_SECONDS)
            except HttpResponseError as error:
                if code_of(error) in _HELD_BY_OTHERS:
                    return None
                raise
        return LeaseGrant(id=lease_id, previous_was_released=state in _RELEASED)

    def renew(self, lease_id: str) -> None:
        """Hold it for 60 seconds more; raises LeaseLostError."""
        with storage_errors(self._host, "the lease"):
            try:
                self._held_as(lease_id).renew()
            except HttpResponseError as error:
                if code_of(error) not in _LOST:
                    raise
                raise LeaseLostError(
                    f"The lease at {self._host} is no longer ours ({code_of(error)}).",
                    "Nothing needs to be done: whoever holds it now goes on with the run.",
                ) from error

    def release(self, lease_id: str) -> None:
        """Give it back at once; no error where it is no longer ours."""
        with storage_errors(self._host, "the lease"):
            try:
                self._held_as(lease_id).release()
            except HttpResponseError as error:
                if code_of(error) not in _LOST:
                    raise

    def is_held(self) -> bool:
        """Whether anybody holds it now."""
        return self._state() in {"leased", "breaking"}

    def _held_as(self, lease_id: str) -> BlobLeaseClient:
        return BlobLeaseClient(self._blob, lease_id=lease_id)

    def _state(self) -> str:
        """``available``, ``leased``, ``expired``, ``breaking``, ``broken``; ``absent`` where there is no blob."""
        with storage_errors(self._host, "the lease"):
            try:
                return str(self._blob.get_blob_properties().lease.state)
            except HttpResponseError as error:
                if code_of(error) in {"BlobNotFound", "ContainerNotFound"}:
                    return _ABSENT
                raise

    def _make_blob(self) -> None:
        try:
            self._store.put_new(_NAME, b"")
        except DocumentConflictError:
            return  # somebody else made it, or our own first attempt did
