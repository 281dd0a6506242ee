"""What holds for documents in both stores."""

import gzip
from datetime import UTC, datetime

import pytest

from shared.errors import DamagedDocumentError, DocumentConflictError, UnknownSchemaError
from shared.state.protocols import ETag
from tests.state.stores_under_test import Colour, Either, Everything, Left, Note, StoreUnderTest, new_id

BOTH_FORMS = pytest.mark.parametrize("path", ["runs/a.json", "plans/a.json.gz"])


@BOTH_FORMS
def test_a_document_reads_back_as_it_was_written(each: StoreUnderTest, path: str) -> None:
    body = Everything(
        at=datetime(2026, 11, 25, 7, 30, 1, 250_000, tzinfo=UTC),
        colour=Colour.RED,
        names=frozenset({"Zoë", "a", "b"}),
        notes=(Note(text="one", number=1), Note(text="two\nlines", number=2)),
        by_name={"n": Note(text="Ünïcode 漢字 🙂")},
    )

    etag = each.state.documents.create(path, body)

    stored = each.state.documents.read(path, Everything)
    assert stored is not None
    assert body == stored.body
    assert etag == stored.etag


def test_what_one_process_writes_another_reads(each: StoreUnderTest) -> None:
    each.state.documents.create("settings.json", {"SYNC_WHAT": "none"})

    stored = each.open_again().documents.read("settings.json", dict[str, str])

    assert stored is not None
    assert stored.body == {"SYNC_WHAT": "none"}


@BOTH_FORMS
def test_a_document_that_is_not_there_reads_as_none(each: StoreUnderTest, path: str) -> None:
    assert each.state.documents.read(path, Note) is None


def test_a_document_is_created_once(each: StoreUnderTest) -> None:
    each.state.documents.create("runs/a.json", Note(text="first"))

    with pytest.raises(DocumentConflictError, match=r"runs/a\.json"):
        each.state.documents.create("runs/a.json", Note(text="second"))

    stored = each.state.documents.read("runs/a.json", Note)
    assert stored is not None
    assert stored.body.text == "first"


@BOTH_FORMS
def test_a_document_is_replaced_where_it_is_still_the_version_read(each: StoreUnderTest, path: str) -> None:
    first = each.state.documents.create(path, Note(text="first"))

    second = each.state.documents.replace(path, Note(text="second"), first)

    stored = each.state.documents.read(path, Note)
    assert stored is not None
    assert stored.body.text == "second"
    assert second == stored.etag
    assert second != first


def test_a_document_that_somebody_else_wrote_meanwhile_is_not_replaced(each: StoreUnderTest) -> None:
    first = each.state.documents.create("runs/a.json", Note(text="first"))
    each.open_again().documents.replace("runs/a.json", Note(text="theirs"), first)

    with pytest.raises(DocumentConflictError, match=r"runs/a\.json"):
        each.state.documents.replace("runs/a.json", Note(text="ours"), first)

    stored = each.state.documents.read("runs/a.json", Note)
    assert stored is not None
    assert stored.body.text == "theirs"


def test_writing_the_same_body_again_is_another_version(each: StoreUnderTest) -> None:
    first = each.state.documents.create("runs/a.json", Note(text="same"))

    assert first != each.state.documents.replace("runs/a.json", Note(text="same"), first)


def test_a_document_deleted_meanwhile_is_not_replaced(each: StoreUnderTest) -> None:
    first = each.state.documents.create("runs/a.json", Note(text="first"))
    each.state.documents.delete("runs/a.json")

    with pytest.raises(DocumentConflictError):
        each.state.documents.replace("runs/a.json", Note(text="second"), first)

    assert each.state.documents.read("runs/a.json", Note) is None


def test_a_version_of_a_store_that_holds_nothing_conflicts(each: StoreUnderTest) -> None:
    with pytest.raises(DocumentConflictError):
        each.state.documents.replace("runs/a.json", Note(text="x"), ETag('"0x8DB000000000000"'))


def test_a_deleted_document_can_be_created_again(each: StoreUnderTest) -> None:
    each.state.documents.create("runs/a.json", Note(text="first"))
    each.state.documents.delete("runs/a.json")

    each.state.documents.create("runs/a.json", Note(text="again"))

    stored = each.state.documents.read("runs/a.json", Note)
    assert stored is not None
    assert stored.body.text == "again"


def test_deleting_what_is_not_there_is_no_error(each: StoreUnderTest) -> None:
    each.state.documents.delete("runs/a.json")
    each.state.documents.create("runs/b.json", Note(text="b"))
    each.state.documents.delete("runs/a.json")
    each.state.documents.delete("runs/a.results.jsonl")


