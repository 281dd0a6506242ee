"""Turns the table of routes into functions of the host, and requests and answers into each other's shapes."""

from collections.abc import Callable

import azure.functions as func

from shared.api import ROUTES, ApiRequest, ApiResponse, Front, Route
from shared.api.route import OpenAccess, PageAccess
from shared.settings import AuthMode

Handler = Callable[[func.HttpRequest], func.HttpResponse]


def blueprint(front: Front) -> func.Blueprint:
    """A function ``http_<name of the route>`` for each route, all answered by ``front``."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # published without types
    for route in ROUTES:
        named = bp.function_name(f"http_{route.name}")
        routed = bp.route(route=route.template, methods=[route.method.value], auth_level=level_of(route, front))
        named(routed(_handler(route, front)))
    return bp


def level_of(route: Route, front: Front) -> func.AuthLevel:
    """Whom the host lets through to the app: everybody where the platform signs in, else holders of a key."""
    if front.mode is not AuthMode.KEY or isinstance(route.access, PageAccess | OpenAccess):
        return func.AuthLevel.ANONYMOUS
    return func.AuthLevel.FUNCTION


def _handler(route: Route, front: Front) -> Handler:
    # Not a coroutine: the app blocks on its own requests, and the worker gives such functions a thread.
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        return to_host(front.handle(from_host(route, req)))

    handle.__name__ = f"http_{route.name}"
    return handle


def from_host(route: Route, req: func.HttpRequest) -> ApiRequest:
    """The host's request as the API takes it."""
    return ApiRequest(
        method=req.method.upper(),
        route=route.template,
        params=dict(req.route_params),
        query=dict(req.params),
        headers={name.lower(): value for name, value in req.headers.items()},
        body=req.get_body(),
        url=req.url,
    )


def to_host(response: ApiResponse) -> func.HttpResponse:
    """The API's answer as the host takes it."""
    headers = dict(response.headers)
    media_type, _, _ = headers.pop("Content-Type").partition(";")
    # The library writes Content-Type itself, with the character set where the type is text.
    return func.HttpResponse(
        body=response.body, status_code=response.status, headers=headers, mimetype=media_type, charset="utf-8"
    )
