"""What Essentials says when it refuses: error bodies in every form that its clients have met, read tolerantly.

The best supported form is ``{"errors": [{"status", "error_message", "identifier"}]}``; ``message``, ``error`` and ``detail``
are read too. Nothing is decided by wording. Source: the error model of singhkamall/ProofPointEssentialsClient.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import msgspec

from shared.transport import Answer

_TEXT_KEYS = ("error_message", "message", "error", "detail", "description", "title")
_NAME_KEYS = ("identifier", "primary_email", "email")
_LIST_KEYS = ("errors", "error", "messages")
_LONGEST_TEXT = 300
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemError:
    """One refused item."""

    status: int
    message: str
    identifier: str
    """What it names, in lower case; empty where it names nothing."""


def item_errors(answer: Answer) -> tuple[ItemError, ...]:
    """All refusals in the body of an answer; none where it is no JSON or holds none."""
    return tuple(_errors_of(decoded(answer.body), answer.status))


def message_of(answer: Answer) -> str:
    """What Essentials says about a refusal, in one line; the bare status where it says nothing."""
    texts = dict.fromkeys(error.message for error in item_errors(answer) if error.message)
    return " ".join(texts) or f"status {answer.status} without a reason"


def decoded(body: bytes) -> object:
    """The JSON value of a body; None where it is none."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def refusal_of(item: Mapping[str, object], status: int) -> ItemError:
    """One refused item as an object tells it; ``status`` where it tells none itself."""
    text = next((item[key] for key in _TEXT_KEYS if isinstance(item.get(key), str) and item[key]), "")
    name = next((item[key] for key in _NAME_KEYS if isinstance(item.get(key), str) and item[key]), "")
    return ItemError(status=status_of(item, status), message=one_line(str(text)), identifier=str(name).strip().lower())


def status_of(item: Mapping[str, object], otherwise: int) -> int:
    """The status that an object carries, as number or text; ``otherwise`` where it carries none."""
    for key in ("status", "status_code", "code"):
        value = item.get(key)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
            return value
    return otherwise


def one_line(text: str) -> str:
    """The text on one line, without control characters, cut where it is long."""
    line = _UNPRINTABLE.sub(" ", text).strip()
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}…"


def _errors_of(body: object, status: int) -> Iterator[ItemError]:
    if isinstance(body, str):
        yield ItemError(status=status, message=one_line(body), identifier="")
    elif isinstance(body, list):
        yield from _listed(body, status)
    elif isinstance(body, Mapping):
        found = list(_nested(body, status))
        yield from found
        if not found and any(key in body for key in _TEXT_KEYS):
            yield refusal_of(body, status)


def _nested(body: Mapping[str, object], status: int) -> Iterator[ItemError]:
    for key in _LIST_KEYS:
        value = body.get(key)
        if isinstance(value, list):
            yield from _listed(value, status)
        elif isinstance(value, Mapping):
            yield refusal_of(value, status)


def _listed(items: Iterable[object], status: int) -> Iterator[ItemError]:
    for item in items:
        if isinstance(item, str):
            yield ItemError(status=status, message=one_line(item), identifier="")
        elif isinstance(item, Mapping) and (any(key in item for key in _TEXT_KEYS) or status_of(item, 200) >= 400):
            yield refusal_of(item, status)
