"""The cells of the fault sweep: what goes wrong, where, how often, and what must come of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from simulator.effects import (
    DropAfter,
    DropBefore,
    Effect,
    EmptyPage,
    ForeignNextLink,
    HalfBody,
    HtmlAnswer,
    LostNextLink,
    MissingValue,
    NoAnswer,
    Redirect,
    RepeatedNextLink,
    StatusFault,
    WrongCount,
)
from simulator.faults import Fault
from simulator.wire import ServiceName


class Fate(StrEnum):
    """What comes of a reading."""

    RECOVERED = "recovered with exactly the same"
    REFUSED = "refused with one of our errors"
    NOT_SHOWN = "whole in accounts, and says that the settings of the native sync are not shown"


class Place(StrEnum):
    """What a reading asks."""

    DISCOVERY = "discovery"
    TOKEN = "token"
    USERS = "users"
    GROUPS = "groups"
    USERS_COUNT = "users_count"
    GROUPS_COUNT = "groups_count"
    MEMBERS_COUNT = "members_count"
    DELETED_COUNT = "deleted_items_count"
    BATCH = "batch"
    MEMBERS = "members"
    MORE_MEMBERS = "more_members"
    DELETED = "deleted_items"
    ACCOUNTS = "accounts"
    NATIVE_SYNC = "native_sync"
    EXEMPTIONS = "native_sync_exemptions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One effect at one place, once or lastingly."""

    place: Place
    what: str
    effect: Effect
    is_lasting: bool
    fate: Fate

    @property
    def name(self) -> str:
        """Such as ``users-half_body-once``."""
        return f"{self.place}-{self.what}-{'lasting' if self.is_lasting else 'once'}"

    @property
    def fault(self) -> Fault:
        """The order for the simulators; in a list it hits the second page."""
        service, path, nth = _ADDRESSES[self.place]
        times = None if self.is_lasting else 1
        return Fault(service=service, path=path, nth=nth, times=times, effect=self.effect)


_ADDRESSES: dict[Place, tuple[ServiceName, str, int]] = {
    Place.DISCOVERY: (ServiceName.TOKEN, "*/.well-known/openid-configuration", 1),
    Place.TOKEN: (ServiceName.TOKEN, "*/oauth2/v2.0/token", 1),
    Place.USERS: (ServiceName.GRAPH, "/v1.0/users", 2),
    Place.GROUPS: (ServiceName.GRAPH, "/v1.0/groups", 2),
    Place.USERS_COUNT: (ServiceName.GRAPH, "/v1.0/users/$count", 1),
    Place.GROUPS_COUNT: (ServiceName.GRAPH, "/v1.0/groups/$count", 1),
    Place.BATCH: (ServiceName.GRAPH, "/v1.0/$batch", 1),
    Place.MEMBERS_COUNT: (ServiceName.GRAPH, "*/members?*$count=true*", 1),
    Place.DELETED_COUNT: (ServiceName.GRAPH, "*/deletedItems/microsoft.graph.user?*$count=true*", 1),
    Place.MEMBERS: (ServiceName.GRAPH, "*/members?*$top=999", 1),
    Place.MORE_MEMBERS: (ServiceName.GRAPH, "/v1.0/groups/*/members?*$skiptoken=*", 1),
    Place.DELETED: (ServiceName.GRAPH, "*/deletedItems/microsoft.graph.user?*$skiptoken=*", 1),
    Place.ACCOUNTS: (ServiceName.ESSENTIALS, "*/users", 1),
    Place.NATIVE_SYNC: (ServiceName.ESSENTIALS, "*/settings/azure", 1),
    Place.EXEMPTIONS: (ServiceName.ESSENTIALS, "*/settings/azure/exemptions", 1),
}
_LISTS = (Place.USERS, Place.GROUPS, Place.MEMBERS, Place.MORE_MEMBERS, Place.DELETED)
_ITEMS = (Place.MEMBERS, Place.MEMBERS_COUNT)
"""Items of a batch: what befalls a connection passes them by, and they have no token of their own."""
_MEMBERS = (Place.MEMBERS, Place.MORE_MEMBERS)
_COUNTS = (Place.USERS_COUNT, Place.GROUPS_COUNT, Place.MEMBERS_COUNT, Place.DELETED_COUNT)
_OPTIONAL = (Place.NATIVE_SYNC, Place.EXEMPTIONS)
_ESSENTIALS = (Place.ACCOUNTS, *_OPTIONAL)

