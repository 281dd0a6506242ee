"""Answers that are collections, their counts, or one object: the same for every type."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from simulator.graph.answers import answer, text_answer
from simulator.graph.call import Call
from simulator.graph.directory import DirectoryView, Found, LaggingDirectory, Lookup, is_hidden, live_view
from simulator.graph.paging import Pager
from simulator.graph.query import Grammar, Query, parse_query
from simulator.graph.roles import READ_HIDDEN_MEMBERS
from simulator.graph.rows import RowMaker
from simulator.graph.switches import GraphSwitches
from simulator.wire import Response
from simulator.world import Json, World

_MOST_EXPANDED = 20
_EXPANDING_PAGE = 100
"""Source: learn.microsoft.com/graph/query-parameters (expand), and known issue 13635."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the handlers work with."""

    world: World
    switches: GraphSwitches
    pager: Pager
    index: LaggingDirectory
    chance: random.Random

    def view(self, *, is_advanced: bool) -> DirectoryView:
        """The directory as such a query sees it."""
        return self.index.view(self.switches.index_lag_seconds) if is_advanced else live_view(self.world.tenant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """A collection: how to list it, and how to find one of its objects again."""

    ids: Callable[[], Iterable[str]]
    lookup: Lookup


Source = Callable[[DirectoryView], Collected]
"""Finds the collection in a view. Raises GraphError where the path leads nowhere."""


def list_answer(parts: Parts, call: Call, grammar: Grammar, source: Source, *, has_type: bool = False) -> Response:
    """One page of the collection."""
    query = parse_query(call, grammar)
    view = parts.view(is_advanced=query.is_advanced)
    collected = source(view)
    size = min(query.top, _EXPANDING_PAGE) if query.expands_members else query.top
    rows = RowMaker(caller=call.caller, switches=parts.switches, select=query.select, has_type=has_type)
    body: Json = {"@odata.context": call.context(_described(grammar, query))}
    if query.skiptoken is None:
        ids = _matching(collected, query)
        page = parts.pager.first(call, ids, size=size)
        if query.counts:
            body["@odata.count"] = len(ids)
    else:
        page = parts.pager.further(call, query.skiptoken, size=size)
    if page.next_link is not None:
        body["@odata.nextLink"] = page.next_link
    # An object that went away since the list was fixed is not shown: pages may be shorter than they could be.
    found = [item for item in map(collected.lookup, page.ids) if item is not None]
    body["value"] = [rows.row(item) for item in found]
    if query.expands_members:
        _expand(parts, call, query, view, found, body["value"])
    return answer(body)


def count_answer(parts: Parts, call: Call, grammar: Grammar, source: Source) -> Response:
    """How many objects the collection has, as a bare number."""
    query = parse_query(call, grammar)
    return text_answer(len(_matching(source(parts.view(is_advanced=True)), query)))


def single_answer(
    parts: Parts, call: Call, grammar: Grammar, found: Found, *, has_type: bool = False, extra: Json | None = None
) -> Response:
    """One object; ``extra`` holds selected properties that another service keeps."""
    query = parse_query(call, grammar)
    rows = RowMaker(caller=call.caller, switches=parts.switches, select=query.select, has_type=has_type)
    row = rows.row(found)
    if query.expands_members:
        _expand(parts, call, query, parts.view(is_advanced=False), [found], [row])
    context = call.context(f"{_described(grammar, query)}/$entity")
    return answer({"@odata.context": context, **row, **(extra or {})})


def may_see_members(call: Call, group: Json) -> bool:
    """Whether this caller sees who is in the group."""
    return not is_hidden(group) or READ_HIDDEN_MEMBERS.allows(call.caller.roles)


def _matching(collected: Collected, query: Query) -> Sequence[str]:
    ids: Sequence[str] = tuple(collected.ids())
    if query.condition is not None:
        test = query.condition.test
        ids = [key for key in ids if (found := collected.lookup(key)) is not None and test(found[1])]
    if query.order is not None:
        name, is_descending = query.order

        def place(key: str) -> str:
            found = collected.lookup(key)
            return str(found[1].get(name) or "").casefold() if found is not None else ""

        ids = sorted(ids, key=place, reverse=is_descending)
    return ids


def _expand(
    parts: Parts, call: Call, query: Query, view: DirectoryView, found: Sequence[Found], rows: Sequence[Json]
) -> None:
    maker = RowMaker(caller=call.caller, switches=parts.switches, select=query.expanded_select, has_type=True)
    for (_, group), row in zip(found, rows, strict=True):
        ids = view.direct_members(group["id"])[:_MOST_EXPANDED] if may_see_members(call, group) else []
        row["members"] = [maker.row(member) for member in map(view.find, ids) if member is not None]


def _described(grammar: Grammar, query: Query) -> str:
    names = list(query.select or ())
    if query.expands_members:
        names.append(f"members({','.join(query.expanded_select or ())})")
    return f"{grammar.entity.collection}({','.join(names)})" if names else grammar.entity.collection
