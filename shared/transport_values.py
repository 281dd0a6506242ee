"""What a transport takes and gives: limits, what may be repeated, and the answer."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Protocol

from shared.errors import UnexpectedAnswerError


class Repeatable(Enum):
    """Which failures of a request allow sending it again."""

    ALWAYS = auto()
    """A read: after a lost or broken answer and after 429, 500, 502, 503, 504."""
    UNSENT_ONLY = auto()
    """A write: only where the service certainly did nothing, that is after 429 and where no connection came about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Limits of one attempt: until connected, between two pieces of the answer, and for the attempt as a whole."""

    connect_seconds: float = 10.0
    read_seconds: float = 30.0
    total_seconds: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How one call is repeated: exponential back-off with full jitter, never shorter than a Retry-After.

    Source: aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter (full jitter).
    """

    attempts: int = 6
    base_seconds: float = 0.5
    longest_seconds: float = 30.0
    total_wait_seconds: float = 60.0
    """What one call may spend waiting, all its repetitions together."""

    def pause_seconds(self, attempt: int, random: Random) -> float:
        """A pause after the ``attempt``-th failure, counted from 1."""
        return random.uniform(0, min(self.longest_seconds, self.base_seconds * 2.0**attempt))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One whole answer."""

    status: int
    headers: Mapping[str, str]
    """Names compare without case."""
    body: bytes
    where: str
    """``METHOD https://host/path``, without the query: what an error may name."""
    attempts: int
    """How often the request was sent until this answer came; 1 where the first one was answered."""

    @property
    def is_success(self) -> bool:
        """Whether the status is of the 200s."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> str | None:
        """The Retry-After header as sent; None where there is none."""
        return self.headers.get("Retry-After")

    def json_bytes(self) -> bytes:
        """The body, if it can be JSON at all; raises UnexpectedAnswerError for HTML, plain text or nothing."""
        start = self.body.lstrip(b" \t\r\n\xef\xbb\xbf")[:1]
        if start and start in b'{["':
            return self.body
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip() or "no content type"
        raise UnexpectedAnswerError(
            f"{self.where} answered {self.status} with {len(self.body)} bytes ({kind}) that are not JSON.",
            "Look for a proxy, firewall or maintenance page between the app and the service; try again later.",
        )


class Toll(Protocol):
    """What one call has to do with the limits of its service, attempt by attempt."""

    def turn(self) -> AbstractContextManager[None]:
        """Entered once this attempt may be under way beside the others, left when it has ended."""

    def charge(self, *, within_seconds: float) -> float:
        """The seconds until this attempt may be sent; charged only where they are fewer than ``within_seconds``."""

    def answered(self, answer: Answer, *, sent_at: float) -> None:
        """Note what the answer tells to what was sent at that monotonic time."""


class NoToll:
    """The Toll of a service that charges nothing."""

    def turn(self) -> AbstractContextManager[None]:
        """Entered at once."""
        return nullcontext()

    def charge(self, *, within_seconds: float) -> float:  # noqa: ARG002  # nothing to wait for
        """No time."""
        return 0.0

    def answered(self, answer: Answer, *, sent_at: float) -> None:
        """Nothing to note."""
