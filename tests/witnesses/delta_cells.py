"""The cells of the sweep of searches by changes: what goes wrong in them, where, how often, and what must come of it."""

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
    LostDeltaLink,
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


class DeltaFate(StrEnum):
    """What comes of a search."""

    BY_CHANGES = "by changes, the same plan as by a whole read"
    WHOLE = "read whole in the same search, the same plan"
    REFUSED = "search failed or put off with one of our errors, the next one has the same plan"
    LATE = "told late: nothing taken by it, the next search has the same plan"
    NOT_TOLD = "never told: nothing taken by it, the whole read of the day has the same plan"
    LINKED = "a whole read with links for the next one"
    UNLINKED = "a whole read without links, so that the next one is whole"


class DeltaPlace(StrEnum):
    """What a search by changes asks, and where a whole read asks for the links to it."""

    PEOPLE_LINK = "users_delta_latest"
    GROUPS_LINK = "groups_delta_latest"
    PEOPLE = "users_delta"
    GROUPS = "groups_delta"
    MORE_PEOPLE = "users_delta_further"
    MORE_GROUPS = "groups_delta_further"
    LAST_PEOPLE = "users_delta_last"
    LAST_GROUPS = "groups_delta_last"
    BATCH = "batch_of_counts"
    BATCH_BY_ID = "batch_by_id"
    PEOPLE_COUNT = "item_users_count"
    GROUPS_COUNT = "item_groups_count"
    DELETED_COUNT = "item_deleted_count"
    PERSON = "item_person"
    GROUP = "item_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaCell:
    """One effect at one place, once or lastingly."""

    place: DeltaPlace
    what: str
    effect: Effect
    is_lasting: bool
    fate: DeltaFate

    @property
    def name(self) -> str:
        """Such as ``users_delta-half_body-once``."""
        return f"{self.place}-{self.what}-{'lasting' if self.is_lasting else 'once'}"

    @property
    def fault(self) -> Fault:
        """The order for the simulators."""
        path, nth = _ADDRESSES[self.place]
        return Fault(
            service=ServiceName.GRAPH, path=path, nth=nth, times=None if self.is_lasting else 1, effect=self.effect
        )


PAGES = 3
"""Of two entries each, in either round."""
_SINCE, _FURTHER = "*$deltatoken=*", "*$skiptoken=*"
_ADDRESSES: dict[DeltaPlace, tuple[str, int]] = {
    DeltaPlace.PEOPLE_LINK: ("/v1.0/users/delta?*$deltaToken=latest", 1),
    DeltaPlace.GROUPS_LINK: ("/v1.0/groups/delta?*$deltaToken=latest", 1),
    DeltaPlace.PEOPLE: (f"/v1.0/users/delta?{_SINCE}", 1),
    DeltaPlace.GROUPS: (f"/v1.0/groups/delta?{_SINCE}", 1),
    DeltaPlace.MORE_PEOPLE: (f"/v1.0/users/delta?{_FURTHER}", 1),
    DeltaPlace.MORE_GROUPS: (f"/v1.0/groups/delta?{_FURTHER}", 1),
    DeltaPlace.LAST_PEOPLE: (f"/v1.0/users/delta?{_FURTHER}", PAGES - 1),
    DeltaPlace.LAST_GROUPS: (f"/v1.0/groups/delta?{_FURTHER}", PAGES - 1),
    DeltaPlace.BATCH: ("/v1.0/$batch", 1),
    DeltaPlace.BATCH_BY_ID: ("/v1.0/$batch", 2),
    DeltaPlace.PEOPLE_COUNT: ("/v1.0/users?$select=id&$top=1&$count=true", 1),
    DeltaPlace.GROUPS_COUNT: ("/v1.0/groups?$select=id&$top=1&$count=true", 1),
    DeltaPlace.DELETED_COUNT: ("*/deletedItems/microsoft.graph.user?$select=id&$top=1&$count=true", 1),
    DeltaPlace.PERSON: ("/v1.0/users/*-*-*?$select=id,*", 1),
    DeltaPlace.GROUP: ("/v1.0/groups/*-*-*?$select=id,*", 1),
}
_LINKS = (DeltaPlace.PEOPLE_LINK, DeltaPlace.GROUPS_LINK)
_FIRST_PAGES = (DeltaPlace.PEOPLE, DeltaPlace.GROUPS)
_LAST_PAGES = (DeltaPlace.LAST_PEOPLE, DeltaPlace.LAST_GROUPS)
_ROUNDS = (*_FIRST_PAGES, DeltaPlace.MORE_PEOPLE, DeltaPlace.MORE_GROUPS)
_BATCHES = (DeltaPlace.BATCH, DeltaPlace.BATCH_BY_ID)
_COUNTS = (DeltaPlace.PEOPLE_COUNT, DeltaPlace.GROUPS_COUNT, DeltaPlace.DELETED_COUNT)
_ITEMS = (*_COUNTS, DeltaPlace.PERSON, DeltaPlace.GROUP)
"""Items of a batch: what befalls a connection passes them by, and they have no token of their own."""

