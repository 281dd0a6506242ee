"""The simulated App Service endpoint that gives the app's managed identity its tokens.

Source: learn.microsoft.com/azure/app-service/overview-managed-identity (REST endpoint reference).
"""

import hmac
from datetime import timedelta

from simulator.tokens import ResourceKind, TokenAuthority
from simulator.wire import Request, Response, ServiceName, json_response
from simulator.world import World

TOKEN_PATH = "/msi/token"

_API_VERSION = "2019-08-01"
_ID_NAMES = ("client_id", "object_id", "principal_id", "mi_res_id")


class IdentityService:
    """Knows one user-assigned identity and no system-assigned one."""

    name = ServiceName.IDENTITY

    def __init__(self, *, world: World, tokens: TokenAuthority, header: str) -> None:
        self._world = world
        self._tokens = tokens
        self._header = header

    def __repr__(self) -> str:
        return "IdentityService()"

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        if request.path.rstrip("/") != TOKEN_PATH:
            return _refusal(404, "No such path.")
        if request.method != "GET":
            return _refusal(405, "Only GET is supported.")
        given = request.headers.get("x-identity-header", "")
        if not hmac.compare_digest(given.encode(), self._header.encode()):
            return _refusal(401, "The X-IDENTITY-HEADER header is missing or wrong.")
        if request.query.get("api-version") != _API_VERSION:
            return _refusal(400, f"The api-version must be {_API_VERSION}.")
        resource = request.query.get("resource", "")
        kind = self._tokens.resource_kind(resource)
        if kind is None:
            return _refusal(400, f"The resource principal named '{resource}' was not found in the tenant.")
        return self._refused_identity(request) or self._token(resource, kind)

    def _refused_identity(self, request: Request) -> Response | None:
        ids = {name: value for name in _ID_NAMES if (value := request.query.get(name))}
        if len(ids) > 1:
            return _refusal(400, f"Only one of {', '.join(_ID_NAMES)} may be given.")
        if not ids:
            return _refusal(400, "No System Assigned Managed Identity was found for this app.")
        known = {
            "client_id": self._world.identity_client_id,
            "object_id": self._world.identity_principal_id,
            "principal_id": self._world.identity_principal_id,
        }
        ((name, value),) = ids.items()
        if known.get(name) != value.lower():
            return _refusal(400, f"No User Assigned Managed Identity found for the specified {name}.")
        return None

    def _token(self, resource: str, kind: ResourceKind) -> Response:
        client_id = self._world.identity_client_id
        with self._world.lock:
            application = self._world.tenant.applications.get(client_id)
            roles = tuple(application.roles) if application is not None and kind is ResourceKind.GRAPH else ()
        now = self._world.clock.now()
        token = self._tokens.issue(
            audience=resource, client_id=client_id, subject=self._world.identity_principal_id, roles=roles
        )
        expires_at = now + timedelta(seconds=self._tokens.lifetime_seconds)
        body = {
            "access_token": token,
            "expires_on": str(int(expires_at.timestamp())),
            "not_before": str(int(now.timestamp())),
            "resource": resource,
            "token_type": "Bearer",
            "client_id": client_id,
        }
        return json_response(200, body)


def _refusal(status: int, message: str) -> Response:
    return json_response(status, {"statusCode": status, "message": message})
