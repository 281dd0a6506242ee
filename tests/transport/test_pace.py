"""The pace: more at once while a service answers quickly, fewer when it does not, and everybody waits when it asks."""

from shared.pace import LONGEST_SECONDS, SLOW_SECONDS, Pace
from tests.twins.still_clock import StillClock

MOST = 6


def paced() -> tuple[Pace, StillClock]:
    clock = StillClock()
    return Pace(clock=clock, most=MOST), clock


def answer(pace: Pace, clock: StillClock, *, seconds: float = 0.1, times: int = 1, body_bytes: int = 500) -> None:
    for _ in range(times):
        sent_at = clock.monotonic()
        clock.sleep(seconds)
        pace.answered(sent_at=sent_at, body_bytes=body_bytes)


def trouble(pace: Pace, clock: StillClock, *, asked_seconds: float = 0.0) -> None:
    sent_at = clock.monotonic()
    clock.sleep(0.1)
    pace.troubled(sent_at=sent_at, asked_seconds=asked_seconds)


def test_quick_answers_raise_it_one_by_one_up_to_the_most() -> None:
    pace, clock = paced()
    assert pace.at_once == 2
    answer(pace, clock, times=3)
    assert pace.at_once == 3
    answer(pace, clock, times=100)
    assert pace.at_once == MOST


def test_it_begins_with_as_many_as_the_caller_says_and_never_with_more_than_the_most() -> None:
    assert Pace(clock=StillClock(), most=14, first=14).at_once == 14
    assert Pace(clock=StillClock(), most=4, first=9).at_once == 4


def test_trouble_halves_it_and_never_below_one() -> None:
    pace, clock = paced()
    answer(pace, clock, times=100)
    trouble(pace, clock)
    assert pace.at_once == 3
    for _ in range(5):
        trouble(pace, clock)
    assert pace.at_once == 1


def test_troubles_of_requests_sent_before_it_was_halved_do_not_halve_it_again() -> None:
    pace, clock = paced()
    answer(pace, clock, times=100)
    sent_at = clock.monotonic()
    clock.sleep(0.1)
    for _ in range(MOST):
        pace.troubled(sent_at=sent_at, asked_seconds=0.0)
    assert pace.at_once == 3


def test_slow_answers_halve_it_and_answers_on_the_way_there_leave_it() -> None:
    pace, clock = paced()
    answer(pace, clock, times=100)
    answer(pace, clock, seconds=SLOW_SECONDS * 0.6, times=50)
    assert pace.at_once == MOST
    answer(pace, clock, seconds=SLOW_SECONDS)
    assert pace.at_once == 3
    answer(pace, clock, seconds=SLOW_SECONDS * 0.6, times=50)
    assert pace.at_once == 3


def test_the_time_of_a_large_answer_says_nothing() -> None:
    pace, clock = paced()
    answer(pace, clock, times=100)
    answer(pace, clock, seconds=60.0, body_bytes=50_000_000)
    assert pace.at_once == MOST


def test_everybody_waits_as_long_as_the_longest_that_was_asked_for_and_no_longer_than_the_limit() -> None:
    pace, clock = paced()
    trouble(pace, clock, asked_seconds=7.0)
    trouble(pace, clock, asked_seconds=2.0)
    assert round(pace.wait_seconds(), 3) == 6.9
    clock.sleep(7.0)
    assert pace.wait_seconds() == 0.0
    trouble(pace, clock, asked_seconds=1e9)
    assert round(pace.wait_seconds(), 3) == LONGEST_SECONDS
