"""Microsoft's own library gets its tokens from the simulated Entra."""

import base64
from datetime import timedelta

import jwt
import msal  # type: ignore[import-untyped]
import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from simulator.certificates import CERTIFICATE_SECRET_NAME, register_certificate
from simulator.tokens import TOKEN_EXCHANGE_AUDIENCE, Claims
from simulator.world import World
from tests.simulator_core.entra_side import GRAPH, HEADER, EntraSide

SCOPES = [f"{GRAPH}/.default"]


def client(side: EntraSide, session: requests.Session, credential: object) -> msal.ConfidentialClientApplication:
    return msal.ConfidentialClientApplication(
        side.application.client_id,
        authority=side.authority,
        client_credential=credential,
        instance_discovery=False,
        http_client=session,
    )


def number(result: dict[str, object]) -> object:
    codes = result["error_codes"]
    assert isinstance(codes, list)
    return codes[0]


def registered_pem(world: World) -> str:
    return str(world.vault[CERTIFICATE_SECRET_NAME].versions[-1]["value"])


def certificate_in(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem[pem.index("-----BEGIN CERTIFICATE") :].encode())


def certificate_credential(pem: str) -> dict[str, str]:
    return {"private_key": pem, "public_certificate": pem[pem.index("-----BEGIN CERTIFICATE") :]}


def test_a_secret_gives_a_token(entra_side: EntraSide, session: requests.Session) -> None:
    result = client(entra_side, session, entra_side.secret).acquire_token_for_client(SCOPES)
    assert isinstance(entra_side.tokens.verify(result["access_token"], GRAPH), Claims)


def test_a_second_token_costs_no_request(entra_side: EntraSide, session: requests.Session) -> None:
    application = client(entra_side, session, entra_side.secret)
    application.acquire_token_for_client(SCOPES)
    application.acquire_token_for_client(SCOPES)
    assert entra_side.journal.counts()["token"] == 2  # discovery and one token


def test_a_wrong_secret_is_told(entra_side: EntraSide, session: requests.Session) -> None:
    result = client(entra_side, session, "wrong").acquire_token_for_client(SCOPES)
    assert (result["error"], number(result)) == ("invalid_client", 7_000_215)


def test_an_unknown_tenant_fails_at_discovery(entra_side: EntraSide, session: requests.Session) -> None:
    with pytest.raises(ValueError, match="Unable to get authority configuration"):
        msal.ConfidentialClientApplication(
            entra_side.application.client_id,
            authority=f"{entra_side.entra}/00000000-0000-4000-8000-000000000000",
            client_credential="x",
            instance_discovery=False,
            http_client=session,
        )


def test_a_certificate_gives_a_token(entra_side: EntraSide, session: requests.Session) -> None:
    register_certificate(entra_side.world, entra_side.application.client_id)
    credential = certificate_credential(registered_pem(entra_side.world))
    assert "access_token" in client(entra_side, session, credential).acquire_token_for_client(SCOPES)


def test_a_certificate_named_by_its_old_thumbprint_gives_a_token(
    entra_side: EntraSide, session: requests.Session
) -> None:
    register_certificate(entra_side.world, entra_side.application.client_id)
    pem = registered_pem(entra_side.world)
    thumbprint = certificate_in(pem).fingerprint(hashes.SHA1()).hex()
    credential = {"private_key": pem, "thumbprint": thumbprint}
    assert "access_token" in client(entra_side, session, credential).acquire_token_for_client(SCOPES)


def test_an_unregistered_certificate_is_refused(entra_side: EntraSide, session: requests.Session) -> None:
    register_certificate(entra_side.world, entra_side.application.client_id)
    pem = registered_pem(entra_side.world)
    entra_side.application.certificates_pem.clear()
    credential = certificate_credential(pem)
    result = client(entra_side, session, credential).acquire_token_for_client(SCOPES)
    assert number(result) == 700_027


