"""Client assertions: proofs of an application that has no shared secret.

Source: learn.microsoft.com/entra/identity-platform/certificate-credentials, …/workload-id/workload-identity-federation.
"""

import base64
import hmac
from collections.abc import Mapping
from datetime import datetime

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from simulator.token_errors import (
    assertion_out_of_time,
    bad_assertion_signature,
    bad_federated_signature,
    certificate_out_of_time,
    foreign_issuer,
    malformed_assertion,
    no_federated_identity,
    unknown_certificate,
    wrong_assertion_audience,
)
from simulator.tokens import Claims, TokenAuthority, TokenFault
from simulator.world import Application

JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

_CERTIFICATE_ALGORITHMS = ["RS256", "PS256"]


def check_assertion(
    assertion: str, *, application: Application, tokens: TokenAuthority, endpoint: str, now: datetime
) -> None:
    """The assertion proves that the caller is the application; else raises TokenError.

    ``endpoint`` is the address of the token endpoint. An assertion that the application issued about itself is one of a
    certificate, any other a federated one.
    """
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        raise malformed_assertion() from None
    if claims.get("iss") == claims.get("sub") == application.client_id:
        _check_own(assertion, header=header, claims=claims, application=application, endpoint=endpoint, now=now)
    else:
        _check_federated(assertion, claims=claims, application=application, tokens=tokens)


def _check_own(
    assertion: str,
    *,
    header: Mapping[str, object],
    claims: Mapping[str, object],
    application: Application,
    endpoint: str,
    now: datetime,
) -> None:
    certificate = _named_certificate(header, application)
    if certificate is None:
        raise unknown_certificate(application.client_id)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise certificate_out_of_time()
    key = certificate.public_key()
    if not isinstance(key, RSAPublicKey):
        raise bad_assertion_signature()
    try:
        jwt.decode(
            assertion,
            key,
            algorithms=_CERTIFICATE_ALGORITHMS,
            options={"verify_aud": False, "verify_exp": False, "verify_iat": False, "verify_nbf": False},
        )
    except jwt.InvalidTokenError:
        raise bad_assertion_signature() from None
    expires, begins = claims.get("exp"), claims.get("nbf", 0)
    if not isinstance(expires, int | float) or not isinstance(begins, int | float):
        raise malformed_assertion()
    if not begins <= now.timestamp() + 300 or not now.timestamp() < expires:
        raise assertion_out_of_time()
    if claims.get("aud") != endpoint:
        raise wrong_assertion_audience()


def _named_certificate(header: Mapping[str, object], application: Application) -> x509.Certificate | None:
    """The registered certificate whose thumbprint the assertion's head names; None where there is none."""
    for pem in application.certificates_pem:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        for name, algorithm in (("x5t#S256", hashes.SHA256()), ("x5t", hashes.SHA1())):  # noqa: S303
            given = header.get(name)
            if isinstance(given, str) and hmac.compare_digest(
                given.rstrip("="), _encoded(certificate.fingerprint(algorithm))
            ):
                return certificate
    return None


def _encoded(thumbprint: bytes) -> str:
    return base64.urlsafe_b64encode(thumbprint).decode().rstrip("=")


def _check_federated(
    assertion: str, *, claims: Mapping[str, object], application: Application, tokens: TokenAuthority
) -> None:
    presented = {
        "issuer": str(claims.get("iss")),
        "subject": str(claims.get("sub")),
        "audience": str(claims.get("aud")),
    }
    if not any({name: record.get(name) for name in presented} == presented for record in application.federated):
        raise no_federated_identity(**presented)
    if presented["issuer"] != tokens.issuer:
        raise foreign_issuer(presented["issuer"])
    verdict = tokens.verify(assertion, presented["audience"])
    if isinstance(verdict, Claims):
        return
    raise assertion_out_of_time() if verdict.fault is TokenFault.EXPIRED else bad_federated_signature()