def test_documents_and_journals_are_listed_in_order_of_path(each: StoreUnderTest) -> None:
    each.state.documents.create("runs/b.json", Note(text="b"))
    each.state.documents.append("runs/a.results.jsonl", [Note(text="a")])
    each.state.documents.create("runs/a.json", Note(text="a"))
    each.state.documents.create("plans/a.json.gz", Note(text="p"))
    each.state.lease.acquire(new_id())

    everything = [info.path for info in each.state.documents.list("")]

    assert everything == ["plans/a.json.gz", "runs/a.json", "runs/a.results.jsonl", "runs/b.json"]
    assert everything[1:] == [info.path for info in each.state.documents.list("runs/")]
    assert everything[1:3] == [info.path for info in each.state.documents.list("runs/a")]


def test_a_listed_document_has_its_size_and_an_aware_time(each: StoreUnderTest) -> None:
    each.state.documents.create("runs/a.json", Note(text="a"))

    (info,) = each.state.documents.list("runs/")

    stored = each.store.get("runs/a.json")
    assert stored is not None
    assert len(stored.data) == info.size_bytes
    assert info.modified_at.tzinfo is not None


def test_nothing_is_listed_where_nothing_is(each: StoreUnderTest) -> None:
    assert each.state.documents.list("") == ()
    assert each.state.documents.list("runs/") == ()


@pytest.mark.parametrize(
    "path", ["../a.json", "/a.json", "runs/../../a.json", "runs\\a.json", "a", "a.txt", ".a.json", "", "a.json/b.json"]
)
def test_a_path_that_no_document_has_names_nothing(each: StoreUnderTest, path: str) -> None:
    assert each.state.documents.read(path, Note) is None
    assert each.state.documents.read_lines(path, Note) == ()
    each.state.documents.delete(path)
    with pytest.raises(ValueError, match="not a path"):
        each.state.documents.create(path, Note(text="x"))
    with pytest.raises(ValueError, match="not a path"):
        each.state.documents.append(path, [Note(text="x")])


def test_a_name_of_any_length_is_asked_for_without_an_error(each: StoreUnderTest) -> None:
    assert each.state.documents.read(f"runs/{'a' * 5000}.json", Note) is None


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("runs/a.json", b""),
        ("runs/a.json", b'{"schema":1,"write_id":"x","bo'),
        ("runs/a.json", b'{"schema":1,"write_id":"x","body":{"text":7}}'),
        ("runs/a.json", b'{"schema":1,"write_id":"x"}'),
        ("runs/a.json", b'{"text":"no envelope"}'),
        ("runs/a.json", b"\xff\xfe"),
        ("plans/a.json.gz", b""),
        ("plans/a.json.gz", b'{"schema":1,"write_id":"x","body":{"text":"not compressed"}}'),
        ("plans/a.json.gz", gzip.compress(b'{"schema":1,"write_id":"x","body":{"text":"x"}}')[:-12]),
    ],
)
def test_a_damaged_document_is_an_error_that_names_it(each: StoreUnderTest, path: str, data: bytes) -> None:
    each.store.put_new(path, data)

    with pytest.raises(DamagedDocumentError, match=path) as caught:
        each.state.documents.read(path, Note)

    assert each.store.place in caught.value.detail


def test_a_document_of_another_schema_is_an_error_that_names_both_schemas(each: StoreUnderTest) -> None:
    each.store.put_new("ledger.json.gz", gzip.compress(b'{"schema":2,"write_id":"x","body":{"anything":[]}}'))

    with pytest.raises(UnknownSchemaError, match=r"ledger\.json\.gz.*schema 2.*schema 1") as caught:
        each.state.documents.read("ledger.json.gz", Note)

    assert each.store.place in caught.value.detail


def test_what_could_not_be_read_back_is_refused_when_it_is_written(each: StoreUnderTest) -> None:
    with pytest.raises(TypeError, match="unions"):
        each.state.documents.create("runs/a.json", Either(side=Left(one=1)))
    with pytest.raises(TypeError, match="unions"):
        each.state.documents.append("audit.jsonl", [Either(side=Left(one=1))])

    assert each.state.documents.list("") == ()


def test_every_write_of_a_document_has_a_new_write_id(each: StoreUnderTest) -> None:
    etag = each.state.documents.create("runs/a.json", Note(text="same"))
    first = each.store.get("runs/a.json")
    each.state.documents.replace("runs/a.json", Note(text="same"), etag)
    second = each.store.get("runs/a.json")

    assert first is not None
    assert second is not None
    assert first.data != second.data
