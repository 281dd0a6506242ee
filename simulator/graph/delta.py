"""``/users/delta`` and ``/groups/delta``: what changed since a token was made, found by comparing with what was seen then.

Source: learn.microsoft.com/graph/delta-query-overview, …/graph/delta-query-groups, …/graph/api/user-delta, …/graph/api/group-delta.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from simulator.graph.answers import GraphError, answer, bad_request, unsupported_query
from simulator.graph.call import Call
from simulator.graph.delta_entries import (
    Changed,
    Entry,
    Memory,
    Removed,
    first_entries,
    held_back,
    later_entries,
    remember,
)
from simulator.graph.directory import DirectoryView, LaggingDirectory
from simulator.graph.entities import GROUP, MEMBER_TYPES, USER
from simulator.graph.entity_type import EntityType
from simulator.graph.filters import parse_filter
from simulator.graph.listing import Parts, may_see_members
from simulator.graph.paging import TokenSeal, invalid_token, link
from simulator.graph.query import parse_select
from simulator.graph.rows import RowMaker
from simulator.wire import Response
from simulator.world import Json

_TOKEN_LIFE = timedelta(days=7)
_MOST_IDS_FILTERED = 50
_MOST_ROUNDS_KEPT = 64
_FIRST_OPTIONS = frozenset({"$select", "$filter", "$top", "$deltatoken"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What a chain of rounds is about; fixed by its first request."""

    app_id: str
    entity: EntityType
    names: tuple[str, ...]
    has_members: bool
    ids: frozenset[str] | None
    """None: all objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    question: _Question
    entries: Sequence[Entry]
    memory: Memory
    is_first: bool
    made_at: datetime


class Delta:
    """The handlers of the two delta functions."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._directory = LaggingDirectory(parts.world)
        self._seal = TokenSeal(parts.chance.randbytes(32))
        self._rounds: OrderedDict[str, _Round] = OrderedDict()

    def users(self, call: Call) -> Response:
        """GET /users/delta."""
        return self._answer(call, USER)

    def groups(self, call: Call) -> Response:
        """GET /groups/delta."""
        return self._answer(call, GROUP)

    def _answer(self, call: Call, entity: EntityType) -> Response:
        options = {(n.lower() if n.lower() == "$deltatoken" else n): value for n, value in call.options.items()}
        token = options.get("$skiptoken") or options.get("$deltatoken") or ""
        if token in {"", "latest"}:
            question = _question(call, entity, options)
            return self._page(call, self._begin(question, before=None, is_silent=token == "latest"), 0, is_blank=False)
        if len(options) > 1:
            raise unsupported_query("Query options are part of the token and must not be repeated beside it.")
        if self._parts.switches.delta_is_gone:
            raise self._gone(call)
        match self._seal.open(token):
            case ["next", str(key), int(offset), bool(is_blank)] if "$skiptoken" in options:
                self._known(call, entity, key)
                return self._page(call, key, offset, is_blank=is_blank)
            case ["delta", str(key)] if "$deltatoken" in options:
                known = self._known(call, entity, key)
                return self._page(call, self._begin(known.question, before=known.memory), 0, is_blank=False)
        raise invalid_token()

    def _begin(self, question: _Question, *, before: Memory | None, is_silent: bool = False) -> str:
        """Start a round, full or since ``before``; a silent one tells nothing. Returns its key."""
        switches, tenant = self._parts.switches, self._parts.world.tenant
        memory = self._look(question)
        bin_items = tenant.deleted_users if question.entity is USER else tenant.deleted_groups
        entries: list[Entry] = []
        if before is not None:
            memory = held_back(memory, before, switches.delta_held_back)
            entries = later_entries(before, memory, bin_items, members_per_entry=switches.delta_members_per_entry)
            self._parts.chance.shuffle(entries)
        elif not is_silent:
            restorable = bin_items if switches.delta_first_round_has_removed and question.ids is None else ()
            entries = first_entries(memory, restorable, members_per_entry=switches.delta_members_per_entry)
        key = self._parts.chance.randbytes(9).hex()
        self._rounds[key] = _Round(
            question=question,
            entries=entries,
            memory=memory,
            is_first=before is None,
            made_at=self._parts.world.clock.now(),
        )
        while len(self._rounds) > _MOST_ROUNDS_KEPT:
            self._rounds.popitem(last=False)
        return key

    def _look(self, question: _Question) -> Memory:
        view = self._view()
        items: Mapping[str, Json] = view.users if question.entity is USER else view.groups
        if question.ids is not None:
            items = {key: items[key] for key in question.ids if key in items}
        members = {key: frozenset(view.direct_members(key)) for key in items} if question.has_members else {}
        return remember(items, question.names, members)

    def _page(self, call: Call, key: str, offset: int, *, is_blank: bool) -> Response:
        known = self._rounds[key]
        switches = self._parts.switches
        size = min(switches.delta_page_size, switches.largest_page)
        entries = () if is_blank else known.entries[offset : offset + size]
        if switches.delta_replays and offset and not known.is_first:
            entries = (known.entries[max(0, offset - size)], *entries)
        end = offset if is_blank else offset + size
        body: Json = {"@odata.context": call.context(_described(known.question))}
        if is_blank or end < len(known.entries):
            token = self._seal.seal(("next", key, end, switches.empty_pages and not is_blank))
            body["@odata.nextLink"] = link(call, {"$skiptoken": token})
        else:
            body["@odata.deltaLink"] = link(call, {"$deltatoken": self._seal.seal(("delta", key))})
        body["value"] = self._rows(call, known, entries)
        wants_minimal = "return=minimal" in call.headers.get("prefer", "")
        return answer(body, {"Preference-Applied": "return=minimal"} if wants_minimal else None)

    def _rows(self, call: Call, known: _Round, entries: Sequence[Entry]) -> list[Json]:
        view = self._view()
        makers: dict[tuple[str, ...], RowMaker] = {}
        rows: list[Json] = []
        for entry in entries:
            if isinstance(entry, Removed):
                rows.append({"id": entry.id, "@removed": {"reason": "changed" if entry.is_restorable else "deleted"}})
                continue
            # Gone since the round began: the next round tells so.
            if (found := view.find(entry.id)) is None:
                continue
            maker = makers.get(entry.names)
            if maker is None:
                maker = makers[entry.names] = RowMaker(
                    caller=call.caller,
                    switches=self._parts.switches,
                    select=entry.names,
                    has_type=False,
                    always_id=True,
                )
            row = maker.row(found)
            if known.question.has_members and may_see_members(call, found[1]):
                moves = self._moves(entry, view)
                row |= {"members@delta": moves} if moves else {}
            if entry.names or "members@delta" in row:
                rows.append(row)
        return rows

    def _moves(self, entry: Changed, view: DirectoryView) -> list[Json]:
        def typed(key: str) -> Json | None:
            if (found := view.find(key)) is not None:
                return {"@odata.type": found[0].odata_type, "id": key}
            if not self._parts.switches.delta_tells_deleted_members:
                return None
            kind = "group" if key in self._parts.world.tenant.deleted_groups else "user"
            return {"@odata.type": MEMBER_TYPES[kind].odata_type, "id": key}

        joined = [item for item in map(typed, entry.joined) if item is not None]
        left = [item | {"@removed": {"reason": "deleted"}} for item in map(typed, entry.left) if item is not None]
        return joined + left

    def _known(self, call: Call, entity: EntityType, key: str) -> _Round:
        """The round with this key. Raises GraphError (400) where it is forgotten, too old, or about something else."""
        known = self._rounds.get(key)
        if known is None or self._parts.world.clock.now() - known.made_at > _TOKEN_LIFE:
            message = "The sync state generation is not found; full resynchronization is required."
            raise GraphError(status=400, code="syncStateNotFound", message=message)
        if known.question.entity is not entity or known.question.app_id != call.caller.app_id:
            raise invalid_token()
        self._rounds.move_to_end(key)
        return known

    def _gone(self, call: Call) -> GraphError:
        message = "Resync required. Replace any local items with the server's version."
        headers = {"Location": link(call, {"$deltatoken": ""})}
        return GraphError(status=410, code="resyncRequired", message=message, headers=headers)

    def _view(self) -> DirectoryView:
        return self._directory.view(self._parts.switches.delta_lag_seconds)


