"""A backend whose functions are written in the test, and a clock that the test moves."""

from collections.abc import Callable
from concurrent.futures import Future

from simulator.host.bindings import Function
from simulator.host.calls import Call, HttpAnswer
from simulator.host.errors import FunctionFailedError

Handler = Callable[[Call], HttpAnswer | None]


class ScriptedBackend:
    """Calls the handler of each function in the caller's thread; ``never`` leaves an invocation hanging."""

    name = "scripted"

    def __init__(self, **handlers: Handler) -> None:
        self._handlers = handlers
        self.functions: tuple[Function, ...] = ()
        self.calls: list[tuple[str, Call]] = []

    def start(self, function: Function, call: Call) -> Future[HttpAnswer | None]:
        self.calls.append((function.name, call))
        future: Future[HttpAnswer | None] = Future()
        try:
            answer = self._handlers[function.name](call)
        except TimeoutError:
            return future
        except RuntimeError as error:
            future.set_exception(FunctionFailedError(str(error)))
        else:
            future.set_result(answer)
        return future

    def close(self) -> None: ...


def succeed(_: Call) -> None:
    return None


def fail(_: Call) -> None:
    raise RuntimeError("failed on purpose")


def never(_: Call) -> None:
    raise TimeoutError
