"""What Essentials' JSON means. Tolerant: its types are documented by examples only, and clients have met others."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from shared.model import Account, AccountType, Address, Domain, Licences, NativeSync, Uid

_TYPES = {member.value: member for member in AccountType}
_FALSE = frozenset({"", "0", "false", "no", "off", "none", "null"})
_NEVER = frozenset({"", "never", "off", "none", "false", "null"})


class UnreadableError(ValueError):
    """The value does not say what it must; the text says what is missing."""


def account_of(body: object) -> Account:
    """The account that a user object describes, in lower case and sorted.

    Raises UnreadableError for one that nobody could tell from another: without ``uid`` or ``primary_email``. One without
    ``is_active`` counts as active: then nothing is activated by mistake.
    """
    if not isinstance(body, Mapping):
        raise UnreadableError("it is no object")
    primary = _address(body.get("primary_email"))
    if primary is None:
        raise UnreadableError("it has no primary_email")
    return Account(
        uid=_uid(body.get("uid")),
        primary_email=primary,
        type=_TYPES.get(text(body.get("type")).lower(), AccountType.UNKNOWN),
        is_active=is_true(body.get("is_active", True)),
        firstname=_name(body.get("firstname")),
        surname=_name(body.get("surname")),
        alias_emails=tuple(sorted(set(_addresses(body.get("alias_emails"))) - {primary})),
    )


def accounts_of(items: Sequence[object]) -> list[Account]:
    """All accounts of a list; raises UnreadableError, naming the place, if one of them cannot be read."""
    accounts: list[Account] = []
    for place, item in enumerate(items, start=1):
        try:
            accounts.append(account_of(item))
        except UnreadableError as error:
            raise UnreadableError(f"account {place} of {len(items)}: {error}") from error
    return accounts


def items_of(body: object, name: str) -> list[object]:
    """The list under a name; raises UnreadableError."""
    found = body.get(name) if isinstance(body, Mapping) else None
    if not isinstance(found, list):
        raise UnreadableError(f"it has no list {name}")
    return found


def bare_items_of(body: object, name: str) -> list[object]:
    """The bare list, or the list under a name: clients have met both forms; raises UnreadableError."""
    return body if isinstance(body, list) else items_of(body, name)


def domain_of(item: object) -> Domain:
    """The domain that an item of the list describes; raises UnreadableError."""
    name = text(item.get("name")) if isinstance(item, Mapping) else ""
    if not isinstance(item, Mapping) or not name:
        raise UnreadableError("a domain has no name")
    return Domain(name=name.lower(), is_active=is_true(item.get("is_active", True)))


def licences_of(licensing: Mapping[str, object], organization: Mapping[str, object]) -> Licences:
    """The seats as the licensing object has them; what it lacks, as the organization has it."""
    limit = _number(licensing.get("license_count"))
    return Licences(
        limit=_number(organization.get("user_licenses")) if limit is None else limit,
        package=text(licensing.get("package")) or text(organization.get("licensing_package")),
        is_on_trial=is_true(licensing.get("is_on_trial", organization.get("is_on_trial"))),
    )


def native_sync_of(body: Mapping[str, object]) -> NativeSync:
    """The settings of the product's own sync; an empty object is one that was never set up."""
    return NativeSync(
        is_configured=bool(text(body.get("application_id"))),
        application_id=text(body.get("application_id")).lower(),
        frequency_hours=_hours(body.get("sync_frequency")),
        sync_active_users=is_true(body.get("sync_active_users")),
        sync_distribution_groups=is_true(body.get("sync_distribution_groups")),
        sync_security_groups=is_true(body.get("sync_security_groups")),
        add_users=is_true(body.get("add_users")),
        update_users=is_true(body.get("update_users")),
        remove_deleted_users=is_true(body.get("remove_deleted_users")),
        add_groups=is_true(body.get("add_groups")),
        update_groups=is_true(body.get("update_groups")),
        remove_deleted_groups=is_true(body.get("remove_deleted_groups")),
        default_user_role=text(body.get("default_user_role_name")),
        secret_expiry=text(body.get("secret_expiry")),
        last_successful_sync=text(body.get("last_successful_sync")),
    )


def exemptions_of(body: object) -> tuple[Address, ...]:
    """The exempt addresses: a bare list of objects with ``email``, or of strings; sorted. Raises UnreadableError."""
    return tuple(sorted(set(_addresses(bare_items_of(body, "exemptions")))))


def is_true(value: object) -> bool:
    """What a boolean means that may come as text or number. Anything unknown is true: a switch that may be on counts as on."""
    if isinstance(value, str):
        return value.strip().lower() not in _FALSE
    return bool(value)


def text(value: object) -> str:
    """The text of a string or number; empty for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _name(value: object) -> str:
    """A name as it is, blanks included: a difference that is hidden here could never be mended."""
    return value if isinstance(value, str) else ""


def _uid(value: object) -> Uid:
    uid = text(value)
    if not uid:
        raise UnreadableError("it has no uid")
    return Uid(uid)


def _address(value: object) -> Address | None:
    """The address, whatever it looks like: an alias that is not read would be lost when its account is written."""
    found = value.strip().lower() if isinstance(value, str) else ""
    return Address(found) if found else None


def _addresses(value: object) -> Iterator[Address]:
    items: Iterable[object] = value if isinstance(value, list) else ()
    for item in items:
        inner = item.get("email", item.get("address")) if isinstance(item, Mapping) else item
        found = _address(inner)
        if found is not None:
            yield found


def _number(value: object) -> int | None:
    """A whole number that may come as text; None where there is none."""
    digits = text(value)
    return int(digits) if re.fullmatch(r"[0-9]{1,9}", digits) else None


def _hours(value: object) -> int:
    """Hours between two syncs, 0 for never; text that is no number counts as hourly, for a sync that may run counts as running.

    Source: Coretelligent reads empty and 0 as off.
    """
    if value is None or isinstance(value, bool):
        return int(bool(value))
    words = text(value).lower()
    found = re.search(r"[0-9]{1,4}", words)
    if found:
        return int(found.group())
    return 0 if words in _NEVER else 1


NOT_SHOWN = replace(native_sync_of({}), is_shown=False)
"""What is known of a native sync whose settings Essentials refuses to show."""
