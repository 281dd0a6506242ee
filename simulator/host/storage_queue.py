"""Queues of a real storage account or of Azurite."""

import contextlib
import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueMessage, QueueServiceClient

from simulator.host.clock import Clock
from simulator.host.errors import BindingError
from simulator.host.queues import TakenMessage


class StorageQueues:
    """Queues reached with a connection string."""

    def __init__(self, connection_string: str, clock: Clock) -> None:
        self._service = QueueServiceClient.from_connection_string(connection_string)
        self._clock = clock

    def take(self, queue: str, *, limit: int, hidden_seconds: float) -> tuple[TakenMessage, ...]:
        """Up to ``limit`` visible messages, oldest first, now hidden and counted; empty where the queue does not exist."""
        try:
            pages = self._client(queue).receive_messages(
                max_messages=limit, messages_per_page=limit, visibility_timeout=math.ceil(hidden_seconds)
            )
            return tuple(self._taken(queue, message, hidden_seconds) for message in pages)
        except ResourceNotFoundError:
            return ()

    def hide(self, message: TakenMessage, *, seconds: float) -> TakenMessage:
        """The message, hidden for ``seconds`` from now; 0 shows it at once."""
        try:
            updated = self._client(message.queue).update_message(
                message.id, message.receipt, visibility_timeout=math.ceil(seconds), content=message.text
            )
        except ResourceNotFoundError:
            return message
        hidden_until = self._clock.now() + timedelta(seconds=seconds)
        return replace(message, receipt=str(updated.pop_receipt), hidden_until=hidden_until)

    def delete(self, message: TakenMessage) -> None:
        """Remove a message; no error where it is gone."""
        try:
            self._client(message.queue).delete_message(message.id, message.receipt)
        except ResourceNotFoundError:
            return

    def put(self, queue: str, text: str) -> None:
        """Add a message, visible at once; makes the queue where it is missing."""
        client = self._client(queue)
        try:
            client.send_message(text)
        except ResourceNotFoundError:
            with contextlib.suppress(ResourceExistsError):  # somebody else may make it meanwhile
                client.create_queue()
            client.send_message(text)

    def close(self) -> None:
        """Let connections go."""
        self._service.close()

    def _client(self, queue: str) -> QueueClient:
        # Without policies the text comes and goes as it is stored; host.json says how to read it.
        return self._service.get_queue_client(queue, message_encode_policy=None, message_decode_policy=None)

    def _taken(self, queue: str, message: QueueMessage, hidden_seconds: float) -> TakenMessage:
        now = self._clock.now()
        return TakenMessage(
            queue=queue,
            id=str(message.id),
            text=str(message.content),
            dequeue_count=int(message.dequeue_count or 1),
            inserted_at=_aware(message.inserted_on, now),
            hidden_until=now + timedelta(seconds=hidden_seconds),
            expires_at=_aware(message.expires_on, now),
            receipt=str(message.pop_receipt),
        )


def connection_string(settings: Mapping[str, str], connection: str) -> str:
    """The connection string behind a binding's ``connection``; raises BindingError."""
    # The host looks under the plain name and under AzureWebJobs + name.
    text = settings.get(connection) or settings.get(f"AzureWebJobs{connection}") or ""
    if not text:
        raise BindingError(
            f"The app setting {connection} is not set.",
            "Set it to a connection string of Azurite, or set STATE_DIR for queues in a folder.",
        )
    return text


def _aware(moment: datetime | None, default: datetime) -> datetime:
    if moment is None:
        return default
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
