"""What the fields of a sent object may be; each check answers the value as it is kept, or raises EssentialsError (invalid)."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum

from simulator.essentials.answers import invalid
from simulator.world import Json

Check = Callable[[str, object], object]
"""Of a field's name and its value."""

_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]{2,}", re.IGNORECASE)
_LONGEST_ADDRESS = 320


class AccountType(StrEnum):
    """Exactly the types that an account may have."""

    OEM_PARTNER_ADMIN = "oem_partner_admin"
    STRATEGIC_PARTNER_ADMIN = "strategic_partner_admin"
    CHANNEL_ADMIN = "channel_admin"
    ORGANIZATION_ADMIN = "organization_admin"
    END_USER = "end_user"
    SILENT_USER = "silent_user"
    FUNCTIONAL_ACCOUNT = "functional_account"


ADMIN_TYPES = frozenset(kind for kind in AccountType if kind.endswith("_admin"))


def text(name: str, value: object) -> str:
    """A string; null counts as an empty one."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise invalid(f"{name} must be a string")
    return value


def flag(name: str, value: object) -> bool:
    """A boolean."""
    if not isinstance(value, bool):
        raise invalid(f"{name} must be true or false")
    return value


def lenient_flag(name: str, value: object) -> bool:
    """A boolean, or one of the strings ``true`` and ``false``."""
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    return flag(name, value)


def count(name: str, value: object) -> int:
    """A whole number, not negative; also as a string of digits, an empty one counting as 0."""
    if isinstance(value, str) and (value == "" or (value.isascii() and value.isdecimal())):
        return int(value or "0")
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise invalid(f"{name} must be a number")
    return value


def address(name: str, value: object) -> str:
    """An e-mail address."""
    if not isinstance(value, str) or not _ADDRESS.fullmatch(value) or len(value) > _LONGEST_ADDRESS:
        raise invalid(f"{name} must be an e-mail address", value if isinstance(value, str) else "")
    return value


def domain(name: str, value: object) -> str:
    """The name of a domain."""
    if not isinstance(value, str) or not _DOMAIN.fullmatch(value):
        raise invalid(f"{name} must be a domain", value if isinstance(value, str) else "")
    return value


def addresses(name: str, value: object) -> list[str]:
    """E-mail addresses; null counts as none."""
    return [address(name, item) for item in _items(name, value)]


def senders(name: str, value: object) -> list[str]:
    """Addresses or domains, ``*`` standing for anything; null counts as none."""
    kept: list[str] = []
    for item in _items(name, value):
        if not isinstance(item, str) or not item or any(c.isspace() for c in item):
            raise invalid(f"{name} must hold addresses or domains", item if isinstance(item, str) else "")
        kept.append(item)
    return kept


def odin_settings(name: str, value: object) -> Json:
    """The two flags about impersonation."""
    if not isinstance(value, dict) or not set(value) <= {"can_impersonate", "is_imitable"}:
        raise invalid(f"{name} must hold can_impersonate and is_imitable")
    return {key: flag(key, inner) for key, inner in value.items()}


def one_of(choices: type[StrEnum] | frozenset[str]) -> Callable[[str, object], str]:
    """The check for a closed set of strings."""
    allowed = frozenset(str(choice) for choice in choices)

    def check(name: str, value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise invalid(f"{name} must be one of {', '.join(sorted(allowed))}")
        return value

    return check


account_type = one_of(AccountType)
"""The check for the type of an account."""


def checked(body: Json, checks: Mapping[str, Check]) -> Json:
    """What of the object can be written, each field checked; unknown and read-only fields are passed over."""
    return {name: check(name, body[name]) for name, check in checks.items() if name in body}


def _items(name: str, value: object) -> list[object]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"{name} must be an array")
    return value
