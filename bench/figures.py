"""A figure of the bench, and how it is taken: contender and control by turns, so that both meet the same machine."""

import statistics
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured figure beside its bound."""

    name: str
    value: float
    """The median of the rounds."""
    unit: str
    control: float | None = None
    """The same work done the plain way, in the same unit; None where the bound is on the value itself."""
    ratio: float | None = None
    """Value by control; None without a control."""
    target: float | None = None
    """The most that is allowed, of the ratio where there is one, else of the value; None where it is only reported."""
    met: bool = True


def against(name: str, value: float, unit: str, *, control: float, most: float) -> Figure:
    """A figure that may be ``most`` times its control."""
    ratio = value / control
    return Figure(name=name, value=value, unit=unit, control=control, ratio=ratio, target=most, met=ratio <= most)


def bounded(name: str, value: float, unit: str, *, most: float) -> Figure:
    """A figure that may be ``most``."""
    return Figure(name=name, value=value, unit=unit, target=most, met=value <= most)


def reported(name: str, value: float, unit: str) -> Figure:
    """A figure without a bound, told beside others."""
    return Figure(name=name, value=value, unit=unit)


def medians(rounds: int, measured: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """The median of each measured thing; they take turns, every other round in reverse."""
    taken: dict[str, list[float]] = {name: [] for name in measured}
    for turn in range(rounds):
        order = list(measured) if turn % 2 == 0 else list(measured)[::-1]
        for name in order:
            taken[name].append(measured[name]())
    return {name: statistics.median(values) for name, values in taken.items()}
