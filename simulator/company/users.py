"""The tenant's users: employees, guests, mailboxes that nobody owns, and people who have left."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from simulator.company.addresses import with_capitals
from simulator.company.draw import as_text
from simulator.company.founding import Founding, Kind
from simulator.company.licences import NO_LICENCE, Licensing
from simulator.company.names import PersonName, draw_name, plain, words
from simulator.company.profile import OfficeLife, on_premises_properties
from simulator.world import Json

_SHARES = {
    Kind.GUEST: 0.06,
    Kind.SHARED: 0.05,
    Kind.DISABLED: 0.04,
    Kind.UNLICENSED: 0.03,
    Kind.WITHOUT_MAIL: 0.03,
    Kind.ROOM: 0.015,
    Kind.EQUIPMENT: 0.005,
}
_FOUNDED_AT = datetime(2014, 5, 5, 8, tzinfo=UTC)
_PARTNERS = ("partner.example", "auditors.example", "adventure-works.example", "freelance.example")
_TEAMS = words(
    "Info Sales Support Invoices Orders Careers Press Legal Privacy Security Facilities Travel Returns Warranty Billing"
    " Marketing Procurement Training Webinars Quality"
)
_PLACES = words("Oslo Porto Leeds Lyon Kraków Graz Malmö Cork Ghent Turku Kyiv Izmir")
_EQUIPMENT = words("Van Projector Camera Forklift Laptop-Pool Demo-Kit")


def add_users(founding: Founding, count: int) -> None:
    """The tenant has ``count`` users, of every kind where there is room for all."""
    makers: dict[Kind, Callable[[Founding], Json]] = {
        Kind.EMPLOYEE: _employee,
        Kind.UNLICENSED: _unlicensed,
        Kind.DISABLED: _disabled,
        Kind.WITHOUT_MAIL: _without_mail,
        Kind.GUEST: _guest,
        Kind.SHARED: _shared,
        Kind.ROOM: _room,
        Kind.EQUIPMENT: _equipment,
    }
    for kind in founding.draw.shuffled(_kinds(count)):
        user = makers[kind](founding)
        founding.tenant.users[user["id"]] = user
        founding.users_by_kind[kind].append(user)


def add_deleted_users(founding: Founding, count: int) -> None:
    """So many people have left lately and can still be restored."""
    for _ in range(count):
        user = _employee(founding)
        deleted_at = founding.draw.moment(founding.as_of - timedelta(days=29), founding.as_of - timedelta(hours=1))
        user["deletedDateTime"] = as_text(deleted_at)
        user["userPrincipalName"] = user["id"].replace("-", "") + user["userPrincipalName"]
        user["assignedLicenses"], user["assignedPlans"] = [], []
        del founding.tenant.purposes[user["id"]]
        founding.tenant.deleted_users[user["id"]] = user


def _kinds(count: int) -> list[Kind]:
    least = 1 if count >= 2 * len(Kind) else 0
    kinds = [kind for kind, share in _SHARES.items() for _ in range(max(least, round(count * share)))]
    return kinds + [Kind.EMPLOYEE] * (count - len(kinds))


def _employee(founding: Founding) -> Json:
    user = _person(founding, founding.catalogue.with_mailbox(), is_enabled=True)
    founding.tenant.purposes[user["id"]] = "user"
    return user


def _unlicensed(founding: Founding) -> Json:
    return _person(founding, founding.catalogue.without_mailbox(), is_enabled=True)


def _disabled(founding: Founding) -> Json:
    draw = founding.draw
    licensing = founding.catalogue.with_mailbox() if draw.happens(0.3) else NO_LICENCE
    user = _person(founding, licensing, is_enabled=False)
    if licensing is not NO_LICENCE:
        founding.tenant.purposes[user["id"]] = "user"
    return user


def _without_mail(founding: Founding) -> Json:
    name = draw_name(founding.draw)
    sign_in = founding.book.take_like(f"adm-{name.plain_given}", founding.domains.initial)
    return _user(founding, display_name=f"Admin {name.display}", sign_in=sign_in, is_enabled=True)


def _guest(founding: Founding) -> Json:
    draw, name = founding.draw, draw_name(founding.draw)
    mail = founding.book.take_like(f"{name.plain_given}.{name.plain_family}", draw.pick(_PARTNERS))
    user = _user(
        founding,
        display_name=f"{name.display} (external)" if draw.happens(0.5) else name.display,
        sign_in=f"{mail.replace('@', '_')}#EXT#@{founding.domains.initial}",
        is_enabled=True,
    )
    has_accepted = draw.happens(0.8)
    return user | {
        "mail": mail,
        "otherMails": [mail],
        "proxyAddresses": [f"SMTP:{mail}"],
        "userType": "Guest" if draw.happens(0.9) else None,
        "creationType": "Invitation",
        "externalUserState": "Accepted" if has_accepted else "PendingAcceptance",
    }


def _shared(founding: Founding) -> Json:
    draw = founding.draw
    display = draw.pick(_TEAMS) if draw.happens(0.4) else f"{draw.pick(_TEAMS)} {draw.pick(_PLACES)}"
    return _mailbox(founding, display, "shared")


def _room(founding: Founding) -> Json:
    draw = founding.draw
    return _mailbox(founding, f"Room {draw.pick(_PLACES)} {draw.number(1, 6)}.{draw.number(1, 40):02}", "room")


def _equipment(founding: Founding) -> Json:
    draw = founding.draw
    return _mailbox(founding, f"{draw.pick(_EQUIPMENT)} {draw.pick(_PLACES)}", "equipment")


def _mailbox(founding: Founding, display_name: str, purpose: str) -> Json:
    mail = founding.book.take_like(plain(display_name.replace(" ", "-")), founding.mail_domain())
    user = _user(founding, display_name=display_name, sign_in=mail, is_enabled=False)
    founding.tenant.purposes[user["id"]] = purpose
    local = mail.partition("@")[0]
    aliases = _aliases(founding, [f"{local}-team", f"{local}.inbox"], founding.draw.number(0, 1))
    return user | {"mail": mail, "proxyAddresses": _proxies(founding, mail, aliases)}


def _person(founding: Founding, licensing: Licensing, *, is_enabled: bool) -> Json:
    draw, name = founding.draw, draw_name(founding.draw)
    sign_in = founding.book.take_like(f"{name.plain_given}.{name.plain_family}", founding.mail_domain())
    mail = with_capitals(sign_in) if draw.happens(0.12) else sign_in
    count = draw.pick_by_weight((0, 1, 2, 3, 4), (25, 35, 22, 12, 6))
    aliases = _aliases(founding, _other_spellings(name), count)
    user = _user(founding, display_name=name.display, sign_in=sign_in, is_enabled=is_enabled)
    return user | {
        "givenName": name.given,
        "surname": name.family,
        "mail": mail,
        "proxyAddresses": _proxies(founding, mail, aliases),
        "assignedLicenses": licensing.licences,
        "assignedPlans": licensing.plans,
    }


def _user(founding: Founding, *, display_name: str, sign_in: str, is_enabled: bool) -> Json:
    """A user without a mailbox, names and licences."""
    draw = founding.draw
    local = sign_in.partition("@")[0].partition("#")[0]
    is_synced = draw.happens(0.6) and "#EXT#" not in sign_in
    life = OfficeLife.of(draw)
    return {
        "id": draw.guid(),
        "displayName": display_name,
        "givenName": None,
        "surname": None,
        "mail": None,
        "mailNickname": local,
        "userPrincipalName": sign_in,
        "accountEnabled": is_enabled,
        "userType": "Member",
        "proxyAddresses": [],
        "otherMails": [],
        "assignedLicenses": [],
        "assignedPlans": [],
        "createdDateTime": as_text(draw.moment(_FOUNDED_AT, founding.as_of - timedelta(days=40))),
        "creationType": None,
        "externalUserState": None,
        **on_premises_properties(draw, founding.domains, local=local, sign_in=sign_in, is_synced=is_synced),
        **life.as_properties(founding.domains.company),
    }


def _other_spellings(name: PersonName) -> list[str]:
    given, family = name.plain_given, name.plain_family
    return [f"{given[0]}.{family}", f"{family}.{given}", f"{given}{family[0]}", family, given, f"{given}_{family}"]


def _aliases(founding: Founding, locals_: list[str], count: int) -> list[str]:
    """Up to ``count`` addresses that were still free."""
    wanted = founding.draw.sample(locals_, count)
    addresses = [f"{local}@{founding.mail_domain()}" for local in wanted]
    free = [address for address in addresses if founding.book.take(address)]
    return [with_capitals(address) if founding.draw.happens(0.1) else address for address in free]


def _proxies(founding: Founding, primary: str, aliases: list[str]) -> list[str]:
    """``proxyAddresses`` of a mailbox, in no particular order."""
    draw = founding.draw
    local = primary.partition("@")[0].lower()
    proxies = [f"SMTP:{primary}", *(f"smtp:{alias}" for alias in aliases)]
    if draw.happens(0.75):
        proxies.append(f"smtp:{founding.book.take_like(local, founding.domains.initial)}")
    if draw.happens(0.4):
        proxies.append(f"SIP:{primary}")
    if draw.happens(0.2):
        proxies.append(
            "X500:/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients"
            f"/cn={draw.guid().replace('-', '')}-{local}"
        )
    return draw.shuffled(proxies)
