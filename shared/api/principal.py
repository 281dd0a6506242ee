"""The principal that the platform's sign-in hands over in ``X-MS-CLIENT-PRINCIPAL``.

Source: learn.microsoft.com/azure/app-service/configure-authentication-user-identities (base64 of JSON
``{auth_typ, name_typ, role_typ, claims: [{typ, val}]}``). The platform removes such a header from what comes from outside.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass

from shared.api.problems import NotSignedInError

HEADER = "x-ms-client-principal"

_MOST_HEADER_CHARACTERS = 64 * 1024
_MOST_NAME_CHARACTERS = 120

# Each claim under the name in the token and the one that the platform's mapping gives it
# (setting WEBSITE_AUTH_USE_LEGACY_CLAIMS and the token store decide which).
TENANT = frozenset({"tid", "http://schemas.microsoft.com/identity/claims/tenantid"})
OBJECT_ID = frozenset({"oid", "http://schemas.microsoft.com/identity/claims/objectidentifier"})
AUDIENCE = frozenset({"aud"})
ROLE = frozenset({"roles", "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"})
SCOPE = frozenset({"scp", "http://schemas.microsoft.com/identity/claims/scope"})
TOKEN_KIND = frozenset({"idtyp"})
_NAMES = (
    frozenset({"name", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name"}),
    frozenset({"preferred_username"}),
    frozenset({"app_displayname"}),
    frozenset({"appid", "azp", "http://schemas.microsoft.com/identity/claims/appid"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who the platform says is calling; nothing of it is checked against our own tenant yet."""

    provider: str
    """``auth_typ``: ``aad`` for Entra."""
    claims: tuple[tuple[str, str], ...]
    """Type and value, in the order given."""
    role_claim: str
    """The claim type that ``role_typ`` names for roles; empty where it names none."""

    def values(self, names: frozenset[str]) -> tuple[str, ...]:
        """Every value of the claim that goes by any of ``names``."""
        return tuple(value for kind, value in self.claims if kind in names)

    def only(self, names: frozenset[str]) -> str:
        """The claim's value where there is exactly one; raises NotSignedInError."""
        found = self.values(names)
        if len(found) != 1 or not found[0]:
            raise NotSignedInError(
                f"The sign-in carries the claim {min(names, key=len)} {len(found)} times instead of once.",
                "Sign out and in again; for an application, take a new token for this app.",
            )
        return found[0]

    @property
    def roles(self) -> frozenset[str]:
        """The app roles, by value."""
        return frozenset(self.values(ROLE | ({self.role_claim} if self.role_claim else frozenset())))

    @property
    def name(self) -> str:
        """A name to show: printable, short, and never empty."""
        for names in _NAMES:
            for value in self.values(names):
                text = "".join(c for c in value if c.isprintable()).strip()[:_MOST_NAME_CHARACTERS]
                if text:
                    return text
        return "no name"


def read_principal(headers: Mapping[str, str]) -> Principal:
    """The principal in the request's headers. Raises NotSignedInError where there is none or it cannot be read whole."""
    text = headers.get(HEADER, "")
    if not text:
        raise NotSignedInError(
            "Nobody is signed in.",
            "Open the review page and sign in; an application sends a bearer token for this app.",
        )
    try:
        return _parse(text)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NotSignedInError(
            f"The header {HEADER} cannot be read: {type(error).__name__}.",
            "Sign out and in again; if it stays, check that the platform's sign-in stands in front of the app.",
        ) from None


def _parse(text: str) -> Principal:
    if len(text) > _MOST_HEADER_CHARACTERS:
        raise ValueError(len(text))
    document = json.loads(base64.b64decode(text, validate=True).decode("utf-8"), object_pairs_hook=_each_once)
    claims = tuple((_text(claim["typ"]), _text(claim["val"])) for claim in document["claims"])
    return Principal(
        provider=_text(document["auth_typ"]), claims=claims, role_claim=_text(document.get("role_typ") or "")
    )


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError(len(pairs))
    return members


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(type(value).__name__)
    return value
