"""The two stores as the tests hold them, and values to keep in them."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import msgspec
from azure.storage.blob import BlobServiceClient
from azure.storage.queue import QueueServiceClient

from shared.settings import ConnectionStringStorage
from shared.state import State, blob_state, folder_state
from shared.state.blob_service import Patience
from shared.state.blobs import BlobStore
from shared.state.folder import FolderStore
from shared.state.folder_files import SharedFolder
from shared.state.store import ByteStore
from tests.azurite import connection_string
from tests.twins.still_clock import StillClock

NO_PAUSES = Patience(first_pause_seconds=0, pause_base_seconds=0, jitter_seconds=0)
"""The library repeats at once: the tests own time."""


def new_id() -> str:
    """A random GUID."""
    return str(uuid.uuid4())


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A body."""

    text: str
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    """A body with all kinds of values that documents have."""

    at: datetime
    colour: Colour | None
    names: frozenset[str]
    notes: tuple[Note, ...]
    by_name: Mapping[str, Note] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    one: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    other: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """A body that msgspec can write and not read back."""

    side: Left | Right


class Message(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A message file as the local host reads it."""

    id: str
    text: str
    inserted_at: datetime
    visible_at: datetime
    dequeue_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreUnderTest:
    """A store, what it is made of, and how a receiver sees its queue."""

    state: State
    store: ByteStore
    open_again: Callable[[], State]
    """The same store as another process has it."""
    visible_texts: Callable[[], list[str]]
    """The texts of the messages that can be taken now, unordered."""


def folder_under_test(path: Path, clock: StillClock) -> StoreUnderTest:
    """A folder with nothing in it."""

    def visible_texts() -> list[str]:
        return [message.text for message in messages_in(path) if message.visible_at <= clock.now()]

    return StoreUnderTest(
        state=folder_state(path, clock=clock, new_id=new_id),
        store=FolderStore(SharedFolder(path, clock=clock)),
        open_again=lambda: folder_state(path, clock=clock, new_id=new_id),
        visible_texts=visible_texts,
    )


def messages_in(path: Path) -> list[Message]:
    """The messages of a state folder as another program reads them."""
    return [msgspec.json.decode(file.read_bytes(), type=Message) for file in path.glob("queues/sync-runs/[!.]*.json")]


@contextmanager
def blobs_under_test(blob_url: str, queue_url: str) -> Iterator[StoreUnderTest]:
    """A storage account with nothing in it, neither container nor queue."""
    storage = ConnectionStringStorage(connection_string=connection_string(blob_url, queue_url))
    with (
        ExitStack() as stack,
        BlobServiceClient.from_connection_string(storage.connection_string) as blobs,
        QueueServiceClient.from_connection_string(storage.connection_string) as queues,
    ):
        for container in list(blobs.list_containers()):
            blobs.delete_container(container.name)
        for queue in list(queues.list_queues()):
            queues.delete_queue(queue.name)

        def visible_texts() -> list[str]:
            client = queues.get_queue_client("sync-runs")
            return [str(message.content) for message in client.peek_messages(max_messages=32)]

        def opened() -> State:
            state = blob_state(storage, credential=None, new_id=new_id, patience=NO_PAUSES)
            return stack.enter_context(state)

        yield StoreUnderTest(state=opened(), store=BlobStore(blobs), open_again=opened, visible_texts=visible_texts)
