"""The Essentials organization before the first sync: most of the company, entered by hand over the years."""

from datetime import UTC, datetime, timedelta

from simulator.company.addresses import with_capitals
from simulator.company.founding import MAILBOXES, Founding, Kind
from simulator.company.names import PersonName, draw_name
from simulator.world import EssentialsOrganization, Json

API_ACCOUNT_LOCAL = "api-sync"

_STARTED_AT = datetime(2019, 2, 4, 10, tzinfo=UTC)
_HAND_MADE = ("scanner", "noreply", "website-forms", "fax-gateway", "monitoring", "door-system", "newsletter-bounces")
_KNOWN_SHARE = {
    Kind.EMPLOYEE: 0.72,
    Kind.UNLICENSED: 0.6,
    Kind.DISABLED: 0.8,
    Kind.SHARED: 0.55,
    Kind.ROOM: 0.1,
    Kind.EQUIPMENT: 0.1,
}


class Clerk:
    """Enters accounts into an organization, with the slips that people make."""

    def __init__(self, founding: Founding, organization: EssentialsOrganization) -> None:
        self._founding = founding
        self._draw = founding.draw
        self._organization = organization

    def enter(
        self, address: str, *, kind: str, firstname: str, surname: str, aliases: list[str], is_active: bool = True
    ) -> Json:
        """The organization has one account more, which is returned."""
        organization = self._organization
        created_at = self._draw.moment(_STARTED_AT, self._founding.as_of - timedelta(days=5))
        account: Json = {
            "uid": organization.next_uid,
            "primary_email": address,
            "is_active": is_active,
            "type": kind,
            "firstname": firstname,
            "surname": surname,
            "alias_emails": aliases,
            "safe_list_senders": ["*@partner.example"] if self._draw.happens(0.08) else [],
            "block_list_senders": ["offers.example"] if self._draw.happens(0.05) else [],
            "is_billable": True,
            "odin_settings": {"can_impersonate": False, "is_imitable": False},
            "read_only_user": False,
            "creation_date": f"{created_at:%Y-%m-%d %H:%M:%S}",
            "last_login": "",
        }
        organization.users[organization.next_uid] = account
        organization.next_uid += 1
        return account

    def enter_person(self, user: Json) -> None:
        """Somebody's account: now and then with another name, without an alias, or with one that is nobody's any more."""
        draw = self._draw
        firstname, surname = str(user["givenName"]), str(user["surname"])
        if draw.happens(0.08):
            firstname, surname = draw.pick(
                ((surname, firstname), (firstname, draw_name(draw).family), (firstname[:1], surname))
            )
        aliases = _registered_aliases(self._founding, user)
        if aliases and draw.happens(0.3):
            aliases = aliases[1:]
        if draw.happens(0.02):
            aliases += self._made_up_alias(draw_name(draw))
        self.enter(
            self._written(user["mail"]),
            kind="silent_user" if draw.happens(0.12) else "end_user",
            firstname=firstname,
            surname=surname,
            aliases=aliases,
            is_active=not draw.happens(0.01),
        )

    def enter_mailbox(self, item: Json, *, kind: str) -> None:
        """An account for something that is no person."""
        aliases = _registered_aliases(self._founding, item)
        self.enter(self._written(item["mail"]), kind=kind, firstname=item["displayName"], surname="", aliases=aliases)

    def enter_hand_made(self, address: str, *, kind: str) -> None:
        """An account that no directory object has; some have an alias that none has either."""
        local, _, domain = address.partition("@")
        alias = f"{local}-old@{domain}"
        aliases = [alias] if self._draw.happens(0.5) and self._founding.book.take(alias) else []
        self.enter(address, kind=kind, firstname=local.capitalize(), surname="", aliases=aliases)

    def _made_up_alias(self, name: PersonName) -> list[str]:
        alias = f"{name.plain_given}.{name.plain_family}-old@{self._founding.domains.primary}"
        return [alias] if self._founding.book.take(alias) else []

    def _written(self, address: str) -> str:
        return with_capitals(address.lower()) if self._draw.happens(0.05) else address.lower()


def enter_company(founding: Founding, organization: EssentialsOrganization) -> None:
    """The organization knows most people, some mailboxes and groups, people who have left, and things of its own."""
    clerk, draw = Clerk(founding, organization), founding.draw
    _enter_admins(founding, clerk)
    for kind, share in _KNOWN_SHARE.items():
        for user in founding.users_by_kind[kind]:
            if not _is_registered(founding, user) or not draw.happens(share):
                continue
            if kind in MAILBOXES:
                clerk.enter_mailbox(user, kind="functional_account" if draw.happens(0.7) else "end_user")
            else:
                clerk.enter_person(user)
    for user in founding.tenant.deleted_users.values():
        if _is_registered(founding, user) and draw.happens(0.8):
            clerk.enter_person(user)
    for group in founding.tenant.groups.values():
        if _is_registered(founding, group) and draw.happens(0.3):
            clerk.enter_mailbox(group, kind="functional_account")
    for local in _HAND_MADE[: max(2, min(len(_HAND_MADE), len(founding.tenant.users) // 20))]:
        address = founding.book.take_like(local, founding.domains.primary)
        clerk.enter_hand_made(address, kind=draw.pick(("functional_account", "end_user")))


def _enter_admins(founding: Founding, clerk: Clerk) -> None:
    """The account of the sync, one that is only an administrator, and one employee who is both."""
    primary = founding.domains.primary
    for local, firstname in ((API_ACCOUNT_LOCAL, "Directory"), ("it-admin", "IT")):
        address = founding.book.take_like(local, primary)
        clerk.enter(address, kind="organization_admin", firstname=firstname, surname="Administrator", aliases=[])
    employees = founding.users_by_kind[Kind.EMPLOYEE]
    registered = [user for user in employees if _is_registered(founding, user)]
    if registered:
        chosen = registered[0]
        founding.users_by_kind[Kind.EMPLOYEE] = [user for user in employees if user is not chosen]
        clerk.enter(
            chosen["mail"].lower(),
            kind="organization_admin",
            firstname=chosen["givenName"],
            surname=chosen["surname"],
            aliases=_registered_aliases(founding, chosen),
        )


def _is_registered(founding: Founding, item: Json) -> bool:
    mail = item["mail"]
    return mail is not None and mail.lower().partition("@")[2] in founding.domains.registered


def _registered_aliases(founding: Founding, item: Json) -> list[str]:
    """The object's aliases that Essentials can hold."""
    proxies = [str(proxy) for proxy in item["proxyAddresses"]]
    aliases = sorted(proxy.removeprefix("smtp:").lower() for proxy in proxies if proxy.startswith("smtp:"))
    return [alias for alias in aliases if alias.partition("@")[2] in founding.domains.registered]
