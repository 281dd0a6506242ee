"""Exemptions: saved, ended and listed. One that has ended by itself is left out, and goes with the next change."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.clock import Clock
from shared.diff.plan import Exemption
from shared.engine.native_exemptions import is_native
from shared.engine.records import CONFLICT_TRIES, EXEMPTIONS_PATH, Exemptions
from shared.engine.refusals import AlreadyExemptError, InvalidRequestError, NotFoundError
from shared.errors import DocumentConflictError
from shared.model import Address
from shared.settings.kinds import UnusableValueError
from shared.settings.texts import MailAddress
from shared.state.protocols import Documents, ETag

Listed = tuple[Exemption, ...]


class ExemptionBook:
    """The document ``exemptions.json``."""

    def __init__(self, documents: Documents, *, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    def in_force(self) -> Listed:
        """Exemptions that have not ended, in order of making."""
        return self._read()[0].exemptions

    def add(self, exemption: Exemption) -> None:
        """The exemption is saved; raises AlreadyExemptError, InvalidRequestError, StateError."""
        if exemption.until is not None and exemption.until <= self._clock.now():
            raise InvalidRequestError(
                f"until is {exemption.until.isoformat()}, which is over.", "Send a time to come, or leave until out."
            )

        def added(book: Exemptions) -> Exemptions:
            for other in book.exemptions:
                if other.address == exemption.address and is_native(other):
                    # Kept: from now on it is ours, with its own reason and end.
                    book = _without(book, other)
                elif other.address == exemption.address:
                    raise AlreadyExemptError(
                        f"{exemption.address} is exempt already (exemption {other.id}).",
                        "End that exemption first where reason or end shall change.",
                    )
            return replace(book, exemptions=(*book.exemptions, exemption))

        self._update(added)

    def end(self, exemption_id: str) -> Exemption:
        """The exemption that was in force until now; raises NotFoundError, StateError."""

        def found_in(book: Exemptions) -> Exemption:
            for exemption in book.exemptions:
                if exemption.id == exemption_id:
                    return exemption
            raise NotFoundError(f"There is no exemption {exemption_id!r}.", "Look it up under /api/exemptions.")

        before = self._update(lambda book: _without(book, found_in(book)))
        return found_in(before)

    def _update(self, change: Callable[[Exemptions], Exemptions]) -> Exemptions:
        """What was in force before ``change``."""
        for _ in range(CONFLICT_TRIES):
            before, etag = self._read()
            changed = change(before)
            try:
                if etag is None:
                    self._documents.create(EXEMPTIONS_PATH, changed)
                else:
                    self._documents.replace(EXEMPTIONS_PATH, changed, etag)
            except DocumentConflictError:
                continue
            return before
        raise DocumentConflictError("The exemptions are being written by somebody else.", "Try again in a moment.")

    def _read(self) -> tuple[Exemptions, ETag | None]:
        stored = self._documents.read(EXEMPTIONS_PATH, Exemptions)
        if stored is None:
            return Exemptions(), None
        now = self._clock.now()
        in_force = tuple(e for e in stored.body.exemptions if e.until is None or e.until > now)
        return replace(stored.body, exemptions=in_force), stored.etag


def _without(book: Exemptions, exemption: Exemption) -> Exemptions:
    left = tuple(e for e in book.exemptions if e != exemption)
    ended = {*book.native_ended, exemption.address} if is_native(exemption) else set(book.native_ended)
    return replace(book, exemptions=left, native_ended=tuple(sorted(ended)))


def address_of(text: str) -> Address:
    """The address in lower case; raises InvalidRequestError where it is none."""
    try:
        return Address(MailAddress().parse(text.strip()))
    except UnusableValueError as error:
        raise InvalidRequestError(f"address is {text[:120]!r}.", error.fix) from error


def in_words(exemption: Exemption) -> str:
    """The exemption as the audit has it."""
    until = "for good" if exemption.until is None else f"until {_shown(exemption.until)}"
    return f"{exemption.address}, {until}: {exemption.reason}"


def _shown(at: datetime) -> str:
    return at.isoformat(timespec="minutes")
