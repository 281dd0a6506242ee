"""How far the parallel parts of one read are, told as one stage; and the word to stop once one of them failed."""

import threading
from collections.abc import Callable

Progress = Callable[[str, int, int], None]
"""Told stage, how much is done, and the total (0 while unknown); the engine's own Progress is one."""


class ReadStopped(Exception):  # noqa: N818  # not an error: another part of the read has the reason
    """This part was given up because another part of the same read failed."""


class Tally:
    """Adds up what the parts of a read have noticed. Safe to use from many threads."""

    def __init__(self, progress: Progress, *, stage: str) -> None:
        self._progress = progress
        self._stage = stage
        self._lock = threading.Lock()
        self._done: dict[str, int] = {}
        self._expected: dict[str, int] = {}
        self._is_stopped = False

    def expect(self, part: str, total: int) -> None:
        """Note how many of ``part`` there will be."""
        with self._lock:
            self._expected[part] = total

    def notice(self, part: str) -> Callable[[int], None]:
        """A callable that is told how many of ``part`` are done; it raises ReadStopped after ``stop``, and as progress does."""

        def noticed(done: int) -> None:
            with self._lock:
                if self._is_stopped:
                    raise ReadStopped
                self._done[part] = done
                is_known = self._expected.keys() >= self._done.keys()
                self._progress(self._stage, sum(self._done.values()), sum(self._expected.values()) if is_known else 0)

        return noticed

    def check(self, _done: int) -> None:
        """Note progress that is not told; raises ReadStopped after ``stop``."""
        with self._lock:
            if self._is_stopped:
                raise ReadStopped

    def stop(self) -> None:
        """Make every part give up at its next page."""
        with self._lock:
            self._is_stopped = True
