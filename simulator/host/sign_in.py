"""The platform's sign-in ("Easy Auth"), played: nobody reaches the app unknown, and nobody names himself.

Every person is signed in by choosing who to be; programs send ``Authorization: Bearer admin``, ``reader`` or ``automation``.
Source: learn.microsoft.com/azure/app-service/configure-authentication-user-identities, overview-authentication-authorization.
"""

import base64
import html
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from simulator.host.calls import HttpAnswer
from simulator.host.gateway import Incoming

_COOKIE = "AppServiceAuthSession"
_PRINCIPAL = "x-ms-client-principal"
_LOGIN = "/.auth/login/aad"
_HOME = "/api/review"
_TENANT_CLAIM = "http://schemas.microsoft.com/identity/claims/tenantid"
_OBJECT_CLAIM = "http://schemas.microsoft.com/identity/claims/objectidentifier"
_NAME_CLAIM = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"
_ROLE_CLAIM = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Somebody who may sign in: a person, or an application with its own token."""

    name: str
    object_id: str
    role: str
    is_application: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRules:
    """The app registration that people sign in to, who there is, and the paths that stay open."""

    tenant_id: str
    client_id: str
    identities: Mapping[str, Identity]
    """By the word that chooses them."""
    excluded_paths: frozenset[str] = frozenset({"/api/health"})


def company_identities(person: str, object_id: str) -> dict[str, Identity]:
    """One person as administrator and as reader, and an application for automation."""
    return {
        "admin": Identity(name=person, object_id=object_id, role="Sync.Admin"),
        "reader": Identity(name=person, object_id=object_id, role="Sync.Reader"),
        "automation": Identity(
            name="automation",
            object_id="5a7a0000-0000-4000-8000-00000000a070",
            role="Sync.Automation",
            is_application=True,
        ),
    }


class PlatformSignIn:
    """Stands before the app: adds the principal of who is signed in, and strips what a client says of itself."""

    def __init__(self, rules: SignInRules) -> None:
        self._rules = rules
        self._sessions: dict[str, str] = {}

    def admit(self, request: Incoming) -> Incoming | HttpAnswer:
        """The request as the app may see it, or the sign-in's own answer."""
        headers = {name: value for name, value in request.headers.items() if not name.startswith(_PRINCIPAL)}
        clean = replace(request, headers=headers)
        if clean.raw_path.startswith("/.auth/"):
            return self._own_page(clean)
        if clean.raw_path in self._rules.excluded_paths:
            return clean
        authorization = headers.get("authorization", "")
        if authorization.startswith("Bearer "):
            identity = self._rules.identities.get(authorization.removeprefix("Bearer "))
            return self._as(clean, identity) if identity else HttpAnswer(status=401)
        if identity := self._signed_in(clean):
            return self._as(clean, identity)
        return _redirect(f"{_LOGIN}?post_login_redirect_uri={quote(clean.raw_path, safe='')}")

    def _as(self, request: Incoming, identity: Identity) -> Incoming:
        principal = {
            "auth_typ": "aad",
            "claims": [{"typ": kind, "val": value} for kind, value in self._claims(identity)],
            "name_typ": _NAME_CLAIM,
            "role_typ": _ROLE_CLAIM,
        }
        return replace(
            request,
            headers={
                **request.headers,
                _PRINCIPAL: base64.b64encode(json.dumps(principal).encode()).decode(),
                f"{_PRINCIPAL}-id": identity.object_id,
                f"{_PRINCIPAL}-name": identity.name,
                f"{_PRINCIPAL}-idp": "aad",
            },
        )

    def _claims(self, identity: Identity) -> list[tuple[str, str]]:
        claims = [
            ("aud", self._rules.client_id),
            ("iss", f"https://login.microsoftonline.com/{self._rules.tenant_id}/v2.0"),
            (_TENANT_CLAIM, self._rules.tenant_id),
            (_OBJECT_CLAIM, identity.object_id),
            ("roles", identity.role),
            ("ver", "2.0"),
        ]
        if identity.is_application:
            return [*claims, ("azp", identity.object_id), ("idtyp", "app")]
        return [*claims, ("name", identity.name), ("preferred_username", identity.name)]

    def _signed_in(self, request: Incoming) -> Identity | None:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(request.headers.get("cookie", ""))
        except CookieError:
            return None
        word = self._sessions.get(cookies[_COOKIE].value) if _COOKIE in cookies else None
        return self._rules.identities[word] if word else None

    def _own_page(self, request: Incoming) -> HttpAnswer:
        query = {name: values[0] for name, values in parse_qs(request.raw_query).items()}
        match request.method, request.raw_path:
            case "GET", "/.auth/login/aad":
                return self._login(query)
            case "GET", "/.auth/logout":
                return _redirect(_LOGIN, f"{_COOKIE}=; Path=/; HttpOnly; Max-Age=0")
            case "GET", "/.auth/me":
                identity = self._signed_in(request)
                claims = [{"typ": kind, "val": value} for kind, value in self._claims(identity)] if identity else []
                body = [{"provider_name": "aad", "user_claims": claims}] if identity else []
                return HttpAnswer(
                    status=200, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode()
                )
        return HttpAnswer(status=404)

    def _login(self, query: Mapping[str, str]) -> HttpAnswer:
        target = query.get("post_login_redirect_uri", _HOME)
        if not target.startswith("/") or target.startswith(("//", "/\\")):
            target = _HOME
        word = query.get("as", "")
        if word in self._rules.identities:
            session = secrets.token_urlsafe(24)
            self._sessions[session] = word
            return _redirect(target, f"{_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax")
        links = "".join(
            f'<li><a href="{_LOGIN}?as={quote(key)}&amp;post_login_redirect_uri={quote(target, safe="")}">'
            f"{html.escape(identity.name)} ({html.escape(identity.role)})</a></li>"
            for key, identity in self._rules.identities.items()
        )
        page = f'<!doctype html><html lang="en"><title>Sign in</title><h1>Sign in as</h1><ul>{links}</ul></html>'
        return HttpAnswer(status=200, headers=(("Content-Type", "text/html; charset=utf-8"),), body=page.encode())


def _redirect(location: str, cookie: str = "") -> HttpAnswer:
    headers = (("Location", location), *((("Set-Cookie", cookie),) if cookie else ()))
    return HttpAnswer(status=302, headers=headers)
