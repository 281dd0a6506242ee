"""Seeded chance, with the draws that a directory is made of."""

import string
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

T = TypeVar("T")

_SECRET_LETTERS = string.ascii_letters + string.digits + "-._~"


class Draw:
    """Draws from one seed, always in the same order."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def happens(self, share: float) -> bool:
        """True in ``share`` of all cases (0 to 1)."""
        return self._random.random() < share

    def pick(self, things: Sequence[T]) -> T:
        """One of the things."""
        return self._random.choice(things)

    def pick_by_weight(self, things: Sequence[T], weights: Sequence[float]) -> T:
        """One of the things; a heavy one more often."""
        return self._random.choices(things, weights)[0]

    def sample(self, things: Sequence[T], count: int) -> list[T]:
        """So many different things, or all if there are fewer."""
        return self._random.sample(things, min(count, len(things)))

    def shuffled(self, things: Sequence[T]) -> list[T]:
        """All the things in another order."""
        return self._random.sample(things, len(things))

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return self._random.randint(low, high)

    def heavy_tailed(self, mean: float) -> int:
        """A number of members: mostly small, now and then large."""
        return round(self._random.paretovariate(1.6) * mean * 0.4)

    def guid(self) -> str:
        """A new GUID in lower case."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def secret(self, length: int) -> str:
        """A password of letters, digits and a few signs."""
        return "".join(self._random.choices(_SECRET_LETTERS, k=length))

    def moment(self, earliest: datetime, latest: datetime) -> datetime:
        """A moment between the two, in whole seconds."""
        return earliest + timedelta(seconds=self._random.randint(0, int((latest - earliest).total_seconds())))


def as_text(moment: datetime) -> str:
    """The moment as Graph writes it."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
