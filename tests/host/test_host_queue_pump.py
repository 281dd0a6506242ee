"""Delivery, with queues in a folder and a clock that the test moves."""

import base64
from pathlib import Path

import pytest

from simulator.host.bindings import Function, QueueTrigger
from simulator.host.calls import QueueCall
from simulator.host.hostjson import MessageEncoding, QueueRules
from simulator.host.invoker import Invoker
from simulator.host.queue_pump import HIDDEN_SECONDS, QueuePump, decode
from simulator.host.queues import FolderQueues
from tests.host.scripted_backend import Handler, ScriptedBackend, fail, never, succeed
from tests.twins.still_clock import StillClock

QUEUE = "sync-runs"
POISON = "sync-runs-poison"


class Delivery:
    """One queue function with its pump."""

    def __init__(
        self, root: Path, handler: Handler, *, queue: str = QUEUE, encoding: MessageEncoding = MessageEncoding.NONE
    ) -> None:
        self.clock = StillClock()
        self.queues = FolderQueues(root, self.clock)
        self.backend = ScriptedBackend(work=handler)
        trigger = QueueTrigger(argument="message", queue=queue, connection="AzureWebJobsStorage")
        rules = QueueRules(
            encoding=encoding,
            batch_size=1,
            new_batch_threshold=0,
            max_dequeue_count=3,
            visibility_timeout_seconds=60,
            max_polling_interval_seconds=2,
        )
        function = Function(name="work", trigger=trigger)
        self._queue = queue
        self._pump = QueuePump(function, trigger, self.queues, rules, Invoker(self.backend, timeout_seconds=0.05))

    def step(self) -> int:
        """Take what is visible and carry it to its end; the number of messages."""
        taken = self.queues.take(self._queue, limit=1, hidden_seconds=HIDDEN_SECONDS)
        for message in taken:
            self._pump.deliver(message)
        return len(taken)

    def left(self, queue: str) -> list[str]:
        """The texts that come out of a queue when everything is visible again."""
        self.clock.advance(10 * HIDDEN_SECONDS)
        return [message.text for message in self.queues.take(queue, limit=32, hidden_seconds=0)]


def test_a_message_is_gone_after_success(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, succeed)
    delivery.queues.put(QUEUE, "text")

    assert delivery.step() == 1
    assert delivery.left(QUEUE) == []


def test_the_function_gets_the_message_with_its_count(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, succeed)
    delivery.queues.put(QUEUE, "text")
    delivery.step()

    ((_, call),) = delivery.backend.calls
    assert isinstance(call, QueueCall)
    assert (call.body, call.dequeue_count) == ("text", 1)


def test_a_failed_message_is_shown_again_after_the_visibility_time_out(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, fail)
    delivery.queues.put(QUEUE, "text")
    delivery.step()

    delivery.clock.advance(59)
    assert delivery.step() == 0
    delivery.clock.advance(1)
    assert delivery.step() == 1


def test_a_message_that_failed_as_often_as_allowed_is_poison(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, fail)
    delivery.queues.put(QUEUE, "text")
    for _ in range(3):
        assert delivery.step() == 1
        delivery.clock.advance(60)

    assert delivery.step() == 0
    assert len(delivery.backend.calls) == 3
    assert delivery.left(POISON) == ["text"]


def test_a_message_whose_worker_was_killed_comes_back_after_ten_minutes(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, never)
    delivery.queues.put(QUEUE, "text")
    delivery.step()

    delivery.clock.advance(HIDDEN_SECONDS - 1)
    assert delivery.step() == 0
    delivery.clock.advance(1)
    assert delivery.step() == 1


def test_a_message_that_killed_the_worker_too_often_is_poison_without_a_call(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, never)
    delivery.queues.put(QUEUE, "text")
    for _ in range(4):
        assert delivery.step() == 1
        delivery.clock.advance(HIDDEN_SECONDS)

    assert len(delivery.backend.calls) == 3
    assert delivery.left(POISON) == ["text"]


def test_a_failure_in_a_poison_queue_stays_hidden_there(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, fail, queue=POISON)
    delivery.queues.put(POISON, "text")
    for _ in range(5):
        assert delivery.step() == 1
        delivery.clock.advance(HIDDEN_SECONDS - 1)
        assert delivery.step() == 0
        delivery.clock.advance(1)

    assert delivery.left(f"{POISON}-poison") == []
    assert delivery.left(POISON) == ["text"]


def test_a_message_that_is_not_what_host_json_says_is_poison_without_a_call(tmp_path: Path) -> None:
    delivery = Delivery(tmp_path, succeed, encoding=MessageEncoding.BASE64)
    delivery.queues.put(QUEUE, '{"run_id": "1"}')
    delivery.step()

    assert delivery.backend.calls == []
    assert delivery.left(POISON) == ['{"run_id": "1"}']


def test_base64_is_read_as_such() -> None:
    assert decode(base64.b64encode("ä".encode()).decode(), MessageEncoding.BASE64) == "ä"


@pytest.mark.parametrize("text", ["{}", "/w=="])
def test_what_is_no_base64_of_text_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="base64"):
        decode(text, MessageEncoding.BASE64)
