"""A read of changes with one answer, or with what was kept of the last read, broken anywhere: the directory, a whole read, or an error of ours."""

import gzip
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import urllib3
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.engine.last_read import DELTA_PATH, LAST_READ_PATH, LastReadStore
from shared.errors import UnexpectedAnswerError
from shared.graph import Allowance, GraphClient, GraphReader
from shared.model import Directory, WholeReadNeeded
from shared.state import State, folder_state
from shared.transport import RetryPolicy, Timeouts, Transport
from tests.builders.sides import NOW, organization
from tests.fuzzing.broken_json import broken
from tests.fuzzing.stub_transport import StubTransport
from tests.fuzzing.test_fuzzed_readings import ANN, GRAPH, GROUP, PERSON, STAFF, FixedTokens
from tests.twins.still_clock import StillClock

pytestmark = pytest.mark.slow

OURS = "https://service.example"
PEOPLE, GROUPS, BATCH = "/v1.0/users/delta", "/v1.0/groups/delta", "/v1.0/$batch"
DELTAS: dict[str, Any] = {
    PEOPLE: {"value": [{"id": ANN, "surname": "Married"}], "@odata.deltaLink": f"{OURS}{PEOPLE}?$deltatoken=2"},
    GROUPS: {"value": [{"id": STAFF, "displayName": "All"}], "@odata.deltaLink": f"{OURS}{GROUPS}?$deltatoken=2"},
}
BY_ID = [PERSON | {"surname": "Married"}, GROUP | {"displayName": "All"}]
BATCHES: dict[str, Any] = {
    "counts": {
        "responses": [
            {"id": str(number), "status": 200, "headers": {}, "body": {"@odata.count": count, "value": []}}
            for number, count in enumerate((1, 1, 0))
        ]
    },
    "by_id": {
        "responses": [
            {"id": str(number), "status": 200, "headers": {}, "body": body} for number, body in enumerate(BY_ID)
        ]
    },
}
ANSWERS = {**GRAPH, **DELTAS, **BATCHES}
tried = settings(max_examples=150, deadline=None)


def is_ours(link: str) -> bool:
    """Whether a transport would send a token there."""
    transport = Transport(
        service="Graph",
        base_url=OURS,
        clock=StillClock(NOW),
        random=Random(1),
        pool_size=1,
        timeouts=Timeouts(),
        retry=RetryPolicy(),
    )
    with closing(transport):
        return transport.is_own_url(link)


class ScriptedChanges(StubTransport):
    """A Graph in which a person and a group changed; ``spoiled`` replaces the answers of some of its parts."""

    def __init__(self, spoiled: Mapping[str, bytes]) -> None:
        super().__init__(lambda _method, _target: (404, b"{}"))
        self.spoiled = spoiled

    def send(self, method: str, path: str, **others: Any) -> Any:
        is_path = path.startswith("/") and not path.startswith("//")
        if not is_path and not self.is_own_url(path):
            raise UnexpectedAnswerError("That is another host.", "Nothing was sent there.")
        part = urlsplit(path).path
        if part == BATCH:
            part = "counts" if b"$count=true" in others["json_body"] else "by_id"
        body = self.spoiled.get(part, json.dumps(ANSWERS[part]).encode() if part in ANSWERS else None)
        self._answers = lambda *_: (404, b"{}") if body is None else (200, body)
        return super().send(method, path)

    def is_own_url(self, url: str) -> bool:
        return is_ours(url)


def reader(transport: StubTransport) -> GraphReader:
    clock = StillClock(NOW)
    client = GraphClient(
        transport=transport.as_transport(), tokens=FixedTokens(), allowance=Allowance(clock=clock, most_at_once=8)
    )
    return GraphReader(
        client=client,
        tenant_id=ANN,
        clock=clock,
        random=Random(1),
        batch_retry=RetryPolicy(attempts=1),
    )


