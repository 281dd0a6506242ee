"""``/directory/deletedItems``: people and groups that can still be restored."""

from collections.abc import Mapping

from simulator.graph.answers import forbidden, not_found, not_implemented, unsupported_query
from simulator.graph.call import Call
from simulator.graph.entities import GROUP, MEMBER, USER
from simulator.graph.entity_type import EntityType
from simulator.graph.listing import Collected, Parts, count_answer, list_answer, single_answer
from simulator.graph.query import COUNT_OPTIONS, LIST_OPTIONS, SINGLE_OPTIONS, Grammar
from simulator.graph.roles import READ_DELETED_GROUPS, READ_PEOPLE_IN_FULL
from simulator.wire import Response
from simulator.world import Json

_ONE = Grammar(entity=MEMBER, options=SINGLE_OPTIONS, is_single=True)


class DeletedItems:
    """The handlers of ``/directory/deletedItems``."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def users(self, call: Call) -> Response:
        """GET /directory/deletedItems/microsoft.graph.user."""
        return self._list(call, USER, self._parts.world.tenant.deleted_users)

    def groups(self, call: Call) -> Response:
        """GET /directory/deletedItems/microsoft.graph.group."""
        return self._list(call, GROUP, self._parts.world.tenant.deleted_groups)

    def count_users(self, call: Call) -> Response:
        """GET /directory/deletedItems/microsoft.graph.user/$count."""
        return self._count(call, USER, self._parts.world.tenant.deleted_users)

    def count_groups(self, call: Call) -> Response:
        """GET /directory/deletedItems/microsoft.graph.group/$count."""
        return self._count(call, GROUP, self._parts.world.tenant.deleted_groups)

    def uncast(self, call: Call) -> Response:
        """GET /directory/deletedItems, which says nothing without a type."""
        raise unsupported_query(f"'{call.target.path}' needs a cast such as /microsoft.graph.user.")

    def one(self, call: Call) -> Response:
        """GET /directory/deletedItems/{id}."""
        key = call.ids[0].lower()
        if key.startswith("microsoft.graph."):
            raise not_implemented(f"Deleted items of type '{call.ids[0]}' are not implemented.")
        tenant = self._parts.world.tenant
        roles = call.caller.roles
        if (user := tenant.deleted_users.get(key)) is not None:
            if not READ_PEOPLE_IN_FULL.allows(roles):
                raise forbidden()
            return single_answer(self._parts, call, _ONE, (USER, user), has_type=True)
        if (group := tenant.deleted_groups.get(key)) is not None:
            if not READ_DELETED_GROUPS.allows(roles):
                raise forbidden()
            return single_answer(self._parts, call, _ONE, (GROUP, group), has_type=True)
        raise not_found(call.ids[0])

    def _list(self, call: Call, entity: EntityType, items: Mapping[str, Json]) -> Response:
        grammar = Grammar(entity=entity, options=LIST_OPTIONS, sorts_when_advanced=True)
        return list_answer(self._parts, call, grammar, lambda _: _collected(entity, items))

    def _count(self, call: Call, entity: EntityType, items: Mapping[str, Json]) -> Response:
        grammar = Grammar(entity=entity, options=COUNT_OPTIONS, is_count=True)
        return count_answer(self._parts, call, grammar, lambda _: _collected(entity, items))


def _collected(entity: EntityType, items: Mapping[str, Json]) -> Collected:
    return Collected(
        ids=items.keys, lookup=lambda key: (entity, item) if (item := items.get(key)) is not None else None
    )
