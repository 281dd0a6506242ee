"""One request to the simulated Graph, alone or as an item of a batch, after its token was accepted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from simulator.graph.answers import bad_request
from simulator.wire import Response

VERSION = "/v1.0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The application that calls, as its token says."""

    app_id: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes: the decoded path below the version, and the query options as sent."""

    path: str
    options: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request on its way to a handler."""

    method: str
    target: Target
    ids: tuple[str, ...] = ()
    """What stands in the places that the route leaves open."""
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    origin: str
    caller: Caller

    @property
    def options(self) -> Mapping[str, str]:
        """The query options as sent."""
        return self.target.options

    @property
    def base(self) -> str:
        """What absolute links and contexts start with."""
        return f"{self.origin}{VERSION}"

    def context(self, collection: str) -> str:
        """The ``@odata.context`` of an answer that holds this collection."""
        return f"{self.base}/$metadata#{collection}"


Handler = Callable[[Call], Response]


def parse_target(raw: str) -> Target:
    """Path and options of a request line (without the version), percent-decoded.

    Raises GraphError (400) for an option that comes twice.
    """
    parts = urlsplit(raw)
    options: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        if name in options:
            raise bad_request(f"Query parameter '{name}' is specified more than once.")
        options[name] = value
    return Target(path=unquote(parts.path), options=options)


def json_body(call: Call) -> Any:
    """The decoded body. Raises GraphError (400) where it is no JSON or does not say so."""
    if call.headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json":
        try:
            return msgspec.json.decode(call.body)
        except msgspec.DecodeError:
            pass
    raise bad_request(
        "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
    )
