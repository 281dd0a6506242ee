"""What stands before every handler: the route, the caller, the body; and what stands behind: no error leaves as it is."""

import json
import logging
import uuid
from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from shared.api.answers.status import Health
from shared.api.authorization import Authorization, Caller, Role, require_json, require_own_origin
from shared.api.bodies import decode_body
from shared.api.http import ApiRequest, ApiResponse, Method, json_answer
from shared.api.problems import MethodNotAllowedError, NoSuchRouteError, problem_answer, problem_of, unexpected_answer
from shared.api.route import ANYBODY, DescriptionAccess, RoleAccess, Route
from shared.api.routes.table import ROUTES
from shared.errors import SyncError
from shared.telemetry import places_of

B = TypeVar("B", bound=Struct)

_LOG = logging.getLogger("sync.api")


def new_reference() -> str:
    """A short name for one failure, to find it in the log."""
    return uuid.uuid4().hex[:12]


def route_of(request: ApiRequest) -> Route:
    """The route that the request is for. Raises NoSuchRouteError, MethodNotAllowedError."""
    same_path = [route for route in ROUTES if route.template == request.route]
    if not same_path:
        raise NoSuchRouteError("There is no such route.", "openapi.json lists them all.")
    for route in same_path:
        if route.is_asked_by(request):
            return route
    allowed = tuple(sorted(route.method for route in same_path))
    raise MethodNotAllowedError(
        f"{request.route} does not take {request.method[:20]!r}.", f"Send {' or '.join(allowed)}.", allowed=allowed
    )


def let_in(authorization: Authorization, access: DescriptionAccess | RoleAccess[B], request: ApiRequest) -> Caller:
    """The caller, who may do this. Raises ForbiddenError, UnsupportedMediaTypeError."""
    caller = authorization.caller(request.headers)
    match access:
        case DescriptionAccess():
            caller.require(Role.READER, ANYBODY)
        case RoleAccess():
            caller.require(access.role, access.callers)
            if access.changes_state:
                require_own_origin(request)
                require_json(request)
    return caller


def body_of(access: RoleAccess[B], request: ApiRequest) -> B:
    """The decoded body; what a GET brings is not looked at. Raises UnsupportedMediaTypeError, TooLargeError, InvalidRequestError."""
    if request.method == Method.GET:
        return access.body()
    if request.body:
        require_json(request)
    return decode_body(request, access.body, most_bytes=access.most_bytes)


def without_errors(answer: Callable[[], ApiResponse], request: ApiRequest, reference: Callable[[], str]) -> ApiResponse:
    """What ``answer`` gives, or the problem that stopped it; never raises."""
    try:
        return answer()
    except SyncError as error:
        if problem_of(error).status >= 500:
            _LOG.warning(json.dumps({"event": "api.failed", "route": request.route, "code": error.code}))
        return problem_answer(error)
    except Exception as error:  # noqa: BLE001  # the last stand: whatever it is, its text may hold anything
        name = reference()
        _log_unexpected(error, request, name)
        return unexpected_answer(name)


def health_without_errors(
    answer: Callable[[], ApiResponse], request: ApiRequest, reference: Callable[[], str]
) -> ApiResponse:
    """What ``answer`` gives, or that the app is unavailable, with not a word on why; never raises."""
    try:
        return answer()
    except SyncError as error:
        _LOG.warning(json.dumps({"event": "api.failed", "route": request.route, "code": error.code}))
    except Exception as error:  # noqa: BLE001  # as above
        _log_unexpected(error, request, reference())
    return json_answer(503, Health(status="unavailable"))


def _log_unexpected(error: Exception, request: ApiRequest, reference: str) -> None:
    _LOG.error(
        json.dumps(
            {
                "event": "api.unexpected",
                "reference": reference,
                "route": request.route,
                "error": f"{type(error).__module__}.{type(error).__qualname__}",
                "frames": places_of(error),
            }
        )
    )
