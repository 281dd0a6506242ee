"""Lateness: whether scheduled runs have gone without success for too long."""

from datetime import datetime, timedelta

from shared.engine.records import Slot


def alert_hours_in_force(every_hours: int, alert_hours: int) -> int:
    """How long scheduled runs may go without success; ``alert_hours`` 0 means twice the interval plus one hour."""
    return alert_hours or 2 * every_hours + 1


def is_late(slot: Slot, now: datetime, *, every_hours: int, alert_hours: int, has_been_open: bool) -> bool:
    """Whether scheduled runs are on, the gate has been open before, and none succeeded for too long."""
    if every_hours == 0 or not has_been_open:
        return False
    since = [at for at in (slot.last_success_at, slot.first_tick_at, slot.every_hours_since) if at is not None]
    return bool(since) and now - max(since) > timedelta(hours=alert_hours_in_force(every_hours, alert_hours))
