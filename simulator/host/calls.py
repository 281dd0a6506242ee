"""What the host hands to a function, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """One request; header names in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """One answer; a header may come several times."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCall:
    """The timer is due, or was due while nobody looked."""

    is_past_due: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCall:
    """One message, decoded."""

    id: str
    body: str
    dequeue_count: int
    inserted_at: datetime
    next_visible_at: datetime
    expires_at: datetime
    receipt: str


Call = HttpCall | TimerCall | QueueCall
