"""A clock that moves only when somebody sleeps or a test says so."""

from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


class StillClock:
    """Implements the app's Clock, and the host's; ``slept`` holds every pause in order, in seconds."""

    def __init__(self, now: datetime = NOON) -> None:
        self._now = now
        self._monotonic = 1000.0
        self.slept: list[float] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        self._now += timedelta(seconds=seconds)
        self._monotonic += seconds

    def set_back(self, seconds: float) -> None:
        """Somebody corrects the time of day; what runs steadily goes on as it was."""
        self._now -= timedelta(seconds=seconds)
