"""The resource budget: in no 10 seconds are more units sent than seven tenths of what Graph allows this app in the tenant.

Graph allows an app so many units in 10 seconds by the tenant's size and refuses what is above. The rest is left to whatever
else runs under the same registration, and because Graph counts when requests arrive. A whole window's budget may go out at
once, so a read that costs less never waits. Until Graph has counted the people the smallest tenant's limit holds: 2,450
units are more than 10,000 people with 500 scope groups cost, and the count is among the first answers of every read.
From 0.8 of the limit on, Graph tells in its answers how much of it is used, whoever used it. The budget then falls to as
much of what was sent in this window as seven tenths are of what is used: nothing more goes out until some of it has left
the window. It rises by a tenth of the limit for every window in which nothing was told, and is never less than a tenth.
Source: learn.microsoft.com/graph/throttling-limits (identity and access service limits).
"""

import threading
from collections import deque
from dataclasses import dataclass

from shared.clock import Clock

WINDOW_SECONDS = 10.0
MOST_SHARE = 0.7
LEAST_SHARE = 0.1
RAISED_BY = 0.1
"""How much of the limit comes back for each window in which Graph told nothing."""


def limit_of(people: int) -> int:
    """The units that Graph allows one app in 10 seconds in a tenant of so many people."""
    if people < 50:
        return 3_500
    return 5_000 if people <= 500 else 8_000


@dataclass(slots=True, kw_only=True)
class Charge:
    """One request on the budget."""

    at: float
    """When it may be sent, by the monotonic clock."""
    units: int


class ResourceBudget:
    """The budget of one app in one tenant. Safe to use from many threads."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._limit = limit_of(0)
        self._charges = deque[Charge]()
        """In order of time, none older than a window."""
        self._share = MOST_SHARE
        self._told_at = float("-inf")

    def serves(self, *, people: int) -> None:
        """From now on the limit is that of a tenant of so many people."""
        with self._lock:
            self._limit = limit_of(people)

    def charge(self, units: int) -> Charge:
        """The earliest place on the budget, after those that were given before.

        One request that costs more than the whole budget has a window of its own.
        """
        with self._lock:
            now = self._clock.monotonic()
            while self._charges and self._charges[0].at + WINDOW_SECONDS <= now:
                self._charges.popleft()
            at = max(now, self._charges[-1].at) if self._charges else now
            counting = [charge for charge in self._charges if charge.at + WINDOW_SECONDS > at]
            used, most = sum(charge.units for charge in counting), round(self._share_at(now) * self._limit)
            for oldest in counting:
                if used + units <= most:
                    break
                at = oldest.at + WINDOW_SECONDS
                used -= oldest.units
            charge = Charge(at=at, units=units)
            self._charges.append(charge)
            return charge

    def correct(self, charge: Charge, units: int) -> None:
        """Note what the request cost in truth."""
        with self._lock:
            charge.units = units

    def withdraw(self, charge: Charge) -> None:
        """Give back the place of a request that is not sent."""
        with self._lock:
            self._charges = deque(other for other in self._charges if other is not charge)

    def told(self, used: float) -> None:
        """Note that so much of the limit is used, by everybody who shares it: 1.0 is all of it, 0 where Graph does not tell."""
        if used <= MOST_SHARE:
            return
        with self._lock:
            now = self._clock.monotonic()
            sent = sum(charge.units for charge in self._charges if now - WINDOW_SECONDS < charge.at <= now)
            fair = max(LEAST_SHARE, sent / self._limit * MOST_SHARE / used)
            self._share = min(self._share_at(now), fair)
            self._told_at = now

    def _share_at(self, now: float) -> float:
        if self._share == MOST_SHARE:
            return MOST_SHARE
        quiet = (now - self._told_at) // WINDOW_SECONDS
        return min(MOST_SHARE, self._share + quiet * RAISED_BY)
