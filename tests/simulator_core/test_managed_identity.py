"""The managed identity's endpoint, asked by hand and by azure-identity."""

import pytest
import requests
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import ManagedIdentityCredential

from simulator.tokens import STORAGE_AUDIENCE, TOKEN_EXCHANGE_AUDIENCE, VAULT_AUDIENCE, Claims
from tests.simulator_core.entra_side import GRAPH, HEADER, EntraSide


def ask(
    side: EntraSide, session: requests.Session, *, header: str = HEADER, version: str = "2019-08-01", **query: str
) -> requests.Response:
    """Ask for a Key Vault token as the known identity, but for the changes; an empty value leaves a parameter out."""
    wanted = {
        "api-version": version,
        "resource": VAULT_AUDIENCE,
        "client_id": side.world.identity_client_id,
        **query,
    }
    present = {name: value for name, value in wanted.items() if value}
    return session.get(side.identity, params=present, headers={"X-IDENTITY-HEADER": header}, timeout=10)


@pytest.mark.parametrize("resource", [VAULT_AUDIENCE, STORAGE_AUDIENCE, TOKEN_EXCHANGE_AUDIENCE, GRAPH])
def test_each_resource_gets_a_token_that_only_it_takes(
    entra_side: EntraSide, session: requests.Session, resource: str
) -> None:
    token = ask(entra_side, session, resource=resource).json()["access_token"]
    others = {VAULT_AUDIENCE, STORAGE_AUDIENCE, TOKEN_EXCHANGE_AUDIENCE, GRAPH} - {resource}
    assert isinstance(entra_side.tokens.verify(token, resource), Claims)
    assert not any(isinstance(entra_side.tokens.verify(token, other), Claims) for other in others)


def test_expiry_is_in_seconds_as_text(entra_side: EntraSide, session: requests.Session) -> None:
    body = ask(entra_side, session).json()
    lasts_seconds = int(body["expires_on"]) - int(body["not_before"])
    assert isinstance(body["expires_on"], str)
    assert lasts_seconds == 3_599


def test_the_token_is_of_the_identitys_principal(entra_side: EntraSide, session: requests.Session) -> None:
    claims = entra_side.tokens.verify(ask(entra_side, session).json()["access_token"], VAULT_AUDIENCE)
    assert isinstance(claims, Claims)
    assert claims.subject == entra_side.world.identity_principal_id


def test_a_resource_may_come_unencoded(entra_side: EntraSide, session: requests.Session) -> None:
    query = f"api-version=2019-08-01&resource={VAULT_AUDIENCE}&client_id={entra_side.world.identity_client_id}"
    answer = session.get(f"{entra_side.identity}?{query}", headers={"X-IDENTITY-HEADER": HEADER}, timeout=10)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"header": "wrong"}, 401),
        ({"header": ""}, 401),
        ({"version": "2017-09-01"}, 400),
        ({"client_id": "00000000-0000-4000-8000-000000000000"}, 400),
        ({"client_id": ""}, 400),
        ({"object_id": "00000000-0000-4000-8000-000000000000"}, 400),
        ({"resource": "https://elsewhere.example"}, 400),
        ({"resource": ""}, 400),
    ],
)
def test_a_wrong_request_is_refused(
    entra_side: EntraSide, session: requests.Session, changes: dict[str, str], status: int
) -> None:
    answer = ask(entra_side, session, **changes)
    assert (answer.status_code, answer.json()["statusCode"]) == (status, status)


@pytest.fixture
def environment(entra_side: EntraSide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", entra_side.identity)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)


@pytest.mark.usefixtures("environment")
def test_azure_identity_gets_a_token(entra_side: EntraSide) -> None:
    with ManagedIdentityCredential(client_id=entra_side.world.identity_client_id) as credential:
        token = credential.get_token(f"{STORAGE_AUDIENCE}/.default")
    assert isinstance(entra_side.tokens.verify(token.token, STORAGE_AUDIENCE), Claims)


@pytest.mark.usefixtures("environment")
def test_azure_identity_asks_once_for_two_tokens(entra_side: EntraSide) -> None:
    with ManagedIdentityCredential(client_id=entra_side.world.identity_client_id) as credential:
        credential.get_token(f"{STORAGE_AUDIENCE}/.default")
        credential.get_token(f"{STORAGE_AUDIENCE}/.default")
    assert entra_side.journal.counts()["identity"] == 1


@pytest.mark.usefixtures("environment")
def test_azure_identity_is_told_that_there_is_no_system_assigned_identity() -> None:
    with (
        ManagedIdentityCredential() as credential,
        pytest.raises(ClientAuthenticationError, match="No System Assigned Managed Identity"),
    ):
        credential.get_token(f"{STORAGE_AUDIENCE}/.default")
