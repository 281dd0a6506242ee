"""What holds for journals in both stores."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.errors import DamagedDocumentError, UnknownSchemaError
from tests.state.stores_under_test import Note, StoreUnderTest

JOURNAL = "runs/a.results.jsonl"


def notes(*numbers: int) -> list[Note]:
    return [Note(text="line\nwith an end", number=number) for number in numbers]


def numbers(store: StoreUnderTest) -> list[int]:
    return [note.number for note in store.state.documents.read_lines(JOURNAL, Note)]


def test_a_journal_that_is_not_there_has_no_lines(each: StoreUnderTest) -> None:
    assert each.state.documents.read_lines(JOURNAL, Note) == ()


def test_lines_read_back_in_the_order_of_their_appends(each: StoreUnderTest) -> None:
    each.state.documents.append(JOURNAL, notes(1, 2))
    each.open_again().documents.append(JOURNAL, notes(3))
    each.state.documents.append(JOURNAL, notes(4, 5))

    assert numbers(each) == [1, 2, 3, 4, 5]


def test_appending_no_lines_makes_no_journal(each: StoreUnderTest) -> None:
    each.state.documents.append(JOURNAL, [])

    assert each.state.documents.list("") == ()


def test_equal_lines_of_different_appends_are_all_kept(each: StoreUnderTest) -> None:
    each.state.documents.append(JOURNAL, notes(1, 1))
    each.state.documents.append(JOURNAL, notes(1))

    assert numbers(each) == [1, 1, 1]


def test_an_append_that_is_stored_twice_is_read_once(each: StoreUnderTest) -> None:
    each.state.documents.append(JOURNAL, notes(1, 2))
    stored = each.store.get(JOURNAL)
    assert stored is not None
    each.store.append_at(JOURNAL, stored.data, len(stored.data))
    each.state.documents.append(JOURNAL, notes(3))

    assert numbers(each) == [1, 2, 3]


def test_lines_of_one_append_are_together_there_or_not_at_all(each: StoreUnderTest) -> None:
    each.state.documents.append(JOURNAL, notes(1, 2, 3))

    stored = each.store.get(JOURNAL)

    assert stored is not None
    assert stored.data.count(b"\n") == 1
    assert stored.data.endswith(b"\n")


def test_writers_at_the_same_time_lose_no_line(each: StoreUnderTest) -> None:
    def write(writer: int) -> None:
        documents = (each.open_again() if writer % 2 else each.state).documents
        for number in range(5):
            documents.append(JOURNAL, notes(writer * 100 + number))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))

    found = numbers(each)
    assert sorted(writer * 100 + number for writer in range(4) for number in range(5)) == sorted(found)
    for writer in range(4):
        own = [number for number in found if number // 100 == writer]
        assert sorted(own) == own


@pytest.mark.parametrize("line", [b"{}", b"not JSON", b'{"schema":1,"write_id":"x","lines":[{"text":1}]}', b"\xff"])
def test_a_damaged_line_is_an_error_that_names_it(each: StoreUnderTest, line: bytes) -> None:
    each.state.documents.append(JOURNAL, notes(1))
    each.store.append_at(JOURNAL, line + b"\n", each.store.size(JOURNAL))
    each.state.documents.append(JOURNAL, notes(2))

    with pytest.raises(DamagedDocumentError, match=rf"Line 2 of {JOURNAL}"):
        numbers(each)


def test_a_line_of_another_schema_is_an_error_that_names_both_schemas(each: StoreUnderTest) -> None:
    each.store.append_at(JOURNAL, b'{"schema":9,"write_id":"x","rows":[]}\n', 0)

    with pytest.raises(UnknownSchemaError, match=rf"{JOURNAL}.*schema 9.*schema 1"):
        numbers(each)


def test_a_deleted_journal_begins_anew(each: StoreUnderTest) -> None:
    each.state.documents.append(JOURNAL, notes(1))
    each.state.documents.delete(JOURNAL)

    each.state.documents.append(JOURNAL, notes(2))

    assert numbers(each) == [2]
