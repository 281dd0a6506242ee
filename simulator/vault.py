"""The simulated Key Vault: secrets with versions, behind the bearer challenge.

Source: learn.microsoft.com/rest/api/keyvault/secrets; challenge: learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from simulator.tokens import VAULT_AUDIENCE, Claims, TokenAuthority
from simulator.vault_answers import VaultError, bundle, deleted_item, listed_item
from simulator.vault_secrets import SecretAttributes, add_version
from simulator.wire import Request, Response, ServiceName, json_response
from simulator.world import Json, VaultSecret, World

_API_VERSION = re.compile(r"7\.[0-6]|20\d\d-\d\d-\d\d(-preview\.\d+)?")
T = TypeVar("T")
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")


@dataclass(slots=True, kw_only=True)
class VaultSwitches:
    """Who may do what in the vault; by object id of the identity."""

    readers: set[str] = field(default_factory=set)
    """Have the role Key Vault Secrets User."""
    officers: set[str] = field(default_factory=set)
    """Have the role Key Vault Secrets Officer."""


class SetBody(msgspec.Struct, kw_only=True, rename="camel"):
    """What a PUT of a secret says."""

    value: str
    content_type: str | None = None
    attributes: SecretAttributes = msgspec.field(default_factory=SecretAttributes)

    def __repr__(self) -> str:
        return "SetBody()"


class UpdateBody(msgspec.Struct, kw_only=True, rename="camel"):
    """What a PATCH of a version says."""

    content_type: str | None = None
    attributes: SecretAttributes = msgspec.field(default_factory=SecretAttributes)


class VaultService:
    """Serves the world's secrets to those who may read them; the managed identity may from the start."""

    name = ServiceName.VAULT

    def __init__(self, *, world: World, tokens: TokenAuthority, authority_origin: str) -> None:
        self._world = world
        self._tokens = tokens
        self._authority_origin = authority_origin
        self.switches = VaultSwitches(readers={world.identity_principal_id})

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        verdict = self._tokens.verify_header(request.headers.get("authorization"), VAULT_AUDIENCE)
        if not isinstance(verdict, Claims):
            return self._challenge(verdict.message)
        try:
            self._check(request, verdict)
            with self._world.lock:
                return self._route(request)
        except VaultError as error:
            return error.answer()

    def _challenge(self, message: str) -> Response:
        header = f'Bearer authorization="{self._authority_origin}/{self._world.tenant.id}", resource="{VAULT_AUDIENCE}"'
        body = {"error": {"code": "Unauthorized", "message": f"AKV10000: {message}"}}
        return json_response(401, body, {"WWW-Authenticate": header})

    def _check(self, request: Request, caller: Claims) -> None:
        if _API_VERSION.fullmatch(request.query.get("api-version", "")) is None:
            raise VaultError(400, "BadParameter", "api-version must be specified")
        if caller.subject in self.switches.officers:
            return
        if request.method != "GET" or caller.subject not in self.switches.readers:
            action = "getSecret" if request.method == "GET" else "setSecret"
            message = (
                f"Caller is not authorized to perform action on resource. Caller: appid={caller.client_id};"
                f"oid={caller.subject}. Action: 'Microsoft.KeyVault/vaults/secrets/{action}/action'. Assignment: (not found)."
            )
            raise VaultError(403, "Forbidden", message, inner="ForbiddenByRbac")

    def _route(self, request: Request) -> Response:
        """Answer a request of a caller who may make it."""
        match request.method, *request.path.strip("/").split("/"):
            case "GET", "secrets":
                return self._list(request.origin)
            case "GET", "secrets", name, "versions":
                versions = self._secret(name).versions
                return _listing([listed_item(request.origin, name, v, with_version=True) for v in versions])
            case "GET", "secrets", name:
                return self._get(request.origin, name, self._secret(name).versions[-1])
            case "GET", "secrets", name, version:
                return self._get(request.origin, name, _version(self._secret(name), name, version))
            case "PUT", "secrets", name:
                return self._set(request, name)
            case "PATCH", "secrets", name, version:
                return self._update(request, name, version)
            case "DELETE", "secrets", name:
                secret = self._secret(name)
                secret.is_deleted = True
                return json_response(200, deleted_item(request.origin, name, secret, self._now()))
            case method, "deletedsecrets", *rest:
                return self._deleted(method, request.origin, rest)
        raise VaultError(404, "NotFound", f"{request.method} {request.path} is not known.")

    def _now(self) -> datetime:
        return self._world.clock.now()

    def _secret(self, name: str) -> VaultSecret:
        secret = self._world.vault.get(name.lower())
        if secret is None or secret.is_deleted:
            raise VaultError(404, "SecretNotFound", f"A secret with (name/id) {name} was not found in this key vault.")
        return secret

    def _list(self, origin: str) -> Response:
        living = {name: secret for name, secret in self._world.vault.items() if not secret.is_deleted}
        return _listing(
            [listed_item(origin, name, s.versions[-1], with_version=False) for name, s in sorted(living.items())]
        )

    def _get(self, origin: str, name: str, version: Json) -> Response:
        if not version["attributes"].get("enabled", True):
            raise VaultError(
                403, "Forbidden", "Operation get is not allowed on a disabled secret.", inner="SecretDisabled"
            )
        return json_response(200, bundle(origin, name, version))

    def _set(self, request: Request, name: str) -> Response:
        if _NAME.fullmatch(name) is None:
            raise VaultError(400, "BadParameter", "The request URI contains an invalid name.")
        body = _decoded(request.body, SetBody)
        present = self._world.vault.get(name.lower())
        if present is not None and present.is_deleted:
            message = f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused."
            raise VaultError(409, "Conflict", message, inner="ObjectIsDeletedButRecoverable")
        version = add_version(
            self._world,
            name,
            value=body.value,
            at=self._now(),
            attributes=body.attributes,
            content_type=body.content_type,
        )
        return json_response(200, bundle(request.origin, name, version))

    def _update(self, request: Request, name: str, version_name: str) -> Response:
        version = _version(self._secret(name), name, version_name)
        body = _decoded(request.body, UpdateBody)
        version["attributes"] |= {**body.attributes.given(), "updated": int(self._now().timestamp())}
        if body.content_type is not None:
            version["contentType"] = body.content_type
        answer = bundle(request.origin, name, version)
        del answer["value"]
        return json_response(200, answer)

    def _deleted(self, method: str, origin: str, rest: list[str]) -> Response:
        gone = {name: secret for name, secret in self._world.vault.items() if secret.is_deleted}
        if method == "GET" and not rest:
            return _listing([deleted_item(origin, name, s, self._now()) for name, s in sorted(gone.items())])
        name = rest[0].lower() if rest else ""
        if name not in gone:
            raise VaultError(404, "SecretNotFound", f"Deleted Secret not found: {name}")
        match method, *rest[1:]:
            case ("GET",):
                return json_response(200, deleted_item(origin, name, gone[name], self._now()))
            case "POST", "recover":
                gone[name].is_deleted = False
                return json_response(200, listed_item(origin, name, gone[name].versions[-1], with_version=True))
            case ("DELETE",):
                del self._world.vault[name]
                return Response(status=204)
        raise VaultError(405, "MethodNotAllowed", f"{method} is not allowed here.")


def _listing(items: list[Json]) -> Response:
    return json_response(200, {"value": items, "nextLink": None})


def _version(secret: VaultSecret, name: str, wanted: str) -> Json:
    for version in secret.versions:
        if version["version"] == wanted:
            return version
    raise VaultError(404, "SecretNotFound", f"A secret with (name/id) {name}/{wanted} was not found in this key vault.")


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError:
        raise VaultError(400, "BadParameter", "The request body is not what this operation takes.") from None
