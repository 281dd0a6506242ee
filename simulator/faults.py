"""Faults by order: which request of which service is hit, and by what; and how slow each service is."""

import itertools
import re
import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated

import msgspec

from simulator.effects import Effect, ItemEffect

LONGEST_LATENCY_SECONDS = 30.0


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which requests are hit: from the ``nth`` one that matches, ``times`` of them."""

    service: str
    """As in ``ServiceName``."""
    method: str = "*"
    path: str = "*"
    """``*`` stands for anything; a pattern with ``?`` is held against path and query, else against the path alone."""
    nth: Annotated[int, msgspec.Meta(ge=1)] = 1
    times: Annotated[int, msgspec.Meta(ge=1)] | None = 1
    """None: without end."""
    effect: Effect

    def matches(self, service: str, method: str, target: str) -> bool:
        """Whether a request (``target``: decoded path, and query if any) is one of those."""
        if service != self.service or self.method not in ("*", method):
            return False
        subject = target if "?" in self.path else target.partition("?")[0]
        return _compiled(self.path).fullmatch(subject) is not None


@dataclass(slots=True, kw_only=True)
class FaultRecord:
    """A fault in the book: how often its pattern matched and how often it hit."""

    id: int
    fault: Fault
    matched: int = 0
    hits: int = 0


class FaultBook:
    """The faults in force; asked once for every request, from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ids = itertools.count(1)
        self._records: dict[int, FaultRecord] = {}
        self._latency_seconds: dict[str, float] = {}

    def add(self, fault: Fault) -> int:
        """The fault is in force; its id is returned."""
        with self._lock:
            record = FaultRecord(id=next(self._ids), fault=fault)
            self._records[record.id] = record
            return record.id

    def remove(self, fault_id: int) -> None:
        """The fault is out of force; raises KeyError where there is none with this id."""
        with self._lock:
            del self._records[fault_id]

    def clear(self) -> None:
        """No fault is in force and no service is slow."""
        with self._lock:
            self._records.clear()
            self._latency_seconds.clear()

    def records(self) -> tuple[FaultRecord, ...]:
        """What is in the book, in order of adding."""
        with self._lock:
            return tuple(
                FaultRecord(id=record.id, fault=record.fault, matched=record.matched, hits=record.hits)
                for record in self._records.values()
            )

    def take(self, service: str, method: str, target: str) -> Effect | None:
        """What hits this request, which thereby counts; None where nothing does."""
        with self._lock:
            return self._hit(list(self._records.values()), service, method, target)

    def item_fault(self, service: str, method: str, target: str) -> ItemEffect | None:
        """What hits this item of a batch, which thereby counts; None where nothing does.

        Faults of the connection pass items by. A ``Substitute`` is answered with ``substitute_answer``, anything else is what
        ``altered_answer`` makes of the item's own answer (both in simulator/effects.py).
        """
        with self._lock:
            able = [record for record in self._records.values() if isinstance(record.fault.effect, ItemEffect)]
            effect = self._hit(able, service, method, target)
        return effect if isinstance(effect, ItemEffect) else None

    def set_latency(self, service: str, seconds: float) -> None:
        """Every answer of the service is late by so much; raises ValueError outside 0 to 30."""
        if not 0 <= seconds <= LONGEST_LATENCY_SECONDS:
            raise ValueError(f"A latency of {seconds} seconds is not within 0 to {LONGEST_LATENCY_SECONDS:g}.")
        with self._lock:
            self._latency_seconds[service] = seconds

    def latency_seconds(self, service: str) -> float:
        """By how much every answer of the service is late."""
        with self._lock:
            return self._latency_seconds.get(service, 0.0)

    @staticmethod
    def _hit(records: list[FaultRecord], service: str, method: str, target: str) -> Effect | None:
        hit: FaultRecord | None = None
        for record in records:
            fault = record.fault
            if not fault.matches(service, method, target):
                continue
            record.matched += 1
            is_due = record.matched >= fault.nth and (fault.times is None or record.matched < fault.nth + fault.times)
            if hit is None and is_due:
                hit = record
        if hit is None:
            return None
        hit.hits += 1
        return hit.fault.effect


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*"), re.DOTALL)
