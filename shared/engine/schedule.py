"""The schedule: which slot is due, which runs died, and whether scheduled runs are late."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.engine.parts import Parts
from shared.engine.records import Runs, Slot, SlotStore
from shared.engine.run import Actor, ActorKind, Run, RunKind, RunState
from shared.engine.worker import Worker

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCHEDULE = Actor(kind=ActorKind.SCHEDULE, by="schedule")
STALE_RUNNING = timedelta(minutes=15)
STALE_QUEUED = timedelta(minutes=5)


def slot_number(now: datetime, every_hours: int, offset_minutes: int) -> int:
    """Number of the slot that ``now`` lies in, counted from 1970 in UTC."""
    return (now - EPOCH - timedelta(minutes=offset_minutes)) // timedelta(hours=every_hours)


def slot_starts_at(number: int, every_hours: int, offset_minutes: int) -> datetime:
    """When a slot starts."""
    return EPOCH + timedelta(hours=number * every_hours, minutes=offset_minutes)


class Schedule:
    """Looks what is due."""

    def __init__(self, parts: Parts, worker: Worker) -> None:
        self._parts = parts
        self._worker = worker
        self._runs = Runs(parts.documents)
        self._slots = SlotStore(parts.documents)

    def revive(self) -> tuple[str, ...]:
        """Send again for every run that is not final, holds no lease and made no progress for too long."""
        if self._parts.lease.is_held():
            return ()
        now = self._parts.clock.now()
        revived = []
        for run in self._runs.under_way():
            limit = STALE_QUEUED if run.state is RunState.QUEUED else STALE_RUNNING
            if now - run.progress_at >= limit:
                self._runs.update(run.id, lambda r: replace(r, progress_at=now))
                self._worker.send(run.id)
                revived.append(run.id)
        return tuple(revived)

    def is_refused(self, slot: Slot) -> bool:
        """Whether Essentials refused this very login before: trying again would only lock the account out."""
        return bool(slot.refused_login) and slot.refused_login == self._parts.essentials_login()

    def enqueue_due(self, *, every_hours: int, offset_minutes: int) -> str | None:
        """Id of the scheduled run that was enqueued; None where no slot is due, or where Essentials refuses our login.

        Raises StateError, SecretError.
        """
        now = self._parts.clock.now()
        slot = self._slots.update(lambda s: _looked_at(s, now, every_hours))
        if every_hours == 0:
            return None
        number = slot_number(now, every_hours, offset_minutes)
        if slot.number == number or self.is_refused(slot):
            return None
        starts_at = slot_starts_at(number, every_hours, offset_minutes)
        run_id = f"{starts_at:%Y%m%dT%H%M%S}-scheduled-{every_hours}h"
        # The id follows from the slot and the order is run, slot, message: whatever is cut short, the slot runs once.
        self._runs.create(
            Run(
                id=run_id,
                kind=RunKind.SCHEDULED,
                state=RunState.QUEUED,
                by=SCHEDULE,
                queued_at=now,
                progress_at=now,
                slot=number,
            )
        )
        self._slots.update(lambda s: replace(s, number=number))
        self._worker.send(run_id)
        return run_id


def _looked_at(slot: Slot, now: datetime, every_hours: int) -> Slot:
    changed = slot if slot.first_tick_at is not None else replace(slot, first_tick_at=now)
    if changed.every_hours_since is None or changed.every_hours != every_hours:
        # Another interval numbers its slots anew: the next look finds its slot due.
        changed = replace(changed, every_hours=every_hours, every_hours_since=now, number=None)
    return changed