_THROTTLED: dict[str, Effect] = {
    "503_with_retry_after": StatusFault(status=503, retry_after="2"),
    "429": StatusFault(status=429),
    "429_with_retry_after": StatusFault(status=429, retry_after="2.5"),
}
_BROKEN_STATUSES: dict[str, Effect] = {"500": StatusFault(status=500), "503": StatusFault(status=503)}
_CONNECTIONS: dict[str, Effect] = {
    "dropped_before": DropBefore(),
    "dropped_after": DropAfter(),
    "half_body": HalfBody(),
}
_TIME_OUT = NoAnswer(seconds=0.5)
_REFUSALS: dict[str, Effect] = {
    "html": HtmlAnswer(),
    "redirect": Redirect(location="https://elsewhere.example/"),
    "400": StatusFault(status=400),
    "403": StatusFault(status=403),
    "404": StatusFault(status=404),
    "410": StatusFault(status=410),
}
_UNAUTHORIZED = StatusFault(status=401)
_BROKEN_PAGES: dict[str, Effect] = {
    "missing_value": MissingValue(),
    "repeated_link": RepeatedNextLink(),
    "foreign_link": ForeignNextLink(),
}


def delta_cells() -> Iterator[DeltaCell]:
    """Every cell that means something."""
    for place in DeltaPlace:
        if place in _LAST_PAGES:
            yield from _of_last_pages(place)
            continue
        yield from _passing(place)
        yield from _refusals(place)
        if place in _ROUNDS:
            yield from _of_pages(place)
        if place in _COUNTS:
            yield from _of_counts(place)


def is_of_whole_reads(place: DeltaPlace) -> bool:
    """Whether a whole read asks it, for the sake of the next read."""
    return place in _LINKS


def _good(place: DeltaPlace) -> DeltaFate:
    return DeltaFate.LINKED if place in _LINKS else DeltaFate.BY_CHANGES


def _given_up(place: DeltaPlace) -> DeltaFate:
    return DeltaFate.UNLINKED if place in _LINKS else DeltaFate.WHOLE


def _lasting_fate(place: DeltaPlace) -> DeltaFate:
    """A whole read asks batches as well, for the members of the scope, and counts deleted people in the same words."""
    return DeltaFate.REFUSED if place in (*_BATCHES, DeltaPlace.DELETED_COUNT) else _given_up(place)


def _passing(place: DeltaPlace) -> Iterator[DeltaCell]:
    """What passes by itself: a repetition mends it. Where it lasts a whole read follows, unless Graph asks to wait."""
    lasting = _lasting_fate(place)
    for what, effect in _THROTTLED.items():
        yield _once(place, what, effect, _good(place))
        # An item's 503 is no word to wait.
        is_told_to_wait = not (place in _ITEMS and what.startswith("503"))
        yield _lasting(place, what, effect, DeltaFate.REFUSED if is_told_to_wait else lasting)
    for what, effect in _BROKEN_STATUSES.items():
        yield _once(place, what, effect, _good(place))
        yield _lasting(place, what, effect, lasting)
    if place in _ITEMS:
        return
    for what, effect in _CONNECTIONS.items():
        yield _once(place, what, effect, _good(place))
        # A host that does not answer at all is not asked for lists either.
        yield _lasting(place, what, effect, DeltaFate.REFUSED if place in _LINKS else lasting)
    yield _once(place, "time_out", _TIME_OUT, _good(place))


def _refusals(place: DeltaPlace) -> Iterator[DeltaCell]:
    for what, effect in _REFUSALS.items():
        yield _once(place, what, effect, _given_up(place))
        yield _lasting(place, what, effect, _lasting_fate(place))
    yield _once(place, "401", _UNAUTHORIZED, DeltaFate.WHOLE if place in _ITEMS else _good(place))
    yield _lasting(place, "401", _UNAUTHORIZED, _lasting_fate(place) if place in _ITEMS else DeltaFate.REFUSED)


def _of_pages(place: DeltaPlace) -> Iterator[DeltaCell]:
    for what, effect in _BROKEN_PAGES.items():
        yield _once(place, what, effect, DeltaFate.WHOLE)
        yield _lasting(place, what, effect, DeltaFate.WHOLE)
    yield _once(place, "lost_link", LostNextLink(), DeltaFate.WHOLE)
    # A delta may be empty, so nothing tells that this one should not be.
    yield _once(place, "empty_page", EmptyPage(), DeltaFate.NOT_TOLD)


def _of_last_pages(place: DeltaPlace) -> Iterator[DeltaCell]:
    yield _once(place, "no_link_at_all", LostDeltaLink(), DeltaFate.WHOLE)
    yield _once(place, "both_links", RepeatedNextLink(), DeltaFate.WHOLE)
    yield _once(place, "missing_value", MissingValue(), DeltaFate.WHOLE)


def _of_counts(place: DeltaPlace) -> Iterator[DeltaCell]:
    yield _once(place, "far_too_high", WrongCount(by=50), DeltaFate.WHOLE)
    if place is DeltaPlace.PEOPLE_COUNT:
        yield _once(place, "far_too_low", WrongCount(by=-50), DeltaFate.WHOLE)
    yield _lasting(place, "a_little_too_high", WrongCount(by=4), DeltaFate.BY_CHANGES)
    yield _lasting(place, "a_little_too_low", WrongCount(by=-4), DeltaFate.BY_CHANGES)


def _once(place: DeltaPlace, what: str, effect: Effect, fate: DeltaFate) -> DeltaCell:
    return DeltaCell(place=place, what=what, effect=effect, is_lasting=False, fate=fate)


def _lasting(place: DeltaPlace, what: str, effect: Effect, fate: DeltaFate) -> DeltaCell:
    return DeltaCell(place=place, what=what, effect=effect, is_lasting=True, fate=fate)
