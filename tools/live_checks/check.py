"""A check: a rule of the simulators as a question to the real service, and what was found."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

from tools.live_checks.service import Answer

NOBODY = "00000000-0000-4000-8000-00000000dead"
"""An id that nobody has."""

S = TypeVar("S")


class Found(Enum):
    """What a check found."""

    HOLDS = "holds"
    DIFFERS = "DIFFERS"
    CANNOT_TELL = "cannot tell"


@dataclass(frozen=True)
class Check(Generic[S]):
    """One question: the rules that it is about, what they say, and how it is asked."""

    rules: str
    says: str
    ask: Callable[[S], tuple[bool | None, str]]
    """Whether it holds (None: cannot be told here), and what was seen, without names."""


def refused(answer: Answer, status: int, *codes: str) -> tuple[bool, str]:
    """Whether the answer is a refusal of that status and one of those codes, where any are given."""
    return answer.status == status and (not codes or answer.code in codes), f"{answer.status} {answer.code}"


def rows_of(checks: tuple[Check[S], ...], side: S) -> list[tuple[str, str, str, str]]:
    """One row for each check: its rules, what was found, what they say, and what was seen."""
    rows = []
    for check in checks:
        try:
            holds, seen = check.ask(side)
            found = Found.CANNOT_TELL if holds is None else Found.HOLDS if holds else Found.DIFFERS
        except (OSError, KeyError, IndexError, TypeError, ValueError) as error:
            found, seen = Found.DIFFERS, f"not understood ({type(error).__name__})"
        rows.append((check.rules, found.value, check.says, seen))
    return rows
