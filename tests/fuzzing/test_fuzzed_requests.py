"""What strangers and storage hand in: headers, bodies, messages, settings and documents. Only errors of our tree come out."""

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.api.authorization import authorization_of
from shared.api.bodies import (
    ExecuteBody,
    ExemptionBody,
    ExplainBody,
    NoBody,
    OptionsBody,
    ResultsBody,
    RowsBody,
    SearchBody,
    decode_body,
)
from shared.diff.ledger import Ledger
from shared.engine.administration.audit import AuditEntry
from shared.engine.last_read import Delta, LastRead
from shared.engine.message import Message
from shared.engine.notices.book import NoticeBook
from shared.engine.plan_record import PlanRecord
from shared.engine.purposes import KnownPurposes
from shared.engine.records import Exemptions, SavedOptions, Slot
from shared.engine.run import Result, Run
from shared.engine.search_allowance import Allowance
from shared.errors import DamagedDocumentError, SyncError, UnknownSchemaError
from shared.model import FetchedAccount
from shared.notify.webhook_address import webhook_address
from shared.settings import load_settings
from shared.settings.fields import SETTING_FIELDS
from shared.state.envelope import decode_document, decode_journal
from tests.api.calling import EASYAUTH, claims, principal, request
from tests.engine.frame import ENVIRONMENT
from tests.fuzzing.broken_json import ANYTHING, GARBAGE, broken
from tests.fuzzing.telling import assert_hidden, assert_told

pytestmark = pytest.mark.slow

BODIES = (NoBody, SearchBody, RowsBody, ExecuteBody, OptionsBody, ExemptionBody, ExplainBody, ResultsBody)
DOCUMENTS: Mapping[str, type[Any]] = {
    "settings.json": SavedOptions,
    "exemptions.json": Exemptions,
    "ledger.json.gz": Ledger,
    "slot.json": Slot,
    "purposes.json.gz": KnownPurposes,
    "directory.json.gz": LastRead,
    "delta.json": Delta,
    "searches.json": Allowance,
    "notices.json": NoticeBook,
    "runs/r.json": Run,
    "plans/p.json.gz": PlanRecord,
}
JOURNALS: Mapping[str, type[Any]] = {
    "runs/r.results.jsonl": Result,
    "runs/r.removed.jsonl": FetchedAccount,
    "audit.jsonl": AuditEntry,
}
PRINCIPAL = json.loads(base64.b64decode(principal(claims())["x-ms-client-principal"]))
DOCUMENT = {"schema": 1, "write_id": "w", "body": {"exemptions": [], "values": {}, "entries": {}}}
LINE = {
    "schema": 1,
    "write_id": "w",
    "lines": [{"change_id": "x", "category": "add_user", "address": "a", "outcome": "done"}],
}
tried = settings(max_examples=200, deadline=None)


@tried
@given(document=broken(PRINCIPAL), encoded=st.booleans())
def test_a_principal_that_is_none_lets_nobody_in(document: bytes, *, encoded: bool) -> None:
    text = base64.b64encode(document).decode() if encoded else document.decode("latin-1")
    try:
        caller = authorization_of(EASYAUTH).caller({"x-ms-client-principal": text})
        assert caller.roles
    except SyncError as error:
        assert_told(error)


@pytest.mark.parametrize("kind", BODIES, ids=lambda kind: kind.__name__)
@tried
@given(body=GARBAGE | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_a_body_that_is_none_of_its_route_is_refused_by_name(kind: type[Any], body: bytes) -> None:
    try:
        decode_body(request("POST", "x", body=body), kind, most_bytes=1_000_000)
    except SyncError as error:
        assert_told(error)


@tried
@given(
    text=st.text(max_size=80)
    | broken({"run_id": "20261125T090000-00000001", "n": 3}).map(lambda b: b.decode("latin-1"))
)
@example(text='{"run_id": "../lease", "n": 1}')
@example(text='{"run_id": "x", "n": true}')
def test_a_message_is_ours_or_dropped(text: str) -> None:
    found = Message.parse(text)

    assert found is None or ("/" not in found.run_id and found.n >= 0)


@pytest.mark.parametrize("name", [field.name for field in SETTING_FIELDS])
@tried
@given(value=st.text(max_size=60) | st.from_regex(r"https?://[\w.:@\[\]/-]{0,30}", fullmatch=True))
def test_a_setting_is_usable_or_named_with_its_value_and_a_remedy(name: str, value: str) -> None:
    try:
        load_settings({**ENVIRONMENT, name: value}, {})
    except SyncError as error:
        assert_told(error)


@pytest.mark.parametrize("path", DOCUMENTS)
@tried
@given(body=broken(DOCUMENT))
def test_a_stored_document_is_read_or_named_as_damaged(path: str, body: bytes) -> None:
    data = gzip.compress(body) if path.endswith(".gz") else body
    for stored in (data, body, data[: len(data) // 2]):
        try:
            decode_document(path, stored, DOCUMENTS[path], place="the test")
        except (DamagedDocumentError, UnknownSchemaError) as error:
            assert_told(error, path)


@pytest.mark.parametrize("path", JOURNALS)
@tried
@given(lines=st.lists(broken(LINE), max_size=3))
def test_a_journal_is_read_or_named_as_damaged(path: str, lines: list[bytes]) -> None:
    try:
        decode_journal(path, b"\n".join(lines) + b"\n", JOURNALS[path], place="the test")
    except (DamagedDocumentError, UnknownSchemaError) as error:
        assert_told(error, path)


@tried
@given(text=st.text(max_size=60) | st.from_regex(r"https?://[\w.:@\[\]/?%-]{0,40}", fullmatch=True))
def test_a_webhooks_address_is_usable_or_refused_without_being_told(text: str) -> None:
    try:
        webhook_address(text)
    except SyncError as error:
        assert_told(error)
        assert_hidden(error, text)
