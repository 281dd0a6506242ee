"""What is particular to the folder: time by the clock passed in, the queue's files, and files that were cut short."""

from datetime import timedelta
from pathlib import Path

import pytest
from filelock import FileLock

from shared.errors import DamagedDocumentError, LeaseLostError, StorageUnavailableError
from shared.state import LeaseGrant, folder_state
from shared.state.folder import FolderStore
from shared.state.folder_files import SharedFolder
from tests.state.stores_under_test import Note, StoreUnderTest, messages_in, new_id
from tests.twins.still_clock import StillClock

JOURNAL = "runs/a.results.jsonl"


@pytest.fixture
def path(folder: StoreUnderTest, tmp_path: Path) -> Path:
    """The state folder of ``folder``."""
    assert folder.store.place.endswith("state/default")
    return tmp_path / "state"


def test_a_lease_is_held_for_sixty_seconds(folder: StoreUnderTest, clock: StillClock) -> None:
    folder.state.lease.acquire(new_id())

    clock.advance(59.9)
    assert folder.state.lease.is_held()
    assert folder.state.lease.acquire(new_id()) is None

    clock.advance(0.1)
    assert not folder.state.lease.is_held()


def test_a_renewed_lease_is_held_for_sixty_seconds_more(folder: StoreUnderTest, clock: StillClock) -> None:
    lease_id = new_id()
    folder.state.lease.acquire(lease_id)
    clock.advance(45)
    folder.state.lease.renew(lease_id)

    clock.advance(59.9)

    assert folder.state.lease.is_held()


def test_the_next_after_a_lease_that_ran_out_knows_that_it_was_not_released(
    folder: StoreUnderTest, clock: StillClock
) -> None:
    folder.state.lease.acquire(new_id())
    clock.advance(60)
    lease_id = new_id()

    assert folder.state.lease.acquire(lease_id) == LeaseGrant(id=lease_id, previous_was_released=False)


def test_a_lease_that_ran_out_is_renewed_while_nobody_else_has_had_it(
    folder: StoreUnderTest, clock: StillClock
) -> None:
    lease_id = new_id()
    folder.state.lease.acquire(lease_id)
    clock.advance(300)

    folder.state.lease.renew(lease_id)

    assert folder.state.lease.is_held()


def test_a_lease_that_ran_out_and_that_somebody_else_took_is_lost(folder: StoreUnderTest, clock: StillClock) -> None:
    first, second = new_id(), new_id()
    folder.state.lease.acquire(first)
    clock.advance(60)
    folder.state.lease.acquire(second)

    with pytest.raises(LeaseLostError):
        folder.state.lease.renew(first)
    folder.state.lease.release(first)

    assert folder.state.lease.is_held()


def test_a_clock_that_is_set_back_does_not_lock_the_app_out(folder: StoreUnderTest, clock: StillClock) -> None:
    folder.state.lease.acquire(new_id())
    clock.set_back(3600)
    lease_id = new_id()

    assert not folder.state.lease.is_held()
    assert folder.state.lease.acquire(lease_id) == LeaseGrant(id=lease_id, previous_was_released=False)


def test_a_damaged_lease_file_is_named_with_a_remedy(folder: StoreUnderTest, path: Path) -> None:
    folder.state.lease.acquire(new_id())
    (path / "default" / "lease").write_bytes(b"")

    with pytest.raises(DamagedDocumentError, match="lease") as caught:
        folder.state.lease.is_held()

    assert "Delete it" in caught.value.fix


def test_a_message_is_a_file_that_another_program_reads(folder: StoreUnderTest, path: Path, clock: StillClock) -> None:
    folder.state.queue.send('{"run_id": "a", "n": 3}', delay_seconds=30)

    (file,) = (path / "queues" / "sync-runs").iterdir()
    (message,) = messages_in(path)
    assert f"{message.id}.json" == file.name
    assert message.text == '{"run_id": "a", "n": 3}'
    assert message.inserted_at == clock.now()
    assert message.visible_at == clock.now() + timedelta(seconds=30)
    assert message.dequeue_count == 0


