"""What a rule and an open question are, and how a row of the report says whether they hold."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum


class Source(StrEnum):
    """Where rules are counted."""

    GRAPH = "graph"
    ESSENTIALS = "essentials"


class Verdict(StrEnum):
    """What a run of the tests says about a row."""

    HELD = "held"
    BROKEN = "BROKEN"
    NOT_RUN = "not run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that a real service does, and the tests that hold the simulated one to it."""

    source: Source
    number: int
    sentence: str
    tests: tuple[str, ...]
    """Node ids; of a parametrized test without its parameters."""

    @property
    def name(self) -> str:
        """Such as ``graph 7``."""
        return f"{self.source} {self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """One answer to an open question, and the tests that take it for true."""

    answer: str
    tests: tuple[str, ...]
    """Node ids, with parameters where one test walks several positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A question that nobody can answer from outside, and the switches that take a stand on it."""

    number: int
    question: str
    switches: tuple[str, ...]
    positions: tuple[Position, ...]
    """The assumption first."""


def of_module(path: str, *names: str) -> tuple[str, ...]:
    """The node ids of tests of one module."""
    return tuple(f"{path}::{name}" for name in names)


def verdict(tests: Iterable[str], outcomes: Mapping[str, Set[str]]) -> Verdict:
    """What the outcomes of tests say about a row; all of its tests must have run and passed."""
    found = [outcomes.get(test, frozenset()) for test in tests]
    if any(kinds - {"passed"} for kinds in found):
        return Verdict.BROKEN
    return Verdict.HELD if all(found) else Verdict.NOT_RUN