_PASSING_STATUSES: dict[str, Effect] = {
    "500": StatusFault(status=500),
    "503": StatusFault(status=503),
    "503_with_retry_after": StatusFault(status=503, retry_after="2"),
    "429": StatusFault(status=429),
    "429_with_retry_after": StatusFault(status=429, retry_after="2.5"),
}
_PASSING_CONNECTIONS: dict[str, Effect] = {
    "dropped_before": DropBefore(),
    "dropped_after": DropAfter(),
    "time_out": NoAnswer(seconds=0.5),
    "half_body": HalfBody(),
}
_LASTING_REFUSALS: dict[str, Effect] = {
    "html": HtmlAnswer(),
    "redirect": Redirect(location="https://elsewhere.example/"),
    "403": StatusFault(status=403),
    "404": StatusFault(status=404),
}
_PAGES: dict[str, Effect] = {"repeated_link": RepeatedNextLink(), "foreign_link": ForeignNextLink()}
_LOSSES: dict[str, Effect] = {"empty_page": EmptyPage(), "lost_link": LostNextLink()}


def cells() -> Iterator[Cell]:
    """Every cell that means something."""
    for place in Place:
        yield from _passing(place)
        yield from _refusals(place)
        yield from _unauthorized(place)
        if place in _LISTS:
            yield from _of_lists(place)
        if place in _COUNTS:
            yield from _of_counts(place)
    yield from _once(Place.ACCOUNTS, "missing_value", MissingValue(), Fate.REFUSED)


def _passing(place: Place) -> Iterator[Cell]:
    """What passes by itself: a repetition mends it, and where it lasts the reading ends with an error."""
    found = _PASSING_STATUSES if place in _ITEMS else {**_PASSING_STATUSES, **_PASSING_CONNECTIONS}
    for what, effect in found.items():
        yield from _once(place, what, effect, Fate.RECOVERED)
        if what != "time_out":
            yield from _lasting(place, what, effect, Fate.REFUSED)


def _refusals(place: Place) -> Iterator[Cell]:
    """What is wrong as it stands: no repetition is tried, and no part is taken for the whole."""
    for what, effect in _LASTING_REFUSALS.items():
        # A part that the package may lack is asked for twice before it counts as missing.
        is_part = place in _OPTIONAL and what in ("403", "404")
        yield from _once(place, what, effect, Fate.RECOVERED if is_part else Fate.REFUSED)
        is_hidden = is_part and place is Place.NATIVE_SYNC
        yield from _lasting(place, what, effect, Fate.NOT_SHOWN if is_hidden else Fate.REFUSED)


def _unauthorized(place: Place) -> Iterator[Cell]:
    """A 401 in mid-run: Graph gets one new token; Essentials' password has no other to try."""
    effect = StatusFault(status=401)
    is_renewed = place in (*_LISTS, *_COUNTS, Place.BATCH) and place not in _ITEMS
    yield from _once(place, "401", effect, Fate.RECOVERED if is_renewed else Fate.REFUSED)
    yield from _lasting(place, "401", effect, Fate.REFUSED)


def _of_lists(place: Place) -> Iterator[Cell]:
    yield from _once(place, "missing_value", MissingValue(), Fate.REFUSED)
    for what, effect in _PAGES.items():
        # An item of a batch is asked but once: the link back to it leads through the list again, and nobody is lost.
        is_harmless = place is Place.MEMBERS and what == "repeated_link"
        yield from _once(place, what, effect, Fate.RECOVERED if is_harmless else Fate.REFUSED)
        yield from _lasting(place, what, effect, Fate.REFUSED)
    for what, effect in _LOSSES.items():
        # Members that are fewer than counted are read once more.
        yield from _once(place, what, effect, Fate.RECOVERED if place in _MEMBERS else Fate.REFUSED)
        if place is not Place.MORE_MEMBERS:
            yield from _lasting(place, what, effect, Fate.REFUSED)


def _of_counts(place: Place) -> Iterator[Cell]:
    yield from _once(place, "far_too_high", WrongCount(by=50), Fate.RECOVERED)
    yield from _lasting(place, "far_too_high", WrongCount(by=50), Fate.REFUSED)
    yield from _lasting(place, "a_little_too_high", WrongCount(by=5), Fate.RECOVERED)
    yield from _lasting(place, "too_low", WrongCount(by=-50), Fate.RECOVERED)


def _once(place: Place, what: str, effect: Effect, fate: Fate) -> Iterator[Cell]:
    yield Cell(place=place, what=what, effect=effect, is_lasting=False, fate=fate)


def _lasting(place: Place, what: str, effect: Effect, fate: Fate) -> Iterator[Cell]:
    yield Cell(place=place, what=what, effect=effect, is_lasting=True, fate=fate)


def is_of_essentials(place: Place) -> bool:
    """Whether the place is on the Essentials side."""
    return place in _ESSENTIALS
