"""Tokens for Graph with the real msal over TLS: every credential, rotation, and refusals that say what to do."""

import base64
from datetime import UTC, datetime, timedelta
from random import Random

import jwt as pyjwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

from shared.errors import (
    EntraCredentialError,
    NotConfiguredError,
    SecretError,
    SyncError,
    ThrottledError,
    UnexpectedAnswerError,
    UnreachableError,
)
from shared.graph import CertificateCredential, Credential, EntraTokens, FederatedCredential, MsalHttp, SecretCredential
from tests.graph.conftest import GraphBench
from tests.graph.scripted_entra import CLIENT, IDENTITY, TENANT, KeptSecrets, ScriptedEntra, aadsts
from tests.graph.scripted_graph import GRANTED, reply
from tests.transport.scripted_server import Drop, Reply, ScriptedServer

GRAPH = "https://graph.example"


class TokenBench:
    """Entra on loopback, and tokens made there."""

    def __init__(self, bench: GraphBench) -> None:
        self.bench = bench
        self.entra = ScriptedEntra(good_secrets=frozenset({"planted-secret"}))
        self.server: ScriptedServer = bench.server(self.entra)
        self.http = MsalHttp(service="Entra", clock=bench.clock, random=Random(3))
        self.secrets = KeptSecrets(entra_client_secret="planted-secret")

    def tokens(self, credential: Credential | None = None, *, authority: str | None = None) -> EntraTokens:
        return EntraTokens(
            tenant_id=TENANT,
            client_id=CLIENT,
            authority=authority or self.server.url,
            graph_url=GRAPH,
            credential=credential or self.secret(),
            http=self.http,
        )

    def secret(self) -> SecretCredential:
        return SecretCredential(secrets=self.secrets, secret_name="entra-client-secret")

    def federated(self, authority: str = "https://login.microsoftonline.com") -> FederatedCredential:
        return FederatedCredential(identity_client_id=IDENTITY, authority=authority, http=self.http)


@pytest.fixture
def at(bench: GraphBench, monkeypatch: pytest.MonkeyPatch) -> TokenBench:
    token_bench = TokenBench(bench)
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{token_bench.server.url}/msi")
    monkeypatch.setenv("IDENTITY_HEADER", "identity-header")
    return token_bench


@pytest.fixture(autouse=True)
def close(at: TokenBench) -> object:
    yield
    at.http.close()


def test_a_secret_makes_a_token_with_its_roles(at: TokenBench) -> None:
    token = at.tokens().token()

    assert token.roles == GRANTED
    assert at.entra.forms[0]["scope"] == f"{GRAPH}/.default"
    assert at.entra.forms[0]["client_secret"] == "planted-secret"


def test_nothing_is_asked_before_the_first_token_and_one_token_serves_many_calls(at: TokenBench) -> None:
    tokens = at.tokens()
    assert at.server.asked == []

    first = [tokens.token().value for _ in range(5)]

    assert len(set(first)) == 1
    assert len(at.server.asked) == 2


def test_a_host_that_msal_does_not_know_is_asked_itself_and_nobody_else(at: TokenBench) -> None:
    at.tokens().token()

    assert [asked.path for asked in at.server.asked] == [
        f"/{TENANT}/v2.0/.well-known/openid-configuration",
        f"/{TENANT}/oauth2/v2.0/token",
    ]


@pytest.mark.parametrize("unusable", ["", "a b", "a\r\nX-Other: b", "\x1f", "jeton-\u00e9"])
def test_a_token_that_no_request_can_carry_is_said_and_asked_for_anew(at: TokenBench, unusable: str) -> None:
    at.entra.token_faults = [reply({"token_type": "Bearer", "expires_in": 3599, "access_token": unusable})]
    tokens = at.tokens()

    with pytest.raises(UnexpectedAnswerError, match="no request can carry"):
        tokens.token()

    assert tokens.token().roles == GRANTED


def test_a_dropped_token_is_asked_for_anew(at: TokenBench) -> None:
    tokens = at.tokens()
    first = tokens.token()

    tokens.drop(first)

    assert tokens.token().value != first.value


