"""Kinds of setting value: what may be written, how it is read, and its one canonical text.

Reading raises UnusableValueError, whose ``fix`` says what to write instead. For every kind and every value that it reads,
``parse(show(value))`` is the value again.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
S = TypeVar("S", bound=str)

NONE = "none"
"""The empty set as text: the host drops empty variables, so an empty text would mean the default."""

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class UnusableValueError(ValueError):
    """The text is no value of its kind; ``shown`` is what an error may repeat of it."""

    def __init__(self, fix: str, *, shown: str | None = None) -> None:
        """``shown`` None: all of the text may be repeated."""
        super().__init__(fix)
        self.fix = fix
        self.shown = shown


class Kind(Protocol[T]):
    """A kind of value."""

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""

    def parse(self, text: str) -> T:
        """The value of a text without blanks around it; raises UnusableValueError."""

    def show(self, value: T) -> str:
        """The canonical text of a value."""


@dataclass(frozen=True, slots=True)
class Choice(Generic[E]):
    """One of a closed set of words."""

    members: tuple[E, ...]

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return ", ".join(f"`{m.value}`" for m in self.members)

    def parse(self, text: str) -> E:
        """The value of a text; raises UnusableValueError."""
        for member in self.members:
            if member.value == text.lower():
                return member
        raise UnusableValueError(f"Write one of {_listed(self.members)}.{_meant(text, self.members)}")

    def show(self, value: E) -> str:
        """The canonical text of a value."""
        return value.value


@dataclass(frozen=True, slots=True)
class ChoiceSet(Generic[E]):
    """Some of a closed set of words, shown in the order of the set."""

    members: tuple[E, ...]

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return f"`{NONE}`, or some of " + ", ".join(f"`{m.value}`" for m in self.members)

    def parse(self, text: str) -> frozenset[E]:
        """The value of a text; raises UnusableValueError."""
        words = _words(text)
        known = {m.value: m for m in self.members}
        unknown = sorted(set(words) - known.keys())
        if unknown:
            raise UnusableValueError(
                f"{', '.join(unknown)} is not known here: write {NONE}, or some of {_listed(self.members)} with commas "
                f"between them.{_meant(unknown[0], self.members)}"
            )
        return frozenset(known[word] for word in words)

    def show(self, value: frozenset[E]) -> str:
        """The canonical text of a value."""
        return ",".join(m.value for m in self.members if m in value) or NONE


@dataclass(frozen=True, slots=True)
class GuidSet(Generic[S]):
    """GUIDs, each once, in order."""

    of: Callable[[str], S]
    what: str

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return f"`{NONE}`, or {self.what}"

    def parse(self, text: str) -> tuple[S, ...]:
        """The value of a text; raises UnusableValueError."""
        words = _words(text)
        wrong = [word for word in words if not GUID.fullmatch(word)]
        if wrong:
            raise UnusableValueError(
                f"{', '.join(wrong)} is no GUID: write {NONE}, or {self.what} (GUIDs) with commas between them."
            )
        return tuple(sorted({self.of(word) for word in words}))

    def show(self, value: tuple[S, ...]) -> str:
        """The canonical text of a value."""
        return ",".join(sorted(value)) or NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeNumber:
    """A whole number within bounds."""

    least: int
    most: int

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return f"{self.least} to {self.most}"

    def parse(self, text: str) -> int:
        """The value of a text; raises UnusableValueError."""
        number = _number(text)
        if number is None or not self.least <= number <= self.most:
            raise UnusableValueError(f"Write a whole number from {self.least} to {self.most}.")
        return number

    def show(self, value: int) -> str:
        """The canonical text of a value."""
        return str(value)


@dataclass(frozen=True, slots=True)
class NumberChoice:
    """One of a few whole numbers."""

    numbers: tuple[int, ...]

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return ", ".join(f"`{n}`" for n in self.numbers)

    def parse(self, text: str) -> int:
        """The value of a text; raises UnusableValueError."""
        number = _number(text)
        if number is None or number not in self.numbers:
            raise UnusableValueError(f"Write one of {', '.join(map(str, self.numbers))}.")
        return number

    def show(self, value: int) -> str:
        """The canonical text of a value."""
        return str(value)


class Truth:
    """``true`` or ``false``."""

    values = "`true`, `false`"

    def parse(self, text: str) -> bool:
        """The value of a text; raises UnusableValueError."""
        if text.lower() not in ("true", "false"):
            raise UnusableValueError("Write true or false.")
        return text.lower() == "true"

    def show(self, value: bool) -> str:  # noqa: FBT001  # the value itself
        """The canonical text of a value."""
        return "true" if value else "false"


def _number(text: str) -> int | None:
    """The whole number of a text; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _words(text: str) -> list[str]:
    """The words of a list, none for ``none``."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if words == [NONE]:
        return []
    if not words or NONE in words:
        raise UnusableValueError(f"Write {NONE} by itself for the empty set.")
    return words


def _listed(members: tuple[StrEnum, ...]) -> str:
    return ", ".join(m.value for m in members)


def _meant(text: str, members: tuple[StrEnum, ...]) -> str:
    close = get_close_matches(text.lower(), [m.value for m in members], n=1)
    return f" Did you mean {close[0]}?" if close else ""
