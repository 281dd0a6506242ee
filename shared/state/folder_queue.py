"""The queue as a folder of messages, one file each, which the local host takes and shows again.

``queues/sync-runs/{id}.json`` is ``{"id", "text", "inserted_at", "visible_at", "dequeue_count"}``, times in ISO 8601. Names
that start with a dot are drafts and no messages.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from shared.clock import Clock
from shared.state.folder_files import SharedFolder
from shared.state.protocols import QUEUE_NAME


class _Message(msgspec.Struct, frozen=True):
    id: str
    text: str
    inserted_at: datetime
    visible_at: datetime
    dequeue_count: int = 0


class FolderQueue:
    """The ``Queue`` of a folder."""

    def __init__(self, folder: SharedFolder, *, clock: Clock, new_id: Callable[[], str]) -> None:
        self._folder = folder
        self._clock = clock
        self._new_id = new_id
        self._messages = folder.path / "queues" / QUEUE_NAME

    def send(self, text: str, *, delay_seconds: int = 0) -> None:
        """Put a message that becomes visible after ``delay_seconds``; raises StorageUnavailableError."""
        now = self._clock.now()
        message = _Message(
            id=self._new_id(), text=text, inserted_at=now, visible_at=now + timedelta(seconds=delay_seconds)
        )
        with self._folder.exclusive():
            self._folder.replace(self._messages / f"{message.id}.json", msgspec.json.encode(message))
