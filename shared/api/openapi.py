"""The API described in OpenAPI 3.1, made of the table of routes and the shapes of bodies and answers."""

import re
from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec import Struct

from shared.api.http import JSON, PROBLEM, Method
from shared.api.problems import Problem
from shared.api.route import OpenAccess, PageAccess, RoleAccess, Route, Shape, refusals_of
from shared.api.routes.table import ROUTES

_REF = "#/components/schemas/{name}"

_HEADERS = {
    "Location": "Where the run is watched.",
    "Retry-After": "Seconds to wait before looking again; absent once the run has ended.",
    "Content-Disposition": "The name to save the file under.",
}


def describe() -> dict[str, Any]:
    """The whole description."""
    types = sorted(_types(), key=lambda kind: kind.__name__)
    schemas = msgspec.json.schema_components(types, ref_template=_REF)[1]
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Entra to Proofpoint Essentials sync",
            "version": "1",
            "description": "Search, review, execute. Errors are problems (RFC 9457) with a stable code and a fix.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "x-functions-key",
                    "description": "AUTH_MODE key.",
                },
                "signIn": {
                    "type": "http",
                    "scheme": "bearer",
                    "bearerFormat": "JWT",
                    "description": "AUTH_MODE easyauth: an Entra token for this app, with one of its app roles.",
                },
            },
        },
    }


def _types() -> set[type[Struct]]:
    found: set[type[Struct]] = {Problem}
    for route in ROUTES:
        found.update(kind for shape in route.shapes for kind in shape.types)
        if isinstance(route.access, RoleAccess) and route.method is not Method.GET:
            found.add(route.access.body)
    return found


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": [*_path_parameters(route), *_query_parameters(route)],
        "responses": {
            **{str(status): _problem() for status in refusals_of(route)},
            **{str(shape.status): _response(shape) for shape in route.shapes},
        },
        "security": [] if isinstance(route.access, OpenAccess | PageAccess) else [{"key": []}, {"signIn": []}],
    }
    access = route.access
    if isinstance(access, RoleAccess):
        operation["x-role"] = access.role
        operation["x-callers"] = sorted(access.callers)
        if route.method is not Method.GET:
            operation["requestBody"] = {
                "required": access.changes_state or _has_required_field(access.body),
                "content": {JSON: {"schema": {"$ref": _REF.format(name=access.body.__name__)}}},
            }
        if access.changes_state:
            operation["parameters"].append(_request_header())
    return operation


def _has_required_field(body: type[Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(body))


def _path_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", route.template):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route) -> Iterable[dict[str, Any]]:
    for parameter in route.parameters:
        yield {
            "name": parameter.name,
            "in": "query",
            "required": parameter.is_required,
            "description": parameter.description,
            "schema": dict(parameter.schema),
        }


def _request_header() -> dict[str, Any]:
    return {
        "name": "X-Sync-Request",
        "in": "header",
        "required": True,
        "description": "Sent with what changes state: a form of another site cannot send it.",
        "schema": {"type": "string", "const": "1"},
    }


def _response(shape: Shape) -> dict[str, Any]:
    content = {media_type: {"schema": _schema(shape, media_type)} for media_type in shape.media_types}
    response: dict[str, Any] = {"description": " ".join(_descriptions(shape)) or "As asked.", "content": content}
    if shape.headers:
        response["headers"] = {
            name: {"description": _HEADERS[name], "schema": {"type": "string"}} for name in shape.headers
        }
    return response


def _descriptions(shape: Shape) -> Iterable[str]:
    return ((kind.__doc__ or "").strip().partition("\n")[0] for kind in shape.types)


def _schema(shape: Shape, media_type: str) -> dict[str, Any]:
    if media_type != JSON:
        return {"type": "string"}
    if not shape.types:
        return {"type": "object", "additionalProperties": {}}
    refs = [{"$ref": _REF.format(name=kind.__name__)} for kind in shape.types]
    return refs[0] if len(refs) == 1 else {"anyOf": refs}


def _problem() -> dict[str, Any]:
    return {
        "description": "A problem: what is wrong, and what to do about it.",
        "content": {PROBLEM: {"schema": {"$ref": _REF.format(name="Problem")}}},
    }
