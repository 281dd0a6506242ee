"""Sends what waits: each message by one worker at a time, the oldest first, and what fails waits for the next look.

What the receiver refused comes after what it did not.
"""

from collections.abc import Callable, Collection

from shared.engine.notices.book import BookStore, NoticeBook, Waiting
from shared.engine.notices.notice import Message
from shared.engine.parts import Parts
from shared.errors import SyncError, UnexpectedAnswerError

MOST_AT_ONCE = 4
"""So many messages a look sends at most: a slow receiver must not hold up a run."""


class Delivery:
    """Takes messages out of the book and to the receiver."""

    def __init__(self, parts: Parts, book: BookStore) -> None:
        self._parts = parts
        self._book = book

    def deliver(self) -> None:
        """Messages that wait were sent, or are told in the log as not delivered; raises SettingsError, StateError."""
        refused: set[str] = set()
        for _ in range(MOST_AT_ONCE):
            waiting = self._claim(besides=refused)
            if waiting is None:
                return
            try:
                self._parts.message_sender().send(self._message(waiting))
            except UnexpectedAnswerError as error:
                # It may be this message alone: those behind it do not wait for it.
                self._undelivered(waiting.id, error, NoticeBook.refused)
                refused.add(waiting.id)
                continue
            except SyncError as error:
                self._undelivered(waiting.id, error, NoticeBook.released)
                return
            self._sent(waiting)

    def _undelivered(self, message_id: str, error: SyncError, become: Callable[[NoticeBook, str], NoticeBook]) -> None:
        left = self._book.update(lambda book: become(book, message_id))
        self._parts.announce("notice.undelivered", {"code": error.code, "waiting": len(left.waiting)})

    def _sent(self, waiting: Waiting) -> None:
        self._book.update(lambda book: book.sent(waiting.id))
        self._parts.announce("notice.sent", {"topic": waiting.notice.topic.value})

    def _claim(self, *, besides: Collection[str]) -> Waiting | None:
        claimed: list[Waiting | None] = []

        def claim(book: NoticeBook) -> NoticeBook:
            changed, mine = book.claimed(self._parts.clock.now(), besides=besides)
            claimed.append(mine)
            return changed

        self._book.update(claim)
        return claimed[-1]

    def _message(self, waiting: Waiting) -> Message:
        return Message(
            id=waiting.id,
            at=waiting.at,
            organization=self._parts.settings().proofpoint_domain,
            review_page=self._parts.review_page,
            notice=waiting.notice,
        )
