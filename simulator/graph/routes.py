"""Every path that the simulated Graph knows: who may call it, what it costs, who answers it.

Source of the costs: learn.microsoft.com/graph/throttling-limits (identity and access); a path that is not listed there costs 1.
"""

from dataclasses import dataclass

from simulator.graph.answers import GraphError, bad_request
from simulator.graph.call import Handler
from simulator.graph.deleted import DeletedItems
from simulator.graph.delta import Delta
from simulator.graph.groups import Groups
from simulator.graph.listing import Parts
from simulator.graph.people import People
from simulator.graph.roles import (
    READ_DELETED_GROUPS,
    READ_GROUPS,
    READ_MAILBOX_SETTINGS,
    READ_MEMBERS,
    READ_MEMBERSHIPS,
    READ_ORGANIZATION,
    READ_PEOPLE,
    READ_PEOPLE_IN_FULL,
    READ_SKUS,
    Access,
)
from simulator.graph.tenant import TenantItself

_OPEN = ("{id}", "{cast}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One path below the version, open places in braces."""

    method: str
    pattern: tuple[str, ...]
    access: Access
    cost: int
    """Resource units before ``$select`` and the like; 0: not a directory path, counted elsewhere."""
    handler: Handler


class Routes:
    """The table of paths."""

    def __init__(self, parts: Parts) -> None:
        delta = Delta(parts)
        self._routes = (*_people_routes(parts, delta), *_group_routes(parts, delta), *_other_routes(parts))

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route of this request, and what stands in its open places.

        Raises GraphError: 400 for a path that is none, 405 for a method that the path does not take.
        """
        segments = _segments(path)
        candidates = [route for route in self._routes if _matches(route.pattern, segments)]
        if not candidates:
            raise bad_request(f"Resource not found for the segment '{segments[-1] if segments else ''}'.")
        best = max(candidates, key=lambda route: sum(part not in _OPEN for part in route.pattern))
        for route in candidates:
            if route.method == method and route.pattern == best.pattern:
                places = zip(route.pattern, segments, strict=True)
                return route, tuple(segment for part, segment in places if part in _OPEN)
        message = "Specified HTTP method is not allowed for the request target."
        raise GraphError(status=405, code="Request_BadRequest", message=message)


def _segments(path: str) -> tuple[str, ...]:
    """The parts of the path; functions without their empty parentheses, names of types and functions without namespace."""
    parts = path.removeprefix("/").split("/")
    return tuple(_plain(part) for part in parts)


def _plain(part: str) -> str:
    name = part.removesuffix("()").removeprefix("microsoft.").removeprefix("graph.")
    if name in {"delta", "checkMemberGroups"}:
        return name
    return f"microsoft.graph.{name}" if part.startswith(("microsoft.graph.", "graph.")) else part


def _matches(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(pattern) == len(segments) and all(
        (part == "{id}" and bool(segment))
        or (part == "{cast}" and segment.startswith("microsoft.graph."))
        or part == segment
        for part, segment in zip(pattern, segments, strict=True)
    )


def _get(path: str, access: Access, cost: int, handler: Handler) -> Route:
    return Route(method="GET", pattern=tuple(path.split("/")), access=access, cost=cost, handler=handler)


def _people_routes(parts: Parts, delta: Delta) -> tuple[Route, ...]:
    people = People(parts)
    return (
        _get("users", READ_PEOPLE, 2, people.list),
        _get("users/$count", READ_PEOPLE, 1, people.count),
        _get("users/delta", READ_PEOPLE_IN_FULL, 1, delta.users),
        _get("users/{id}", READ_PEOPLE, 1, people.one),
        _get("users/{id}/memberOf", READ_MEMBERSHIPS, 2, people.member_of),
        _get("users/{id}/memberOf/microsoft.graph.group", READ_MEMBERSHIPS, 2, people.member_of_groups),
        _get("users/{id}/transitiveMemberOf", READ_MEMBERSHIPS, 2, people.transitive_member_of),
        _get(
            "users/{id}/transitiveMemberOf/microsoft.graph.group",
            READ_MEMBERSHIPS,
            2,
            people.transitive_member_of_groups,
        ),
        Route(
            method="POST",
            pattern=("users", "{id}", "checkMemberGroups"),
            access=READ_MEMBERSHIPS,
            cost=1,
            handler=people.check_member_groups,
        ),
        _get("users/{id}/mailboxSettings", READ_MAILBOX_SETTINGS, 0, people.mailbox_settings),
        _get("users/{id}/mailboxSettings/userPurpose", READ_MAILBOX_SETTINGS, 0, people.user_purpose),
    )


def _group_routes(parts: Parts, delta: Delta) -> tuple[Route, ...]:
    groups = Groups(parts)
    return (
        _get("groups", READ_GROUPS, 1, groups.list),
        _get("groups/$count", READ_GROUPS, 1, groups.count),
        _get("groups/delta", READ_GROUPS, 1, delta.groups),
        _get("groups/{id}", READ_GROUPS, 1, groups.one),
        _get("groups/{id}/members", READ_MEMBERS, 3, groups.members),
        _get("groups/{id}/members/$count", READ_MEMBERS, 3, groups.count_members),
        _get("groups/{id}/members/{cast}", READ_MEMBERS, 3, groups.members),
        _get("groups/{id}/members/{cast}/$count", READ_MEMBERS, 3, groups.count_members),
        _get("groups/{id}/transitiveMembers", READ_MEMBERS, 5, groups.transitive_members),
        _get("groups/{id}/transitiveMembers/$count", READ_MEMBERS, 5, groups.count_transitive_members),
        _get("groups/{id}/transitiveMembers/{cast}", READ_MEMBERS, 5, groups.transitive_members),
        _get("groups/{id}/transitiveMembers/{cast}/$count", READ_MEMBERS, 5, groups.count_transitive_members),
    )


def _other_routes(parts: Parts) -> tuple[Route, ...]:
    deleted, tenant = DeletedItems(parts), TenantItself(parts)
    bin_path = "directory/deletedItems"
    either = READ_PEOPLE_IN_FULL | READ_DELETED_GROUPS
    return (
        _get(bin_path, either, 1, deleted.uncast),
        _get(f"{bin_path}/microsoft.graph.user", READ_PEOPLE_IN_FULL, 1, deleted.users),
        _get(f"{bin_path}/microsoft.graph.group", READ_DELETED_GROUPS, 1, deleted.groups),
        _get(f"{bin_path}/microsoft.graph.user/$count", READ_PEOPLE_IN_FULL, 1, deleted.count_users),
        _get(f"{bin_path}/microsoft.graph.group/$count", READ_DELETED_GROUPS, 1, deleted.count_groups),
        _get(f"{bin_path}/{{id}}", either, 1, deleted.one),
        _get("organization", READ_ORGANIZATION, 1, tenant.organizations),
        _get("organization/{id}", READ_ORGANIZATION, 1, tenant.organization),
        _get("subscribedSkus", READ_SKUS, 3, tenant.skus),
    )
