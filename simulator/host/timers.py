"""Calls timer triggers when their schedule is due."""

import contextlib
import logging
import threading
from datetime import datetime

from simulator.host.bindings import Function, TimerTrigger
from simulator.host.calls import TimerCall
from simulator.host.clock import Clock
from simulator.host.errors import FunctionFailedError, FunctionTimedOutError
from simulator.host.invoker import Invoker

_LATE_SECONDS = 1
_LONGEST_WAIT_SECONDS = 1.0
"""The clock may be moved by a test or a person; looking each second notices."""
_log = logging.getLogger("host.timers")


class TimerPump:
    """Serves one timer function.

    The next time is reckoned when a run has ended, so a timer never overlaps itself, and several missed times make one late run.
    Source: github.com/Azure/azure-webjobs-sdk-extensions TimerListener.cs.
    """

    def __init__(self, function: Function, trigger: TimerTrigger, invoker: Invoker, clock: Clock) -> None:
        self._function = function
        self._schedule = trigger.schedule
        self._invoker = invoker
        self._clock = clock
        self.next_at: datetime = clock.now() if trigger.runs_on_startup else self._schedule.next_after(clock.now())

    def seconds_left(self) -> float:
        """Until the timer is due; not positive when it is."""
        return (self.next_at - self._clock.now()).total_seconds()

    def run_if_due(self) -> bool:
        """Whether the timer was due, and so its function was called."""
        left = self.seconds_left()
        if left > 0:
            return False
        # A failure is logged by the invoker and changes nothing in the schedule.
        with contextlib.suppress(FunctionFailedError, FunctionTimedOutError):
            self._invoker.invoke(self._function, TimerCall(is_past_due=-left > _LATE_SECONDS))
        self.next_at = self._schedule.next_after(self._clock.now())
        _log.info("The next time of '%s' is %s", self._function.name, self.next_at.isoformat())
        return True

    def run(self, stop: threading.Event) -> None:
        """Call the function whenever it is due, until ``stop`` is set."""
        _log.info("The first time of '%s' is %s", self._function.name, self.next_at.isoformat())
        while not stop.wait(min(max(self.seconds_left(), 0), _LONGEST_WAIT_SECONDS)):
            self.run_if_due()
