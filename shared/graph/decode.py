"""Graph's JSON, straight from bytes into typed pages, and from there into the model.

Strict: a property of another type than Graph documents fails the page. A selected property that is absent, or null where
Graph never has null, makes the object unreadable and is named in ``missing_properties``.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from shared.model import Address, AssignedPlan, DeletedObject, EntraId, Group, GroupKind, Person

PERSON_PROPERTIES = (
    "id,displayName,givenName,surname,mail,userPrincipalName,accountEnabled,userType,proxyAddresses,assignedLicenses,"
    "assignedPlans"
)
GROUP_PROPERTIES = "id,displayName,mail,mailEnabled,securityEnabled,groupTypes,proxyAddresses,visibility"
DELETED_PROPERTIES = "id,deletedDateTime"

T = TypeVar("T")
Checks = tuple[tuple[str, str, bool], ...]
"""For each selected property: its name, the attribute that holds it, and whether null means missing."""


class Page(msgspec.Struct, Generic[T]):
    """One page of a list: ``value`` must be there."""

    value: list[T]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)


class CountJson(msgspec.Struct):
    """How many objects a collection has: what a page of an advanced query tells beside its ``value``."""

    value: list[msgspec.Raw]
    count: int = msgspec.field(name="@odata.count")


class PlanJson(msgspec.Struct, rename="camel", gc=False):
    """One of ``assignedPlans``."""

    service: str | None = None
    service_plan_id: str | None = None
    capability_status: str | None = None


class LicenceJson(msgspec.Struct, rename="camel", gc=False):
    """One of ``assignedLicenses``."""

    sku_id: str | None = None


class PersonJson(msgspec.Struct, rename="camel"):
    """A user with ``PERSON_PROPERTIES``."""

    id: str
    display_name: str | UnsetType | None = UNSET
    given_name: str | UnsetType | None = UNSET
    surname: str | UnsetType | None = UNSET
    mail: str | UnsetType | None = UNSET
    user_principal_name: str | UnsetType | None = UNSET
    account_enabled: bool | UnsetType | None = UNSET
    user_type: str | UnsetType | None = UNSET
    proxy_addresses: list[str] | UnsetType | None = UNSET
    assigned_licenses: list[LicenceJson] | UnsetType | None = UNSET
    assigned_plans: list[PlanJson] | UnsetType | None = UNSET


class GroupJson(msgspec.Struct, rename="camel"):
    """A group with ``GROUP_PROPERTIES``."""

    id: str
    display_name: str | UnsetType | None = UNSET
    mail: str | UnsetType | None = UNSET
    mail_enabled: bool | UnsetType | None = UNSET
    security_enabled: bool | UnsetType | None = UNSET
    group_types: list[str] | UnsetType | None = UNSET
    proxy_addresses: list[str] | UnsetType | None = UNSET
    visibility: str | UnsetType | None = UNSET


class DeletedJson(msgspec.Struct, rename="camel"):
    """An object in deleted items with ``DELETED_PROPERTIES``."""

    id: str
    deleted_date_time: Annotated[datetime, msgspec.Meta(tz=True)] | None = None


class MemberJson(msgspec.Struct):
    """A member of a group; the type is absent where Graph leaves it out under ``$select=id``."""

    id: str
    type: str | None = msgspec.field(name="@odata.type", default=None)


class PersonDecoder:
    """Makes people of their JSON; equal lists of plans and licences are kept once, however many people have them."""

    def __init__(self) -> None:
        self._plans: dict[tuple[tuple[str, str], ...], tuple[AssignedPlan, ...]] = {}
        self._skus: dict[tuple[str, ...], tuple[str, ...]] = {}

    def person(self, json: PersonJson) -> Person:
        """The person, with stand-ins where properties are missing."""
        primary, aliases = smtp_addresses(_list(json.proxy_addresses))
        mail = _one_for_both(address_or_none(_text(json.mail)), primary)
        sign_in = _one_for_both(_text(json.user_principal_name), primary)
        return Person(
            id=entra_id(json.id),
            display_name=_text(json.display_name),
            given_name=_text(json.given_name),
            surname=_text(json.surname),
            mail=mail,
            user_principal_name=sign_in,
            account_enabled=json.account_enabled is True,
            is_guest=_text(json.user_type).casefold() == "guest" or "#ext#" in sign_in.casefold(),
            primary_smtp=primary,
            smtp_aliases=aliases,
            exchange_plans=self._exchange_plans(_list(json.assigned_plans)),
            sku_ids=self._sku_ids(_list(json.assigned_licenses)),
            missing_properties=_missing(json, PERSON_CHECKS),
        )

    def _exchange_plans(self, plans: Iterable[PlanJson]) -> tuple[AssignedPlan, ...]:
        key = tuple(
            sorted(
                {
                    (plan.service_plan_id.lower(), plan.capability_status or "")
                    for plan in plans
                    if plan.service_plan_id and plan.service and plan.service.casefold() == "exchange"
                }
            )
        )
        kept = self._plans.get(key)
        if kept is None:
            kept = self._plans[key] = tuple(AssignedPlan(plan_id=plan_id, state=state) for plan_id, state in key)
        return kept

    def _sku_ids(self, licences: Iterable[LicenceJson]) -> tuple[str, ...]:
        key = tuple(sorted({licence.sku_id.lower() for licence in licences if licence.sku_id}))
        return self._skus.setdefault(key, key)


def group_of(json: GroupJson) -> Group:
    """The group, with stand-ins where properties are missing."""
    primary, aliases = smtp_addresses(_list(json.proxy_addresses))
    types = {kind.casefold() for kind in _list(json.group_types)}
    return Group(
        id=entra_id(json.id),
        display_name=_text(json.display_name),
        mail=address_or_none(_text(json.mail)),
        primary_smtp=primary,
        smtp_aliases=aliases,
        kind=_kind(json, types),
        is_dynamic="dynamicmembership" in types,
        is_membership_hidden=_text(json.visibility).casefold() == "hiddenmembership",
        missing_properties=_missing(json, GROUP_CHECKS),
    )


def _one_for_both(text: T, primary: Address | None) -> T | Address:
    """The text, as the primary address itself where both are equal: mostly they are, and one object does for both."""
    return primary if primary is not None and text == primary else text


def deleted_of(json: DeletedJson) -> DeletedObject:
    """The deleted object."""
    return DeletedObject(id=entra_id(json.id), deleted_at=json.deleted_date_time)


def entra_id(text: str) -> EntraId:
    """The object id in lower case."""
    return EntraId(text.lower())


def address_or_none(text: str) -> Address | None:
    """The address in lower case without blanks around it; None where there is none."""
    return Address(text.strip().lower()) if text.strip() else None


def smtp_addresses(entries: Iterable[str]) -> tuple[Address | None, tuple[Address, ...]]:
    """The primary (``SMTP:``) and the sorted aliases (``smtp:``) among proxy addresses; other prefixes are no mail addresses.

    A second ``SMTP:`` entry counts as an alias. Source: learn.microsoft.com/graph/api/resources/user (proxyAddresses).
    """
    primary: Address | None = None
    others: set[Address] = set()
    for entry in entries:
        prefix, colon, rest = entry.partition(":")
        address = address_or_none(rest)
        if not colon or prefix.strip().casefold() != "smtp" or address is None or "@" not in address:
            continue
        if prefix.strip() == "SMTP" and primary is None:
            primary = address
        else:
            others.add(address)
    others.discard(primary or Address(""))
    return primary, tuple(sorted(others))


def _checks(kind: type[msgspec.Struct], selected: str, never_null: frozenset[str]) -> Checks:
    attributes = dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))
    return tuple((name, attributes[name], name in never_null) for name in selected.split(","))


PERSON_CHECKS = _checks(
    PersonJson,
    PERSON_PROPERTIES,
    frozenset({"userPrincipalName", "accountEnabled", "proxyAddresses", "assignedLicenses", "assignedPlans"}),
)
GROUP_CHECKS = _checks(
    GroupJson, GROUP_PROPERTIES, frozenset({"mailEnabled", "securityEnabled", "groupTypes", "proxyAddresses"})
)


def _missing(json: msgspec.Struct, checks: Checks) -> tuple[str, ...]:
    return tuple(
        name
        for name, attribute, is_never_null in checks
        if (value := getattr(json, attribute)) is UNSET or (value is None and is_never_null)
    )


def _kind(json: GroupJson, types: set[str]) -> GroupKind:
    if "unified" in types:
        return GroupKind.MICROSOFT365
    match json.mail_enabled is True, json.security_enabled is True:
        case True, True:
            return GroupKind.MAIL_ENABLED_SECURITY
        case True, False:
            return GroupKind.DISTRIBUTION
        case False, True:
            return GroupKind.SECURITY
    return GroupKind.UNKNOWN


def _text(value: str | UnsetType | None) -> str:
    return value if isinstance(value, str) else ""


def _list(value: list[T] | UnsetType | None) -> list[T]:
    return value if isinstance(value, list) else []
