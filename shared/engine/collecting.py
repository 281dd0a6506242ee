"""Planning without the garbage collector looking on: it would go through both sides again and again, and find nothing.

Values of a plan never refer to each other in circles, so counting references frees them all. With a million people the
collector takes longer than the planning.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOCK = threading.Lock()
_planning = 0
_was_enabled = False


@contextmanager
def without_collecting() -> Iterator[None]:
    """The collector rests until the last thread that is in here has left; then it is as it was before the first one."""
    global _planning, _was_enabled  # noqa: PLW0603  # the collector is one for the process
    with _LOCK:
        _planning += 1
        if _planning == 1:
            _was_enabled = gc.isenabled()
            gc.disable()
    try:
        yield
    finally:
        with _LOCK:
            _planning -= 1
            if _planning == 0 and _was_enabled:
                gc.enable()
