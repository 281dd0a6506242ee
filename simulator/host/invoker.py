"""Carries out one invocation within ``functionTimeout`` and says in the log how it ended."""

import logging
import time
from collections.abc import Callable
from concurrent.futures import wait

from simulator.host.backend import Backend
from simulator.host.bindings import Function
from simulator.host.calls import Call, HttpAnswer
from simulator.host.errors import FunctionFailedError, FunctionTimedOutError

_log = logging.getLogger("host.executor")


class Invoker:
    """Runs functions of one backend under the host's time-out."""

    def __init__(self, backend: Backend, *, timeout_seconds: float) -> None:
        self._backend = backend
        self._timeout_seconds = timeout_seconds

    def invoke(
        self,
        function: Function,
        call: Call,
        *,
        each_seconds: float | None = None,
        keep: Callable[[], None] = lambda: None,
    ) -> HttpAnswer | None:
        """What the function returned; calls ``keep`` every ``each_seconds`` while it runs.

        Raises FunctionFailedError and FunctionTimedOutError. After a time-out the function's thread goes on until it ends by
        itself, where the host would kill the worker.
        """
        _log.info("Executing 'Functions.%s'", function.name)
        started = time.monotonic()
        future = self._backend.start(function, call)
        while not future.done():
            left = self._timeout_seconds - (time.monotonic() - started)
            if left <= 0:
                future.cancel()
                _log.error("Timeout value of %s s exceeded by function '%s'", self._timeout_seconds, function.name)
                raise FunctionTimedOutError(f"{function.name} ran longer than {self._timeout_seconds} s")
            wait([future], timeout=min(left, each_seconds or left, 3600))
            if not future.done() and each_seconds is not None:
                keep()
        milliseconds = round((time.monotonic() - started) * 1000)
        try:
            answer = future.result()
        except FunctionFailedError as error:
            _log.error(
                "Executed 'Functions.%s' (Failed, %d ms): %s\n%s", function.name, milliseconds, error, error.trace
            )
            raise
        _log.info("Executed 'Functions.%s' (Succeeded, %d ms)", function.name, milliseconds)
        return answer
