"""Answers of the sign-in service, the managed identity and Key Vault broken anywhere, read by the real SDKs over TLS."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from json import dumps
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import SyncError
from shared.graph import EntraTokens, FederatedCredential, MsalHttp, SecretCredential
from shared.secrets import SecretReader
from tests.fuzzing.broken_json import broken
from tests.fuzzing.telling import assert_hidden, assert_told
from tests.graph.scripted_entra import CLIENT, IDENTITY, TENANT, KeptSecrets
from tests.transport.scripted_server import Asked, Authority, Reply, ScriptedServer
from tests.twins.still_clock import StillClock

pytestmark = pytest.mark.slow

EXAMPLES = 200
PLANTED = "planted-secret-of-the-vault"
STATUSES = st.sampled_from([200, 200, 200, 200, 400, 401, 403, 404])
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


@dataclass(slots=True)
class Services:
    """Sign-in service, managed identity and vault under one address; ``spoiled`` replaces the answer of one path."""

    url: str = ""
    spoiled: tuple[str, Reply] | None = None

    def whole(self, path: str) -> object:
        """The answer as it should be."""
        issuer = f"{self.url}/{TENANT}"
        answers: dict[str, object] = {
            "configuration": {
                "issuer": f"{issuer}/v2.0",
                "authorization_endpoint": f"{issuer}/oauth2/v2.0/authorize",
                "token_endpoint": f"{issuer}/oauth2/v2.0/token",
            },
            "token": {"token_type": "Bearer", "expires_in": 3599, "ext_expires_in": 3599, "access_token": "a.b.c"},
            "identity": {"access_token": "assertion", "expires_on": "4102444800", "token_type": "Bearer"},
            "secret": {
                "value": PLANTED,
                "id": f"{self.url}/secrets/the-secret/v1",
                "attributes": {"enabled": True, "exp": 1_798_761_600},
            },
        }
        return answers[path]

    def __call__(self, asked: Asked) -> Reply:
        kind = _kind(asked)
        if kind == "secret" and "authorization" not in asked.headers:
            return Reply(status=401, headers={"WWW-Authenticate": CHALLENGE})
        if self.spoiled is not None and self.spoiled[0] == kind:
            return self.spoiled[1]
        return Reply(body=dumps(self.whole(kind)).encode())


def _kind(asked: Asked) -> str:
    if asked.path == "/msi":
        return "identity"
    if asked.path.endswith("/openid-configuration"):
        return "configuration"
    return "token" if asked.path.endswith("/token") else "secret"


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    authority = Authority(tmp_path_factory.mktemp("ca"))
    served = Services()
    with (
        pytest.MonkeyPatch.context() as patched,
        ScriptedServer(served, authority.server_context("127.0.0.1")) as server,
    ):
        served.url = server.url
        patched.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
        patched.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi")
        patched.setenv("IDENTITY_HEADER", "identity-header")
        yield served


def token_of(services: Services, *, federated: bool) -> str:
    """A token made anew."""
    http = MsalHttp(service="Entra", clock=StillClock(), random=Random(3))
    credential = (
        FederatedCredential(identity_client_id=IDENTITY, authority="https://login.microsoftonline.com", http=http)
        if federated
        else SecretCredential(secrets=KeptSecrets(entra_client_secret=PLANTED), secret_name="entra-client-secret")
    )
    tokens = EntraTokens(
        tenant_id=TENANT,
        client_id=CLIENT,
        authority=services.url,
        graph_url="https://graph.example",
        credential=credential,
        http=http,
    )
    try:
        return tokens.token().value
    finally:
        http.close()


def secret_of(services: Services) -> str:
    """The secret read anew."""
    reader = SecretReader(
        vault_url=services.url,
        identity_client_id=IDENTITY,
        verify_challenge=False,
        clock=StillClock(),
        retries=0,
    )
    with closing(reader):
        return reader.get("the-secret").value


def test_whole_answers_give_a_token_and_a_secret(services: Services) -> None:
    services.spoiled = None

    assert token_of(services, federated=False) == token_of(services, federated=True) == "a.b.c"
    assert secret_of(services) == PLANTED


@pytest.mark.parametrize(
    ("federated", "kind"),
    [(False, "configuration"), (False, "token"), (True, "configuration"), (True, "token"), (True, "identity")],
)
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_token_is_a_sendable_header_value_or_an_error_says_what_to_do(
    services: Services, federated: bool, kind: str, data: st.DataObject
) -> None:
    services.spoiled = (kind, Reply(status=data.draw(STATUSES), body=data.draw(broken(services.whole(kind)))))

    try:
        value = token_of(services, federated=federated)
    except SyncError as error:
        assert_told(error)
        assert_hidden(error, PLANTED)
    else:
        assert value.isascii()
        assert value.isprintable()
        assert value


@pytest.mark.parametrize("kind", ["identity", "secret"])
@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_secret_is_text_or_an_error_says_what_to_do(services: Services, kind: str, data: st.DataObject) -> None:
    services.spoiled = (kind, Reply(status=data.draw(STATUSES), body=data.draw(broken(services.whole(kind)))))

    try:
        value = secret_of(services)
    except SyncError as error:
        assert_told(error)
        assert_hidden(error, PLANTED)
    else:
        assert isinstance(value, str)
        assert value
