"""The simulated tenant's access tokens: who signs them, and who finds out whether one is good for a resource."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.world import WorldClock

_LIFETIME_SECONDS = 3_599
_ALGORITHM = "RS256"


class ResourceKind(StrEnum):
    """What a token can be for."""

    GRAPH = "graph"
    VAULT = "vault"
    STORAGE = "storage"
    TOKEN_EXCHANGE = "token_exchange"


class TokenFault(StrEnum):
    """Why a token is refused."""

    MISSING = "missing"
    MALFORMED = "malformed"
    WRONG_SIGNATURE = "wrong_signature"
    EXPIRED = "expired"
    WRONG_TENANT = "wrong_tenant"
    WRONG_AUDIENCE = "wrong_audience"


VAULT_AUDIENCE = "https://vault.azure.net"
STORAGE_AUDIENCE = "https://storage.azure.com"
TOKEN_EXCHANGE_AUDIENCE = "api://AzureADTokenExchange"
_SHARED_RESOURCES = {
    VAULT_AUDIENCE: ResourceKind.VAULT,
    STORAGE_AUDIENCE: ResourceKind.STORAGE,
    TOKEN_EXCHANGE_AUDIENCE: ResourceKind.TOKEN_EXCHANGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What an accepted token says."""

    audience: str
    issuer: str
    subject: str
    """Object id of the service principal or identity."""
    tenant_id: str
    client_id: str
    roles: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefusal:
    """A token that is not accepted."""

    fault: TokenFault
    message: str


class TokenAuthority:
    """Signs the tenant's tokens with a key of its own, made at start, and verifies them by the world's clock."""

    def __init__(self, *, tenant_id: str, clock: WorldClock, lifetime_seconds: int = _LIFETIME_SECONDS) -> None:
        self.tenant_id = tenant_id
        self.lifetime_seconds = lifetime_seconds
        self._clock = clock
        self._key = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
        self._public_key = self._key.public_key()
        self._key_id = secrets.token_urlsafe(20)
        self._resources = dict(_SHARED_RESOURCES)

    def __repr__(self) -> str:
        return f"TokenAuthority(tenant_id={self.tenant_id!r})"

    @property
    def issuer(self) -> str:
        """What every token names as its issuer, whatever address the simulated Entra has.

        Source: learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity.
        """
        return f"https://login.microsoftonline.com/{self.tenant_id}/v2.0"

    def add_resource(self, audience: str, kind: ResourceKind) -> None:
        """Tokens for this audience can be had."""
        self._resources[audience] = kind

    def resource_kind(self, audience: str) -> ResourceKind | None:
        """What the audience stands for; None: the tenant does not know it."""
        return self._resources.get(audience.rstrip("/"))

    def public_keys(self) -> dict[str, object]:
        """The key set that tokens can be verified with."""
        key = jwt.algorithms.RSAAlgorithm.to_jwk(self._public_key, as_dict=True)
        return {"keys": [{**key, "kid": self._key_id, "use": "sig", "alg": _ALGORITHM}]}

    def issue(self, *, audience: str, client_id: str, subject: str, roles: Iterable[str] = ()) -> str:
        """A signed token that is good from now on for ``lifetime_seconds``."""
        now = self._clock.now()
        claims = {
            "aud": audience,
            "iss": self.issuer,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + timedelta(seconds=self.lifetime_seconds)).timestamp()),
            "appid": client_id,
            "azp": client_id,
            "idtyp": "app",
            "oid": subject,
            "sub": subject,
            "tid": self.tenant_id,
            "uti": secrets.token_urlsafe(16),
            "ver": "1.0",
        }
        names = sorted(roles)
        return jwt.encode(
            {**claims, "roles": names} if names else claims, self._key, _ALGORITHM, headers={"kid": self._key_id}
        )

    def verify(self, token: str, audience: str) -> Claims | TokenRefusal:
        """What the token says, or why it is not good for this audience now."""
        if not token:
            return TokenRefusal(fault=TokenFault.MISSING, message="Access token is empty.")
        try:
            claims = jwt.decode(
                token,
                self._public_key,
                algorithms=[_ALGORITHM],
                options={"verify_aud": False, "verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidSignatureError:
            return TokenRefusal(fault=TokenFault.WRONG_SIGNATURE, message="Signature is invalid.")
        except jwt.InvalidTokenError:
            return TokenRefusal(fault=TokenFault.MALFORMED, message="JWT is not well formed.")
        now = self._clock.now()
        if claims["exp"] <= now.timestamp():
            return TokenRefusal(fault=TokenFault.EXPIRED, message="Lifetime validation failed, the token is expired.")
        if claims["tid"] != self.tenant_id:
            return TokenRefusal(fault=TokenFault.WRONG_TENANT, message="The token is of another tenant.")
        if claims["aud"].rstrip("/") != audience.rstrip("/"):
            return TokenRefusal(
                fault=TokenFault.WRONG_AUDIENCE, message="Access token validation failure. Invalid audience."
            )
        return _claims(claims)

    def verify_header(self, authorization: str | None, audience: str) -> Claims | TokenRefusal:
        """As ``verify``, for the value of an ``Authorization`` header; None: there was none."""
        scheme, _, token = (authorization or "").partition(" ")
        if not authorization:
            return TokenRefusal(fault=TokenFault.MISSING, message="Access token is empty.")
        if scheme.lower() != "bearer":
            return TokenRefusal(fault=TokenFault.MALFORMED, message="The authorization scheme is not Bearer.")
        return self.verify(token.strip(), audience)


def _claims(claims: Mapping[str, object]) -> Claims:
    roles = claims.get("roles", [])
    return Claims(
        audience=str(claims["aud"]),
        issuer=str(claims["iss"]),
        subject=str(claims["sub"]),
        tenant_id=str(claims["tid"]),
        client_id=str(claims["appid"]),
        roles=frozenset(map(str, roles)) if isinstance(roles, list) else frozenset(),
        expires_at=datetime.fromtimestamp(int(str(claims["exp"])), tz=UTC),
    )
