"""What is particular to blob and queue storage: its refusals, how a lease ended, identity, and cold starts."""

import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator

import pytest

from shared.errors import StateError, StorageUnavailableError
from shared.settings import ConnectionStringStorage, IdentityStorage
from shared.state import State, blob_state
from shared.state.blob_service import Patience
from tests.azurite import ACCOUNT, KEY, Azurite, connection_string
from tests.state.storage_proxy import StorageProxy
from tests.state.stores_under_test import NO_PAUSES, Note, StoreUnderTest, blobs_under_test, new_id

NOWHERE = "http://127.0.0.1:9/devstoreaccount1"
"""The discard port: nothing listens there."""


def opened(blob_url: str, queue_url: str) -> State:
    storage = ConnectionStringStorage(connection_string=connection_string(blob_url, queue_url))
    return blob_state(storage, credential=None, new_id=new_id, patience=NO_PAUSES)


@pytest.fixture
def behind(azurite: Azurite, blob_proxy: StorageProxy) -> Iterator[StoreUnderTest]:
    with blobs_under_test(blob_proxy.url, azurite.queue_url) as store:
        yield store


@pytest.mark.azurite
@pytest.mark.parametrize("state", ["expired", "broken", "breaking", "leased"])
def test_a_lease_that_was_not_given_back_is_not_taken_for_released(
    behind: StoreUnderTest, blob_proxy: StorageProxy, state: str
) -> None:
    first = new_id()
    behind.state.lease.acquire(first)
    behind.state.lease.release(first)
    blob_proxy.change_header("HEAD", "/lease", "x-ms-lease-state", state)

    grant = behind.state.lease.acquire(new_id())

    assert grant is not None
    assert not grant.previous_was_released


