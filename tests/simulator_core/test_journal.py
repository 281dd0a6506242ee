"""What the journal keeps, and what it never keeps."""

import json
from collections.abc import Mapping

import pytest

from simulator.journal import Journal
from simulator.wire import Request, ServiceName
from simulator.world import WorldClock

PLANTED = "planted-secret"


def request_to(
    path: str, *, method: str = "GET", body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Request:
    return Request(
        method=method,
        path=path,
        query={},
        headers=headers or {},
        body=body,
        origin="https://127.0.0.1:1",
        raw_path=path,
    )


@pytest.fixture
def journal() -> Journal:
    return Journal(WorldClock())


@pytest.mark.parametrize("header", ["authorization", "x-password", "x-identity-header", "cookie"])
def test_of_a_secret_header_only_its_presence_is_kept(journal: Journal, header: str) -> None:
    journal.record("graph", request_to("/", headers={header: PLANTED}), 200)
    (entry,) = journal.entries()
    assert entry.headers == {header: "(redacted)"}


def test_an_unknown_header_is_not_kept(journal: Journal) -> None:
    journal.record("graph", request_to("/", headers={"x-api-key": PLANTED}), 200)
    assert PLANTED not in json.dumps(journal.entries()[0].as_json())


@pytest.mark.parametrize("service", [ServiceName.TOKEN, ServiceName.VAULT, ServiceName.IDENTITY])
def test_bodies_of_services_that_deal_in_secrets_are_not_kept(journal: Journal, service: str) -> None:
    journal.record(service, request_to("/", method="POST", body=json.dumps({"value": PLANTED}).encode()), 200)
    assert journal.entries()[0].body is None


def test_secrets_inside_other_bodies_are_not_kept(journal: Journal) -> None:
    body = [{"primary_email": "a@b.example", "password": PLANTED, "deep": {"ad_key": PLANTED}}]
    journal.record("essentials", request_to("/", method="POST", body=json.dumps(body).encode()), 201)
    assert journal.entries()[0].body == [
        {"primary_email": "a@b.example", "password": "(redacted)", "deep": {"ad_key": "(redacted)"}}
    ]


def test_entries_are_numbered_in_the_order_of_their_answers(journal: Journal) -> None:
    for path in ("/a", "/b", "/c"):
        journal.record("graph", request_to(path), 200)
    assert [(entry.sequence, entry.path) for entry in journal.entries()] == [(1, "/a"), (2, "/b"), (3, "/c")]


def test_entries_can_be_asked_for_by_service_and_from_a_number_on(journal: Journal) -> None:
    for service in ("graph", "essentials", "graph"):
        journal.record(service, request_to("/"), 200)
    assert [entry.sequence for entry in journal.entries("graph", after=1)] == [3]


def test_every_service_has_a_count_from_the_start(journal: Journal) -> None:
    journal.record("graph", request_to("/"), None)
    assert journal.counts() == {"graph": 1, "essentials": 0, "token": 0, "vault": 0, "identity": 0, "receiver": 0}


def test_clearing_counts_anew_and_numbers_on(journal: Journal) -> None:
    journal.record("graph", request_to("/"), 200)
    journal.clear()
    journal.record("graph", request_to("/"), 200)
    assert (journal.counts()["graph"], journal.entries()[0].sequence) == (1, 2)
