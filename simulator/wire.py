"""Requests and answers as every simulated service sees them, apart from sockets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class ServiceName(StrEnum):
    """The simulated services, as faults, the journal and ``/_control`` name them."""

    GRAPH = "graph"
    ESSENTIALS = "essentials"
    TOKEN = "token"
    VAULT = "vault"
    IDENTITY = "identity"
    RECEIVER = "receiver"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request, decoded: ``path`` without query and percent-decoded, header names in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    origin: str
    """``https://127.0.0.1:port`` that the client spoke to; absolute links in answers start with it."""
    raw_path: str
    """Path and query as sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)


def json_response(status: int, body: object, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    content = {"Content-Type": "application/json; charset=utf-8", **(headers or {})}
    return Response(status=status, headers=content, body=json.dumps(body, ensure_ascii=False).encode())


class Service(Protocol):
    """A simulated service: state and rules behind one host name."""

    @property
    def name(self) -> str:
        """A ``ServiceName``, as far as faults and the journal are to know it."""

    def handle(self, request: Request) -> Response:
        """Answer one request; called from many threads at once."""
