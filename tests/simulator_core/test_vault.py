"""Key Vault as azure-keyvault-secrets meets it, and its challenge on the wire."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceNotFoundError
from azure.identity import ManagedIdentityCredential
from azure.keyvault.secrets import SecretClient

from simulator.company.world import ENTRA_SECRET_NAME
from simulator.effects import StatusFault
from simulator.faults import Fault
from simulator.tokens import STORAGE_AUDIENCE, VAULT_AUDIENCE
from simulator.wire import ServiceName
from tests.simulator_core.entra_side import AS_OF, HEADER, EntraSide

QUERY = {"api-version": "7.6"}


@pytest.fixture
def vault(entra_side: EntraSide, bundle: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SecretClient]:
    """The vault, to somebody who may read."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", entra_side.identity)
    monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    with (
        ManagedIdentityCredential(client_id=entra_side.world.identity_client_id) as credential,
        SecretClient(entra_side.vault, credential, verify_challenge_resource=False, retry_total=0) as client,
    ):
        yield client


@pytest.fixture
def officer(entra_side: EntraSide, vault: SecretClient) -> SecretClient:
    """The vault, to somebody who may also write."""
    entra_side.vault_service.switches.officers.add(entra_side.world.identity_principal_id)
    return vault


def bearer(side: EntraSide, audience: str = VAULT_AUDIENCE, subject: str | None = None) -> dict[str, str]:
    token = side.tokens.issue(
        audience=audience, client_id="client", subject=subject or side.world.identity_principal_id
    )
    return {"Authorization": f"Bearer {token}"}


def test_a_secret_is_read_with_its_expiry(entra_side: EntraSide, vault: SecretClient) -> None:
    secret = vault.get_secret(ENTRA_SECRET_NAME)
    assert secret.value == entra_side.secret
    assert secret.properties.expires_on == AS_OF + timedelta(days=180)


def test_the_first_request_of_a_client_is_challenged(entra_side: EntraSide, vault: SecretClient) -> None:
    vault.get_secret(ENTRA_SECRET_NAME)
    requests_ = entra_side.journal.entries(ServiceName.VAULT)
    assert [(entry.path, entry.status) for entry in requests_] == [
        (f"/secrets/{ENTRA_SECRET_NAME}/", 401),
        (f"/secrets/{ENTRA_SECRET_NAME}/", 200),
    ]


def test_the_challenge_names_authority_and_resource(entra_side: EntraSide, session: requests.Session) -> None:
    answer = session.get(f"{entra_side.vault}/secrets/x/", params=QUERY, timeout=10)
    assert answer.headers["WWW-Authenticate"] == (
        f'Bearer authorization="{entra_side.authority}", resource="{VAULT_AUDIENCE}"'
    )


def test_a_token_for_another_resource_is_challenged(entra_side: EntraSide, session: requests.Session) -> None:
    headers = bearer(entra_side, STORAGE_AUDIENCE)
    answer = session.get(f"{entra_side.vault}/secrets/x", params=QUERY, headers=headers, timeout=10)
    assert (answer.status_code, "WWW-Authenticate" in answer.headers) == (401, True)


def test_a_request_without_api_version_is_refused(entra_side: EntraSide, session: requests.Session) -> None:
    url = f"{entra_side.vault}/secrets/{ENTRA_SECRET_NAME}"
    assert session.get(url, headers=bearer(entra_side), timeout=10).status_code == 400


def test_a_new_version_is_served_and_the_old_one_stays(officer: SecretClient, entra_side: EntraSide) -> None:
    old = officer.get_secret(ENTRA_SECRET_NAME)
    new = officer.set_secret(ENTRA_SECRET_NAME, "rotated")
    assert officer.get_secret(ENTRA_SECRET_NAME).properties.version == new.properties.version
    assert officer.get_secret(ENTRA_SECRET_NAME, old.properties.version).value == old.value != entra_side.secret


def test_lists_hold_no_values(entra_side: EntraSide, vault: SecretClient, session: requests.Session) -> None:
    assert {item.name for item in vault.list_properties_of_secrets()} == set(entra_side.world.vault)
    answer = session.get(f"{entra_side.vault}/secrets", params=QUERY, headers=bearer(entra_side), timeout=10)
    assert all("value" not in item for item in answer.json()["value"])


def test_versions_are_listed(officer: SecretClient) -> None:
    officer.set_secret(ENTRA_SECRET_NAME, "rotated")
    assert len(list(officer.list_properties_of_secret_versions(ENTRA_SECRET_NAME))) == 2


def test_an_unknown_secret_is_not_found(vault: SecretClient) -> None:
    with pytest.raises(ResourceNotFoundError, match="SecretNotFound"):
        vault.get_secret("unknown")


def test_an_unknown_version_is_not_found(vault: SecretClient) -> None:
    with pytest.raises(ResourceNotFoundError):
        vault.get_secret(ENTRA_SECRET_NAME, "0" * 32)


def test_a_disabled_secret_is_forbidden(
    officer: SecretClient, entra_side: EntraSide, session: requests.Session
) -> None:
    officer.update_secret_properties(
        ENTRA_SECRET_NAME, officer.get_secret(ENTRA_SECRET_NAME).properties.version, enabled=False
    )
    with pytest.raises(HttpResponseError, match="Forbidden"):
        officer.get_secret(ENTRA_SECRET_NAME)
    url = f"{entra_side.vault}/secrets/{ENTRA_SECRET_NAME}"
    error = session.get(url, params=QUERY, headers=bearer(entra_side), timeout=10).json()["error"]
    assert error["innererror"]["code"] == "SecretDisabled"


def test_somebody_without_a_role_is_forbidden(entra_side: EntraSide, session: requests.Session) -> None:
    url = f"{entra_side.vault}/secrets/{ENTRA_SECRET_NAME}"
    answer = session.get(url, params=QUERY, headers=bearer(entra_side, subject="stranger"), timeout=10)
    assert (answer.status_code, answer.json()["error"]["innererror"]["code"]) == (403, "ForbiddenByRbac")


def test_a_reader_may_not_write(vault: SecretClient) -> None:
    with pytest.raises(HttpResponseError, match="Forbidden"):
        vault.set_secret("new", "value")


def test_the_name_of_a_deleted_secret_is_taken_until_it_is_purged(officer: SecretClient) -> None:
    officer.begin_delete_secret(ENTRA_SECRET_NAME).wait()
    with pytest.raises(ResourceNotFoundError):
        officer.get_secret(ENTRA_SECRET_NAME)
    with pytest.raises(ResourceExistsError, match="recoverable"):
        officer.set_secret(ENTRA_SECRET_NAME, "again")
    officer.purge_deleted_secret(ENTRA_SECRET_NAME)
    assert officer.set_secret(ENTRA_SECRET_NAME, "again").value == "again"


def test_a_deleted_secret_can_be_recovered(officer: SecretClient, entra_side: EntraSide) -> None:
    officer.begin_delete_secret(ENTRA_SECRET_NAME).wait()
    assert [item.name for item in officer.list_deleted_secrets()] == [ENTRA_SECRET_NAME]
    officer.begin_recover_deleted_secret(ENTRA_SECRET_NAME).wait()
    assert officer.get_secret(ENTRA_SECRET_NAME).value == entra_side.secret


def test_a_throttled_vault_says_so(entra_side: EntraSide, vault: SecretClient) -> None:
    entra_side.faults.add(Fault(service=ServiceName.VAULT, times=None, effect=StatusFault(status=429)))
    with pytest.raises(HttpResponseError) as caught:
        vault.get_secret(ENTRA_SECRET_NAME)
    assert caught.value.status_code == 429
