"""The Entra tenant as the product's own directory sync sees it."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.essentials.fields import AccountType
from simulator.essentials.switches import NativeSyncVersion
from simulator.world import Json, Tenant

_INITIAL_DOMAIN = ".onmicrosoft.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as the sync wants the account to be."""

    primary_email: str
    alias_emails: tuple[str, ...]
    type: str
    is_active: bool
    firstname: str
    surname: str

    @property
    def addresses(self) -> tuple[str, ...]:
        """The primary and all aliases."""
        return (self.primary_email, *self.alias_emails)

    def as_account(self) -> Json:
        """The fields that the sync writes."""
        return {
            "primary_email": self.primary_email,
            "alias_emails": list(self.alias_emails),
            "type": self.type,
            "is_active": self.is_active,
            "firstname": self.firstname,
            "surname": self.surname,
        }


def people(tenant: Tenant, settings: Json, version: NativeSyncVersion) -> Iterator[Person]:
    """Everybody with mail whom this version of the sync imports; guests are not."""
    role = settings["default_user_role_name"]
    for user in tenant.users.values():
        if not user.get("mail") or user.get("userType") == "Guest":
            continue
        is_enabled = bool(user.get("accountEnabled"))
        if version is NativeSyncVersion.V1:
            yield _person(user, kind=role, is_active=is_enabled)
        elif not is_enabled:
            yield _person(user, kind=AccountType.FUNCTIONAL_ACCOUNT.value, is_active=True)
        elif _has_exchange(user):
            yield _person(user, kind=role, is_active=True)


def mail_addresses(tenant: Tenant) -> set[str]:
    """Every address of every user and group, in lower case."""
    objects = (*tenant.users.values(), *tenant.groups.values())
    return {address.lower() for item in objects for address in _addresses(item)}


def group_containers(tenant: Tenant, settings: Json) -> Iterator[tuple[str, list[str]]]:
    """Name and members' addresses of each group that the settings choose."""
    for group in tenant.groups.values():
        is_security = bool(group.get("securityEnabled"))
        is_list = bool(group.get("mailEnabled")) and not is_security and not group.get("groupTypes")
        chosen = settings["sync_security_groups"] if is_security else is_list and settings["sync_distribution_groups"]
        if chosen:
            members = (tenant.users.get(key, {}).get("mail") for key in tenant.members.get(group["id"], []))
            yield group["displayName"], [mail for mail in members if mail]


def _person(user: Json, *, kind: str, is_active: bool) -> Person:
    primary, *aliases = (a for a in _addresses(user) if not a.lower().endswith(_INITIAL_DOMAIN) or a == user["mail"])
    return Person(
        primary_email=primary,
        alias_emails=tuple(aliases),
        type=kind,
        is_active=is_active,
        firstname=user.get("givenName") or user.get("displayName") or "",
        surname=user.get("surname") or "",
    )


def _addresses(item: Json) -> list[str]:
    """The mail address, then the others of the object, each once."""
    found: dict[str, str] = {item["mail"].lower(): item["mail"]} if item.get("mail") else {}
    for proxy in item.get("proxyAddresses") or []:
        scheme, _, address = str(proxy).partition(":")
        if scheme.lower() == "smtp":
            found.setdefault(address.lower(), address)
    return list(found.values())


def _has_exchange(user: Json) -> bool:
    return any(
        plan.get("service") == "exchange" and plan.get("capabilityStatus") in ("Enabled", "Warning")
        for plan in user.get("assignedPlans") or []
    )
