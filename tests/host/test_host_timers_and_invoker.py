from datetime import timedelta

import pytest

from simulator.host.bindings import Function, TimerTrigger
from simulator.host.calls import Call, TimerCall
from simulator.host.errors import FunctionFailedError, FunctionTimedOutError
from simulator.host.invoker import Invoker
from simulator.host.ncrontab import parse_schedule
from simulator.host.timers import TimerPump
from tests.host.scripted_backend import Handler, ScriptedBackend, fail, never, succeed
from tests.twins.still_clock import NOON, StillClock

TICK = TimerTrigger(argument="timer", schedule=parse_schedule("0 */10 * * * *"), runs_on_startup=False)
FUNCTION = Function(name="tick", trigger=TICK)


def _timer(handler: Handler) -> tuple[TimerPump, ScriptedBackend, StillClock]:
    clock, backend = StillClock(), ScriptedBackend(tick=handler)
    return TimerPump(FUNCTION, TICK, Invoker(backend, timeout_seconds=0.05), clock), backend, clock


def test_a_timer_waits_for_its_time() -> None:
    timer, backend, clock = _timer(succeed)
    clock.advance(599)

    assert not timer.run_if_due()
    assert timer.seconds_left() == 1
    assert backend.calls == []


def test_a_timer_that_is_due_is_called_once() -> None:
    timer, backend, clock = _timer(succeed)
    clock.advance(600)

    assert timer.run_if_due()
    assert not timer.run_if_due()
    assert backend.calls == [("tick", TimerCall(is_past_due=False))]


def test_several_missed_times_make_one_late_call() -> None:
    timer, backend, clock = _timer(succeed)
    clock.advance(3 * 600 + 5)

    assert timer.run_if_due()
    assert backend.calls == [("tick", TimerCall(is_past_due=True))]
    assert timer.next_at == NOON + timedelta(minutes=40)


@pytest.mark.parametrize("handler", [fail, never])
def test_a_timer_that_fails_is_called_again_at_its_next_time(handler: Handler) -> None:
    timer, backend, clock = _timer(handler)
    for _ in range(2):
        clock.advance(600)
        assert timer.run_if_due()

    assert len(backend.calls) == 2


def test_a_timer_that_runs_on_startup_is_due_at_once() -> None:
    clock, backend = StillClock(), ScriptedBackend(tick=succeed)
    trigger = TimerTrigger(argument="timer", schedule=TICK.schedule, runs_on_startup=True)

    assert TimerPump(FUNCTION, trigger, Invoker(backend, timeout_seconds=1), clock).run_if_due()


def test_a_function_that_runs_too_long_times_out() -> None:
    with pytest.raises(FunctionTimedOutError, match="tick"):
        Invoker(ScriptedBackend(tick=never), timeout_seconds=0.01).invoke(FUNCTION, TimerCall(is_past_due=False))


def test_a_function_that_fails_says_so() -> None:
    with pytest.raises(FunctionFailedError, match="failed on purpose"):
        Invoker(ScriptedBackend(tick=fail), timeout_seconds=1).invoke(FUNCTION, TimerCall(is_past_due=False))


def test_what_a_long_invocation_holds_is_kept_while_it_runs() -> None:
    kept: list[None] = []

    def work(_: Call) -> None:
        raise TimeoutError

    invoker = Invoker(ScriptedBackend(tick=work), timeout_seconds=0.2)
    with pytest.raises(FunctionTimedOutError):
        invoker.invoke(FUNCTION, TimerCall(is_past_due=False), each_seconds=0.01, keep=lambda: kept.append(None))
    assert len(kept) > 1
