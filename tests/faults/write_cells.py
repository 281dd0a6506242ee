"""The cells of the fault matrix of whole syncs: what goes wrong, where, at which request, and once or lastingly."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from simulator.effects import (
    DropAfter,
    DropBefore,
    Effect,
    HalfBody,
    HtmlAnswer,
    LateStatusFault,
    MissingValue,
    NoAnswer,
    Redirect,
    StatusFault,
)
from simulator.faults import Fault
from simulator.wire import ServiceName


class Place(StrEnum):
    """What an execution asks of the services."""

    DISCOVERY = "discovery"
    TOKEN = "token"
    VAULT = "key_vault"
    USERS = "users"
    GROUPS = "groups"
    DELETED = "deleted_items"
    BATCH = "batch"
    USER_BY_ID = "user_by_id"
    GROUP_BY_ID = "group_by_id"
    MEMBERSHIPS = "check_member_groups"
    PURPOSE = "user_purpose"
    LIST = "essentials_list"
    ONE = "essentials_one"
    CREATE = "create"
    CREATE_ITEM = "create_item"
    UPDATE = "update"
    DELETE = "delete"
    SHOW_NATIVE = "settings_azure_read"
    WRITE_NATIVE = "settings_azure_write"


class Fate(StrEnum):
    """What comes of an execution."""

    RECOVERED = "recovered: the execution succeeded as if nothing had happened"
    WAITED = "waited: the execution went on while the fault lasted, and then succeeded as if nothing had happened"
    TOLD = "told: the execution ended naming what was not done, and the next sync reached the same end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One effect at one place, from the ``nth`` request on, once or lastingly."""

    place: Place
    what: str
    effect: Effect
    nth: int = 1
    of: str = ""
    """Whose account is written; empty: whichever comes first, as many are written at once."""
    is_lasting: bool = False

    @property
    def name(self) -> str:
        """Such as ``update-500-bob2-once``."""
        return f"{self.place}-{self.what}-{self.of}{self.nth}-{'lasting' if self.is_lasting else 'once'}"

    @property
    def fault(self) -> Fault:
        """The order for the simulators."""
        service, method, path = _ADDRESSES[self.place]
        times = None if self.is_lasting else 1
        path = path.replace("/users/*", f"/users/{self.of}@*") if self.of else path
        return Fault(service=service, method=method, path=path, nth=self.nth, times=times, effect=self.effect)


_ADDRESSES: dict[Place, tuple[ServiceName, str, str]] = {
    Place.DISCOVERY: (ServiceName.TOKEN, "GET", "*/.well-known/openid-configuration"),
    Place.TOKEN: (ServiceName.TOKEN, "POST", "*/oauth2/v2.0/token"),
    Place.VAULT: (ServiceName.VAULT, "GET", "*/secrets/*"),
    Place.USERS: (ServiceName.GRAPH, "GET", "/v1.0/users"),
    Place.GROUPS: (ServiceName.GRAPH, "GET", "/v1.0/groups"),
    Place.DELETED: (ServiceName.GRAPH, "GET", "*/deletedItems/microsoft.graph.user"),
    Place.BATCH: (ServiceName.GRAPH, "POST", "/v1.0/$batch"),
    Place.USER_BY_ID: (ServiceName.GRAPH, "GET", "*/users/*?$select=id"),
    Place.GROUP_BY_ID: (ServiceName.GRAPH, "GET", "*/groups/*?$select=id"),
    Place.MEMBERSHIPS: (ServiceName.GRAPH, "POST", "*/checkMemberGroups"),
    Place.PURPOSE: (ServiceName.GRAPH, "GET", "*/mailboxSettings/userPurpose"),
    Place.LIST: (ServiceName.ESSENTIALS, "GET", "*/users"),
    Place.ONE: (ServiceName.ESSENTIALS, "GET", "*/users/*"),
    Place.CREATE: (ServiceName.ESSENTIALS, "POST", "*/users"),
    Place.CREATE_ITEM: (ServiceName.ESSENTIALS, "POST", "*/users/*"),
    Place.UPDATE: (ServiceName.ESSENTIALS, "PUT", "*/users/*"),
    Place.DELETE: (ServiceName.ESSENTIALS, "DELETE", "*/users/*"),
    Place.SHOW_NATIVE: (ServiceName.ESSENTIALS, "GET", "*/settings/azure"),
    Place.WRITE_NATIVE: (ServiceName.ESSENTIALS, "PUT", "*/settings/azure"),
}
_ITEMS = (Place.USER_BY_ID, Place.GROUP_BY_ID, Place.MEMBERSHIPS, Place.PURPOSE, Place.CREATE_ITEM)
"""Items of a batch: what befalls a connection passes them by."""
_SWEPT = (Place.DISCOVERY, Place.TOKEN, Place.USERS, Place.GROUPS, Place.DELETED)
"""Readings whose every fault the sweep of readings holds; here only what an execution makes of the few kinds of them."""

