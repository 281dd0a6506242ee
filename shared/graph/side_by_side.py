"""The parts of one read, side by side: where one fails the others stop, and its error is the read's."""

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from types import TracebackType
from typing import Any, Self, TypeVar

from shared.graph.tally import ReadStopped, Tally

T = TypeVar("T")

_PARTS = 8
"""More than any read has that begin at once; those that wait for another one are started after it."""


class SideBySide:
    """Runs parts in threads of their own; leave it to wait for all of them."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._pool = ThreadPoolExecutor(max_workers=_PARTS, thread_name_prefix="graph-read")
        self._parts: list[Future[Any]] = []

    def __enter__(self) -> Self:
        return self

    def start(self, part: Callable[[], T]) -> Future[T]:
        """Begin a part. What it waits for must have been started before it."""
        started = self._pool.submit(part)
        self._parts.append(started)
        return started

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Wait for all parts; raises what the first of them that failed raised."""
        if error is not None:
            self._tally.stop()
        done, _ = wait(self._parts, return_when=FIRST_EXCEPTION)
        if any(part.exception() for part in done):
            self._tally.stop()
        self._pool.shutdown()
        errors = [failed for part in self._parts if (failed := part.exception()) is not None]
        for failed in errors:
            if not isinstance(failed, ReadStopped):
                raise failed


def awaited(part: Future[T]) -> T:
    """What another part of the read has found; raises ReadStopped where it failed, which it tells itself."""
    try:
        return part.result()
    except Exception as error:
        raise ReadStopped from error