@pytest.mark.azurite
def test_two_who_make_the_lease_at_once_both_go_on(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    behind.state.lease.release(new_id())
    blob_proxy.refuse("PUT", "/lease?timeout", status=409, code="BlobAlreadyExists")
    assert behind.state.lease.acquire(new_id()) is not None


CODES = [
    (403, "AuthorizationPermissionMismatch", "Storage Blob Data Owner"),
    (403, "AuthorizationFailure", "firewall"),
    (403, "AuthenticationFailed", "rotated"),
    (401, "InvalidAuthenticationInfo", "tenant"),
    (403, "KeyBasedAuthenticationNotPermitted", "AzureWebJobsStorage__accountName"),
    (409, "LeaseIdMissing", "break that lease"),
    (409, "ContainerBeingDeleted", "by itself"),
    (500, "InternalError", "by itself"),
    (503, "ServerBusy", "by itself"),
    (307, "", "by itself"),
]


@pytest.mark.azurite
@pytest.mark.parametrize(("status", "code", "fix"), CODES)
def test_a_refusal_names_host_document_and_remedy(
    behind: StoreUnderTest, blob_proxy: StorageProxy, status: int, code: str, fix: str
) -> None:
    blob_proxy.refuse("PUT", "runs/a.json", status=status, code=code)

    with pytest.raises(StorageUnavailableError) as caught:
        behind.state.documents.create("runs/a.json", Note(text="x"))

    assert blob_proxy.url.removeprefix("http://") in caught.value.detail
    assert "runs/a.json" in caught.value.detail
    assert str(status) in caught.value.detail
    assert code in caught.value.detail
    assert fix in caught.value.fix


@pytest.mark.azurite
def test_a_container_that_we_may_not_make_names_what_to_do(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    blob_proxy.refuse("PUT", "restype=container", status=403, code="AuthorizationPermissionMismatch")

    with pytest.raises(StorageUnavailableError, match="the making of the container sync-state") as caught:
        behind.state.documents.create("runs/a.json", Note(text="x"))

    assert "Storage Blob Data Owner" in caught.value.fix


@pytest.mark.azurite
def test_a_journal_that_is_full_says_so(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    behind.state.documents.append("audit.jsonl", [Note(text="x")])
    blob_proxy.refuse("PUT", "comp=appendblock", status=409, code="BlockCountExceedsLimit")

    with pytest.raises(StorageUnavailableError) as caught:
        behind.state.documents.append("audit.jsonl", [Note(text="x")])

    assert "move it away" in caught.value.fix


@pytest.mark.azurite
def test_a_busy_service_is_asked_again_a_bounded_number_of_times(
    behind: StoreUnderTest, blob_proxy: StorageProxy
) -> None:
    blob_proxy.refuse("GET", "comp=list", status=503, code="ServerBusy")
    blob_proxy.seen.clear()

    with pytest.raises(StorageUnavailableError):
        behind.state.documents.list("runs/")

    assert len(blob_proxy.seen) == 1 + NO_PAUSES.repeats


OPERATIONS: list[Callable[[State], object]] = [
    lambda state: state.documents.read("runs/a.json", Note),
    lambda state: state.documents.create("runs/a.json", Note(text="x")),
    lambda state: state.documents.delete("runs/a.json"),
    lambda state: state.documents.list("runs/"),
    lambda state: state.documents.append("audit.jsonl", [Note(text="x")]),
    lambda state: state.documents.read_lines("audit.jsonl", Note),
    lambda state: state.lease.acquire(new_id()),
    lambda state: state.lease.renew(new_id()),
    lambda state: state.lease.release(new_id()),
    lambda state: state.lease.is_held(),
    lambda state: state.queue.send("x"),
]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_an_account_that_does_not_answer_is_named_with_a_remedy(operation: Callable[[State], object]) -> None:
    with opened(NOWHERE, NOWHERE) as state, pytest.raises(StorageUnavailableError, match=r"127\.0\.0\.1:9") as caught:
        operation(state)

    assert "firewall" in caught.value.fix


@pytest.mark.parametrize("text", ["", "nonsense", "AccountName=a;nonsense", "AccountName=a;AccountKey"])
def test_a_malformed_connection_string_is_named_and_not_shown(text: str) -> None:
    with pytest.raises(StorageUnavailableError, match="AzureWebJobsStorage") as caught:
        blob_state(ConnectionStringStorage(connection_string=text), credential=None, new_id=new_id)

    assert caught.value.__cause__ is None


def test_a_key_that_is_no_base64_is_an_error_that_does_not_show_it() -> None:
    text = f"AccountName={ACCOUNT};AccountKey=planted-secret;BlobEndpoint={NOWHERE};QueueEndpoint={NOWHERE}"

    storage = ConnectionStringStorage(connection_string=text)

    with (
        blob_state(storage, credential=None, new_id=new_id) as state,
        pytest.raises(StorageUnavailableError) as caught,
    ):
        state.documents.read("runs/a.json", Note)
    assert "planted-secret" not in everything_said(caught.value)


def test_no_error_shows_a_shared_access_signature() -> None:
    text = f"BlobEndpoint={NOWHERE};QueueEndpoint={NOWHERE};SharedAccessSignature=sv=2026&sig=planted-secret"
    storage = ConnectionStringStorage(connection_string=text)

    with blob_state(storage, credential=None, new_id=new_id, patience=NO_PAUSES) as state:
        for operation in OPERATIONS:
            with pytest.raises(StateError) as caught:
                operation(state)
            assert "planted-secret" not in everything_said(caught.value)


def everything_said(error: BaseException) -> str:
    """What a log shows of the error: itself and what it is chained to."""
    return "".join(traceback.format_exception(error)) + repr(error)


def test_no_value_shows_the_key() -> None:
    with opened(NOWHERE, NOWHERE) as state:
        assert KEY not in repr(state)


def test_a_storage_account_with_identity_needs_a_credential() -> None:
    storage = IdentityStorage(blob_url="https://a.blob.example", queue_url="https://a.queue.example")

    with pytest.raises(ValueError, match="credential"):
        blob_state(storage, credential=None, new_id=new_id)


def test_a_lease_call_ends_long_before_the_lease_does() -> None:
    patience = Patience().for_lease()
    pause = patience.first_pause_seconds + patience.pause_base_seconds + patience.jitter_seconds

    longest = (patience.connect_seconds + patience.read_seconds) * (1 + patience.repeats) + pause * patience.repeats

    assert longest < 25


def test_state_without_blobs_imports_no_azure_library() -> None:
    program = (
        "import sys, shared.state; assert not [name for name in sys.modules if name.startswith(('azure', 'requests'))]"
    )

    subprocess.run([sys.executable, "-c", program], check=True)
