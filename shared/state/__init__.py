"""Documents with ETags, journals, lease and queue, in blob and queue storage or in a plain folder."""

from shared.state.protocols import (
    DocumentInfo,
    Documents,
    ETag,
    Lease,
    LeaseGrant,
    Queue,
    Stored,
)
from shared.state.stores import State, blob_state, folder_state

__all__ = [
    "DocumentInfo",
    "Documents",
    "ETag",
    "Lease",
    "LeaseGrant",
    "Queue",
    "State",
    "Stored",
    "blob_state",
    "folder_state",
]
