"""Kinds of setting value: what may be written, how it is read, and its one canonical text.

Reading raises UnusableValueError, whose ``fix`` says what to write instead. For every kind and every value that it reads,
``parse(show(value))`` is the value again.
"""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from typing import Generic, Protocol, TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)
S = TypeVar("S", bound=str)

NONE = "none"
"""The empty set as text: the host drops empty variables, so an empty text would mean the default."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_LOCAL_PART = re.compile(r"[^\s@\"(),:;<>\[\\\]]{1,64}")
_SECRET_NAME = re.compile(r"[0-9A-Za-z-]{1,127}")


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


class _AsWritten:
    """Shows a text as it is kept."""

    def show(self, value: str) -> str:
        """The canonical text of a value."""
        return value


class Guid(_AsWritten):
    """A GUID, kept in lower case."""

    values = "a GUID"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        guid = text.lower().removeprefix("{").removesuffix("}")
        if not _GUID.fullmatch(guid):
            raise UnusableValueError("Write a GUID such as 11111111-2222-3333-4444-555555555555.")
        return guid


class SecretName(_AsWritten):
    """The name of a secret in Key Vault. Source: learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates."""

    values = "the name of a secret in Key Vault"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        if not _SECRET_NAME.fullmatch(text):
            # Whoever errs here has often written the secret itself.
            raise UnusableValueError(
                "Write the name of a secret in Key Vault (letters, digits and hyphens), never the secret itself.",
                shown="(not shown: it may be a secret)",
            )
        return text


class DomainName(_AsWritten):
    """A mail domain, kept in lower case."""

    values = "a domain"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        domain = text.lower().rstrip(".")
        if not _DOMAIN.fullmatch(domain):
            raise UnusableValueError("Write a domain such as example.com (international ones in their xn-- form).")
        return domain


class MailAddress(_AsWritten):
    """An e-mail address, kept in lower case."""

    values = "an e-mail address"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        local_part, _, domain = text.lower().rpartition("@")
        if not (_LOCAL_PART.fullmatch(local_part) and _DOMAIN.fullmatch(domain)):
            raise UnusableValueError("Write an e-mail address such as sync@example.com.")
        return f"{local_part}@{domain}"


class HttpsOrigin(_AsWritten):
    """The https address of a host, without path; kept without a slash at its end."""

    values = "an https URL without path"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        try:
            url = urlsplit(text)
            port = url.port
        except ValueError:
            raise UnusableValueError("Write a URL such as https://example.com.", shown="(not a URL)") from None
        host = url.hostname or ""
        if "@" in url.netloc:
            raise UnusableValueError("Leave user and password out of the URL.", shown=f"{url.scheme}://…@{host}")
        netloc = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
        _check_origin(url, f"https://{netloc}" if netloc else "https://example.com")
        return f"https://{netloc}"


def _check_origin(url: SplitResult, corrected: str) -> None:
    if url.scheme == "http":
        raise UnusableValueError(f"Only https is spoken: write {corrected}.")
    if url.scheme != "https" or not url.hostname or re.search(r"[\s%\\]", url.netloc):
        raise UnusableValueError("Write a URL such as https://example.com.")
    if url.path not in ("", "/"):
        raise UnusableValueError(f"Leave the path out: write {corrected}.")
    if url.query or url.fragment:
        raise UnusableValueError(
            f"Leave everything after the host out: write {corrected}.", shown=f"{corrected}?(not shown)"
        )


def is_loopback(url: str) -> bool:
    """Whether a URL names this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


class Words(_AsWritten):
    """Any text, kept as it is written."""

    def __init__(self, values: str) -> None:
        """``values`` says what the text is."""
        self.values = values

    def parse(self, text: str) -> str:
        """The value of a text, which may be anything."""
        return text


@dataclass(frozen=True, slots=True)
class IfSet(_AsWritten):
    """A text that need not be there: empty where it is not set."""

    kind: Kind[str]

    @property
    def values(self) -> str:
        """What may be written, for the documentation."""
        return f"empty, or {self.kind.values}"

    def parse(self, text: str) -> str:
        """The value of a text; raises UnusableValueError."""
        return self.kind.parse(text) if text else ""


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
        wrong = [word for word in words if not _GUID.fullmatch(word)]
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
