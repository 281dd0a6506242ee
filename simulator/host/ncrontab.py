"""NCRONTAB: the schedules of timer triggers.

Six fields: second, minute, hour, day, month, day of week (0 is Sunday; 7 is not a day). Day and day of week must both match.
Source: github.com/atifaziz/NCrontab (CrontabField.cs, CrontabFieldImpl.cs), which the host uses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.host.errors import BindingError

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_HORIZON_DAYS = 366 * 41
"""No two days of one schedule lie further apart: 29 February on one day of the week, across a century that is no leap year."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    name: str
    lowest: int
    highest: int
    names: tuple[str, ...] = ()


_FIELDS = (
    _Field(name="second", lowest=0, highest=59),
    _Field(name="minute", lowest=0, highest=59),
    _Field(name="hour", lowest=0, highest=23),
    _Field(name="day", lowest=1, highest=31),
    _Field(name="month", lowest=1, highest=12, names=_MONTHS),
    _Field(name="day of week", lowest=0, highest=6, names=_DAYS),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When a timer fires: the values allowed in each field, each sorted."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: frozenset[int]
    months: frozenset[int]
    days_of_week: frozenset[int]

    def next_after(self, moment: datetime) -> datetime:
        """The first time after ``moment``; raises BindingError where there is none, such as 30 February."""
        start = moment.replace(microsecond=0) + timedelta(seconds=1)
        for day in self._days_from(start):
            if (time := self._first_time(day)) is not None:
                return time
        raise BindingError(f"The schedule {self.text!r} never fires.", "Name a day that exists.")

    def _days_from(self, start: datetime) -> Iterator[datetime]:
        """Each day that matches: the first from ``start`` on, later ones from midnight."""
        midnight = start.replace(hour=0, minute=0, second=0)
        for offset in range(_HORIZON_DAYS):
            day = start if offset == 0 else midnight + timedelta(days=offset)
            weekday = (day.weekday() + 1) % 7
            if day.day in self.days and day.month in self.months and weekday in self.days_of_week:
                yield day

    def _first_time(self, start: datetime) -> datetime | None:
        for hour in self.hours:
            if hour < start.hour:
                continue
            for minute in self.minutes:
                if (hour, minute) < (start.hour, start.minute):
                    continue
                for second in self.seconds:
                    if (hour, minute, second) >= (start.hour, start.minute, start.second):
                        return start.replace(hour=hour, minute=minute, second=second)
        return None


def parse_schedule(text: str) -> Schedule:
    """The schedule that ``text`` describes; five fields mean second 0. Raises BindingError."""
    parts = text.split()
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != len(_FIELDS):
        raise BindingError(
            f"The schedule {text!r} has {len(parts)} fields.",
            "Write six: second, minute, hour, day, month, day of week, such as 0 */10 * * * *.",
        )
    try:
        seconds, minutes, hours, days, months, days_of_week = (
            _values(field, part) for field, part in zip(_FIELDS, parts, strict=True)
        )
    except ValueError as error:
        raise BindingError(f"The schedule {text!r} cannot be read: {error}.", "Correct that field.") from error
    return Schedule(
        text=text,
        seconds=tuple(sorted(seconds)),
        minutes=tuple(sorted(minutes)),
        hours=tuple(sorted(hours)),
        days=days,
        months=months,
        days_of_week=days_of_week,
    )


def _values(field: _Field, text: str) -> frozenset[int]:
    return frozenset(value for part in text.split(",") for value in _part(field, part))


def _part(field: _Field, text: str) -> range:
    span, slash, step_text = text.partition("/")
    if slash and not step_text.isdecimal():
        raise ValueError(f"{field.name} {text!r} has no number after the slash")
    step = max(1, int(step_text)) if slash else 1
    if span == "*":
        return range(field.lowest, field.highest + 1, step)
    first_text, dash, last_text = span.partition("-")
    first = _value(field, first_text)
    if dash:
        first, last = sorted((first, _value(field, last_text)))
    else:
        last = field.highest if slash else first
    return range(first, last + 1, step)


def _value(field: _Field, text: str) -> int:
    if text.isdecimal():
        value = int(text)
    else:
        known = [number for number, name in enumerate(field.names, field.lowest) if name.startswith(text.lower())]
        if not known or not text:
            raise ValueError(f"{field.name} {text!r} is neither a number nor a name")
        value = known[0]
    if not field.lowest <= value <= field.highest:
        raise ValueError(f"{field.name} {value} is not from {field.lowest} to {field.highest}")
    return value
