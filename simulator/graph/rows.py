"""Objects as a caller may see them: selected properties, nulls for what the roles hide, what is withheld by switch."""

from collections.abc import Callable

from simulator.graph.answers import forbidden
from simulator.graph.call import Caller
from simulator.graph.directory import Found
from simulator.graph.entity_type import EntityType
from simulator.graph.roles import (
    PUBLIC_TO_ALL,
    READ_LEAVE_DATES,
    READ_SECURITY_ATTRIBUTES,
    READ_SIGN_INS,
    READ_TYPE,
    READ_TYPE_IN_FULL,
)
from simulator.graph.switches import GraphSwitches, LeaveDate
from simulator.world import Json

_ROLES_OF_PROPERTY = {
    "employeeLeaveDateTime": READ_LEAVE_DATES,
    "signInActivity": READ_SIGN_INS,
    "customSecurityAttributes": READ_SECURITY_ATTRIBUTES,
}


class RowMaker:
    """Makes the rows of one answer for one caller."""

    def __init__(
        self,
        *,
        caller: Caller,
        switches: GraphSwitches,
        select: tuple[str, ...] | None,
        has_type: bool,
        always_id: bool = False,
    ) -> None:
        """``has_type``: rows say their ``@odata.type``, as in collections of several types.

        Raises GraphError (403) where a selected property needs a role that the caller lacks.
        """
        self._caller = caller
        self._switches = switches
        self._select = select
        self._has_type = has_type and (select is None or switches.members_keep_type)
        self._always_id = always_id or switches.select_adds_id
        self._nulls = self._properties_without_role()
        self._makers: dict[str, Callable[[Json], Json]] = {}

    def row(self, found: Found) -> Json:
        """The object as the caller sees it."""
        entity, item = found
        maker = self._makers.get(entity.name)
        if maker is None:
            maker = self._makers[entity.name] = self._maker(entity)
        row = maker(item)
        if self._switches.withheld:
            for name in self._switches.withheld.get(item["id"], ()):
                row.pop(name, None)
        return row

    def _properties_without_role(self) -> frozenset[str]:
        missing = {
            name
            for name, access in _ROLES_OF_PROPERTY.items()
            if name in (self._select or ()) and not access.allows(self._caller.roles)
        }
        if missing - {"employeeLeaveDateTime"} or (missing and self._switches.leave_date is LeaveDate.FORBIDDEN):
            raise forbidden()
        return frozenset(missing)

    def _maker(self, entity: EntityType) -> Callable[[Json], Json]:
        names = entity.default if self._select is None else tuple(n for n in self._select if n in entity.shapes)
        start = {"@odata.type": entity.odata_type} if self._has_type else {}
        roles = self._caller.roles
        if entity.name in READ_TYPE and not READ_TYPE[entity.name].allows(roles):
            nulls = dict.fromkeys(names)
            limited = {"@odata.type": entity.odata_type}
            return lambda item: {**limited, **nulls, "id": item["id"]}
        if self._always_id and "id" not in names:
            names = ("id", *names)
        hidden = self._nulls
        if entity.name in READ_TYPE_IN_FULL and not READ_TYPE_IN_FULL[entity.name].allows(roles):
            hidden = hidden | (frozenset(names) - PUBLIC_TO_ALL[entity.name])
        shown = [(name, entity.absent[name]) for name in names if name not in hidden]
        empty = {name: None for name in names if name in hidden}
        return lambda item: {**start, **{name: item.get(name, absent) for name, absent in shown}, **empty}
