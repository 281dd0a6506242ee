"""The book of notices: which causes were told, which messages wait; pure changes, and the document that holds them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.engine.notices.notice import Notice
from shared.errors import DocumentConflictError
from shared.state.protocols import Documents, ETag

BOOK_PATH = "notices.json"

REMINDERS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
"""How long a cause lasts after each message about it until it is told again; the last one repeats."""

MOST_WAITING = 20
"""So many messages wait at most, the newest ones: nobody reads an older flood."""

CLAIM = timedelta(minutes=2)
"""How long a worker that sends a message has it to itself; longer than one message takes."""

_CONFLICT_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One thing that is wrong, from the first message about it until it is over."""

    key: str
    since: datetime
    told_at: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A message that no receiver has taken yet."""

    id: str
    at: datetime
    notice: Notice
    claimed_until: datetime | None = None
    """Until when one worker sends it; None where nobody does."""
    refusals: int = 0
    """How often the receiver answered that it does not take it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeBook:
    """What was told, and what waits to be told."""

    causes: tuple[Cause, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    """In order of happening."""
    secret_stages: dict[str, int] = field(default_factory=dict)
    """By name of a secret: the fewest days announced, -1 for expired."""
    secrets_looked_at: datetime | None = None
    guard_limits: dict[str, int] = field(default_factory=dict)
    """By setting, as the last look found them; empty before the first."""

    def raised(self, key: str, waiting: Waiting) -> "NoticeBook":
        """The message waits if its cause is new, or has lasted long enough since it was told last."""
        known = next((cause for cause in self.causes if cause.key == key), None)
        now = waiting.at
        if known is None:
            cause = Cause(key=key, since=now, told_at=now, times=1)
        elif now - known.told_at >= REMINDERS[min(known.times, len(REMINDERS)) - 1]:
            cause = replace(known, told_at=now, times=known.times + 1)
        else:
            return self
        others = tuple(other for other in self.causes if other.key != key)
        return replace(self, causes=(*others, cause)).queued(waiting)

    def open_causes(self, prefix: str) -> tuple[Cause, ...]:
        """Causes whose key starts so, which were told and are not over."""
        return tuple(cause for cause in self.causes if cause.key.startswith(prefix))

    def closed(self, prefix: str) -> "NoticeBook":
        """Causes whose key starts so are over; nothing is told."""
        return replace(self, causes=tuple(cause for cause in self.causes if not cause.key.startswith(prefix)))

    def recovered(self, prefix: str, waiting: Waiting) -> "NoticeBook":
        """Causes whose key starts so are over, and a message says so where there were any."""
        return self.closed(prefix).queued(waiting) if self.open_causes(prefix) else self

    def queued(self, waiting: Waiting) -> "NoticeBook":
        """The message waits to be sent; addresses in it are hidden."""
        safe = replace(waiting, notice=waiting.notice.without_addresses())
        return replace(self, waiting=(*self.waiting, safe)[-MOST_WAITING:])

    def claimed(self, now: datetime, *, besides: Collection[str] = ()) -> "tuple[NoticeBook, Waiting | None]":
        """The oldest message of those refused least that nobody sends, claimed, ``besides`` these; None where there is none."""
        free = [w for w in self.waiting if w.id not in besides and (w.claimed_until is None or w.claimed_until <= now)]
        if not free:
            return self, None
        message = min(free, key=lambda w: w.refusals)
        mine = replace(message, claimed_until=now + CLAIM)
        return replace(self, waiting=tuple(mine if w is message else w for w in self.waiting)), mine

    def released(self, message_id: str) -> "NoticeBook":
        """Anybody may send the message."""
        waiting = tuple(replace(w, claimed_until=None) if w.id == message_id else w for w in self.waiting)
        return replace(self, waiting=waiting)

    def refused(self, message_id: str) -> "NoticeBook":
        """Anybody may send the message, after those that were refused less often."""
        waiting = tuple(replace(w, refusals=w.refusals + 1) if w.id == message_id else w for w in self.waiting)
        return replace(self, waiting=waiting).released(message_id)

    def sent(self, message_id: str) -> "NoticeBook":
        """The message waits no longer."""
        return replace(self, waiting=tuple(w for w in self.waiting if w.id != message_id))


class BookStore:
    """The document ``notices.json``."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def read(self) -> NoticeBook:
        """The book; an empty one where nothing was ever told."""
        return self._read()[0]

    def update(self, change: Callable[[NoticeBook], NoticeBook]) -> NoticeBook:
        """The book after ``change`` of its newest version; raises StateError."""
        for _ in range(_CONFLICT_TRIES):
            book, etag = self._read()
            changed = change(book)
            if changed == book:
                return book
            try:
                if etag is None:
                    self._documents.create(BOOK_PATH, changed)
                else:
                    self._documents.replace(BOOK_PATH, changed, etag)
            except DocumentConflictError:
                continue
            return changed
        raise DocumentConflictError("The notices are being written by somebody else.", "Try again in a moment.")

    def _read(self) -> tuple[NoticeBook, ETag | None]:
        stored = self._documents.read(BOOK_PATH, NoticeBook)
        return (stored.body, stored.etag) if stored is not None else (NoticeBook(), None)
