"""What changed since a deltaLink was given: who, and what Graph tells of them; what they are now is asked by id.

Source: learn.microsoft.com/graph/delta-query-overview.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import msgspec
from msgspec import UNSET, UnsetType

from shared.graph.chain import broken, decode_answer
from shared.graph.client import GraphClient, Permission
from shared.graph.decode import GROUP_PROPERTIES, PERSON_PROPERTIES, GroupJson, PersonJson, entra_id
from shared.model import EntraId

PEOPLE_DELTA = "/v1.0/users/delta"
GROUPS_DELTA = "/v1.0/groups/delta"
_FROM_NOW = "$deltaToken=latest"
"""A deltaLink without any data. Source: learn.microsoft.com/graph/delta-query-overview (deltaToken=latest)."""


class RemovedJson(msgspec.Struct):
    """Says that an object is gone: ``changed`` where it can be restored, ``deleted`` where it cannot."""

    reason: str | None = None


class ChangedPersonJson(PersonJson):
    """A user in a delta: at least the properties that changed."""

    removed: RemovedJson | UnsetType = msgspec.field(name="@removed", default=UNSET)


class ChangedGroupJson(GroupJson):
    """A group in a delta."""

    removed: RemovedJson | UnsetType = msgspec.field(name="@removed", default=UNSET)


J = TypeVar("J", ChangedPersonJson, ChangedGroupJson)


class DeltaPage(msgspec.Struct, Generic[J]):
    """One page: a nextLink or, on the last one, a deltaLink."""

    value: list[J]
    next_link: str | None = msgspec.field(name="@odata.nextLink", default=None)
    delta_link: str | None = msgspec.field(name="@odata.deltaLink", default=None)


@dataclass(slots=True)
class Told(Generic[J]):
    """All that one round tells of one object, in no order that means anything."""

    is_removed: bool = False
    versions: list[J] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Round(Generic[J]):
    """Everything that changed since a deltaLink, and the deltaLink for what changes from here on."""

    told: Mapping[EntraId, Told[J]]
    delta_link: str


class TooMuchChangedError(Exception):
    """A round has more than it is worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deltas(Generic[J]):
    """One of the two delta functions."""

    path: str
    properties: str
    needs: Permission
    decoder: msgspec.json.Decoder[DeltaPage[J]]

    def link_from_now(self, client: GraphClient) -> str:
        """The deltaLink that tells what changes after this call; raises as ``round_since``."""
        path = f"{self.path}?$select={self.properties}&{_FROM_NOW}"
        page = decode_answer(client.get(path, needs=self.needs), self.decoder, self.path)
        return _own(client, page.delta_link, self.path, "deltaLink")

    def round_since(
        self,
        client: GraphClient,
        delta_link: str,
        *,
        most_objects: int,
        most_pages: int,
        noticed: Callable[[int], None],
    ) -> Round[J]:
        """What changed since the deltaLink, replays included; ``noticed`` is told after each page how many objects so far.

        Raises TooMuchChangedError, IncompleteReadError, and as GraphClient.get does: GraphRefusedError for a link that
        Graph no longer knows (after 7 days, or tenant maintenance).
        """
        told: dict[EntraId, Told[J]] = {}
        # What was kept is foreign until it is looked at.
        link = _own(client, delta_link, self.path, "deltaLink")
        for number in range(1, most_pages + 1):
            place = f"{self.path}, page {number}"
            page = decode_answer(client.get(link, needs=self.needs), self.decoder, place)
            for item in page.value:
                known = told.setdefault(entra_id(item.id), Told())
                if item.removed is UNSET:
                    known.versions.append(item)
                else:
                    known.is_removed = True
            noticed(len(told))
            if len(told) > most_objects:
                raise TooMuchChangedError
            if page.next_link is None:
                return Round(told=told, delta_link=_own(client, page.delta_link, place, "deltaLink"))
            if page.delta_link is not None:
                raise broken(place, "it has a nextLink and a deltaLink")
            following = _own(client, page.next_link, place, "nextLink")
            if following == link:
                raise broken(place, "its nextLink leads back to itself")
            link = following
        raise TooMuchChangedError


def people_deltas() -> Deltas[ChangedPersonJson]:
    """``/users/delta``, for the properties that a whole read selects."""
    return Deltas(
        path=PEOPLE_DELTA,
        properties=PERSON_PROPERTIES,
        needs=Permission.USER_READ_ALL,
        decoder=msgspec.json.Decoder(DeltaPage[ChangedPersonJson]),
    )


def groups_deltas() -> Deltas[ChangedGroupJson]:
    """``/groups/delta``. Members are not asked for: what it tells of them has been reported to miss some who left.

    Source: github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/5855.
    """
    return Deltas(
        path=GROUPS_DELTA,
        properties=GROUP_PROPERTIES,
        needs=Permission.GROUP_MEMBER_READ_ALL,
        decoder=msgspec.json.Decoder(DeltaPage[ChangedGroupJson]),
    )


def _own(client: GraphClient, link: str | None, place: str, name: str) -> str:
    if link is None:
        raise broken(place, f"it has no {name}")
    if not client.is_own_link(link):
        raise broken(place, f"its {name} is no address on the configured Graph host")
    return link
