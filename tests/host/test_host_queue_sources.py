"""Queues in a folder and in a storage account behave alike."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.host.clock import SystemClock
from simulator.host.errors import BindingError
from simulator.host.queues import FolderQueues, QueueSource
from simulator.host.storage_queue import StorageQueues, connection_string
from tests.azurite import Azurite


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source and the name of a queue that nobody else uses."""

    queues: QueueSource
    name: str


@pytest.fixture
def folder(tmp_path: Path) -> QueueSource:
    return FolderQueues(tmp_path, SystemClock())


@pytest.fixture
def storage(azurite: Azurite) -> Iterator[QueueSource]:
    queues = StorageQueues(azurite.connection_string, SystemClock())
    yield queues
    queues.close()


@pytest.fixture(params=["folder", pytest.param("storage", marks=pytest.mark.azurite)])
def source(request: pytest.FixtureRequest) -> Source:
    return Source(queues=request.getfixturevalue(request.param), name=f"q-{uuid.uuid4().hex}")


def test_a_queue_that_does_not_exist_is_empty(source: Source) -> None:
    assert source.queues.take(source.name, limit=1, hidden_seconds=60) == ()


def test_a_message_comes_as_it_was_put(source: Source) -> None:
    source.queues.put(source.name, '{"run_id": "ä", "n": 1}')

    (message,) = source.queues.take(source.name, limit=32, hidden_seconds=60)

    assert (message.queue, message.text, message.dequeue_count) == (source.name, '{"run_id": "ä", "n": 1}', 1)
    assert message.inserted_at.tzinfo is not None
    assert message.expires_at > message.hidden_until > message.inserted_at


def test_a_taken_message_is_hidden(source: Source) -> None:
    source.queues.put(source.name, "text")
    source.queues.take(source.name, limit=1, hidden_seconds=60)

    assert source.queues.take(source.name, limit=1, hidden_seconds=60) == ()


def test_no_more_messages_are_taken_than_asked_for(source: Source) -> None:
    for text in ("a", "b", "c"):
        source.queues.put(source.name, text)

    assert len(source.queues.take(source.name, limit=2, hidden_seconds=60)) == 2


def test_a_message_that_is_shown_again_counts_on(source: Source) -> None:
    source.queues.put(source.name, "text")
    (first,) = source.queues.take(source.name, limit=1, hidden_seconds=60)
    source.queues.hide(first, seconds=0)

    (second,) = source.queues.take(source.name, limit=1, hidden_seconds=60)

    assert (second.id, second.text, second.dequeue_count) == (first.id, "text", 2)


def test_a_message_may_be_hidden_for_longer_and_then_deleted(source: Source) -> None:
    source.queues.put(source.name, "text")
    (message,) = source.queues.take(source.name, limit=1, hidden_seconds=60)
    held = source.queues.hide(message, seconds=120)
    source.queues.delete(held)

    assert held.hidden_until > message.hidden_until
    assert source.queues.hide(held, seconds=0) == held
    assert source.queues.take(source.name, limit=1, hidden_seconds=60) == ()


def test_deleting_what_is_gone_is_no_error(source: Source) -> None:
    source.queues.put(source.name, "text")
    (message,) = source.queues.take(source.name, limit=1, hidden_seconds=60)
    source.queues.delete(message)

    source.queues.delete(message)


def test_a_connection_is_found_under_its_name_or_the_hosts_prefix() -> None:
    assert connection_string({"Store": "a"}, "Store") == "a"
    assert connection_string({"AzureWebJobsStore": "b"}, "Store") == "b"


def test_a_connection_that_is_not_set_is_named() -> None:
    with pytest.raises(BindingError, match="AzureWebJobsStorage"):
        connection_string({}, "AzureWebJobsStorage")
