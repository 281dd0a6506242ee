"""Laws: documents and journals of a folder behave as a dictionary does, and what is written is read back."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.errors import DocumentConflictError
from shared.state import ETag
from shared.state.envelope import decode_document, decode_journal, encode_append, encode_document, write_id_of
from tests.state.stores_under_test import Colour, Everything, Note, folder_under_test
from tests.twins.still_clock import StillClock

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NOTES = st.builds(Note, text=TEXTS, number=st.integers(-(2**53), 2**53))
BODIES = st.builds(
    Everything,
    at=st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001  # strategy's own
    colour=st.none() | st.sampled_from(Colour),
    names=st.frozensets(TEXTS),
    notes=st.lists(NOTES, max_size=4).map(tuple),
    by_name=st.dictionaries(TEXTS, NOTES, max_size=3),
)
APPENDS = st.lists(st.lists(NOTES, min_size=1, max_size=3), max_size=4)


@given(body=BODIES, path=st.sampled_from(["runs/a.json", "plans/a.json.gz"]))
def test_what_is_encoded_is_decoded(body: Everything, path: str) -> None:
    data = encode_document(path, body, "id")

    assert decode_document(path, data, Everything, place="here") == body
    assert write_id_of(path, data) == "id"


@given(body=BODIES, path=st.sampled_from(["runs/a.json", "plans/a.json.gz"]))
def test_the_same_body_is_the_same_bytes(body: Everything, path: str) -> None:
    again = Everything(
        at=body.at,
        colour=body.colour,
        names=frozenset(sorted(body.names, reverse=True)),
        notes=body.notes,
        by_name=dict(reversed(list(body.by_name.items()))),
    )

    assert encode_document(path, body, "id") == encode_document(path, again, "id")


@given(appends=APPENDS, cut=st.floats(0, 1))
def test_a_journal_cut_anywhere_has_whole_appends_only(appends: list[list[Note]], cut: float) -> None:
    encoded = [encode_append(lines, str(number)) for number, lines in enumerate(appends)]
    data = b"".join(encoded)
    kept = round(len(data) * cut)

    whole = 0
    while whole < len(encoded) and len(b"".join(encoded[: whole + 1])) <= kept:
        whole += 1
    expected = tuple(note for lines in appends[:whole] for note in lines)
    assert decode_journal("a.jsonl", data[:kept], Note, place="here") == expected


@given(appends=APPENDS, repeats=st.lists(st.integers(0, 3), max_size=3))
def test_repeated_appends_are_read_once(appends: list[list[Note]], repeats: list[int]) -> None:
    encoded = [encode_append(lines, str(number)) for number, lines in enumerate(appends)]
    repeated = [encoded[number] for number in repeats if number < len(encoded)]

    data = b"".join([*encoded, *repeated])

    assert decode_journal("a.jsonl", data, Note, place="here") == tuple(note for lines in appends for note in lines)


DOCUMENTS = st.sampled_from(["runs/a.json", "runs/b.json", "plans/a.json.gz", "ledger.json.gz"])
JOURNALS = st.sampled_from(["runs/a.results.jsonl", "runs/a.removed.jsonl", "audit.jsonl"])


class FolderAgainstDictionary(RuleBasedStateMachine):
    """Whatever is done to documents and journals, a folder and a dictionary hold the same."""

    def __init__(self) -> None:
        super().__init__()
        self._place = tempfile.TemporaryDirectory()

    def teardown(self) -> None:
        self._place.cleanup()

    @initialize()
    def begin(self) -> None:
        self._folder = folder_under_test(Path(self._place.name), StillClock())
        self._bodies: dict[str, tuple[Note, ETag]] = {}
        self._lines: dict[str, list[Note]] = {}
        self._old_etags: list[ETag] = []

    @rule(path=DOCUMENTS, body=NOTES)
    def create(self, path: str, body: Note) -> None:
        if path in self._bodies:
            with pytest.raises(DocumentConflictError):
                self._folder.state.documents.create(path, body)
        else:
            self._bodies[path] = (body, self._folder.state.documents.create(path, body))

    @rule(path=DOCUMENTS, body=NOTES)
    def replace(self, path: str, body: Note) -> None:
        if path in self._bodies:
            etag = self._bodies[path][1]
            self._old_etags.append(etag)
            self._bodies[path] = (body, self._folder.state.documents.replace(path, body, etag))

    @rule(path=DOCUMENTS, body=NOTES, data=st.data())
    def replace_an_old_version(self, path: str, body: Note, data: st.DataObject) -> None:
        if self._old_etags:
            with pytest.raises(DocumentConflictError):
                self._folder.state.documents.replace(path, body, data.draw(st.sampled_from(self._old_etags)))

    @rule(path=DOCUMENTS | JOURNALS)
    def delete(self, path: str) -> None:
        self._folder.state.documents.delete(path)
        if path in self._bodies:
            self._old_etags.append(self._bodies.pop(path)[1])
        self._lines.pop(path, None)

    @rule(path=JOURNALS, lines=st.lists(NOTES, max_size=3))
    def append(self, path: str, lines: list[Note]) -> None:
        self._folder.state.documents.append(path, lines)
        if lines:
            self._lines.setdefault(path, []).extend(lines)

    @rule(path=JOURNALS, lines=st.lists(NOTES, min_size=1, max_size=3), kept=st.floats(0, 0.99))
    def be_killed_while_appending(self, path: str, lines: list[Note], kept: float) -> None:
        data = encode_append(lines, "cut")
        file = Path(self._place.name) / "default" / path
        if file.exists():
            with file.open("ab") as stream:
                stream.write(data[: int(len(data) * kept)])

    @rule()
    def open_again(self) -> None:
        self._folder = folder_under_test(Path(self._place.name), StillClock())

    @rule(prefix=st.sampled_from(["", "runs/", "runs/a", "plans/", "x"]))
    def list(self, prefix: str) -> None:
        expected = sorted(path for path in (*self._bodies, *self._lines) if path.startswith(prefix))

        assert [info.path for info in self._folder.state.documents.list(prefix)] == expected

    @invariant()
    def both_hold_the_same(self) -> None:
        documents = self._folder.state.documents
        for path in ("runs/a.json", "runs/b.json", "plans/a.json.gz", "ledger.json.gz"):
            stored = documents.read(path, Note)
            assert (None if stored is None else (stored.body, stored.etag)) == self._bodies.get(path)
        for path in ("runs/a.results.jsonl", "runs/a.removed.jsonl", "audit.jsonl"):
            assert list(documents.read_lines(path, Note)) == self._lines.get(path, [])


test_a_folder_behaves_as_a_dictionary = FolderAgainstDictionary.TestCase
test_a_folder_behaves_as_a_dictionary.settings = settings(max_examples=30, stateful_step_count=25)