def test_an_assertion_of_another_key_under_a_registered_thumbprint_is_refused(
    entra_side: EntraSide, session: requests.Session
) -> None:
    client_id = entra_side.application.client_id
    register_certificate(entra_side.world, client_id)
    right = registered_pem(entra_side.world)
    register_certificate(entra_side.world, client_id)
    other = registered_pem(entra_side.world)
    credential = {**certificate_credential(right), "private_key": other}
    result = client(entra_side, session, credential).acquire_token_for_client(SCOPES)
    assert number(result) == 700_027


def test_an_expired_certificate_is_refused(entra_side: EntraSide, session: requests.Session) -> None:
    register_certificate(entra_side.world, entra_side.application.client_id)
    pem = registered_pem(entra_side.world)
    credential = certificate_credential(pem)
    entra_side.world.clock.advance(timedelta(days=200).total_seconds())
    result = client(entra_side, session, credential).acquire_token_for_client(SCOPES)
    assert number(result) == 1_000_502


def test_an_assertion_for_another_endpoint_is_refused(entra_side: EntraSide, session: requests.Session) -> None:
    client_id = entra_side.application.client_id
    register_certificate(entra_side.world, client_id)
    pem = registered_pem(entra_side.world)
    key = load_pem_private_key(pem.encode(), password=None)
    thumbprint = base64.urlsafe_b64encode(certificate_in(pem).fingerprint(hashes.SHA256())).decode().rstrip("=")
    now = int(entra_side.world.clock.now().timestamp())
    claims = {"iss": client_id, "sub": client_id, "aud": "https://elsewhere.example", "nbf": now, "exp": now + 600}
    assertion = jwt.encode(claims, key, "PS256", headers={"x5t#S256": thumbprint})  # type: ignore[arg-type]
    result = client(entra_side, session, {"client_assertion": lambda: assertion}).acquire_token_for_client(SCOPES)
    assert number(result) == 700_023


@pytest.fixture
def identity_environment(entra_side: EntraSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", entra_side.identity)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)


def federated(side: EntraSide, session: requests.Session) -> msal.ConfidentialClientApplication:
    identity = msal.ManagedIdentityClient(
        msal.UserAssignedManagedIdentity(client_id=side.world.identity_client_id), http_client=session
    )

    def assertion() -> str:
        return str(identity.acquire_token_for_client(resource=TOKEN_EXCHANGE_AUDIENCE)["access_token"])

    return client(side, session, {"client_assertion": assertion})


@pytest.mark.usefixtures("identity_environment")
def test_a_federated_managed_identity_gives_a_token(entra_side: EntraSide, session: requests.Session) -> None:
    result = federated(entra_side, session).acquire_token_for_client(SCOPES)
    claims = entra_side.tokens.verify(result["access_token"], GRAPH)
    assert isinstance(claims, Claims)
    assert claims.client_id == entra_side.application.client_id


@pytest.mark.usefixtures("identity_environment")
@pytest.mark.parametrize("part", ["issuer", "subject", "audience"])
def test_a_federated_credential_that_differs_in_one_part_is_refused(
    entra_side: EntraSide, session: requests.Session, part: str
) -> None:
    entra_side.application.federated[0][part] = "another"
    result = federated(entra_side, session).acquire_token_for_client(SCOPES)
    assert number(result) == 700_213


def test_a_federated_assertion_that_the_issuer_did_not_sign_is_refused(
    entra_side: EntraSide, session: requests.Session
) -> None:
    record = entra_side.application.federated[0]
    claims = {"iss": record["issuer"], "sub": record["subject"], "aud": record["audience"], "exp": 4_000_000_000}
    forged = jwt.encode(claims, "a-key-of-somebody-else-that-is-long-enough", "HS256")
    result = client(entra_side, session, {"client_assertion": lambda: forged}).acquire_token_for_client(SCOPES)
    assert number(result) == 50_013
