"""The body that each service sends with an error status that a fault causes."""

from datetime import UTC, datetime
from http import HTTPStatus

from simulator.wire import ServiceName

_GRAPH_CODES = {
    400: "Request_BadRequest",
    401: "InvalidAuthenticationToken",
    403: "Authorization_RequestDenied",
    404: "Request_ResourceNotFound",
    410: "resyncRequired",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
_VAULT_CODES = {401: "Unauthorized", 403: "Forbidden", 404: "SecretNotFound", 409: "Conflict", 429: "Throttled"}


def status_body(service: str, status: int) -> dict[str, object]:
    """An error body in the form of the service; sources are those of the service's own module."""
    message = _phrase(status)
    match service:
        case ServiceName.GRAPH:
            inner = {
                "date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}",
                "request-id": "fault",
                "client-request-id": "fault",
            }
            return {
                "error": {"code": _GRAPH_CODES.get(status, "UnknownError"), "message": message, "innerError": inner}
            }
        case ServiceName.ESSENTIALS:
            return {"errors": [{"status": status, "error_message": message, "identifier": ""}]}
        case ServiceName.TOKEN:
            return {
                "error": "temporarily_unavailable" if status >= 500 or status == 429 else "invalid_request",
                "error_description": f"AADSTS90033: {message}.",
                "error_codes": [90033],
            }
        case ServiceName.IDENTITY:
            return {"statusCode": status, "message": message}
        case _:
            return {"error": {"code": _VAULT_CODES.get(status, "InternalError"), "message": message}}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"
