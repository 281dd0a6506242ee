"""Request bodies: their shapes, and their strict decoding into what the engine takes."""

import re
from datetime import datetime
from enum import Enum, StrEnum
from typing import Annotated, Literal, TypeGuard, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from shared.api.http import ApiRequest
from shared.api.problems import TooLargeError
from shared.diff.options import How, What
from shared.diff.plan import Blocked
from shared.engine.refusals import InvalidRequestError
from shared.engine.run import Acceptance, Narrowing, Outcome, Reading, Selection
from shared.model import AccountType
from shared.settings import SETTING_FIELDS

B = TypeVar("B", bound=Struct)

SMALL_BODY_BYTES = 64 * 1024
SELECTION_BODY_BYTES = 8 * 1024 * 1024
"""A selection names changes one by one: 100,000 ids fit."""

MOST_ROWS = 1000
"""The longest page of a list."""

_SHOWN_CHARACTERS = 120
_DEPLOYED_ONLY = frozenset(field.name for field in SETTING_FIELDS if field.deployed_only)
_FIELD = re.compile(r"\$\.(\w+)|field `([^`]{0,80})`")

Digest = Annotated[str, Meta(min_length=1, max_length=200)]
ChangeId = Annotated[str, Meta(min_length=1, max_length=200)]
Query = Annotated[
    str, Meta(max_length=320, description="Part of an address or name; upper and lower case are the same.")
]
Offset = Annotated[int, Meta(ge=0)]
OptionText = Annotated[str, Meta(max_length=20_000)] | UnsetType
AddressText = Annotated[str, Meta(min_length=3, max_length=320)]
PageLength = Annotated[int, Meta(ge=1, le=MOST_ROWS)]


class RowCategory(StrEnum):
    """The categories of changes, and what the plan leaves as it is."""

    ADD_USER = "add_user"
    UPDATE_USER = "update_user"
    CONVERT_USER = "convert_user"
    REMOVE_USER = "remove_user"
    ADD_GROUP = "add_group"
    UPDATE_GROUP = "update_group"
    REMOVE_GROUP = "remove_group"
    ORGANIZATION_SETTING = "organization_setting"
    SKIPPED = "skipped"


class NoBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing: ``{}``, or no body at all."""


class SearchBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How this search departs from the options in force, which stand for what is left out, and how it reads Entra."""

    what: frozenset[What] | None = None
    how: frozenset[How] | None = None
    default_role: Literal["end_user", "silent_user"] | None = None
    accept: frozenset[Acceptance] = frozenset()
    read: Reading = Reading.CHANGES

    def narrowing(self) -> Narrowing:
        """The same as the engine takes it."""
        role = None if self.default_role is None else AccountType(self.default_role)
        return Narrowing(what=self.what, how=self.how, default_role=role, accept=self.accept, read=self.read)


class RowsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which rows of a plan; all changes where nothing is asked."""

    category: RowCategory | None = None
    q: Query = ""
    blocked: bool | Blocked | None = None
    offset: Offset = 0
    limit: PageLength = 100


class ExecuteBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is executed: the plan's ticked changes without ``exclude`` and with ``include``."""

    digest: Digest
    exclude: frozenset[ChangeId] = frozenset()
    include: frozenset[ChangeId] = frozenset()
    approve: Digest | None = None

    def selection(self) -> Selection:
        """The same as the engine takes it."""
        return Selection(digest=self.digest, exclude=self.exclude, include=self.include, approve=self.approve)


class OptionsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, rename="upper"):
    """Sync options to save, by setting name, in their text form; options that are left out stay as they are saved."""

    sync_what: OptionText = UNSET
    sync_unlicensed_as: OptionText = UNSET
    sync_licences: OptionText = UNSET
    sync_disabled_as: OptionText = UNSET
    sync_group_scope: OptionText = UNSET
    sync_how: OptionText = UNSET
    sync_leavers: OptionText = UNSET
    sync_grace_days: OptionText = UNSET
    sync_every_hours: OptionText = UNSET
    sync_mode: OptionText = UNSET
    sync_default_role: OptionText = UNSET
    sync_welcome_email: OptionText = UNSET
    sync_onmicrosoft: OptionText = UNSET
    sync_native: OptionText = UNSET
    sync_portal_login: OptionText = UNSET
    guard_removals: OptionText = UNSET
    guard_removals_percent: OptionText = UNSET
    guard_changes_percent: OptionText = UNSET
    alert_hours: OptionText = UNSET

    def values(self) -> dict[str, str]:
        """The options that were sent, by setting name."""
        return msgspec.convert(msgspec.to_builtins(self), dict[str, str])


class ExemptionBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which address stays as it is, why, and until when; for good where ``until`` is null or left out."""

    address: AddressText
    reason: Annotated[str, Meta(min_length=1, max_length=300)]
    until: Annotated[datetime, Meta(tz=True)] | None = None


class ExplainBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which address is explained."""

    address: AddressText


class ResultsBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which results of an execution; all of them where nothing is asked."""

    outcome: Outcome | None = None
    q: Query = ""
    offset: Offset = 0
    limit: PageLength = 100


def decode_body(request: ApiRequest, body_type: type[B], *, most_bytes: int) -> B:
    """The request's body as ``body_type``; no body counts as ``{}``. Raises TooLargeError, InvalidRequestError."""
    if len(request.body) > most_bytes:
        raise TooLargeError(
            f"The body has {len(request.body)} bytes; {request.route} takes {most_bytes}.",
            "Send less: name only the changes that depart from the plan's own ticks.",
        )
    try:
        sent: object = msgspec.json.decode(request.body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidRequestError(
            f"The body is not JSON: {type(error).__name__}.",
            "Send one JSON object in UTF-8, without a byte order mark.",
        ) from error
    try:
        return msgspec.convert(sent, body_type)
    except msgspec.ValidationError as error:
        raise _refusal(sent, body_type, str(error)) from error


def whole_number(request: ApiRequest, name: str, *, default: int, least: int, most: int) -> int:
    """The query parameter ``name`` as a number in that range. Raises InvalidRequestError."""
    text = request.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise InvalidRequestError(
            f"{name} is {_short(text)!r}.", f"Send a whole number from {least} to {most}, or leave {name} out."
        )
    return int(text)


def one_of(request: ApiRequest, name: str, choices: type[Enum]) -> str:
    """The query parameter ``name``, which must be a value of ``choices``. Raises InvalidRequestError."""
    text = request.query.get(name, "")
    values = [str(choice.value) for choice in choices]
    if text not in values:
        raise InvalidRequestError(
            f"{name} is {_short(text)!r}." if text else f"{name} is missing.",
            f"Send {name} as one of: {', '.join(values)}.",
        )
    return text


def fields_of(body_type: type[Struct]) -> dict[str, msgspec.inspect.Type]:
    """The fields of a body with their inspected types, in order."""
    inspected = msgspec.inspect.type_info(body_type)
    return (
        {f.encode_name: f.type for f in inspected.fields} if isinstance(inspected, msgspec.inspect.StructType) else {}
    )


def _refusal(sent: object, body_type: type[Struct], message: str) -> InvalidRequestError:
    found = _FIELD.search(message)
    name = (found[1] or found[2]) if found else ""
    known = fields_of(body_type)
    # What is sent under an unknown name is not shown: it may be a secret that was meant for elsewhere.
    value = (
        f" {name} is {_short(msgspec.json.encode(sent[name]).decode())}."
        if name in known and _holds(sent, name)
        else ""
    )
    choices = choices_of(known[name]) if name in known else ()
    if choices:
        fix = f"{name} takes: {', '.join(choices)}."
    elif name in known:
        fix = f"Correct {name}; its shape is {body_type.__name__} in openapi.json."
    elif name in _DEPLOYED_ONLY:
        fix = f"{name} can be set by deployment only: change the app setting in Azure."
    else:
        fix = f"Fields here are: {', '.join(known) or 'none'}."
    return InvalidRequestError(f"{_short(message)}.{value}", fix)


def _holds(sent: object, name: str) -> TypeGuard[dict[str, object]]:
    return isinstance(sent, dict) and name in sent


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…"


def choices_of(kind: object) -> tuple[str, ...]:
    """The values that a field of this inspected type takes, where they are a closed set; else none."""
    match kind:
        case msgspec.inspect.EnumType():
            return tuple(str(member.value) for member in kind.cls)
        case msgspec.inspect.LiteralType():
            return tuple(str(value) for value in kind.values)
        case msgspec.inspect.BoolType():
            return ("true", "false")
        case msgspec.inspect.FrozenSetType():
            return choices_of(kind.item_type)
        case msgspec.inspect.UnionType():
            return tuple(choice for part in kind.types for choice in choices_of(part))
        case _:
            return ()