def _question(call: Call, entity: EntityType, options: Mapping[str, str]) -> _Question:
    for name in options:
        if name not in _FIRST_OPTIONS:
            raise unsupported_query(f"Query option '{name}' is not supported with delta.")
    names, has_members = entity.default, entity is GROUP
    if "$select" in options:
        asked = [name.strip() for name in options["$select"].split(",")]
        has_members = entity is GROUP and "members" in asked
        plain = [name for name in asked if not (has_members and name == "members")]
        names = parse_select(",".join(plain), entity, is_single=False) if plain else ("id",)
    ids = None
    if "$filter" in options:
        condition = parse_filter(options["$filter"], entity)
        if condition.ids is None:
            raise unsupported_query("Only filters on id are supported with delta.")
        if len(condition.ids) > _MOST_IDS_FILTERED:
            raise bad_request(f"At most {_MOST_IDS_FILTERED} objects can be filtered with delta.")
        ids = frozenset(key.lower() for key in condition.ids)
    return _Question(app_id=call.caller.app_id, entity=entity, names=names, has_members=has_members, ids=ids)


def _described(question: _Question) -> str:
    if question.names == question.entity.default:
        return question.entity.collection
    names = [*question.names, *(["members"] if question.has_members else [])]
    return f"{question.entity.collection}({','.join(names)})"
