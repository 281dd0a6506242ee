"""The two stores, put together."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shared.clock import Clock
from shared.settings import ConnectionStringStorage, IdentityStorage
from shared.state.documents import StoredDocuments
from shared.state.folder import FolderStore
from shared.state.folder_files import SharedFolder
from shared.state.folder_lease import FolderLease
from shared.state.folder_queue import FolderQueue
from shared.state.protocols import Documents, Lease, Queue

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

    from shared.state.blob_service import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """All that the app keeps. As a context manager it is closed at the end of the block."""

    documents: Documents
    lease: Lease
    queue: Queue
    close: Callable[[], None] = lambda: None
    """Let go of the connections, if the store has any; an app that lives as long as its process needs not."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def folder_state(path: Path, *, clock: Clock, new_id: Callable[[], str]) -> State:
    """State in a folder, which is made when it is first used."""
    folder = SharedFolder(path, clock=clock)
    return State(
        documents=StoredDocuments(FolderStore(folder), new_id=new_id),
        lease=FolderLease(folder, clock=clock),
        queue=FolderQueue(folder, clock=clock, new_id=new_id),
    )


def blob_state(
    storage: ConnectionStringStorage | IdentityStorage,
    *,
    credential: "TokenCredential | None",
    new_id: Callable[[], str],
    patience: "Patience | None" = None,
) -> State:
    """State in a storage account; nothing is sent before it is used.

    ``credential`` is needed with an identity and may be None with a connection string. ``patience`` None means that of
    ``Patience()``. Raises StorageUnavailableError for a malformed connection string.
    """
    # Here and not above: the Azure libraries cost a cold start a quarter of a second, and a folder does without.
    from shared.state.blob_lease import BlobLease
    from shared.state.blob_queue import StorageQueue
    from shared.state.blob_service import Patience, blob_service, queue_service
    from shared.state.blobs import BlobStore

    patience = patience or Patience()
    with ExitStack() as stack:
        blobs = stack.enter_context(blob_service(storage, credential, patience))
        leases = stack.enter_context(blob_service(storage, credential, patience.for_lease()))
        queues = stack.enter_context(queue_service(storage, credential, patience))
        return State(
            documents=StoredDocuments(BlobStore(blobs), new_id=new_id),
            lease=BlobLease(leases),
            queue=StorageQueue(queues),
            close=stack.pop_all().close,
        )
