"""The tenant's groups: all four kinds and the kind that fits none, nested, in a circle, empty, and with members that are no people."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from simulator.company.draw import as_text
from simulator.company.founding import Founding, Kind
from simulator.company.names import draw_name, plain, words
from simulator.world import Json

_FIRST_AT = datetime(2015, 1, 12, 9, tzinfo=UTC)
_TOPICS = words(
    "Engineering Sales Finance Operations People IT Board Works_Council Fire_Wardens First_Aid Newsletter Project_Atlas"
    " Project_Borealis Project_Cedar Night_Shift Car_Pool Onboarding Alumni Quality_Circle Tender_Desk Safety VPN_Users"
    " Printers ERP_Users CRM_Users Remote_Workers"
)
_PLACES = words("Oslo Porto Leeds Lyon Kraków Graz Malmö Global Nordics South")
_CONTACT_DOMAINS = ("supplier.example", "partner.example", "press.example")
_MEAN_MEMBERS = 18


class GroupKind(StrEnum):
    """What a group is in Entra."""

    MICROSOFT365 = "microsoft365"
    SECURITY = "security"
    MAIL_ENABLED_SECURITY = "mail_enabled_security"
    DISTRIBUTION = "distribution"
    UNKNOWN = "unknown"


_SHARES = {
    GroupKind.MICROSOFT365: 0.3,
    GroupKind.DISTRIBUTION: 0.22,
    GroupKind.MAIL_ENABLED_SECURITY: 0.12,
    GroupKind.UNKNOWN: 0.02,
}
_FLAGS = {
    GroupKind.MICROSOFT365: (True, False),
    GroupKind.SECURITY: (False, True),
    GroupKind.MAIL_ENABLED_SECURITY: (True, True),
    GroupKind.DISTRIBUTION: (True, False),
    GroupKind.UNKNOWN: (False, False),
}
"""``mailEnabled``, ``securityEnabled``. Source: learn.microsoft.com/graph/api/resources/groups-overview."""


def add_groups(founding: Founding, count: int) -> None:
    """The tenant has ``count`` groups, of every kind where there is room for all, with members."""
    _add_others(founding, max(3, count // 8))
    by_kind: dict[GroupKind, list[str]] = {kind: [] for kind in GroupKind}
    for kind in founding.draw.shuffled(_kinds(count)):
        group = _group(founding, kind)
        founding.tenant.groups[group["id"]] = group
        by_kind[kind].append(group["id"])
    _hide_some(founding, by_kind[GroupKind.MICROSOFT365])
    for kind, ids in by_kind.items():
        for group_id in ids:
            founding.tenant.members[group_id] = _members(founding, kind)
    _add_everybody(founding, by_kind[GroupKind.DISTRIBUTION])
    _nest(founding, by_kind)


def add_deleted_groups(founding: Founding, count: int) -> None:
    """So many Microsoft 365 groups were deleted lately and can still be restored."""
    for _ in range(count):
        group = _group(founding, GroupKind.MICROSOFT365)
        deleted_at = founding.draw.moment(founding.as_of - timedelta(days=29), founding.as_of - timedelta(hours=1))
        founding.tenant.deleted_groups[group["id"]] = {**group, "deletedDateTime": as_text(deleted_at)}


def _kinds(count: int) -> list[GroupKind]:
    least = 1 if count >= 2 * len(GroupKind) else 0
    kinds = [kind for kind, share in _SHARES.items() for _ in range(max(least, round(count * share)))]
    return kinds + [GroupKind.SECURITY] * (count - len(kinds))


def _group(founding: Founding, kind: GroupKind) -> Json:
    draw = founding.draw
    topic = draw.pick(_TOPICS)
    name = topic if draw.happens(0.2) else f"{topic} {draw.pick(_PLACES)}"
    is_mail_enabled, is_security_enabled = _FLAGS[kind]
    mail = founding.book.take_like(plain(name.replace(" ", "-")), founding.mail_domain()) if is_mail_enabled else None
    is_dynamic = kind in (GroupKind.MICROSOFT365, GroupKind.SECURITY) and draw.happens(0.08)
    types = ["Unified"] if kind is GroupKind.MICROSOFT365 else []
    return {
        "id": draw.guid(),
        "displayName": name,
        "description": f"{topic}: who takes part" if draw.happens(0.6) else None,
        "mail": mail,
        "mailEnabled": is_mail_enabled,
        "mailNickname": mail.partition("@")[0] if mail else plain(name.replace(" ", "")),
        "securityEnabled": is_security_enabled,
        "groupTypes": types + (["DynamicMembership"] if is_dynamic else []),
        "proxyAddresses": _proxies(founding, mail) if mail else [],
        "visibility": draw.pick(("Private", "Public")) if kind is GroupKind.MICROSOFT365 else None,
        "membershipRule": f'(user.department -eq "{topic}")' if is_dynamic else None,
        "membershipRuleProcessingState": "On" if is_dynamic else None,
        "createdDateTime": as_text(draw.moment(_FIRST_AT, founding.as_of - timedelta(days=40))),
        "onPremisesSyncEnabled": True if kind is not GroupKind.MICROSOFT365 and draw.happens(0.5) else None,
    }


def _proxies(founding: Founding, mail: str) -> list[str]:
    local = mail.partition("@")[0]
    proxies = [f"SMTP:{mail}"]
    alias = f"{local}-list@{founding.mail_domain()}"
    if founding.draw.happens(0.25) and founding.book.take(alias):
        proxies.append(f"smtp:{alias}")
    if founding.draw.happens(0.6):
        proxies.append(f"smtp:{founding.book.take_like(local, founding.domains.initial)}")
    return founding.draw.shuffled(proxies)


def _members(founding: Founding, kind: GroupKind) -> list[str]:
    """Who is in a group: mostly staff; one in twenty groups is empty."""
    draw = founding.draw
    if draw.happens(0.05):
        return []
    members = [user["id"] for user in draw.sample(founding.staff(), draw.heavy_tailed(_MEAN_MEMBERS))]
    if draw.happens(0.15):
        members += [user["id"] for user in draw.sample(founding.users_by_kind[Kind.GUEST], 2)]
    if draw.happens(0.1):
        members += [user["id"] for user in draw.sample(founding.users_by_kind[Kind.DISABLED], 1)]
    wanted = {
        GroupKind.DISTRIBUTION: "orgContact",
        GroupKind.MAIL_ENABLED_SECURITY: "orgContact",
        GroupKind.SECURITY: "servicePrincipal",
    }.get(kind)
    if wanted is not None and draw.happens(0.3):
        others = [i for i, other in founding.tenant.others.items() if other["@odata.type"].endswith(wanted)]
        members += draw.sample(others, 2)
    return draw.shuffled(members)


def _hide_some(founding: Founding, microsoft365_groups: list[str]) -> None:
    """Every 25th Microsoft 365 group, and one of a few at least, hides its membership."""
    count = len(microsoft365_groups)
    for group_id in founding.draw.sample(microsoft365_groups, max(count // 25, count >= 5)):
        founding.tenant.groups[group_id]["visibility"] = "HiddenMembership"


def _add_everybody(founding: Founding, distribution_lists: list[str]) -> None:
    """One distribution list has all staff, more than a page of members where the company is large."""
    if distribution_lists:
        chosen = founding.draw.pick(distribution_lists)
        founding.tenant.groups[chosen]["displayName"] = "All staff"
        founding.tenant.members[chosen] = [user["id"] for user in founding.staff()]


def _nest(founding: Founding, by_kind: dict[GroupKind, list[str]]) -> None:
    """One group in eight has others in it, and some stand in a circle; Microsoft 365 groups hold no groups."""
    draw, members = founding.draw, founding.tenant.members
    security = by_kind[GroupKind.SECURITY]
    outer = security + by_kind[GroupKind.DISTRIBUTION] + by_kind[GroupKind.MAIL_ENABLED_SECURITY]
    inner = [group_id for ids in by_kind.values() for group_id in ids]
    for group_id in draw.sample(outer, max(1, len(outer) // 8)):
        members[group_id] += [other for other in draw.sample(inner, 2) if other != group_id]
    ring = draw.sample(security, 3)
    if len(ring) > 1:
        for group_id, following in zip(ring, [*ring[1:], ring[0]], strict=True):
            if following not in members[group_id]:
                members[group_id].append(following)


def _add_others(founding: Founding, count: int) -> None:
    """Mail contacts, devices and service principals, which ``/users`` never lists."""
    draw = founding.draw
    for number in range(count):
        other: Json
        match number % 3:
            case 0:
                name = draw_name(draw)
                mail = founding.book.take_like(f"{name.plain_given}.{name.plain_family}", draw.pick(_CONTACT_DOMAINS))
                other = {
                    "@odata.type": "#microsoft.graph.orgContact",
                    "displayName": name.display,
                    "givenName": name.given,
                    "surname": name.family,
                    "mail": mail,
                    "mailNickname": mail.partition("@")[0],
                    "proxyAddresses": [f"SMTP:{mail}"],
                }
            case 1:
                other = {
                    "@odata.type": "#microsoft.graph.servicePrincipal",
                    "displayName": f"Integration {draw.number(100, 999)}",
                    "appId": draw.guid(),
                    "accountEnabled": True,
                    "servicePrincipalType": "Application",
                }
            case _:
                other = {
                    "@odata.type": "#microsoft.graph.device",
                    "displayName": f"LAPTOP-{draw.number(10_000, 99_999)}",
                    "deviceId": draw.guid(),
                    "accountEnabled": True,
                    "operatingSystem": "Windows",
                }
        object_id = draw.guid()
        founding.tenant.others[object_id] = {"id": object_id, **other}