def test_a_document_was_modified_when_the_clock_says(folder: StoreUnderTest, clock: StillClock) -> None:
    folder.state.documents.create("runs/a.json", Note(text="x"))
    folder.state.documents.append(JOURNAL, [Note(text="x")])
    created_at = clock.now()
    clock.advance(86_400)
    folder.state.documents.append(JOURNAL, [Note(text="y")])

    assert [info.modified_at for info in folder.state.documents.list("")] == [created_at, clock.now()]


def test_an_append_that_was_cut_short_is_not_read_and_the_next_takes_its_place(
    folder: StoreUnderTest, path: Path
) -> None:
    folder.state.documents.append(JOURNAL, [Note(text="1"), Note(text="2")])
    folder.state.documents.append(JOURNAL, [Note(text="3"), Note(text="4")])
    file = path / "default" / JOURNAL
    file.write_bytes(file.read_bytes()[:-7])

    assert [note.text for note in folder.state.documents.read_lines(JOURNAL, Note)] == ["1", "2"]
    folder.state.documents.append(JOURNAL, [Note(text="5")])
    assert [note.text for note in folder.state.documents.read_lines(JOURNAL, Note)] == ["1", "2", "5"]


def test_a_cut_line_longer_than_a_block_is_found(folder: StoreUnderTest, path: Path) -> None:
    folder.state.documents.append(JOURNAL, [Note(text="1")])
    folder.state.documents.append(JOURNAL, [Note(text="x" * 200_000)])
    file = path / "default" / JOURNAL
    file.write_bytes(file.read_bytes()[:-1])

    folder.state.documents.append(JOURNAL, [Note(text="2")])

    assert [note.text for note in folder.state.documents.read_lines(JOURNAL, Note)] == ["1", "2"]


def test_drafts_are_neither_listed_nor_messages(folder: StoreUnderTest, path: Path) -> None:
    folder.state.documents.create("runs/a.json", Note(text="x"))
    folder.state.queue.send("x")
    (path / "default" / "runs" / ".b.json.tmp").write_bytes(b"half")
    (path / "queues" / "sync-runs" / ".b.json.tmp").write_bytes(b"half")

    assert [info.path for info in folder.state.documents.list("")] == ["runs/a.json"]
    assert [message.text for message in messages_in(path)] == ["x"]


def test_a_folder_that_cannot_be_one_is_named_with_a_remedy(tmp_path: Path, clock: StillClock) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"")

    with pytest.raises(StorageUnavailableError, match=str(file)) as caught:
        folder_state(file, clock=clock, new_id=new_id).documents.read("runs/a.json", Note)

    assert "STATE_DIR" in caught.value.fix


def test_a_folder_that_stays_locked_is_named_with_a_remedy(tmp_path: Path, clock: StillClock) -> None:
    store = FolderStore(SharedFolder(tmp_path, clock=clock, lock_seconds=0.02))

    with FileLock(tmp_path / ".lock"), pytest.raises(StorageUnavailableError, match="locked") as caught:
        store.get("runs/a.json")

    assert "hangs" in caught.value.fix


def test_a_folder_is_made_when_it_is_first_used(tmp_path: Path, clock: StillClock) -> None:
    state = folder_state(tmp_path / "a" / "b", clock=clock, new_id=new_id)
    assert not (tmp_path / "a").exists()

    assert state.documents.list("") == ()
    state.queue.send("x")

    assert [message.text for message in messages_in(tmp_path / "a" / "b")] == ["x"]


def test_a_folder_needs_not_be_closed(folder: StoreUnderTest) -> None:
    with folder.state as state:
        state.documents.create("runs/a.json", Note(text="x"))

    assert folder.state.documents.read("runs/a.json", Note) is not None
