"""The crew: carries out independent steps, several at a time.

Its threads ask Essentials, and nothing else. Journal, ledger and progress belong to the thread that calls it, in which each
step that ended is settled.
"""

import contextlib
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from shared.diff.ordering import Step
from shared.engine.journal import GROUP_SECONDS
from shared.engine.run import Result

MOST_AT_ONCE = 6
"""How many threads there are; as many as the client has connections."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One step that ended, however it did."""

    step: Step
    number: int
    """Counted from 1 in the order of starting."""
    started: int
    """How many steps were started when this one is settled."""
    ended: Future[list[Result]]

    def results(self) -> list[Result]:
        """The step's results; raises what ended it."""
        return self.ended.result()


class Crew:
    """Carries out steps for one slice."""

    def __init__(self, do: Callable[[Step], list[Result]]) -> None:
        """``do`` is called from many threads."""
        self._do = do
        self._started = 0
        self._under_way: dict[Future[list[Result]], tuple[Step, int]] = {}

    def carry_out(
        self,
        steps: Iterable[Step],
        *,
        at_once: Callable[[], int],
        may_start: Callable[[], bool],
        settle: Callable[[Attempt], None],
        idle: Callable[[], None],
    ) -> bool:
        """Whether all steps were carried out; no more are started once ``may_start`` says so.

        ``at_once`` says before each start how many may be under way. ``idle`` is called about every 2 seconds in which none ends. What ``may_start`` or ``settle`` raises is raised when
        the steps under way have ended and are settled: what was written is never forgotten.
        """
        is_whole = False
        with ThreadPoolExecutor(max_workers=MOST_AT_ONCE, thread_name_prefix="step") as threads:
            try:
                for step in steps:
                    while len(self._under_way) >= min(at_once(), MOST_AT_ONCE):
                        self._settle_ended(settle, idle)
                    if not may_start():
                        break
                    self._started += 1
                    self._under_way[threads.submit(self._do, step)] = (step, self._started)
                else:
                    is_whole = True
                while self._under_way:
                    self._settle_ended(settle, idle)
            except BaseException:
                while self._under_way:
                    with contextlib.suppress(Exception):
                        self._settle_ended(settle, idle)
                raise
        return is_whole

    def _settle_ended(self, settle: Callable[[Attempt], None], idle: Callable[[], None]) -> None:
        ended, _ = wait(self._under_way, timeout=GROUP_SECONDS, return_when=FIRST_COMPLETED)
        if not ended:
            idle()
        for future in [f for f in self._under_way if f in ended]:
            step, number = self._under_way.pop(future)
            settle(Attempt(step=step, number=number, started=self._started, ended=future))