def test_dropping_a_token_that_was_replaced_changes_nothing(at: TokenBench) -> None:
    tokens = at.tokens()
    first = tokens.token()
    tokens.drop(first)
    second = tokens.token()

    tokens.drop(first)

    assert tokens.token().value == second.value


def test_a_rotated_secret_is_picked_up_without_restart(at: TokenBench) -> None:
    tokens = at.tokens()
    tokens.drop(tokens.token())
    at.entra.good_secrets = frozenset({"newer"})
    at.secrets.rotate("entra-client-secret", "newer")

    assert tokens.token().roles == GRANTED
    assert [form["client_secret"] for form in at.entra.forms] == ["planted-secret", "planted-secret", "newer"]


def test_a_refused_secret_is_read_again_once_and_not_tried_again_unchanged(at: TokenBench) -> None:
    at.entra.good_secrets = frozenset()

    with pytest.raises(EntraCredentialError):
        at.tokens().token()
    assert (at.secrets.fresh_reads, len(at.entra.forms)) == (1, 1)


def test_the_secrets_id_pasted_in_place_of_its_value_is_said(at: TokenBench) -> None:
    at.entra.good_secrets = frozenset()

    with pytest.raises(EntraCredentialError, match="often the secret's ID was stored") as caught:
        at.tokens().token()
    assert "value (not its ID)" in caught.value.fix
    assert "planted-secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (aadsts(401, "invalid_client", 7000222), EntraCredentialError, "has expired"),
        (aadsts(401, "invalid_client", 700027), EntraCredentialError, "is not one of the app registration"),
        (aadsts(400, "unauthorized_client", 700016), NotConfiguredError, f"no application {CLIENT}"),
        (aadsts(400, "invalid_request", 90002), NotConfiguredError, f"no tenant {TENANT}"),
        (aadsts(400, "invalid_scope", 70011), NotConfiguredError, f"{GRAPH}/.default"),
        (aadsts(400, "invalid_resource", 500011), NotConfiguredError, "same cloud"),
        (aadsts(401, "invalid_client", 700213), EntraCredentialError, "does not trust"),
        (aadsts(401, "invalid_client", 70021), EntraCredentialError, "does not trust"),
        (aadsts(400, "interaction_required", 53003), EntraCredentialError, "error?code=53003"),
        (aadsts(400, "temporarily_unavailable", 90033), UnexpectedAnswerError, "AADSTS90033"),
        (reply({"error": "Odd <b>"}, 400), EntraCredentialError, "unknown_error"),
    ],
)
def test_each_refusal_says_what_is_wrong_and_what_to_do(
    at: TokenBench, answer: Reply, kind: type[SyncError], says: str
) -> None:
    at.entra.token_faults = [answer]

    with pytest.raises(kind) as caught:
        at.tokens().token()
    assert says in str(caught.value)
    assert "planted-secret" not in str(caught.value)
    assert "Odd" not in str(caught.value)


def test_a_mended_credential_works_at_once_without_msals_pause_after_a_400(at: TokenBench) -> None:
    tokens = at.tokens()
    at.entra.token_faults = [aadsts(400, "unauthorized_client", 700016)]
    with pytest.raises(NotConfiguredError):
        tokens.token()

    assert tokens.token().roles == GRANTED


@pytest.mark.parametrize("fault", [Reply(status=503), Reply(status=500), Reply(status=429), Drop()])
def test_a_passing_fault_of_the_token_endpoint_costs_a_repetition(at: TokenBench, fault: Reply | Drop) -> None:
    at.entra.token_faults = [fault, fault]

    assert at.tokens().token().roles == GRANTED


def test_a_5xx_of_the_token_endpoint_is_no_fault_of_the_credential(at: TokenBench) -> None:
    at.entra.token_faults = [Reply(status=503)] * 4

    with pytest.raises(UnexpectedAnswerError, match="answered 503"):
        at.tokens().token()


def test_throttling_of_the_token_endpoint_says_how_long_to_wait(at: TokenBench) -> None:
    at.entra.token_faults = [Reply(status=429, headers={"Retry-After": "120"})]

    with pytest.raises(ThrottledError) as caught:
        at.tokens().token()
    assert caught.value.retry_after_seconds == 120


