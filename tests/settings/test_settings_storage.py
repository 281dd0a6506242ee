"""Where the state is kept."""

from pathlib import Path

from shared.settings import ConnectionStringStorage, FolderStorage, IdentityStorage
from tests.settings.deployment import load, problems

ACCOUNT_NAME = "AzureWebJobsStorage__accountName"
BLOB_URL = "AzureWebJobsStorage__blobServiceUri"
QUEUE_URL = "AzureWebJobsStorage__queueServiceUri"
KEY = "DefaultEndpointsProtocol=https;AccountName=syncstate;AccountKey=cGxhbnRlZA==;EndpointSuffix=core.windows.net"


def test_an_account_name_means_the_identity() -> None:
    assert load().storage == IdentityStorage(
        blob_url="https://syncstate.blob.core.windows.net", queue_url="https://syncstate.queue.core.windows.net"
    )


def test_service_addresses_mean_the_identity_in_any_cloud() -> None:
    urls = {BLOB_URL: "https://s.blob.core.usgovcloudapi.net/", QUEUE_URL: "https://s.queue.core.usgovcloudapi.net"}

    assert load(urls).storage == IdentityStorage(
        blob_url="https://s.blob.core.usgovcloudapi.net", queue_url="https://s.queue.core.usgovcloudapi.net"
    )


def test_one_service_address_needs_the_other() -> None:
    assert set(problems({BLOB_URL: "https://s.blob.core.windows.net"})) == {QUEUE_URL}


def test_a_connection_string_is_kept_whole_and_never_shown() -> None:
    settings = load(AzureWebJobsStorage=KEY)

    assert settings.storage == ConnectionStringStorage(connection_string=KEY)
    assert "cGxhbnRlZA" not in repr(settings)


def test_a_connection_string_that_is_none_is_refused_without_repeating_it() -> None:
    problem = problems(AzureWebJobsStorage="planted-secret")["AzureWebJobsStorage"]

    assert "planted" not in f"{problem.value}{problem.fix}"


def test_a_folder_wins(tmp_path: Path) -> None:
    assert load(STATE_DIR=str(tmp_path), AzureWebJobsStorage=KEY).storage == FolderStorage(path=tmp_path)


def test_an_account_name_that_cannot_be_one_is_refused() -> None:
    assert set(problems({ACCOUNT_NAME: "sync state"})) == {ACCOUNT_NAME}


def test_without_storage_every_way_is_named() -> None:
    fix = problems({ACCOUNT_NAME: ""})["AzureWebJobsStorage"].fix

    assert all(name in fix for name in (ACCOUNT_NAME, BLOB_URL, QUEUE_URL, "STATE_DIR"))
