"""Query options: what each path takes, what they mean, and what needs an advanced query.

Source: learn.microsoft.com/graph/query-parameters, …/graph/aad-advanced-queries.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from simulator.graph.answers import bad_request, not_implemented, unsupported_query
from simulator.graph.call import Call
from simulator.graph.entities import MEMBER
from simulator.graph.entity_type import EntityType
from simulator.graph.filters import Condition, parse_filter

LARGEST_PAGE = 999
"""Source: learn.microsoft.com/graph/api/user-list (``$top``)."""
_EXPANSION = re.compile(r"members(?:\(\$select=(?P<select>[A-Za-z, ]+)\))?")

LIST_OPTIONS = frozenset({"$select", "$top", "$filter", "$orderby", "$count", "$search", "$skiptoken"})
GROUP_LIST_OPTIONS = LIST_OPTIONS | {"$expand"}
COUNT_OPTIONS = frozenset({"$filter", "$search"})
SINGLE_OPTIONS = frozenset({"$select"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """What a path may be asked."""

    entity: EntityType
    options: frozenset[str]
    is_advanced: bool = False
    """The path itself (a cast of members) works in advanced queries only."""
    is_count: bool = False
    """The path ends in ``/$count``: an advanced query that needs no ``$count=true``."""
    is_single: bool = False
    sorts_when_advanced: bool = False
    """``$orderby`` works in advanced queries only."""
    unfilterable: frozenset[str] = frozenset()
    """Properties that this path does not filter by although others do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """The options of one request, understood."""

    select: tuple[str, ...] | None
    """None: the default properties of each type."""
    top: int
    condition: Condition | None
    order: tuple[str, bool] | None
    """Property, and whether descending; None: the service's own order."""
    counts: bool
    expands_members: bool
    expanded_select: tuple[str, ...] | None
    """As ``select``, for expanded members."""
    skiptoken: str | None
    """None: the first page."""
    is_advanced: bool


def parse_query(call: Call, grammar: Grammar) -> Query:
    """The options of ``call`` as its path understands them.

    Raises GraphError (400, 501) for whatever the real service refuses; nothing is ignored.
    """
    options = call.options
    for name in options:
        if name not in grammar.options:
            raise unsupported_query(f"Query option '{name}' is not supported for this request.")
    entity = grammar.entity
    select = parse_select(options["$select"], entity, is_single=grammar.is_single) if "$select" in options else None
    condition = parse_filter(options["$filter"], entity) if "$filter" in options else None
    if condition is not None and condition.properties & grammar.unfilterable:
        name = min(condition.properties & grammar.unfilterable)
        raise unsupported_query(f"Unsupported or invalid query filter clause specified for property '{name}'.")
    order = _order(options["$orderby"], entity) if "$orderby" in options else None
    counts = _truth("$count", options.get("$count", "false"))
    expanded = _expansion(options["$expand"]) if "$expand" in options else None
    is_advanced = _consistency(call, grammar, condition=condition, counts=counts)
    return Query(
        select=select,
        top=_top(options.get("$top", "100")),
        condition=condition,
        order=order,
        counts=counts,
        expands_members=expanded is not None,
        expanded_select=expanded or None,
        skiptoken=options.get("$skiptoken"),
        is_advanced=is_advanced,
    )


def _consistency(call: Call, grammar: Grammar, *, condition: Condition | None, counts: bool) -> bool:
    """Whether this is an advanced query; refuses what only an advanced one may ask."""
    level = call.headers.get("consistencylevel", "session").lower()
    if level not in {"eventual", "session"}:
        raise bad_request(f"Invalid value '{level}' for header 'ConsistencyLevel'.")
    is_eventual = level == "eventual"
    if (counts or grammar.is_count) and not is_eventual:
        raise bad_request("$count is not currently supported.")
    is_advanced = is_eventual and (counts or grammar.is_count)
    needs_advanced = (
        grammar.is_advanced
        or "$search" in call.options
        or ("$orderby" in call.options and grammar.sorts_when_advanced)
        or (condition is not None and (condition.needs_advanced or "$orderby" in call.options))
    )
    if needs_advanced and not is_advanced:
        raise unsupported_query(
            "Request with these query options needs the header 'ConsistencyLevel: eventual' and '$count=true'."
        )
    if "$search" in call.options:
        raise not_implemented("$search is not implemented.")
    if is_advanced and "$expand" in call.options:
        raise unsupported_query("$expand is not supported with 'ConsistencyLevel: eventual' and '$count=true'.")
    return is_advanced


def parse_select(text: str, entity: EntityType, *, is_single: bool) -> tuple[str, ...]:
    """The names in a ``$select``. Raises GraphError for those that the type, or a list of it, does not have."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in entity.shapes:
            raise bad_request(
                "Parsing OData Select and Expand failed: Could not find a property named"
                f" '{name}' on type 'microsoft.graph.{entity.name}'."
            )
        if name in entity.single_only and not is_single:
            raise not_implemented(f"Property '{name}' is supported for a single object only.")
    return names


def _top(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise bad_request(f"Invalid value '{text}' for $top query option found.")
    if not 1 <= int(text) <= LARGEST_PAGE:
        raise unsupported_query(
            f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_PAGE} inclusive."
        )
    return int(text)


def _truth(name: str, text: str) -> bool:
    if text not in {"true", "false"}:
        raise bad_request(f"Invalid value '{text}' for {name} query option found.")
    return text == "true"


def _order(text: str, entity: EntityType) -> tuple[str, bool]:
    name, _, direction = text.strip().partition(" ")
    if name not in entity.shapes:
        raise bad_request(f"Could not find a property named '{name}' on type 'microsoft.graph.{entity.name}'.")
    if name not in entity.sortable or direction.strip() not in {"", "asc", "desc"}:
        raise unsupported_query(f"Sorting by '{text}' is not supported for the current query.")
    return name, direction.strip() == "desc"


def _expansion(text: str) -> tuple[str, ...]:
    """The properties to show of expanded members; empty: each type's default."""
    match = _EXPANSION.fullmatch(text.strip())
    if match is None:
        raise unsupported_query(f"Expanding '{text}' is not supported.")
    return parse_select(match["select"], MEMBER, is_single=False) if match["select"] else ()


def without_token(options: Mapping[str, str]) -> dict[str, str]:
    """The options that a nextLink repeats."""
    return {name: value for name, value in options.items() if name != "$skiptoken"}
