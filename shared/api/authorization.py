"""Who is calling and whether they may: decided by ``AUTH_MODE`` together with the platform's sign-in, and closed where in doubt."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from shared.api.http import JSON, ApiRequest
from shared.api.principal import AUDIENCE, OBJECT_ID, SCOPE, TENANT, TOKEN_KIND, Principal, read_principal
from shared.api.problems import (
    AuthModeError,
    ForbiddenError,
    ForgedRequestError,
    NotSignedInError,
    PeopleOnlyError,
    RoleMissingError,
    SignInOffError,
    UnsupportedMediaTypeError,
)
from shared.engine.run import Actor, ActorKind
from shared.settings import AuthMode

REQUEST_HEADER = "x-sync-request"
"""Sent with the value 1 by whoever changes state: a form of another site cannot send it."""


class Role(StrEnum):
    """The app roles, as the application's manifest has them."""

    ADMIN = "Sync.Admin"
    READER = "Sync.Reader"
    AUTOMATION = "Sync.Automation"


PEOPLE_ROLES = frozenset({Role.ADMIN, Role.READER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who is let in."""

    actor: Actor
    name: str
    roles: frozenset[Role]

    @property
    def is_application(self) -> bool:
        """Whether a program calls in its own name."""
        return self.actor.kind is ActorKind.APPLICATION

    def require(self, role: Role, callers: frozenset[ActorKind]) -> None:
        """Return where a holder of ``role`` and one of ``callers`` is calling; raises PeopleOnlyError, RoleMissingError."""
        if self.actor.kind not in callers:
            raise PeopleOnlyError(
                f"{self.actor.by} is an application.",
                "A person does this, on the review page, signed in with a role of people.",
            )
        if self.is_application or role in self.roles or Role.ADMIN in self.roles:
            return
        raise RoleMissingError(
            f"{self.actor.by} does not hold {role}.",
            f"Assign the app role {role} in Entra (Enterprise applications, Users and groups), then sign in again.",
        )

    def require_person(self, what: str) -> None:
        """Return where a person is calling; raises PeopleOnlyError, which names ``what`` an application asked for."""
        if self.is_application:
            raise PeopleOnlyError(
                f"{what} is for people, and {self.actor.by} is an application.",
                f"Leave {what} out, or let a person do it.",
            )


class Authorization(Protocol):
    """Tells who is calling."""

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller, known by the request's headers (lower-case names). Raises ForbiddenError."""


class FunctionKey:
    """Key mode: the host has checked the key before we are asked. A key has no identity, so its holder may do everything."""

    def caller(self, headers: Mapping[str, str]) -> Caller:  # noqa: ARG002  # nothing that a caller says of itself counts
        """An administrator without a name."""
        return Caller(
            actor=Actor(kind=ActorKind.PERSON, by="function key"), name="function key", roles=frozenset({Role.ADMIN})
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSignIn:
    """Easyauth mode: the platform signs people and applications in, in front of the app, and says who they are."""

    client_id: str
    tenant_id: str
    platform_enabled: str
    """``WEBSITE_AUTH_ENABLED``; the platform sets it, empty where it does not."""
    platform_client_id: str
    """``WEBSITE_AUTH_CLIENT_ID``; the platform sets it, empty where it does not."""

    def caller(self, headers: Mapping[str, str]) -> Caller:
        """The caller in the principal that the platform hands over. Raises ForbiddenError."""
        self._require_platform()
        principal = read_principal(headers)
        self._require_ours(principal)
        object_id = principal.only(OBJECT_ID)
        roles = frozenset(role for role in Role if role in principal.roles)
        kind = _kind_of(principal, roles)
        return Caller(actor=Actor(kind=kind, by=f"{principal.name} ({object_id})"), name=principal.name, roles=roles)

    def _require_platform(self) -> None:
        if self.platform_enabled.lower() != "true":
            raise SignInOffError(
                "The platform's sign-in is off (WEBSITE_AUTH_ENABLED is not true), so whoever calls may claim to be anybody.",
                "Turn on Authentication for the function app, or deploy again with authMode easyauth.",
            )
        if not self.client_id or self.platform_client_id.lower() != self.client_id.lower():
            raise SignInOffError(
                "The platform signs in for another application (WEBSITE_AUTH_CLIENT_ID is not SIGN_IN_CLIENT_ID).",
                "Set both to the client id of the app registration that holds the Sync roles.",
            )

    def _require_ours(self, principal: Principal) -> None:
        if principal.provider != "aad":
            raise NotSignedInError("The sign-in is not from Entra.", "Sign in with a work account of this tenant.")
        if not self.tenant_id or principal.only(TENANT).lower() != self.tenant_id.lower():
            raise NotSignedInError(
                "The sign-in is from another tenant.", "Sign in with an account of the tenant in SIGN_IN_TENANT_ID."
            )
        if principal.only(AUDIENCE).lower() != self.client_id.lower():
            raise NotSignedInError(
                "The token is for another application.", "Take a token (version 2) whose audience is SIGN_IN_CLIENT_ID."
            )


def _kind_of(principal: Principal, roles: frozenset[Role]) -> ActorKind:
    if not roles:
        raise RoleMissingError(
            f"{principal.name} holds none of the app roles {', '.join(Role)}.",
            "Assign one in Entra (Enterprise applications, Users and groups), then sign in again.",
        )
    token_kinds = set(principal.values(TOKEN_KIND))
    if Role.AUTOMATION not in roles:
        if "app" in token_kinds:
            raise ForbiddenError(
                "An application holds a role of people.", f"Assign it {Role.AUTOMATION} instead, and take a new token."
            )
        return ActorKind.PERSON
    if roles & PEOPLE_ROLES or principal.values(SCOPE) or token_kinds - {"app"}:
        raise ForbiddenError(
            f"{Role.AUTOMATION} is for applications, and this sign-in is made for a person.",
            "Sign in with a role of people, or take the token with the application's own credential.",
        )
    return ActorKind.APPLICATION


def authorization_of(environment: Mapping[str, str]) -> Authorization:
    """What decides who may call, by the app's environment. Raises AuthModeError where it says neither or not enough."""
    mode = environment.get("AUTH_MODE", "")
    if mode == AuthMode.KEY:
        return FunctionKey()
    if mode != AuthMode.EASYAUTH:
        raise AuthModeError(
            f"AUTH_MODE is {mode[:40]!r}." if mode else "AUTH_MODE is not set.",
            "Set it to easyauth (platform sign-in in front) or key (function keys), by deploying again with authMode.",
        )
    for name in ("SIGN_IN_CLIENT_ID", "SIGN_IN_TENANT_ID"):
        if not environment.get(name, "").strip():
            raise AuthModeError(
                f"{name} is not set, and AUTH_MODE easyauth needs it.",
                "Deploy again with signInClientId and signInTenantId, or set both settings.",
            )
    return PlatformSignIn(
        client_id=environment["SIGN_IN_CLIENT_ID"].strip(),
        tenant_id=environment["SIGN_IN_TENANT_ID"].strip(),
        platform_enabled=environment.get("WEBSITE_AUTH_ENABLED", ""),
        platform_client_id=environment.get("WEBSITE_AUTH_CLIENT_ID", ""),
    )


def require_json(request: ApiRequest) -> None:
    """Return where the body is said to be JSON. Raises UnsupportedMediaTypeError."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != JSON:
        raise UnsupportedMediaTypeError(
            f"Content-Type is {media_type[:80]!r}." if media_type else "Content-Type is missing.",
            f"Send Content-Type: {JSON}.",
        )


def require_own_origin(request: ApiRequest) -> None:
    """Return where no other site can have made the request. Raises ForgedRequestError."""
    if request.headers.get(REQUEST_HEADER) != "1":
        raise ForgedRequestError(
            "The header X-Sync-Request is missing.", "Send X-Sync-Request: 1 with what changes state."
        )
    site = request.headers.get("sec-fetch-site", "same-origin")
    if site != "same-origin":
        raise ForgedRequestError(
            f"The browser says that the request comes from elsewhere (Sec-Fetch-Site {site[:40]!r}).",
            "Use the app's own review page.",
        )
    origin = request.headers.get("origin")
    if origin is not None and not _is_own(origin, request.url):
        raise ForgedRequestError(
            f"The browser says that the request comes from {origin[:120]!r}.", "Use the app's own review page."
        )


def _is_own(origin: str, url: str) -> bool:
    theirs, ours = _origin(origin), _origin(url)
    # A front end that ends TLS may show us http where the browser had https; never the other way round.
    return theirs is not None and (
        theirs == ours or (ours is not None and theirs == ("https", ours[1], 443) and ours[::2] == ("http", 80))
    )


def _origin(text: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if default is None or not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or default
