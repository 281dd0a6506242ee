"""Graph's answers: JSON bodies, and errors in Graph's own envelope."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from simulator.wire import Response

JSON_CONTENT = "application/json; odata.metadata=minimal; odata.streaming=true; IEEE754Compatible=false; charset=utf-8"


class GraphError(Exception):
    """A refusal, on its way to becoming an answer."""

    def __init__(self, *, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}


def unsupported_query(message: str) -> GraphError:
    """The refusal of a query that the service understands but does not support."""
    return GraphError(status=400, code="Request_UnsupportedQuery", message=message)


def bad_request(message: str) -> GraphError:
    """The refusal of a request that makes no sense to the service."""
    return GraphError(status=400, code="Request_BadRequest", message=message)


def not_found(identifier: str) -> GraphError:
    """The refusal of an id that no object has."""
    message = (
        f"Resource '{identifier}' does not exist or one of its queried reference-property objects are not present."
    )
    return GraphError(status=404, code="Request_ResourceNotFound", message=message)


def forbidden() -> GraphError:
    """The refusal of a caller without the permission.

    Source: learn.microsoft.com/graph/resolve-auth-errors.
    """
    message = "Insufficient privileges to complete the operation."
    return GraphError(status=403, code="Authorization_RequestDenied", message=message)


def not_implemented(message: str) -> GraphError:
    """The refusal of what the real service has and this one has not, or has not in this place."""
    return GraphError(status=501, code="NotImplemented", message=message)


def answer(body: object, headers: Mapping[str, str] | None = None) -> Response:
    """A successful answer with a JSON body."""
    return Response(
        status=200, headers={"Content-Type": JSON_CONTENT, **(headers or {})}, body=msgspec.json.encode(body)
    )


def text_answer(number: int) -> Response:
    """A successful answer that is a bare number, as ``/$count`` gives it."""
    return Response(status=200, headers={"Content-Type": "text/plain"}, body=str(number).encode())


def error_answer(
    error: GraphError, *, now: datetime, request_id: str, client_request_id: str, inner_name: str
) -> Response:
    """The error as Graph words it.

    Source: learn.microsoft.com/graph/errors.
    """
    inner = {
        "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
        "request-id": request_id,
        "client-request-id": client_request_id,
    }
    body = {"error": {"code": error.code, "message": error.message, inner_name: inner}}
    return Response(
        status=error.status,
        headers={"Content-Type": "application/json", **error.headers},
        body=msgspec.json.encode(body),
    )
