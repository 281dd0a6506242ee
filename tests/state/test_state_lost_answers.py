"""An answer lost after its effect: every operation of both stores ends as if the answer had come."""

from collections.abc import Callable, Iterator

import pytest

from shared.errors import DocumentConflictError, StateError, StorageUnavailableError
from shared.state.documents import StoredDocuments
from shared.state.protocols import DocumentInfo, ETag
from shared.state.store import ByteStore, StoredBytes
from tests.azurite import Azurite
from tests.state.storage_proxy import StorageProxy
from tests.state.stores_under_test import Note, StoreUnderTest, blobs_under_test, new_id

JOURNAL = "runs/a.results.jsonl"


class LossyStore:
    """A store of bytes that has the effect of a write and then raises ``error`` as often as it is told to."""

    def __init__(self, store: ByteStore, error: Callable[[], StateError]) -> None:
        self._store = store
        self._error = error
        self.losses = 1
        self.before_the_loss: Callable[[], object] = lambda: None

    @property
    def place(self) -> str:
        return self._store.place

    def _lose(self) -> None:
        if self.losses:
            self.losses -= 1
            self.before_the_loss()
            raise self._error()

    def get(self, path: str) -> StoredBytes | None:
        return self._store.get(path)

    def put_new(self, path: str, data: bytes) -> ETag:
        etag = self._store.put_new(path, data)
        self._lose()
        return etag

    def put_if(self, path: str, data: bytes, etag: ETag) -> ETag:
        etag = self._store.put_if(path, data, etag)
        self._lose()
        return etag

    def delete(self, path: str) -> None:
        self._store.delete(path)

    def list(self, prefix: str) -> tuple[DocumentInfo, ...]:
        return self._store.list(prefix)

    def size(self, path: str) -> int:
        return self._store.size(path)

    def append_at(self, path: str, data: bytes, position: int) -> None:
        self._store.append_at(path, data, position)
        self._lose()


LOSSES = [
    pytest.param(lambda: DocumentConflictError("the repetition met its own first attempt.", ""), id="conflict"),
    pytest.param(lambda: StorageUnavailableError("no answer.", ""), id="no answer"),
]


@pytest.fixture(params=LOSSES)
def lossy(request: pytest.FixtureRequest, folder: StoreUnderTest) -> LossyStore:
    return LossyStore(folder.store, request.param)


@pytest.fixture
def documents(lossy: LossyStore) -> StoredDocuments:
    return StoredDocuments(lossy, new_id=new_id)


@pytest.mark.parametrize("path", ["runs/a.json", "plans/a.json.gz"])
def test_a_create_whose_answer_is_lost_succeeds(documents: StoredDocuments, path: str) -> None:
    etag = documents.create(path, Note(text="mine"))

    stored = documents.read(path, Note)
    assert stored is not None
    assert (stored.body.text, stored.etag) == ("mine", etag)


@pytest.mark.parametrize("path", ["runs/a.json", "plans/a.json.gz"])
def test_a_replacement_whose_answer_is_lost_succeeds(
    folder: StoreUnderTest, documents: StoredDocuments, path: str
) -> None:
    first = folder.state.documents.create(path, Note(text="first"))

    second = documents.replace(path, Note(text="mine"), first)

    stored = documents.read(path, Note)
    assert stored is not None
    assert (stored.body.text, stored.etag) == ("mine", second)


def test_an_append_whose_answer_is_lost_is_made_once(documents: StoredDocuments) -> None:
    documents.append(JOURNAL, [Note(text="1"), Note(text="2")])
    documents.append(JOURNAL, [Note(text="3")])

    assert [note.text for note in documents.read_lines(JOURNAL, Note)] == ["1", "2", "3"]


def test_an_append_whose_answer_is_lost_is_known_among_those_of_others(
    folder: StoreUnderTest, lossy: LossyStore, documents: StoredDocuments
) -> None:
    lossy.before_the_loss = lambda: folder.state.documents.append(JOURNAL, [Note(text="theirs")])

    documents.append(JOURNAL, [Note(text="mine")])

    assert [note.text for note in documents.read_lines(JOURNAL, Note)] == ["mine", "theirs"]


def test_a_write_that_somebody_else_overwrote_at_once_is_not_taken_for_ours(
    folder: StoreUnderTest, lossy: LossyStore, documents: StoredDocuments
) -> None:
    first = folder.state.documents.create("runs/a.json", Note(text="first"))

    def overwrite() -> None:
        stored = folder.state.documents.read("runs/a.json", Note)
        assert stored is not None
        folder.state.documents.replace("runs/a.json", Note(text="theirs"), stored.etag)

    lossy.before_the_loss = overwrite

    with pytest.raises(StateError):
        documents.replace("runs/a.json", Note(text="mine"), first)

    stored = documents.read("runs/a.json", Note)
    assert stored is not None
    assert stored.body.text == "theirs"


@pytest.fixture
def behind(azurite: Azurite, blob_proxy: StorageProxy, queue_proxy: StorageProxy) -> Iterator[StoreUnderTest]:
    """The storage account as the app sees it through the two proxies."""
    with (
        blobs_under_test(azurite.blob_url, azurite.queue_url),
        blobs_under_test(blob_proxy.url, queue_proxy.url) as store,
    ):
        yield store


OFTEN = pytest.mark.parametrize("how", ["once", "always"])
"""Once: the library repeats the request. Always: it gives up, and only reading back tells."""


def lose(proxy: StorageProxy, method: str, part: str, how: str) -> None:
    if how == "once":
        proxy.lose(method, part)
    else:
        proxy.lose_all(method, part)


