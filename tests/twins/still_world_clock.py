"""The simulated world's clock, moving only when a test says so."""

from datetime import UTC, datetime

from simulator.world import WorldClock


class StillWorldClock(WorldClock):
    """A fixed moment, shifted by what was asked."""

    def now(self) -> datetime:
        return datetime(2026, 11, 21, 12, tzinfo=UTC) + self.offset