def whole_read() -> Directory:
    before = {PEOPLE: {"value": [], "@odata.deltaLink": f"{OURS}{PEOPLE}?$deltatoken=1"}}
    before[GROUPS] = {"value": [], "@odata.deltaLink": f"{OURS}{GROUPS}?$deltatoken=1"}
    transport = ScriptedChanges({path: json.dumps(body).encode() for path, body in before.items()})
    return reader(transport).read(scope_groups=[], progress=lambda *_: None)


KNOWN = whole_read()


def changed(transport: StubTransport, known: Directory = KNOWN) -> Directory | WholeReadNeeded:
    return reader(transport).read_changes(known, scope_groups=[], progress=lambda *_: None)


def test_the_unbroken_answers_tell_what_changed() -> None:
    found = changed(ScriptedChanges({}))

    assert isinstance(found, Directory)
    assert ([one.surname for one in found.people], [one.display_name for one in found.groups]) == (["Married"], ["All"])


@pytest.mark.parametrize("part", [PEOPLE, GROUPS, "counts", "by_id"])
@tried
@given(data=st.data())
def test_a_broken_answer_gives_a_directory_of_whole_answers_or_a_whole_read(part: str, data: st.DataObject) -> None:
    found = changed(ScriptedChanges({part: data.draw(broken(ANSWERS[part]))}))

    if isinstance(found, Directory):
        assert [one.id for one in found.people] == [ANN]
        assert [one.id for one in found.groups] == [STAFF]
        assert found.delta_links is not None
        for link in (found.delta_links.people, found.delta_links.groups):
            assert link.startswith(f"{OURS}/")


def kept(folder: str) -> State:
    """A store that keeps the read."""
    numbers = iter(range(1_000))
    state = folder_state(Path(folder), clock=StillClock(NOW), new_id=lambda: str(next(numbers)))
    LastReadStore(state.documents).keep(KNOWN, organization(), frozenset({"a"}))
    return state


@pytest.mark.parametrize("path", [DELTA_PATH, LAST_READ_PATH])
@tried
@given(data=st.data())
def test_what_is_kept_and_broken_is_built_on_or_not_and_is_no_error(path: str, data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        state = kept(folder)
        file = Path(folder) / "default" / path
        stored = file.read_bytes()
        plain = gzip.decompress(stored) if path.endswith(".gz") else stored
        spoiled = data.draw(broken(json.loads(plain)))
        file.write_bytes(gzip.compress(spoiled, mtime=0) if path.endswith(".gz") else spoiled)
        known = LastReadStore(state.documents).to_update(NOW, more_than=0)

    if known is not None:
        assert isinstance(changed(ScriptedChanges({}), known.directory), Directory | WholeReadNeeded)


LINKS = st.text(max_size=40) | st.from_regex(r"(https?:)?//?[\w.:@\[\]/?$%#;\\-]{0,40}", fullmatch=True)


@tried
@example(people="//[", groups="https://[")
@given(people=LINKS, groups=LINKS)
def test_links_that_are_none_lead_to_a_whole_read(people: str, groups: str) -> None:
    links = KNOWN.delta_links
    assert links is not None
    known = replace(KNOWN, delta_links=replace(links, people=people, groups=groups))

    assert isinstance(changed(ScriptedChanges({}), known), WholeReadNeeded)


OWN = st.sampled_from(("https://service.example", "HTTPS://SERVICE.EXAMPLE:443", "//service.example", ""))
AFTER = st.text(alphabet=r".:@/\\?#[]%;a1", max_size=12)


@tried
@example(link="https://service.example@elsewhere.example/v1.0/users/delta")
@example(link="https://service.example.elsewhere.example/v1.0/users/delta")
@example(link="https://service.example\\@elsewhere.example/v1.0/users/delta")
@given(link=LINKS | st.builds(lambda own, after: f"{own}{after}elsewhere.example/", OWN, AFTER))
def test_a_link_that_counts_as_ours_leads_nowhere_else(link: str) -> None:
    """However differently ``requests`` reads it."""
    if not is_ours(link):
        return
    try:
        prepared = requests.Request("GET", link).prepare()
    except requests.RequestException:
        return
    assert prepared.url is not None
    host = urllib3.util.parse_url(prepared.url)
    assert (host.scheme, host.host, host.port or 443) == ("https", "service.example", 443)
