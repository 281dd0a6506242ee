"""What the app sends is what ``host.json`` and the functions' bindings expect."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.queue import QueueServiceClient

from shared.clock import SystemClock
from shared.settings import ConnectionStringStorage
from shared.state.protocols import QUEUE_NAME
from shared.state.stores import State, blob_state, folder_state
from simulator.host import clock as host_clock
from simulator.host.hostjson import HostRules, read_host_json
from simulator.host.queue_pump import decode
from simulator.host.queues import FolderQueues, QueueSource
from simulator.host.storage_queue import StorageQueues
from tests.azurite import Azurite
from tests.host.host_under_test import HostUnderTest, serving

ROOT = Path(__file__).parent.parent.parent
TEXT = '{"run_id": "ä", "n": 1}'


def _new_id() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def rules() -> HostRules:
    return read_host_json(ROOT)


@pytest.fixture
def folder(tmp_path: Path) -> tuple[State, QueueSource]:
    return folder_state(tmp_path, clock=SystemClock(), new_id=_new_id), FolderQueues(tmp_path, host_clock.SystemClock())


@pytest.fixture
def storage(azurite: Azurite) -> Iterator[tuple[State, QueueSource]]:
    where = ConnectionStringStorage(connection_string=azurite.connection_string)
    with QueueServiceClient.from_connection_string(where.connection_string) as service:
        for queue in list(service.list_queues()):
            service.delete_queue(queue.name)  # the app's own queue: others may have left messages in it
    queues = StorageQueues(azurite.connection_string, host_clock.SystemClock())
    with blob_state(where, credential=None, new_id=_new_id) as state:
        yield state, queues
    queues.close()


@pytest.mark.parametrize("ends", ["folder", pytest.param("storage", marks=pytest.mark.azurite)])
def test_a_message_of_the_app_is_read_as_host_json_says(
    request: pytest.FixtureRequest, ends: str, rules: HostRules
) -> None:
    state, queues = request.getfixturevalue(ends)
    state.queue.send(TEXT)

    (message,) = queues.take(QUEUE_NAME, limit=1, hidden_seconds=60)

    assert decode(message.text, rules.queues.encoding) == TEXT


def test_a_delayed_message_of_the_app_waits_in_the_folder(folder: tuple[State, QueueSource]) -> None:
    state, queues = folder
    state.queue.send(TEXT, delay_seconds=60)

    assert queues.take(QUEUE_NAME, limit=1, hidden_seconds=60) == ()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostUnderTest]:
    folder = tmp_path_factory.mktemp("app")
    with serving(folder, app=ROOT, AUTH_MODE="key") as running:
        yield running


def test_the_app_listens_to_the_queue_that_it_sends_to_and_to_what_the_host_gives_up(app: HostUnderTest) -> None:
    log = app.process.log.read_text()

    assert f"Listening to queue {QUEUE_NAME}\n" in log
    assert f"Listening to queue {QUEUE_NAME}-poison\n" in log
