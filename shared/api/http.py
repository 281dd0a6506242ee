"""A request and its answer, free of any web framework; every answer of the app is made by ``answer``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec

PREFIX = "/api"
"""Where the routes live; host.json ``extensions.http.routePrefix`` without its slash."""

JSON = "application/json"
PROBLEM = "application/problem+json"

_ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class Method(StrEnum):
    """The HTTP methods that routes use."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    DELETE = "DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """One request, already matched to a route's template by the host."""

    method: str
    route: str
    """The template, such as ``runs/{id}``; not the path."""
    params: Mapping[str, str]
    """Values of the template's placeholders, decoded."""
    query: Mapping[str, str] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    """Names in lower case. Holds keys and cookies, hence never in a ``repr``."""
    body: bytes = field(repr=False)
    url: str = field(repr=False)
    """As the browser wrote it, so that its origin is the app's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiResponse:
    """One answer; header names as they are sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def answer(status: int, media_type: str, body: bytes, headers: Mapping[str, str] | None = None) -> ApiResponse:
    """An answer that no cache keeps, no browser sniffs and no page frames; ``headers`` go over the ones all answers have."""
    return ApiResponse(status=status, headers={**_ALWAYS, "Content-Type": media_type, **(headers or {})}, body=body)


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> ApiResponse:
    """``value`` as JSON."""
    return answer(status, JSON, msgspec.json.encode(value), headers)
