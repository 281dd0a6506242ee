"""Fixtures of the state tests: a clock, and each store in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.azurite import Azurite
from tests.state.storage_proxy import StorageProxy, storage_proxy
from tests.state.stores_under_test import StoreUnderTest, blobs_under_test, folder_under_test
from tests.twins.still_clock import StillClock


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def folder(tmp_path: Path, clock: StillClock) -> StoreUnderTest:
    return folder_under_test(tmp_path / "state", clock)


@pytest.fixture
def blobs(azurite: Azurite) -> Iterator[StoreUnderTest]:
    with blobs_under_test(azurite.blob_url, azurite.queue_url) as blobs:
        yield blobs


@pytest.fixture
def blob_proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.blob_url) as proxy:
        yield proxy


@pytest.fixture
def queue_proxy(azurite: Azurite) -> Iterator[StorageProxy]:
    with storage_proxy(azurite.queue_url) as proxy:
        yield proxy


@pytest.fixture(params=["folder", pytest.param("blobs", marks=pytest.mark.azurite)])
def each(request: pytest.FixtureRequest) -> StoreUnderTest:
    """Each of the two stores: what holds for one holds for the other."""
    store = request.getfixturevalue(request.param)
    assert isinstance(store, StoreUnderTest)
    return store
