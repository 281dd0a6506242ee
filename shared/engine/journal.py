"""The results journal of an execution, written in groups: at least every 25 changes or 2 seconds."""

from collections.abc import Callable, Iterable

from shared.clock import Clock
from shared.engine.records import Results
from shared.engine.run import Outcome, Result

GROUP_SIZE = 25
GROUP_SECONDS = 2.0


class ResultJournal:
    """Collects results and stores them in groups; knows which changes have one."""

    def __init__(self, results: Results, run_id: str, clock: Clock, *, on_flush: Callable[[], None]) -> None:
        """``on_flush`` is called after each group is stored."""
        self._results = results
        self.run_id = run_id
        self._clock = clock
        self._on_flush = on_flush
        self._pending: list[Result] = []
        self._flushed_at = clock.monotonic()
        self._outcomes = {r.change_id: r for r in results.of(run_id)}

    def __contains__(self, change_id: object) -> bool:
        return change_id in self._outcomes

    def __len__(self) -> int:
        return len(self._outcomes)

    @property
    def results(self) -> tuple[Result, ...]:
        """All results so far."""
        return tuple(self._outcomes.values())

    @property
    def outcomes(self) -> dict[str, Outcome]:
        """The outcome of each change that has one, by its id."""
        return {change_id: result.outcome for change_id, result in self._outcomes.items()}

    def counts(self) -> dict[str, int]:
        """How many results there are by outcome, every outcome named."""
        counts = {outcome.value: 0 for outcome in Outcome}
        for result in self._outcomes.values():
            counts[result.outcome] += 1
        return counts

    @property
    def _is_old(self) -> bool:
        return self._clock.monotonic() - self._flushed_at >= GROUP_SECONDS

    def add(self, results: Iterable[Result]) -> None:
        """Note results, and store them when the group is full or old."""
        for result in results:
            if result.change_id not in self._outcomes:
                self._outcomes[result.change_id] = result
                self._pending.append(result)
        if len(self._pending) >= GROUP_SIZE or self._is_old:
            self.flush()

    def flush_old(self) -> None:
        """Store what waits for too long; that nothing waits is no progress."""
        if self._pending and self._is_old:
            self.flush()

    def flush(self) -> None:
        """Store what is not stored yet."""
        if self._pending:
            self._results.append(self.run_id, self._pending)
            self._pending = []
        self._flushed_at = self._clock.monotonic()
        self._on_flush()
