"""How many searches may be started: a reserve that fills again with time, one for people and one for programs.

A search reads both sides whole, so a program that searches in a loop would have Entra and Essentials throttle scheduled runs too.
People have a reserve of their own, larger than anybody's clicking, that no program can use up.
"""

import math
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from shared.clock import Clock
from shared.engine.refusals import TooManySearchesError
from shared.engine.run import ActorKind
from shared.errors import DocumentConflictError
from shared.state.protocols import Documents

ALLOWANCE_PATH = "searches.json"
_CONFLICT_TRIES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A reserve of ``most`` searches, one of which comes back after each ``every``."""

    most: int
    every: timedelta


PEOPLE = Rate(most=30, every=timedelta(minutes=1))
PROGRAMS = Rate(most=12, every=timedelta(minutes=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """When each reserve will be full again; one that is absent is full."""

    full_at: dict[str, datetime] = field(default_factory=dict)
    """By kind of actor."""

    def taken(self, kind: ActorKind, now: datetime) -> "Allowance":
        """One search less; raises TooManySearchesError where none is left."""
        rate = PEOPLE if kind is ActorKind.PERSON else PROGRAMS
        full_at = max(self.full_at.get(kind.value, now), now) + rate.every
        wait = full_at - now - rate.every * rate.most
        if wait > timedelta():
            raise TooManySearchesError(
                most=rate.most,
                every_minutes=round(rate.every / timedelta(minutes=1)),
                retry_after_seconds=math.ceil(wait.total_seconds()),
            )
        return replace(self, full_at={**self.full_at, kind.value: full_at})


class SearchAllowance:
    """The document ``searches.json``."""

    def __init__(self, documents: Documents, clock: Clock) -> None:
        self._documents = documents
        self._clock = clock

    def take(self, kind: ActorKind) -> None:
        """One search is taken from the reserve; raises TooManySearchesError, StateError."""
        for _ in range(_CONFLICT_TRIES):
            stored = self._documents.read(ALLOWANCE_PATH, Allowance)
            before = stored.body if stored is not None else Allowance()
            after = before.taken(kind, self._clock.now())
            try:
                if stored is None:
                    self._documents.create(ALLOWANCE_PATH, after)
                else:
                    self._documents.replace(ALLOWANCE_PATH, after, stored.etag)
            except DocumentConflictError:
                continue
            return
        raise DocumentConflictError("Searches are being started by somebody else.", "Try again in a moment.")
