"""Delivers messages to a queue trigger, at least once.

Source: github.com/Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Queues (QueueListener, QueueProcessor):
a message is hidden 10 minutes when taken and again every 5 while its function runs; deleted after success; shown again after
``visibilityTimeout`` when the function failed; moved to ``<queue>-poison`` when it failed for the ``maxDequeueCount``-th time, or,
without a call, when it was taken more often than that (the worker was killed each time).
"""

import base64
import binascii
import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor

from simulator.host.bindings import Function, QueueTrigger
from simulator.host.calls import QueueCall
from simulator.host.errors import FunctionFailedError, FunctionTimedOutError
from simulator.host.hostjson import MessageEncoding, QueueRules
from simulator.host.invoker import Invoker
from simulator.host.queues import QueueSource, TakenMessage

HIDDEN_SECONDS = 600
_RENEW_SECONDS = 300
_SHORTEST_POLL_SECONDS = 0.1
_POISON = "-poison"
_log = logging.getLogger("host.queues")


class QueuePump:
    """Serves one queue function."""

    def __init__(
        self, function: Function, trigger: QueueTrigger, source: QueueSource, rules: QueueRules, invoker: Invoker
    ) -> None:
        self._function = function
        self._trigger = trigger
        self._source = source
        self._rules = rules
        self._invoker = invoker
        self._under_way: set[Future[None]] = set()
        threads = rules.batch_size + rules.new_batch_threshold
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix=f"queue-{trigger.queue}")

    def poll(self) -> int:
        """The number of messages taken now, none while more than ``newBatchThreshold`` are under way."""
        self._under_way = {future for future in self._under_way if not future.done()}
        if len(self._under_way) > self._rules.new_batch_threshold:
            return 0
        messages = self._source.take(self._trigger.queue, limit=self._rules.batch_size, hidden_seconds=HIDDEN_SECONDS)
        self._under_way |= {self._pool.submit(self.deliver, message) for message in messages}
        return len(messages)

    def deliver(self, message: TakenMessage) -> None:
        """Carry one taken message to its end."""
        if message.dequeue_count > self._rules.max_dequeue_count:
            self._to_poison(message)
            return
        try:
            body = decode(message.text, self._rules.encoding)
        except ValueError as error:
            _log.error("Message %s of %s cannot be decoded: %s", message.id, message.queue, error)
            self._to_poison(message)
            return
        self._call(message, body)

    def run(self, stop: threading.Event) -> None:
        """Poll until ``stop`` is set, more slowly while there is nothing, at most every ``maxPollingInterval``."""
        pause = _SHORTEST_POLL_SECONDS
        while not stop.wait(pause):
            try:
                taken = self.poll()
            except Exception:  # noqa: BLE001  # the host goes on whatever the storage says
                _log.exception("Queue %s cannot be read", self._trigger.queue)
                taken = 0
            if taken or self._under_way:
                pause = _SHORTEST_POLL_SECONDS
            else:
                pause = min(pause * 2, max(self._rules.max_polling_interval_seconds, _SHORTEST_POLL_SECONDS))

    def drain(self) -> None:
        """Wait until the messages under way have come to their end."""
        self._pool.shutdown(wait=True)

    def _call(self, message: TakenMessage, body: str) -> None:
        held = message

        def keep() -> None:
            nonlocal held
            held = self._source.hide(held, seconds=HIDDEN_SECONDS)

        call = QueueCall(
            id=message.id,
            body=body,
            dequeue_count=message.dequeue_count,
            inserted_at=message.inserted_at,
            next_visible_at=message.hidden_until,
            expires_at=message.expires_at,
            receipt=message.receipt,
        )
        try:
            self._invoker.invoke(self._function, call, each_seconds=_RENEW_SECONDS, keep=keep)
        except FunctionTimedOutError:
            return  # the worker is killed: nobody shows the message again before its time
        except FunctionFailedError:
            self._after_failure(held)
        else:
            self._source.delete(held)

    def _after_failure(self, message: TakenMessage) -> None:
        if message.queue.endswith(_POISON):
            return  # a poison queue has no poison queue: the message stays hidden to prevent a fast endless loop
        if message.dequeue_count >= self._rules.max_dequeue_count:
            self._to_poison(message)
        else:
            self._source.hide(message, seconds=self._rules.visibility_timeout_seconds)

    def _to_poison(self, message: TakenMessage) -> None:
        if message.queue.endswith(_POISON):
            return
        poison = message.queue + _POISON
        _log.warning(
            "Message has reached MaxDequeueCount or cannot be read. Moving %s to queue '%s'", message.id, poison
        )
        self._source.put(poison, message.text)
        self._source.delete(message)


def decode(text: str, encoding: MessageEncoding) -> str:
    """The message as the function gets it; raises ValueError where it is not what ``host.json`` says."""
    if encoding is MessageEncoding.NONE:
        return text
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise ValueError(f"messageEncoding is base64 and the text is not: {error}") from error
