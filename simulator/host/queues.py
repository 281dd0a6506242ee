"""Where queue triggers take their messages from: a folder here, a storage account in ``storage_queue``."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from simulator.host.clock import Clock

_EXPIRY = timedelta(days=7)
"""Life of a message. Source: learn.microsoft.com/rest/api/storageservices/put-message (messagettl)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenMessage:
    """A message that is hidden from everybody else for a while, as stored."""

    queue: str
    id: str
    text: str
    dequeue_count: int
    """1 when taken for the first time."""
    inserted_at: datetime
    hidden_until: datetime
    expires_at: datetime
    receipt: str


class QueueSource(Protocol):
    """Queues of a storage account, as far as the host uses them."""

    def take(self, queue: str, *, limit: int, hidden_seconds: float) -> tuple[TakenMessage, ...]:
        """Up to ``limit`` visible messages, oldest first, now hidden and counted; empty where the queue does not exist."""

    def hide(self, message: TakenMessage, *, seconds: float) -> TakenMessage:
        """The message, hidden for ``seconds`` from now; 0 shows it at once."""

    def delete(self, message: TakenMessage) -> None:
        """Remove a message; no error where it is gone."""

    def put(self, queue: str, text: str) -> None:
        """Add a message, visible at once; makes the queue where it is missing."""

    def close(self) -> None:
        """Let connections go."""


class FolderQueues:
    """Queues as folders: ``{root}/queues/{queue}/{id}.json`` is one message.

    Senders in other processes write whole files; only one host takes.
    """

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root / "queues"
        self._clock = clock

    def take(self, queue: str, *, limit: int, hidden_seconds: float) -> tuple[TakenMessage, ...]:
        """Up to ``limit`` visible messages, oldest first, now hidden and counted; empty where the queue does not exist."""
        now = self._clock.now()
        stored = [body for path in self._files(queue) if (body := _read(path)) is not None]
        visible = [body for body in stored if datetime.fromisoformat(body["visible_at"]) <= now]
        visible.sort(key=lambda body: (datetime.fromisoformat(body["visible_at"]), body["id"]))
        taken = []
        for body in visible[:limit]:
            body["dequeue_count"] += 1
            body["visible_at"] = (now + timedelta(seconds=hidden_seconds)).isoformat()
            self._write(queue, body)
            taken.append(_message(queue, body))
        return tuple(taken)

    def hide(self, message: TakenMessage, *, seconds: float) -> TakenMessage:
        """The message, hidden for ``seconds`` from now; 0 shows it at once."""
        body = _read(self._path(message.queue, message.id))
        if body is None:
            return message
        body["visible_at"] = (self._clock.now() + timedelta(seconds=seconds)).isoformat()
        self._write(message.queue, body)
        return _message(message.queue, body)

    def delete(self, message: TakenMessage) -> None:
        """Remove a message; no error where it is gone."""
        self._path(message.queue, message.id).unlink(missing_ok=True)

    def put(self, queue: str, text: str) -> None:
        """Add a message, visible at once; makes the queue where it is missing."""
        now = self._clock.now().isoformat()
        body = {"id": str(uuid.uuid4()), "text": text, "inserted_at": now, "visible_at": now, "dequeue_count": 0}
        self._write(queue, body)

    def close(self) -> None:
        """Let connections go."""

    def _files(self, queue: str) -> list[Path]:
        # Names that start with a dot are drafts of a writer.
        return [path for path in (self._root / queue).glob("*.json") if not path.name.startswith(".")]

    def _path(self, queue: str, message_id: str) -> Path:
        return self._root / queue / f"{message_id}.json"

    def _write(self, queue: str, body: dict[str, Any]) -> None:
        path = self._path(queue, body["id"])
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
        draft.write_text(json.dumps(body), encoding="utf-8")
        draft.replace(path)


def _read(path: Path) -> dict[str, Any] | None:
    try:
        body: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return body


def _message(queue: str, body: dict[str, Any]) -> TakenMessage:
    inserted_at = datetime.fromisoformat(body["inserted_at"])
    return TakenMessage(
        queue=queue,
        id=body["id"],
        text=body["text"],
        dequeue_count=body["dequeue_count"],
        inserted_at=inserted_at,
        hidden_until=datetime.fromisoformat(body["visible_at"]),
        expires_at=inserted_at + _EXPIRY,
        receipt=body["visible_at"],
    )
