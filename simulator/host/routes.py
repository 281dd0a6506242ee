"""Which function answers a request.

Source: learn.microsoft.com/aspnet/core/fundamentals/routing (templates, constraints, precedence).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from simulator.host.bindings import Function, HttpTrigger
from simulator.host.errors import BindingError

_SEGMENT = re.compile(r"\{(?P<stars>\*{0,2})(?P<name>\w+)(?::(?P<constraint>\w+))?(?P<optional>\?)?\}")
_CONSTRAINTS = {
    "": "[^/]+",
    "int": r"-?\d+",
    "guid": r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}",
    "alpha": "[a-z]+",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The function that answers, and the values in its route."""

    function: Function
    trigger: HttpTrigger
    parameters: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Route:
    pattern: re.Pattern[str]
    precedence: tuple[int, ...]
    function: Function
    trigger: HttpTrigger


class RouteTable:
    """All HTTP functions of an app under its route prefix."""

    def __init__(self, functions: Iterable[Function], prefix: str) -> None:
        routes = [
            _compile(function, function.trigger, prefix)
            for function in functions
            if isinstance(function.trigger, HttpTrigger)
        ]
        self._routes = sorted(routes, key=lambda route: route.precedence)

    def match(self, method: str, raw_path: str) -> Match | None:
        """The function for a method and a path as sent; None where the host answers 404."""
        for route in self._routes:
            found = route.pattern.fullmatch(raw_path)
            if found is not None and (not route.trigger.methods or method.upper() in route.trigger.methods):
                values = {key: unquote(value) for key, value in found.groupdict().items() if value}
                return Match(function=route.function, trigger=route.trigger, parameters=values)
        return None


def _compile(function: Function, trigger: HttpTrigger, prefix: str) -> _Route:
    pattern, precedence = "", []
    for segment in (part for part in f"{prefix}/{trigger.route}".split("/") if part):
        match = _SEGMENT.fullmatch(segment)
        if match is None:
            pattern += "/" + re.escape(segment)
            precedence.append(1)
            continue
        constraint = match["constraint"] or ""
        if constraint not in _CONSTRAINTS:
            raise BindingError(
                f"Function {function.name} has the constraint {constraint!r} in its route.",
                f"The host plays {', '.join(filter(None, _CONSTRAINTS))}.",
            )
        if match["stars"]:
            pattern += f"(?:/(?P<{match['name']}>.*))?"
            precedence.append(4)
        else:
            pattern += f"(?:/(?P<{match['name']}>{_CONSTRAINTS[constraint]}))" + ("?" if match["optional"] else "")
            precedence.append(2 if constraint else 3)
    return _Route(
        pattern=re.compile(pattern + "/?", re.IGNORECASE),
        precedence=tuple(precedence),
        function=function,
        trigger=trigger,
    )
