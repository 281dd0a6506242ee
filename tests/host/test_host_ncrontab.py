from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.host.errors import BindingError
from simulator.host.ncrontab import Schedule, parse_schedule


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "moment", "expected"),
    [
        ("0 */10 * * * *", "2026-11-25 03:20:00", "2026-11-25 03:30:00"),
        ("0 */10 * * * *", "2026-11-25 03:59:59.999", "2026-11-25 04:00:00"),
        ("17 3/10 * * * *", "2026-11-25 03:53:17", "2026-11-25 04:03:17"),
        ("0 0 2 * * *", "2026-12-31 02:00:00", "2027-01-01 02:00:00"),
        ("0 30 9 * * 1-5", "2026-11-27 09:30:00", "2026-11-30 09:30:00"),
        ("0 30 9 * * Mon-Fri", "2026-11-27 09:30:00", "2026-11-30 09:30:00"),
        ("0 0 0 1 January *", "2026-11-25 00:00:00", "2027-01-01 00:00:00"),
        ("0 0 0 29 2 *", "2026-11-25 00:00:00", "2028-02-29 00:00:00"),
        ("0 0 12 1,15 * *", "2026-11-25 00:00:00", "2026-12-01 12:00:00"),
        ("*/20 10-5 * * * *", "2026-11-25 00:05:00", "2026-11-25 00:05:20"),
        ("*/10 * * * *", "2026-11-25 03:20:00", "2026-11-25 03:30:00"),
    ],
)
def test_the_next_time_is_reckoned(schedule: str, moment: str, expected: str) -> None:
    assert parse_schedule(schedule).next_after(_at(moment)) == _at(expected)


def test_day_and_day_of_week_must_both_match() -> None:
    found = parse_schedule("0 0 0 13 * Fri").next_after(_at("2026-11-25 00:00:00"))

    assert found == _at("2027-08-13 00:00:00")


@pytest.mark.parametrize(
    "schedule",
    ["", "* * *", "60 * * * * *", "0 0 24 * * *", "0 0 0 0 * *", "0 0 0 * * 7", "x * * * * *", "*/x * * * * *"],
)
def test_what_is_no_schedule_is_refused(schedule: str) -> None:
    with pytest.raises(BindingError):
        parse_schedule(schedule)


def test_a_day_that_never_comes_is_refused() -> None:
    with pytest.raises(BindingError, match="never fires"):
        parse_schedule("0 0 0 30 2 *").next_after(_at("2026-11-25 00:00:00"))


def _values(lowest: int, highest: int) -> st.SearchStrategy[str]:
    number = st.integers(lowest, highest).map(str)
    return st.one_of(st.just("*"), number, st.lists(number, min_size=1, max_size=3).map(",".join))


_schedules = st.tuples(
    _values(0, 59), _values(0, 59), _values(0, 23), _values(1, 28), _values(1, 12), st.just("*")
).map(lambda fields: parse_schedule(" ".join(fields)))
_moments = st.floats(1_577_836_800, 2_051_222_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def _matches(schedule: Schedule, moment: datetime) -> bool:
    return (
        moment.second in schedule.seconds
        and moment.minute in schedule.minutes
        and moment.hour in schedule.hours
        and moment.day in schedule.days
        and moment.month in schedule.months
    )


@given(schedule=_schedules, moment=_moments)
def test_the_next_time_is_later_and_matches(schedule: Schedule, moment: datetime) -> None:
    found = schedule.next_after(moment)

    assert found > moment
    assert found.microsecond == 0
    assert _matches(schedule, found)


@given(schedule=_schedules, moment=_moments, seconds=st.integers(1, 10**8))
def test_no_time_lies_between(schedule: Schedule, moment: datetime, seconds: int) -> None:
    found = schedule.next_after(moment)
    between = moment.replace(microsecond=0) + timedelta(seconds=seconds)

    assert between >= found or not _matches(schedule, between)