@pytest.mark.azurite
@OFTEN
@pytest.mark.parametrize("path", ["runs/a.json", "plans/a.json.gz"])
def test_a_blob_created_without_an_answer_is_known_as_ours(
    behind: StoreUnderTest, blob_proxy: StorageProxy, path: str, how: str
) -> None:
    behind.state.documents.create("settings.json", Note(text="makes the container"))
    lose(blob_proxy, "PUT", path, how)

    etag = behind.state.documents.create(path, Note(text="mine"))

    stored = behind.state.documents.read(path, Note)
    assert stored is not None
    assert (stored.body.text, stored.etag) == ("mine", etag)
    assert sum(line.startswith("PUT") and path in line for line in blob_proxy.seen) > 1


@pytest.mark.azurite
@OFTEN
def test_a_blob_replaced_without_an_answer_is_known_as_ours(
    behind: StoreUnderTest, blob_proxy: StorageProxy, how: str
) -> None:
    first = behind.state.documents.create("runs/a.json", Note(text="first"))
    lose(blob_proxy, "PUT", "runs/a.json", how)

    second = behind.state.documents.replace("runs/a.json", Note(text="mine"), first)

    stored = behind.state.documents.read("runs/a.json", Note)
    assert stored is not None
    assert (stored.body.text, stored.etag) == ("mine", second)


@pytest.mark.azurite
def test_a_blob_deleted_without_an_answer_is_gone(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    behind.state.documents.create("runs/a.json", Note(text="first"))
    blob_proxy.lose("DELETE", "runs/a.json")

    behind.state.documents.delete("runs/a.json")

    assert behind.state.documents.read("runs/a.json", Note) is None


@pytest.mark.azurite
@OFTEN
def test_a_blob_appended_to_without_an_answer_has_the_lines_once(
    behind: StoreUnderTest, blob_proxy: StorageProxy, how: str
) -> None:
    behind.state.documents.append(JOURNAL, [Note(text="1")])
    lose(blob_proxy, "PUT", "comp=appendblock", how)

    behind.state.documents.append(JOURNAL, [Note(text="2"), Note(text="3")])

    assert [note.text for note in behind.state.documents.read_lines(JOURNAL, Note)] == ["1", "2", "3"]
    stored = behind.store.get(JOURNAL)
    assert stored is not None
    assert stored.data.count(b"\n") == 2


@pytest.mark.azurite
def test_a_journal_made_without_an_answer_is_appended_to(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    behind.state.documents.create("settings.json", Note(text="makes the container"))
    blob_proxy.lose("PUT", JOURNAL, times=2)

    behind.state.documents.append(JOURNAL, [Note(text="1")])

    assert [note.text for note in behind.state.documents.read_lines(JOURNAL, Note)] == ["1"]


@pytest.mark.azurite
def test_a_container_made_without_an_answer_is_used(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    blob_proxy.lose("PUT", "restype=container")

    behind.state.documents.create("settings.json", Note(text="x"))

    assert [info.path for info in behind.state.documents.list("")] == ["settings.json"]


@pytest.mark.azurite
def test_a_read_whose_answer_is_lost_is_repeated(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    behind.state.documents.create("runs/a.json", Note(text="x"))
    for method, part in (("GET", "runs/a.json"), ("GET", "comp=list"), ("HEAD", "/lease")):
        blob_proxy.lose(method, part)

    assert behind.state.documents.read("runs/a.json", Note) is not None
    assert len(behind.state.documents.list("")) == 1
    assert not behind.state.lease.is_held()


@pytest.mark.azurite
def test_a_lease_acquired_without_an_answer_is_ours(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    lease_id = new_id()
    blob_proxy.lose("PUT", "lease?comp=lease")

    grant = behind.state.lease.acquire(lease_id)

    assert grant is not None
    assert grant.previous_was_released
    behind.state.lease.renew(lease_id)


@pytest.mark.azurite
def test_a_lease_is_asked_for_again_by_whoever_got_no_answer_at_all(
    behind: StoreUnderTest, blob_proxy: StorageProxy
) -> None:
    lease_id = new_id()
    blob_proxy.lose("PUT", "lease?comp=lease", times=2)
    with pytest.raises(StorageUnavailableError):
        behind.state.lease.acquire(lease_id)

    grant = behind.state.lease.acquire(lease_id)

    assert grant is not None
    assert behind.open_again().lease.acquire(new_id()) is None


@pytest.mark.azurite
def test_a_lease_renewed_without_an_answer_is_still_ours(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    lease_id = new_id()
    behind.state.lease.acquire(lease_id)
    blob_proxy.lose("PUT", "lease?comp=lease")

    behind.state.lease.renew(lease_id)

    assert behind.state.lease.is_held()


@pytest.mark.azurite
def test_a_lease_released_without_an_answer_is_free(behind: StoreUnderTest, blob_proxy: StorageProxy) -> None:
    lease_id = new_id()
    behind.state.lease.acquire(lease_id)
    blob_proxy.lose("PUT", "lease?comp=lease")

    behind.state.lease.release(lease_id)

    grant = behind.open_again().lease.acquire(new_id())
    assert grant is not None
    assert grant.previous_was_released


@pytest.mark.azurite
def test_a_message_sent_without_an_answer_is_sent_at_least_once(
    behind: StoreUnderTest, queue_proxy: StorageProxy
) -> None:
    behind.state.queue.send("makes the queue")
    queue_proxy.lose("POST", "/messages")

    behind.state.queue.send("n")

    assert behind.visible_texts().count("n") in {1, 2}


@pytest.mark.azurite
def test_a_queue_made_without_an_answer_is_used(behind: StoreUnderTest, queue_proxy: StorageProxy) -> None:
    queue_proxy.lose("PUT", "/sync-runs")

    behind.state.queue.send("n")

    assert behind.visible_texts() == ["n"]
