"""Pace: how many calls a service is given at once, learned from its answers, and how long all of them wait when it asks.

Additive increase, multiplicative decrease: one more after as many good answers as are given at once, half after a 429, a
lost answer or a slow one. What was sent before a decrease says nothing about the pace after it.
Source: RFC 5681 section 3.1, for the shape. Neither Essentials nor Graph says how many calls at once it takes.
"""

import threading

from shared.clock import Clock

FIRST = 2
"""What it begins with where the caller knows no better: a refused password is tried by so many at most."""
SLOW_SECONDS = 5.0
"""A quarter of what one write may take: an answer that takes as long asks for fewer at once."""
STEADY_SECONDS = 2.5
"""An answer that takes as long is no reason for more."""
LONGEST_SECONDS = 300.0
"""No Retry-After stops everything for longer: a service that means it asks again."""
LARGE_BYTES = 65_536
"""The time of a larger answer says how large it is, not how busy the service."""


class Pace:
    """The pace of one service. Safe to use from many threads."""

    def __init__(self, *, clock: Clock, most: int, first: int = FIRST) -> None:
        """``most`` calls at once are never exceeded; it begins with ``first``."""
        self._clock = clock
        self._most = most
        self._lock = threading.Lock()
        self._at_once = float(min(first, most))
        self._cut_at = float("-inf")
        self._resumes_at = float("-inf")

    @property
    def at_once(self) -> int:
        """How many calls may be under way now; 1 at least."""
        with self._lock:
            return int(self._at_once)

    def wait_seconds(self) -> float:
        """How long the service asked everybody to wait from now on; 0 where nothing is left of it."""
        with self._lock:
            return max(0.0, self._resumes_at - self._clock.monotonic())

    def answered(self, *, sent_at: float, body_bytes: int) -> None:
        """Note an answer to what was sent at the monotonic time ``sent_at``."""
        with self._lock:
            seconds = self._clock.monotonic() - sent_at
            if body_bytes > LARGE_BYTES or sent_at < self._cut_at:
                return
            if seconds >= SLOW_SECONDS:
                self._cut()
            elif seconds < STEADY_SECONDS:
                self._at_once = min(float(self._most), self._at_once + 1 / self._at_once)

    def troubled(self, *, sent_at: float, asked_seconds: float) -> None:
        """Note a 429, a 5xx or a lost answer; ``asked_seconds`` is what its Retry-After asks for, 0 without one."""
        with self._lock:
            self._resumes_at = max(self._resumes_at, self._clock.monotonic() + min(asked_seconds, LONGEST_SECONDS))
            if sent_at >= self._cut_at:
                self._cut()

    def _cut(self) -> None:
        self._at_once = max(1.0, self._at_once / 2)
        self._cut_at = self._clock.monotonic()
