"""The queue in queue storage, as plain text: host.json says ``messageEncoding: none``."""

from http import HTTPStatus

from azure.core.exceptions import HttpResponseError
from azure.storage.queue import QueueServiceClient

from shared.state.blob_service import code_of, storage_errors
from shared.state.protocols import QUEUE_NAME


class StorageQueue:
    """The ``Queue`` of a storage account; makes the queue where it is missing."""

    def __init__(self, service: QueueServiceClient) -> None:
        # Without encode policy the text goes as it is.
        self._queue = service.get_queue_client(QUEUE_NAME, message_encode_policy=None)
        self._host = service.primary_hostname

    def send(self, text: str, *, delay_seconds: int = 0) -> None:
        """Put a message that becomes visible after ``delay_seconds``; raises StorageUnavailableError."""
        with storage_errors(self._host, f"a message to {QUEUE_NAME}"):
            try:
                self._send(text, delay_seconds)
                return
            except HttpResponseError as error:
                if code_of(error) != "QueueNotFound":
                    raise
        self._make_queue()
        with storage_errors(self._host, f"a message to {QUEUE_NAME}"):
            self._send(text, delay_seconds)

    def _send(self, text: str, delay_seconds: int) -> None:
        self._queue.send_message(text, visibility_timeout=delay_seconds)

    def _make_queue(self) -> None:
        with storage_errors(self._host, f"the making of the queue {QUEUE_NAME}"):
            try:
                self._queue.create_queue()
            except HttpResponseError as error:
                # Where such a queue is there the service says 204, and the library makes an error of it
                # (source: Create Queue in the REST reference, learn.microsoft.com/rest/api/storageservices/create-queue4).
                if error.status_code != HTTPStatus.NO_CONTENT and code_of(error) != "QueueAlreadyExists":
                    raise
