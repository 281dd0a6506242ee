"""The simulated Entra: discovery and the token endpoint for applications (client credentials).

Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow.
"""

import hmac
import uuid
from datetime import datetime
from urllib.parse import parse_qsl

from simulator.assertions import JWT_BEARER, check_assertion
from simulator.token_errors import (
    TokenError,
    application_not_found,
    bad_scope,
    credential_missing,
    expired_secret,
    grant_not_supported,
    malformed_assertion,
    parameter_missing,
    resource_not_found,
    tenant_not_found,
    wrong_secret,
)
from simulator.tokens import ResourceKind, TokenAuthority
from simulator.wire import Request, Response, ServiceName, json_response
from simulator.world import Application, World

_DEFAULT = "/.default"
_FORM = "application/x-www-form-urlencoded"


def service_principal_id(client_id: str) -> str:
    """The object id of an application in the tenant: the ``oid`` of its tokens."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"servicePrincipal/{client_id}"))


class EntraService:
    """Gives the tenant's applications their tokens."""

    name = ServiceName.TOKEN

    def __init__(self, *, world: World, tokens: TokenAuthority) -> None:
        self._world = world
        self._tokens = tokens

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        tenant, _, rest = request.path.lstrip("/").partition("/")
        try:
            match request.method, rest:
                case "GET", "v2.0/.well-known/openid-configuration":
                    return self._discovery(tenant, request.origin)
                case "GET", "discovery/v2.0/keys":
                    self._check_tenant(tenant)
                    return json_response(200, self._tokens.public_keys())
                case "POST", "oauth2/v2.0/token":
                    return self._token(tenant, request)
        except TokenError as error:
            return error.answer(self._world.clock.now())
        return json_response(404, {"error": "not_found", "error_description": f"{request.method} {request.path}"})

    def _check_tenant(self, name: str) -> None:
        tenant = self._world.tenant
        if name.lower() not in {tenant.id, *(domain.lower() for domain in tenant.verified_domains)}:
            raise tenant_not_found(name)

    def _discovery(self, tenant: str, origin: str) -> Response:
        self._check_tenant(tenant)
        base = f"{origin}/{tenant}"
        body = {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "issuer": self._tokens.issuer,
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "end_session_endpoint": f"{base}/oauth2/v2.0/logout",
            "tenant_region_scope": "EU",
            "cloud_instance_name": "microsoftonline.com",
        }
        return json_response(200, body)

    def _token(self, tenant: str, request: Request) -> Response:
        self._check_tenant(tenant)
        form = _form(request)
        if (grant := _field(form, "grant_type")) != "client_credentials":
            raise grant_not_supported(grant)
        client_id = _field(form, "client_id").lower()
        audience, kind = self._audience(_field(form, "scope"))
        with self._world.lock:
            application = self._world.tenant.applications.get(client_id)
            if application is None:
                raise application_not_found(client_id, self._world.tenant.display_name)
            self._check_credential(form, application, endpoint=f"{request.origin}{request.path}")
            roles = tuple(application.roles) if kind is ResourceKind.GRAPH else ()
        token = self._tokens.issue(
            audience=audience, client_id=client_id, subject=service_principal_id(client_id), roles=roles
        )
        seconds = self._tokens.lifetime_seconds
        body = {"token_type": "Bearer", "expires_in": seconds, "ext_expires_in": seconds, "access_token": token}
        return json_response(200, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})

    def _audience(self, scope: str) -> tuple[str, ResourceKind]:
        if not scope.endswith(_DEFAULT) or " " in scope:
            raise bad_scope(scope)
        audience = scope.removesuffix(_DEFAULT)
        kind = self._tokens.resource_kind(audience)
        if kind is None:
            raise resource_not_found(audience, self._world.tenant.display_name)
        return audience, kind

    def _check_credential(self, form: dict[str, str], application: Application, *, endpoint: str) -> None:
        now = self._world.clock.now()
        if assertion := form.get("client_assertion"):
            if form.get("client_assertion_type") != JWT_BEARER:
                raise malformed_assertion()
            check_assertion(assertion, application=application, tokens=self._tokens, endpoint=endpoint, now=now)
        elif secret := form.get("client_secret"):
            _check_secret(secret, application, now)
        else:
            raise credential_missing()


def _form(request: Request) -> dict[str, str]:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise parameter_missing("grant_type")
    return dict(parse_qsl(request.body.decode("utf-8", errors="replace"), keep_blank_values=True))


def _field(form: dict[str, str], name: str) -> str:
    value = form.get(name)
    if not value:
        raise parameter_missing(name)
    return value


def _check_secret(given: str, application: Application, now: datetime) -> None:
    matching = [s for s in application.secrets if hmac.compare_digest(str(s["value"]).encode(), given.encode())]
    if not matching:
        raise wrong_secret(application.client_id)
    if all(s["expires_at"] is not None and s["expires_at"] <= now for s in matching):
        raise expired_secret(application.client_id)
