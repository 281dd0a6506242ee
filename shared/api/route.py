"""What a route is: where, for whom, what comes in and what goes out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from msgspec import Struct

from shared.api.authorization import Role
from shared.api.bodies import SMALL_BODY_BYTES
from shared.api.handlers import Call
from shared.api.http import JSON, PREFIX, ApiRequest, ApiResponse, Method
from shared.engine.commands import Commands
from shared.engine.run import ActorKind

B = TypeVar("B", bound=Struct)

PEOPLE = frozenset({ActorKind.PERSON})
ANYBODY = frozenset({ActorKind.PERSON, ActorKind.APPLICATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAccess:
    """Part of the review page: holds no data, served also where the settings cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccess:
    """Answers everybody; knows nothing of who is calling, and reads no header."""

    handle: Callable[[Commands], ApiResponse]


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionAccess:
    """The description of the API itself, for whoever holds a role."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleAccess(Generic[B]):
    """Answers a holder of ``role``; what comes in is a ``body``."""

    role: Role
    callers: frozenset[ActorKind]
    body: type[B]
    most_bytes: int
    changes_state: bool
    handle: Callable[[Call[B]], ApiResponse]


Access = PageAccess | OpenAccess | DescriptionAccess | RoleAccess[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A query parameter, as OpenAPI describes it."""

    name: str
    schema: Mapping[str, object]
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a good answer looks like: one of ``types`` for each JSON, nothing but bytes for other media types."""

    status: int
    types: tuple[type[Struct], ...] = ()
    media_types: tuple[str, ...] = (JSON,)
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route of the API."""

    name: str
    """Stable: the function's name in the host is made of it, and it is the ``operationId``."""
    method: Method
    template: str
    """Below the prefix, such as ``runs/{id}``."""
    summary: str
    access: Access
    shapes: tuple[Shape, ...]
    refusals: tuple[int, ...] = ()
    """Statuses of problems beside those that every route of its access has."""
    parameters: tuple[Parameter, ...] = field(default=())

    @property
    def path(self) -> str:
        """The path with the prefix."""
        return f"{PREFIX}/{self.template}"

    def is_asked_by(self, request: ApiRequest) -> bool:
        """Whether the request is for this route, by template and method."""
        return self.template == request.route and self.method == request.method


def reading(
    handle: Callable[[Call[B]], ApiResponse],
    *,
    body: type[B],
    callers: frozenset[ActorKind] = ANYBODY,
) -> RoleAccess[B]:
    """The access of what only shows: for readers."""
    return RoleAccess(
        role=Role.READER, callers=callers, body=body, most_bytes=SMALL_BODY_BYTES, changes_state=False, handle=handle
    )


def administering(
    handle: Callable[[Call[B]], ApiResponse],
    *,
    body: type[B],
    most_bytes: int = SMALL_BODY_BYTES,
    callers: frozenset[ActorKind] = ANYBODY,
) -> RoleAccess[B]:
    """The access of what changes state: for administrators."""
    return RoleAccess(
        role=Role.ADMIN, callers=callers, body=body, most_bytes=most_bytes, changes_state=True, handle=handle
    )


def refusals_of(route: Route) -> tuple[int, ...]:
    """Every status with which a request to ``route`` may be refused or fail."""
    match route.access:
        case PageAccess():
            common: set[int] = {503}
        case OpenAccess():
            common = set()
        case DescriptionAccess():
            common = {403, 500, 503}
        case RoleAccess():
            common = {403, 500, 503} | ({400, 413, 415} if route.method is not Method.GET else set())
    return tuple(sorted(common | set(route.refusals)))
