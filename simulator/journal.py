"""What was asked of the simulated services: numbers, and the last requests without anything secret in them."""

import itertools
import json
import threading
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from simulator.wire import Request, ServiceName
from simulator.world import WorldClock

_KEPT_ENTRIES = 50_000
_LARGEST_KEPT_BODY = 200_000
_REDACTED = "(redacted)"
_KEPT_HEADERS = frozenset(
    {
        "accept",
        "client-request-id",
        "connection",
        "consistencylevel",
        "content-type",
        "host",
        "prefer",
        "user-agent",
        "x-ms-client-request-id",
        "x-ms-throttle-priority",
        "x-terms-update",
        "x-user",
    }
)
_SECRET_HEADERS = frozenset({"authorization", "cookie", "x-identity-header", "x-password"})
_SECRET_FIELDS = frozenset({"ad_key", "password"})
_SERVICES_WITHOUT_BODIES = frozenset({ServiceName.TOKEN, ServiceName.VAULT, ServiceName.IDENTITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalEntry:
    """One request and what became of it."""

    sequence: int
    at: datetime
    """By the world's clock, when it was answered."""
    service: str
    method: str
    path: str
    """Percent-decoded."""
    target: str
    """Path and query as sent."""
    headers: Mapping[str, str]
    """Names in lower case; of secret ones only that they came."""
    body: object
    """The decoded JSON without secrets; None where there was none or it is not kept."""
    status: int | None
    """None: the connection was dropped without an answer."""

    def as_json(self) -> dict[str, object]:
        """The entry as ``/_control`` shows it."""
        return {
            "sequence": self.sequence,
            "at": self.at.isoformat(),
            "service": self.service,
            "method": self.method,
            "path": self.path,
            "target": self.target,
            "headers": dict(self.headers),
            "body": self.body,
            "status": self.status,
        }


class Journal:
    """Requests in the order in which they were answered; an entry is there before its answer leaves."""

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._entries: deque[JournalEntry] = deque(maxlen=_KEPT_ENTRIES)
        self._counts: Counter[str] = Counter()

    def record(self, service: str, request: Request, status: int | None) -> None:
        """The request is counted and kept."""
        headers = _kept_headers(request.headers)
        body = None if service in _SERVICES_WITHOUT_BODIES else _kept_body(request.body)
        with self._lock:
            self._counts[service] += 1
            entry = JournalEntry(
                sequence=next(self._numbers),
                at=self._clock.now(),
                service=service,
                method=request.method,
                path=request.path,
                # The receiver's query is the signature that lets one post.
                target=request.path if service == ServiceName.RECEIVER else request.raw_path,
                headers=headers,
                body=body,
                status=status,
            )
            self._entries.append(entry)

    def entries(self, service: str | None = None, *, after: int = 0) -> tuple[JournalEntry, ...]:
        """The requests with a sequence number above ``after``; ``service`` None: of all services."""
        with self._lock:
            kept = tuple(self._entries)
        return tuple(e for e in kept if e.sequence > after and (service is None or e.service == service))

    def counts(self) -> dict[str, int]:
        """How many requests each service got since the start or the last ``clear``."""
        with self._lock:
            return {name.value: self._counts[name] for name in ServiceName}

    def clear(self) -> None:
        """Nothing is kept and everything counts from 0; sequence numbers go on."""
        with self._lock:
            self._entries.clear()
            self._counts.clear()


def _kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in headers.items() if name in _KEPT_HEADERS}
    return kept | {name: _REDACTED for name in headers if name in _SECRET_HEADERS}


def _kept_body(body: bytes) -> object:
    if not body or len(body) > _LARGEST_KEPT_BODY:
        return None
    try:
        return _without_secrets(json.loads(body))
    except ValueError:
        return None


def _without_secrets(value: object) -> object:
    if isinstance(value, dict):
        return {
            name: _REDACTED if str(name).lower() in _SECRET_FIELDS else _without_secrets(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(inner) for inner in value]
    return value