@pytest.mark.parametrize(
    "discovery",
    [
        reply({"error": "invalid_tenant"}, 400),
        Reply(status=404),
        Reply(headers={"Content-Type": "text/html"}, body=b"<html>"),
        reply({}),
        reply([]),
    ],
)
def test_a_tenant_that_entra_does_not_know_is_named(at: TokenBench, discovery: Reply) -> None:
    at.entra.discovery = discovery

    with pytest.raises(NotConfiguredError, match=f"no sign-in configuration for the tenant {TENANT}"):
        at.tokens().token()


def test_discovery_that_fails_for_a_while_is_no_wrong_tenant(at: TokenBench) -> None:
    at.entra.discovery = Reply(status=502)

    with pytest.raises(UnexpectedAnswerError, match="answered 502"):
        at.tokens().token()


def test_an_unreachable_authority_is_said(at: TokenBench) -> None:
    with pytest.raises(UnreachableError, match="refused"):
        at.tokens(authority="https://127.0.0.1:1").token()


def test_a_redirect_of_the_authority_is_not_followed(at: TokenBench) -> None:
    at.entra.token_faults = [Reply(status=307, headers={"Location": "https://evil.example/token"})]

    with pytest.raises(UnexpectedAnswerError, match=r"redirect to evil\.example"):
        at.tokens().token()


def test_a_missing_secret_is_told_as_key_vault_told_it(at: TokenBench) -> None:
    credential = SecretCredential(secrets=at.secrets, secret_name="absent")

    with pytest.raises(SecretError, match="no secret absent"):
        at.tokens(credential).token()


@pytest.mark.parametrize("answer", [reply({"access_token": 5}), Reply(body=b"<html>"), reply([])])
def test_a_success_without_a_token_is_an_error(at: TokenBench, answer: Reply) -> None:
    at.entra.token_faults = [answer]

    with pytest.raises(EntraCredentialError):
        at.tokens().token()


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "a.e30.c", "a.W10.c", "a.eyJyb2xlcyI6MX0.c"])
def test_a_token_that_cannot_be_read_has_no_roles(at: TokenBench, token: str) -> None:
    at.entra.token_faults = [reply({"token_type": "Bearer", "expires_in": 3599, "access_token": token})]

    assert at.tokens().token().roles == frozenset()


def test_no_repr_shows_a_secret_or_a_token(at: TokenBench) -> None:
    tokens = at.tokens()

    assert tokens.token().value not in repr(tokens.token())
    assert "planted-secret" not in repr(at.secret().proof())


