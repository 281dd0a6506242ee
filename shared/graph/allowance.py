"""The allowance: what Graph allows, kept by all calls of one client together.

Resource units by a budget; calls at once by a pace that begins with what the client's connections carry, is halved by what
the pace knows as trouble and where all of the limit is used, and grows again; pauses that any answer asks for. An item of
a batch counts as an answer of its own, because Graph limits it on its own.
Source: learn.microsoft.com/graph/throttling-limits, learn.microsoft.com/graph/json-batching.
"""

import math
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime

from shared.clock import Clock
from shared.graph.budget import Charge, ResourceBudget
from shared.pace import Pace
from shared.transport import Answer
from shared.transport_faults import retry_after_seconds

_ALL_USED = 1.0
_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsTold:
    """What one answer, or one item of a batch, tells of limits."""

    status: int
    units: int | None
    """None where it does not say what it cost."""
    used: float
    """How much of the limit is used, told from 0.8 on; 0 where it is not told."""
    asked_seconds: float
    """What its Retry-After asks for; 0 without one."""

    @property
    def is_trouble(self) -> bool:
        """Whether the service could not answer."""
        return self.status == 429 or self.status >= 500


def limits_told(status: int, header: Callable[[str], str | None], now: datetime) -> LimitsTold:
    """What these headers tell; what is no number tells nothing."""
    units, used = header("x-ms-resource-unit") or "", header("x-ms-throttle-limit-percentage") or ""
    return LimitsTold(
        status=status,
        units=int(units) if units.isascii() and units.isdigit() and len(units) <= _MOST_DIGITS else None,
        used=_number(used),
        asked_seconds=retry_after_seconds(header("Retry-After"), now) or 0.0,
    )


class Allowance:
    """The allowance of one client. Safe to use from many threads."""

    def __init__(self, *, clock: Clock, most_at_once: int) -> None:
        """``most_at_once``: how many calls the client's connections carry."""
        self.clock = clock
        self.pace = Pace(clock=clock, most=most_at_once, first=most_at_once)
        """For the transport, which knows when a request was sent and what became of it."""
        self.budget = ResourceBudget(clock=clock)
        self._under_way = 0
        self._changed = threading.Condition()

    def toll(self, units: Sequence[int]) -> "GraphToll":
        """The toll of one call that is expected to cost so much: one number, or one for each item of a batch."""
        return GraphToll(self, units)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Entered once one more request may be under way, left when it is answered."""
        with self._changed:
            while self._under_way >= self.pace.at_once:
                self._changed.wait()
            self._under_way += 1
        try:
            yield
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()


class GraphToll:
    """The Toll of shared/transport_values.py on what Graph allows; used by one thread."""

    def __init__(self, allowance: Allowance, units: Sequence[int]) -> None:
        self._allowance = allowance
        self._units = units
        self._charge: Charge | None = None
        self._sent_at = -math.inf

    def turn(self) -> AbstractContextManager[None]:
        """Entered once this attempt may be under way beside the others."""
        return self._allowance.turn()

    def charge(self, *, within_seconds: float) -> float:
        """The seconds until it may be sent; charged only where they are fewer than ``within_seconds``."""
        self._charge = None
        if not any(self._units):
            return 0.0
        charge = self._allowance.budget.charge(sum(self._units))
        wait_seconds = max(0.0, charge.at - self._allowance.clock.monotonic())
        if wait_seconds > 0 and wait_seconds >= within_seconds:
            self._allowance.budget.withdraw(charge)
        else:
            self._charge = charge
        return wait_seconds

    def answered(self, answer: Answer, *, sent_at: float) -> None:
        """Note what the answer to the last attempt tells; what its status means for the pace, the transport notes."""
        self._sent_at = sent_at
        told = limits_told(answer.status, answer.headers.get, self._allowance.clock.now())
        self._note(told.used, sum(self._units) if told.units is None else told.units)
        if told.used >= _ALL_USED and not told.is_trouble:
            self._allowance.pace.troubled(sent_at=sent_at, asked_seconds=0.0)

    def items_answered(self, items: Sequence[LimitsTold]) -> None:
        """Note what the items of the batch tell, in the order of ``units``."""
        costs = [
            expected if told.units is None else told.units for expected, told in zip(self._units, items, strict=True)
        ]
        used = max(told.used for told in items)
        self._note(used, sum(costs))
        troubled = [told.asked_seconds for told in items if told.is_trouble]
        if troubled or used >= _ALL_USED:
            self._allowance.pace.troubled(sent_at=self._sent_at, asked_seconds=max(troubled, default=0.0))

    def _note(self, used: float, units: int) -> None:
        if units == 0:
            # Nothing of it is the directory's: a refusal was by another service's limit.
            return
        if self._charge is None:
            self._charge = self._allowance.budget.charge(units)
        self._allowance.budget.correct(self._charge, units)
        self._allowance.budget.told(used)


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if math.isfinite(number) else 0.0
