"""``/groups``: the list, its count, one group, and who is in it, directly or through nested groups."""

from simulator.graph.answers import forbidden, not_found, unsupported_query
from simulator.graph.call import Call
from simulator.graph.directory import DirectoryView, is_microsoft365
from simulator.graph.entities import GROUP, MEMBER, MEMBER_TYPES
from simulator.graph.listing import Collected, Parts, count_answer, list_answer, may_see_members, single_answer
from simulator.graph.query import COUNT_OPTIONS, GROUP_LIST_OPTIONS, LIST_OPTIONS, SINGLE_OPTIONS, Grammar
from simulator.graph.switches import HiddenMembership
from simulator.wire import Response
from simulator.world import Json

_LIST = Grammar(entity=GROUP, options=GROUP_LIST_OPTIONS)
_COUNT = Grammar(entity=GROUP, options=COUNT_OPTIONS, is_count=True)
_ONE = Grammar(entity=GROUP, options=SINGLE_OPTIONS | {"$expand"}, is_single=True)
_MICROSOFT365_MEMBERS = frozenset({"user"})
"""Types that a Microsoft 365 group can hold. Source: learn.microsoft.com/graph/api/resources/groups-overview."""


class Groups:
    """The handlers of ``/groups``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def list(self, call: Call) -> Response:
        """GET /groups."""
        return list_answer(self._parts, call, _LIST, _groups)

    def count(self, call: Call) -> Response:
        """GET /groups/$count."""
        return count_answer(self._parts, call, _COUNT, _groups)

    def one(self, call: Call) -> Response:
        """GET /groups/{id}."""
        return single_answer(self._parts, call, _ONE, (GROUP, self._group(call, self._parts.view(is_advanced=False))))

    def members(self, call: Call) -> Response:
        """GET /groups/{id}/members, and with a cast."""
        return self._list_members(call, is_transitive=False)

    def transitive_members(self, call: Call) -> Response:
        """GET /groups/{id}/transitiveMembers, and with a cast."""
        return self._list_members(call, is_transitive=True)

    def count_members(self, call: Call) -> Response:
        """GET /groups/{id}/members/$count, and with a cast before it."""
        return self._count_members(call, is_transitive=False)

    def count_transitive_members(self, call: Call) -> Response:
        """GET /groups/{id}/transitiveMembers/$count, and with a cast before it."""
        return self._count_members(call, is_transitive=True)

    def _list_members(self, call: Call, *, is_transitive: bool) -> Response:
        cast = self._cast(call)
        grammar = Grammar(
            entity=MEMBER_TYPES[cast] if cast else MEMBER,
            options=LIST_OPTIONS,
            is_advanced=cast is not None,
            sorts_when_advanced=True,
            unfilterable=frozenset({"accountEnabled"}),
        )
        return list_answer(
            self._parts,
            call,
            grammar,
            lambda view: self._collected(call, view, cast, is_transitive=is_transitive),
            has_type=cast is None,
        )

    def _count_members(self, call: Call, *, is_transitive: bool) -> Response:
        cast = self._cast(call)
        entity = MEMBER_TYPES[cast] if cast else MEMBER
        grammar = Grammar(
            entity=entity, options=COUNT_OPTIONS, is_count=True, unfilterable=frozenset({"accountEnabled"})
        )
        return count_answer(
            self._parts, call, grammar, lambda view: self._collected(call, view, cast, is_transitive=is_transitive)
        )

    def _cast(self, call: Call) -> str | None:
        """The type that the path casts to; None without a cast."""
        if len(call.ids) == 1:
            return None
        name = call.ids[1].removeprefix("microsoft.graph.")
        if name not in MEMBER_TYPES:
            raise unsupported_query(f"The type '{call.ids[1]}' is not a type that members can have.")
        return name

    def _collected(self, call: Call, view: DirectoryView, cast: str | None, *, is_transitive: bool) -> Collected:
        group = self._group(call, view)
        group_id = group["id"]
        if not may_see_members(call, group) and self._parts.switches.hidden_membership is HiddenMembership.FORBIDDEN:
            raise forbidden()
        if cast is not None and is_microsoft365(group) and cast not in _MICROSOFT365_MEMBERS:
            raise unsupported_query(f"A group of this kind has no members of type 'microsoft.graph.{cast}'.")

        def opens(item: Json) -> bool:
            return may_see_members(call, item)

        def ids() -> list[str]:
            if not opens(group):
                return []
            keys = view.transitive_members(group_id, opens) if is_transitive else view.direct_members(group_id)
            if cast is None:
                return keys
            return [key for key in keys if (found := view.find(key)) is not None and found[0].name == cast]

        return Collected(ids=ids, lookup=view.find)

    def _group(self, call: Call, view: DirectoryView) -> Json:
        group = view.groups.get(call.ids[0].lower())
        if group is None:
            raise not_found(call.ids[0])
        return group


def _groups(view: DirectoryView) -> Collected:
    groups = view.groups
    return Collected(
        ids=groups.keys, lookup=lambda key: (GROUP, group) if (group := groups.get(key)) is not None else None
    )