_EFFECTS: dict[str, Effect] = {
    "500": StatusFault(status=500),
    "503": StatusFault(status=503),
    "429": StatusFault(status=429),
    "429_with_retry_after": StatusFault(status=429, retry_after="3"),
    "401": StatusFault(status=401),
    "403": StatusFault(status=403),
    "404": StatusFault(status=404),
    "500_after_effect": LateStatusFault(status=500),
    "html": HtmlAnswer(),
    "redirect": Redirect(location="https://elsewhere.example/"),
}
_CONNECTIONS: dict[str, Effect] = {
    "dropped_before": DropBefore(),
    "dropped_after": DropAfter(),
    "half_body": HalfBody(),
    "time_out": NoAnswer(seconds=0.2),
}
_OF_ITEMS = ("429", "500", "404", "500_after_effect")
_OF_SWEPT = ("500", "429_with_retry_after", "401", "html")
_REFUSALS = ("404", "403")
_AT_EVERY_WRITE = (*_REFUSALS, "500", "500_after_effect", "dropped_after")


UPDATES = {"gus": 1, "ian": 1, "kat": 1, "bea": 1, "ann": 1, "bob": 2, "cyl": 2, "dee": 2, "nia": 1, "mia": 1}
"""How often the execution updates whose account."""
REMOVALS = ("eve", "fay", "jon", "oldteam")
RENAMED = "hal"
"""A refusal of this update leaves the new address as an alias, which tests/engine holds."""


def cells() -> Iterator[Cell]:
    """Every cell that means something."""
    for place in Place:
        for what, effect in _effects_at(place):
            if place not in (Place.UPDATE, Place.DELETE):
                yield Cell(place=place, what=what, effect=effect)
            if what != "time_out":
                yield Cell(place=place, what=what, effect=effect, is_lasting=True)
    for what, effect in _effects_at(Place.LIST):
        yield Cell(place=Place.LIST, what=what, effect=effect, nth=2)
    yield from _of_accounts()


def _of_accounts() -> Iterator[Cell]:
    """Every effect on one account that stands alone, and the ones that matter in a chain on each of its writes."""
    for what, effect in _effects_at(Place.UPDATE):
        yield Cell(place=Place.UPDATE, what=what, effect=effect, of="kat")
        yield Cell(place=Place.DELETE, what=what, effect=effect, of="eve")
    for what in _AT_EVERY_WRITE:
        effect = _EFFECTS.get(what) or _CONNECTIONS[what]
        for name, times in UPDATES.items():
            for nth in range(1, times + 1):
                if name != "kat":
                    yield Cell(place=Place.UPDATE, what=what, effect=effect, of=name, nth=nth)
        for name in REMOVALS:
            if name != "eve":
                yield Cell(place=Place.DELETE, what=what, effect=effect, of=name)
        if what not in _REFUSALS:
            yield Cell(place=Place.UPDATE, what=what, effect=effect, of=RENAMED)


def _effects_at(place: Place) -> Iterator[tuple[str, Effect]]:
    if place in _ITEMS:
        yield from ((what, _EFFECTS[what]) for what in _OF_ITEMS)
    elif place in _SWEPT:
        yield from ((what, _EFFECTS[what]) for what in _OF_SWEPT)
    else:
        yield from _EFFECTS.items()
        yield from _CONNECTIONS.items()
    if place is Place.LIST:
        yield "missing_value", MissingValue()
