"""What Entra's refusals mean and what the operator does about them.

Microsoft warns against logic on AADSTS numbers, so they choose words only. Source:
learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

import re
from collections.abc import Mapping

from shared.errors import EntraCredentialError, NotConfiguredError, SyncError, UnexpectedAnswerError
from shared.graph.credentials import Credential

_AADSTS = re.compile(r"AADSTS(\d+)")
_OAUTH_ERROR = re.compile(r"[a-z_]{1,60}")


def refusal(
    answer: Mapping[str, object], *, credential: Credential, client_id: str, tenant_id: str, scope: str
) -> SyncError:
    """The error for an answer of the token endpoint without a token. Its free text is left out: it may repeat what was sent."""
    code = _code(answer)
    error = answer.get("error")
    kind = error if isinstance(error, str) and _OAUTH_ERROR.fullmatch(error) else "unknown_error"
    says = f"({kind}, AADSTS{code})" if code else f"({kind})"
    if kind in ("temporarily_unavailable", "server_error"):
        return UnexpectedAnswerError(
            f"Entra gives no token at the moment {says}.", "Nothing to do: the app tries again by itself."
        )
    match code:
        case 7000222:
            return EntraCredentialError(f"The {credential.what} has expired {says}.", credential.renewal)
        case 7000215:
            return EntraCredentialError(
                f"Entra does not accept the {credential.what} {says}; often the secret's ID was stored in place of its value.",
                credential.renewal,
            )
        case 700027:
            return EntraCredentialError(
                f"The {credential.what} is not one of the app registration {client_id} {says}.", credential.renewal
            )
        case 70021 | 700211 | 700212 | 700213:
            return EntraCredentialError(
                f"The app registration {client_id} does not trust the {credential.what} {says}.", credential.renewal
            )
        case 700016:
            return NotConfiguredError(
                f"There is no application {client_id} in the tenant {tenant_id} {says}.",
                "Set ENTRA_CLIENT_ID to the application (client) id, not the object id, and ENTRA_TENANT_ID to its tenant.",
            )
        case 90002:
            return NotConfiguredError(
                f"There is no tenant {tenant_id} {says}.",
                "Set ENTRA_TENANT_ID to the directory (tenant) id, and ENTRA_AUTHORITY to its cloud.",
            )
        case 70011 | 500011 | 1002012:
            return NotConfiguredError(
                f"Entra does not know {scope} {says}.",
                "Set GRAPH_URL and ENTRA_AUTHORITY to the same cloud, such as https://graph.microsoft.com with "
                "https://login.microsoftonline.com.",
            )
    more = f" https://login.microsoftonline.com/error?code={code} explains the code." if code else ""
    return EntraCredentialError(
        f"Entra gives no token for the application {client_id} {says}.", f"Check the {credential.what}.{more}"
    )


def _code(answer: Mapping[str, object]) -> int | None:
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int):
        return codes[0]
    found = _AADSTS.search(str(answer.get("error_description") or ""))
    return int(found.group(1)) if found else None
