"""Refusals of the simulated Entra, in its own words.

Source: learn.microsoft.com/entra/identity-platform/reference-error-codes.
"""

import uuid
from datetime import datetime

from simulator.wire import Response, json_response


class TokenError(Exception):
    """A refusal on its way to becoming an answer."""

    def __init__(self, *, status: int, error: str, number: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = error
        self.number = number
        self.message = message

    def answer(self, now: datetime) -> Response:
        """The refusal as the endpoint sends it; OAuth's names, and Entra's own beside them."""
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        moment = f"{now:%Y-%m-%d %H:%M:%SZ}"
        text = (
            f"AADSTS{self.number}: {self.message}"
            f"\r\nTrace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {moment}"
        )
        body = {
            "error": self.error,
            "error_description": text,
            "error_codes": [self.number],
            "timestamp": moment,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        return json_response(self.status, body, {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"})


def tenant_not_found(tenant: str) -> TokenError:
    """The tenant is not here."""
    message = f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."
    return TokenError(status=400, error="invalid_request", number=90_002, message=message)


def parameter_missing(name: str) -> TokenError:
    """A form field is not there."""
    message = f"The request body must contain the following parameter: '{name}'."
    return TokenError(status=400, error="invalid_request", number=900_144, message=message)


def grant_not_supported(grant: str) -> TokenError:
    """Another grant than client credentials."""
    message = f"The app requested an unsupported grant type '{grant}'."
    return TokenError(status=400, error="unsupported_grant_type", number=70_003, message=message)


def application_not_found(client_id: str, tenant: str) -> TokenError:
    """The tenant has no such application."""
    message = f"Application with identifier '{client_id}' was not found in the directory '{tenant}'."
    return TokenError(status=400, error="unauthorized_client", number=700_016, message=message)


def bad_scope(scope: str) -> TokenError:
    """The scope is not one resource's ``/.default``."""
    message = f"The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid."
    return TokenError(status=400, error="invalid_scope", number=70_011, message=message)


def resource_not_found(resource: str, tenant: str) -> TokenError:
    """The scope names something that the tenant does not know, such as another cloud's Graph."""
    message = f"The resource principal named {resource} was not found in the tenant named {tenant}."
    return TokenError(status=400, error="invalid_resource", number=500_011, message=message)


def credential_missing() -> TokenError:
    """Neither secret nor assertion."""
    message = "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    return _invalid_client(7_000_218, message)


def wrong_secret(client_id: str) -> TokenError:
    """No such secret, now or before."""
    message = (
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the"
        f" client secret ID, for a secret added to app '{client_id}'."
    )
    return _invalid_client(7_000_215, message)


def expired_secret(client_id: str) -> TokenError:
    """The secret was right once."""
    message = (
        f"The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for"
        " your app: https://aka.ms/NewClientSecret."
    )
    return _invalid_client(7_000_222, message)


def malformed_assertion() -> TokenError:
    """The assertion is no signed JWT, or not of the type that was announced."""
    return _invalid_client(50_027, "JWT token is invalid or malformed.")


def unknown_certificate(client_id: str) -> TokenError:
    """No registered certificate signed the assertion."""
    message = (
        f"The certificate with identifier used to sign the client assertion is not registered on application '{client_id}'."
        " [Reason - The key was not found.]"
    )
    return _invalid_client(700_027, message)


def bad_assertion_signature() -> TokenError:
    """The named certificate did not sign the assertion."""
    return _invalid_client(700_027, "Client assertion failed signature validation.")


def assertion_out_of_time() -> TokenError:
    """The assertion is too old or not valid yet."""
    return _invalid_client(700_024, "Client assertion is not within its valid time range.")


def wrong_assertion_audience() -> TokenError:
    """The assertion was made for another endpoint."""
    return _invalid_client(700_023, "Client assertion audience claim does not match Realm issuer.")


def certificate_out_of_time() -> TokenError:
    """The registered certificate has expired, or is not valid yet."""
    return _invalid_client(1_000_502, "The provided certificate is not within its specified validity window.")


def no_federated_identity(*, issuer: str, subject: str, audience: str) -> TokenError:
    """No federated credential of the application has this issuer, subject and audience."""
    message = (
        f"No matching federated identity record found for presented assertion subject '{subject}'. Check your federated"
        f" identity credential Subject, Audience and Issuer against the presented assertion. Issuer '{issuer}', audience"
        f" '{audience}'."
    )
    return _invalid_client(700_213, message)


def foreign_issuer(issuer: str) -> TokenError:
    """The issuer's keys cannot be had."""
    return _invalid_client(50_166, f"Request to External OIDC endpoint failed for the issuer '{issuer}'.")


def bad_federated_signature() -> TokenError:
    """The issuer did not sign the assertion."""
    return _invalid_client(50_013, "Assertion failed signature validation.")


def _invalid_client(number: int, message: str) -> TokenError:
    return TokenError(status=401, error="invalid_client", number=number, message=message)
