"""Access tokens for Graph, made with msal: one client object, its cache, and what to do when Entra refuses."""

import base64
import binascii
import re
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import msgspec

from shared.errors import EntraCredentialError, NotConfiguredError, SyncError, UnexpectedAnswerError
from shared.graph.credentials import Credential, Proof
from shared.graph.refusals import refusal
from shared.graph.token_http import MsalHttp, OurError

if TYPE_CHECKING:
    import msal  # type: ignore[import-untyped]  # it has no types

_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*", re.ASCII)
"""What a bearer token may be made of. Source: RFC 6750 section 2.1."""
_NOT_UNDERSTOOD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)
"""What msal raises where an answer, or a credential, is not of the shape that it takes for granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessToken:
    """A bearer token and the application roles that it claims to hold (read, not verified: Graph is the judge)."""

    value: str = field(repr=False)
    roles: frozenset[str]
    """Empty also where the token is not one that can be read."""


class TokenSource(Protocol):
    """Gives access tokens for Graph."""

    def token(self) -> AccessToken:
        """A token that is still good; raises EntraCredentialError, NotConfiguredError, SecretError, ServiceError."""

    def drop(self, token: AccessToken) -> None:
        """Forget this token, so that the next one is asked for anew."""


class EntraTokens:
    """Tokens of one app registration for one Graph host. Safe to use from many threads; asks nothing before the first token."""

    def __init__(
        self, *, tenant_id: str, client_id: str, authority: str, graph_url: str, credential: Credential, http: MsalHttp
    ) -> None:
        self._tenant_id = tenant_id
        self._client_id = client_id
        self._authority = authority.rstrip("/")
        # The scope's host must be the Graph host. Source: learn.microsoft.com/graph/sdks/national-clouds.
        self._scope = f"{graph_url.rstrip('/')}/.default"
        self._credential = credential
        self._http = http
        self._lock = threading.Lock()
        self._client: tuple[msal.ConfidentialClientApplication, Proof] | None = None
        self._last: AccessToken | None = None

    def token(self) -> AccessToken:
        """A token that is still good; raises EntraCredentialError, NotConfiguredError, SecretError, ServiceError."""
        with self._lock:
            try:
                return self._token()
            except SyncError:
                # msal answers the same error from memory for a while; a new object asks again.
                self._client = None
                raise

    def drop(self, token: AccessToken) -> None:
        """Forget this token, so that the next one is asked for anew."""
        with self._lock:
            if self._last is not None and self._last.value == token.value:
                self._client = None
                self._credential.forget()

    def _token(self) -> AccessToken:
        if self._client is None:
            proof = self._credential.proof()
            self._client = (self._connected(proof), proof)
        client, proof = self._client
        answer = self._acquire(client)
        if "access_token" not in answer and answer.get("error") == "invalid_client":
            rotated = self._credential.fresh_proof()
            if rotated is not None and rotated.version != proof.version:
                client = self._connected(rotated)
                self._client = (client, rotated)
                answer = self._acquire(client)
        value = answer.get("access_token")
        if not isinstance(value, str):
            raise refusal(
                answer,
                credential=self._credential,
                client_id=self._client_id,
                tenant_id=self._tenant_id,
                scope=self._scope,
            )
        if not _TOKEN68.fullmatch(value):
            raise UnexpectedAnswerError(
                f"{self._authority} answered with an access token that no request can carry.",
                "Check that ENTRA_AUTHORITY is an Entra endpoint and that nothing between it and the app rewrites answers.",
            )
        if self._last is None or self._last.value != value:
            self._last = AccessToken(value=value, roles=_roles(value))
        return self._last

    def _connected(self, proof: Proof) -> "msal.ConfidentialClientApplication":
        import msal
        from msal.authority import WELL_KNOWN_AUTHORITY_HOSTS  # type: ignore[import-untyped]  # as above

        is_known = urlsplit(self._authority).hostname in WELL_KNOWN_AUTHORITY_HOSTS
        try:
            return msal.ConfidentialClientApplication(
                self._client_id,
                authority=f"{self._authority}/{self._tenant_id}",
                client_credential=proof.material,
                # For a host that msal does not know it would ask login.microsoftonline.com first.
                instance_discovery=None if is_known else False,
                http_client=self._http,
            )
        except OurError as error:
            raise error.inner from error.inner.__cause__
        except _NOT_UNDERSTOOD as error:
            raise NotConfiguredError(
                f"{self._authority} has no sign-in configuration for the tenant {self._tenant_id}.",
                "Set ENTRA_TENANT_ID to the directory (tenant) id that the Entra portal shows, and ENTRA_AUTHORITY to its "
                "cloud, such as https://login.microsoftonline.com.",
            ) from error

    def _acquire(self, client: "msal.ConfidentialClientApplication") -> dict[str, Any]:
        try:
            answer = client.acquire_token_for_client([self._scope])
        except OurError as error:
            raise error.inner from error.inner.__cause__
        except _NOT_UNDERSTOOD as error:
            # A signing failure, or an answer that is no token response.
            raise EntraCredentialError(
                f"No token could be made with the {self._credential.what} ({type(error).__name__}).",
                "Check that the credential is whole, and that ENTRA_AUTHORITY is an Entra endpoint.",
            ) from error
        return answer or {}


class _Claims(msgspec.Struct):
    roles: list[str] = []


def _roles(token: str) -> frozenset[str]:
    payload = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        return frozenset(msgspec.json.decode(raw, type=_Claims).roles)
    except (binascii.Error, msgspec.MsgspecError, UnicodeDecodeError):
        return frozenset()
