"""The directory behind Graph: objects by id, who is a member of what, and the index that lags behind."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from simulator.graph.entities import GROUP, MEMBER_TYPES, USER
from simulator.graph.entity_type import EntityType
from simulator.world import Json, Tenant, World

Found = tuple[EntityType, Json]
Lookup = Callable[[str], Found | None]


def is_microsoft365(group: Json) -> bool:
    """Whether the group is a Microsoft 365 group."""
    return "Unified" in (group.get("groupTypes") or [])


def is_hidden(group: Json) -> bool:
    """Whether the group's membership is hidden."""
    return group.get("visibility") == "HiddenMembership"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryView:
    """The directory as one read sees it; the live one follows every change."""

    users: Mapping[str, Json]
    groups: Mapping[str, Json]
    others: Mapping[str, Json]
    members: Mapping[str, Sequence[str]]

    def find(self, object_id: str) -> Found | None:
        """The object with this id and its type; None where there is none (any more)."""
        if (user := self.users.get(object_id)) is not None:
            return USER, user
        if (group := self.groups.get(object_id)) is not None:
            return GROUP, group
        if (other := self.others.get(object_id)) is not None:
            return MEMBER_TYPES[str(other["@odata.type"]).removeprefix("#microsoft.graph.")], other
        return None

    def user(self, identifier: str) -> Json | None:
        """The user with this id or sign-in name; None where there is none."""
        found = self.users.get(identifier.lower())
        if found is not None or "@" not in identifier:
            return found
        wanted = identifier.casefold()
        names = (user for user in self.users.values() if str(user.get("userPrincipalName")).casefold() == wanted)
        return next(names, None)

    def direct_members(self, group_id: str) -> list[str]:
        """Ids of the direct members that exist."""
        return [member for member in self.members.get(group_id, ()) if self.find(member) is not None]

    def transitive_members(self, group_id: str, opens: Callable[[Json], bool]) -> list[str]:
        """Ids of everything below the group, nested groups too, each once; only groups that ``opens`` lets pass show theirs."""
        seen: dict[str, None] = {}
        waiting = [group_id]
        while waiting:
            current = waiting.pop(0)
            if not opens(self.groups[current]):
                continue
            for member in self.direct_members(current):
                if member not in seen and member != group_id:
                    seen[member] = None
                    if member in self.groups:
                        waiting.append(member)
        return list(seen)

    def groups_of(self, object_id: str) -> Iterator[str]:
        """Ids of the groups that have the object as a direct member."""
        return (group_id for group_id in self.groups if object_id in self.members.get(group_id, ()))

    def transitive_groups_of(self, object_id: str) -> list[str]:
        """Ids of the groups that have the object anywhere below them, each once."""
        seen: dict[str, None] = {}
        waiting = [object_id]
        while waiting:
            for group_id in self.groups_of(waiting.pop(0)):
                if group_id not in seen:
                    seen[group_id] = None
                    waiting.append(group_id)
        return list(seen)


def live_view(tenant: Tenant) -> DirectoryView:
    """The directory as it is."""
    return DirectoryView(users=tenant.users, groups=tenant.groups, others=tenant.others, members=tenant.members)


def copied_view(tenant: Tenant) -> DirectoryView:
    """The directory as it is now, unmoved by later changes."""
    return DirectoryView(
        users={key: dict(value) for key, value in tenant.users.items()},
        groups={key: dict(value) for key, value in tenant.groups.items()},
        others={key: dict(value) for key, value in tenant.others.items()},
        members={key: tuple(value) for key, value in tenant.members.items()},
    )


class LaggingDirectory:
    """What an eventually consistent reader sees: a picture that is renewed when it has grown too old."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._picture: tuple[datetime, DirectoryView] | None = None

    def view(self, lag_seconds: float) -> DirectoryView:
        """The directory as it was at most ``lag_seconds`` ago; 0: as it is. Called under the world's lock."""
        if lag_seconds <= 0:
            self._picture = None
            return live_view(self._world.tenant)
        now = self._world.clock.now()
        if self._picture is None or (now - self._picture[0]).total_seconds() >= lag_seconds:
            self._picture = (now, copied_view(self._world.tenant))
        return self._picture[1]
