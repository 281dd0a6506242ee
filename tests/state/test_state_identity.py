"""Storage reached with an identity: bearer tokens over TLS, as Azurite checks them, and tokens that are not to be had."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.errors import StorageUnavailableError
from shared.settings import IdentityStorage
from shared.state import State, blob_state
from tests.azurite import Azurite, running_azurite
from tests.state.stores_under_test import NO_PAUSES, Note, new_id

STORAGE = "https://storage.azure.com"


class IdentityOfTheTest:
    """A ``TokenCredential`` whose tokens Azurite takes: it checks audience, issuer and times, and no signature.

    Source: github.com/Azure/Azurite, README, "OAuth configuration", level basic.
    """

    def __init__(self, *, audience: str = STORAGE) -> None:
        self._audience = audience
        self.scopes: list[str] = []

    def get_token(self, *scopes: str, **_: Any) -> AccessToken:
        self.scopes.extend(scopes)
        now = int(time.time())
        claims = {
            "aud": self._audience,
            "iss": "https://sts.windows.net/ab1f708d-50f6-404c-a006-d71b2ac7a606/",
            "iat": now - 60,
            "nbf": now - 60,
            "exp": now + 3600,
        }
        token = ".".join((_part({"alg": "none", "typ": "JWT"}), _part(claims), "signature"))
        return AccessToken(token, now + 3600)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


class NoIdentity:
    """A ``TokenCredential`` of a machine that has no identity."""

    def get_token(self, *_: str, **__: Any) -> AccessToken:
        raise ClientAuthenticationError("no managed identity endpoint found")


@pytest.fixture(scope="module")
def tls_azurite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Azurite, Path]]:
    """Azurite over TLS that takes bearer tokens, and the authority that its certificate is of."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(str(folder / "key.pem"))
    certificate.cert_chain_pems[0].write_to_path(str(folder / "certificate.pem"))
    authority.cert_pem.write_to_path(str(folder / "authority.pem"))
    with running_azurite(
        "--oauth", "basic", "--cert", str(folder / "certificate.pem"), "--key", str(folder / "key.pem")
    ) as azurite:
        yield azurite, folder / "authority.pem"


@pytest.fixture
def storage(tls_azurite: tuple[Azurite, Path], monkeypatch: pytest.MonkeyPatch) -> IdentityStorage:
    azurite, authority = tls_azurite
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority))
    return IdentityStorage(blob_url=azurite.blob_url, queue_url=azurite.queue_url)


ONE_OF_EACH: list[Callable[[State], object]] = [
    lambda state: state.documents.read("runs/a.json", Note),
    lambda state: state.lease.is_held(),
    lambda state: state.queue.send("x"),
]


def opened(storage: IdentityStorage, credential: Any) -> State:
    return blob_state(storage, credential=credential, new_id=new_id, patience=NO_PAUSES)


@pytest.mark.azurite
def test_documents_lease_and_queue_are_reached_with_the_identity(storage: IdentityStorage) -> None:
    identity = IdentityOfTheTest()
    with opened(storage, identity) as state:
        etag = state.documents.create("runs/a.json", Note(text="x"))
        state.documents.replace("runs/a.json", Note(text="y"), etag)
        state.documents.append("audit.jsonl", [Note(text="x")])
        lease_id = new_id()
        grant = state.lease.acquire(lease_id)
        state.lease.renew(lease_id)
        state.queue.send("x")

        assert grant is not None
        assert [info.path for info in state.documents.list("")] == ["audit.jsonl", "runs/a.json"]
    assert set(identity.scopes) == {f"{STORAGE}/.default"}


@pytest.mark.azurite
def test_a_token_that_the_account_refuses_is_an_error_with_a_remedy(storage: IdentityStorage) -> None:
    with opened(storage, IdentityOfTheTest(audience="https://graph.microsoft.com")) as state:
        for operation in ONE_OF_EACH:
            with pytest.raises(StorageUnavailableError, match=r"answered 40[13] \w+"):
                operation(state)


def test_a_machine_without_identity_is_told_which_setting_names_it() -> None:
    storage = IdentityStorage(blob_url="https://127.0.0.1:9/a", queue_url="https://127.0.0.1:9/a")
    with opened(storage, NoIdentity()) as state:
        for operation in ONE_OF_EACH:
            with pytest.raises(StorageUnavailableError, match="no token") as caught:
                operation(state)
            assert "AZURE_CLIENT_ID" in caught.value.fix