class Certificate:
    """A self-signed certificate with its key."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sync")])
        now = datetime.now(UTC)
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .sign(self.key, hashes.SHA256())
        )

    @property
    def pem(self) -> str:
        encoding = serialization.Encoding.PEM
        key = self.key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return (key + self.certificate.public_bytes(encoding)).decode()

    @property
    def pfx(self) -> str:
        plain = serialization.NoEncryption()
        return base64.b64encode(
            pkcs12.serialize_key_and_certificates(b"sync", self.key, self.certificate, None, plain)
        ).decode()


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate()


@pytest.mark.parametrize("form", ["pem", "pfx"])
def test_a_certificate_signs_an_assertion_with_its_sha_256_thumbprint(
    at: TokenBench, certificate: Certificate, form: str
) -> None:
    secrets = KeptSecrets(cert=certificate.pem if form == "pem" else certificate.pfx)

    assert at.tokens(CertificateCredential(secrets=secrets, secret_name="cert")).token().roles == GRANTED

    assertion = at.entra.forms[0]["client_assertion"]
    claims = pyjwt.decode(
        assertion,
        certificate.key.public_key(),
        algorithms=["PS256"],
        audience=f"{at.server.url}/{TENANT}/oauth2/v2.0/token",
    )
    thumbprint = base64.urlsafe_b64decode(pyjwt.get_unverified_header(assertion)["x5t#S256"] + "==")
    assert (claims["iss"], claims["sub"]) == (CLIENT, CLIENT)
    assert thumbprint == certificate.certificate.fingerprint(hashes.SHA256())


def test_the_certificate_of_the_key_is_found_among_others(at: TokenBench, certificate: Certificate) -> None:
    others = Certificate().certificate.public_bytes(serialization.Encoding.PEM).decode()
    secrets = KeptSecrets(cert=others + certificate.pem)

    at.tokens(CertificateCredential(secrets=secrets, secret_name="cert")).token()

    pyjwt.decode(
        at.entra.forms[0]["client_assertion"],
        certificate.key.public_key(),
        algorithms=["PS256"],
        options={"verify_aud": False},
    )


def test_a_rotated_certificate_is_picked_up(at: TokenBench, certificate: Certificate) -> None:
    secrets = KeptSecrets(cert=Certificate().pem)
    tokens = at.tokens(CertificateCredential(secrets=secrets, secret_name="cert"))
    secrets.get("cert")
    secrets.rotate("cert", certificate.pfx)
    at.entra.token_faults = [aadsts(401, "invalid_client", 700027)]

    assert tokens.token().roles == GRANTED
    assert len(at.entra.forms) == 2


@pytest.mark.parametrize("text", ["planted-secret", "", "-----BEGIN PRIVATE KEY-----\nplanted-secret", "cGxhbnRlZA=="])
def test_a_secret_that_is_no_certificate_is_said_without_showing_it(at: TokenBench, text: str) -> None:
    credential = CertificateCredential(secrets=KeptSecrets(cert=text), secret_name="cert")

    with pytest.raises(EntraCredentialError, match="secret cert holds no usable certificate") as caught:
        at.tokens(credential).token()
    assert caught.value.__cause__ is None


def test_a_certificate_without_its_own_key_is_said(at: TokenBench, certificate: Certificate) -> None:
    key = certificate.pem.partition("-----BEGIN CERTIFICATE")[0]
    foreign = Certificate().certificate.public_bytes(serialization.Encoding.PEM).decode()
    credential = CertificateCredential(secrets=KeptSecrets(cert=key + foreign), secret_name="cert")

    with pytest.raises(EntraCredentialError, match="no usable certificate"):
        at.tokens(credential).token()


@pytest.mark.parametrize(
    ("cloud", "audience"),
    [
        ("https://login.microsoftonline.com", "api://AzureADTokenExchange"),
        ("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
        ("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"),
        ("https://login.example", "api://AzureADTokenExchange"),
    ],
)
def test_the_managed_identity_asserts_for_the_audience_of_the_cloud(at: TokenBench, cloud: str, audience: str) -> None:
    assert at.tokens(at.federated(cloud)).token().roles == GRANTED

    asked = next(asked for asked in at.server.asked if asked.path == "/msi")
    assert (asked.query["resource"], asked.query["client_id"]) == (audience, IDENTITY)
    assert asked.headers["x-identity-header"] == "identity-header"
    assert at.entra.forms[0]["client_assertion"] == f"assertion-for {audience}"


def test_the_identity_is_asked_only_when_a_token_is_really_needed(at: TokenBench) -> None:
    tokens = at.tokens(at.federated())

    for _ in range(3):
        tokens.token()

    assert sum(asked.path == "/msi" for asked in at.server.asked) == 1


def test_no_matching_federated_credential_says_which_one_to_add(at: TokenBench) -> None:
    at.entra.token_faults = [aadsts(401, "invalid_client", 700213)]

    with pytest.raises(EntraCredentialError) as caught:
        at.tokens(at.federated()).token()
    assert "audience api://AzureADTokenExchange" in caught.value.fix
    assert IDENTITY in caught.value.fix


@pytest.mark.parametrize(
    "answer",
    [reply({"statusCode": 400, "message": "No identity"}, 400), Reply(status=401), Reply(body=b"<html>"), reply([])],
)
def test_an_identity_that_gives_no_token_is_named(at: TokenBench, answer: Reply) -> None:
    at.entra.identity = answer

    with pytest.raises(EntraCredentialError, match=f"managed identity {IDENTITY} gives no token") as caught:
        at.tokens(at.federated()).token()
    assert "AZURE_CLIENT_ID" in caught.value.fix


def test_an_identity_without_client_id_is_named(at: TokenBench) -> None:
    credential = FederatedCredential(identity_client_id="", authority=at.server.url, http=at.http)

    with pytest.raises(EntraCredentialError, match="AZURE_CLIENT_ID is not set"):
        at.tokens(credential).token()
