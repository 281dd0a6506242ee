"""Every fault as a client meets it, on a TLS socket."""

import json
import threading
from collections.abc import Iterator
from time import monotonic

import pytest
import requests

from simulator.certificates import LoopbackTls
from simulator.effects import (
    DropAfter,
    DropBefore,
    Effect,
    EmptyPage,
    ForeignNextLink,
    HalfBody,
    HtmlAnswer,
    LateStatusFault,
    LostDeltaLink,
    LostNextLink,
    MissingValue,
    NoAnswer,
    Redirect,
    RepeatedNextLink,
    StatusFault,
    WrongCount,
)
from simulator.faults import Fault, FaultBook
from simulator.journal import Journal
from simulator.server import Server
from simulator.wire import Request, Response, ServiceName, json_response
from simulator.world import WorldClock


class Pages:
    """Answers lists and counts, and counts what took effect."""

    name = ServiceName.GRAPH

    def __init__(self) -> None:
        self.handled = 0

    def handle(self, request: Request) -> Response:
        self.handled += 1
        if request.path.endswith("/$count"):
            return Response(status=200, headers={"Content-Type": "text/plain"}, body=b"12")
        if request.path.endswith("/delta"):
            return json_response(
                200, {"value": [], "@odata.deltaLink": f"{request.origin}/v1.0/users/delta?$deltatoken=1"}
            )
        link = f"{request.origin}/v1.0/users?$skiptoken=two"
        return json_response(200, {"value": [{"id": "a"}], "@odata.nextLink": link})


class Stage:
    """One service with its faults and a client."""

    def __init__(self, server: Server, service: Pages, faults: FaultBook, journal: Journal, session: requests.Session):
        self.server = server
        self.service = service
        self.faults = faults
        self.journal = journal
        self.session = session
        self.url = f"{server.origin}/v1.0/users?$top=1"

    def hit(self, effect: Effect, **where: object) -> None:
        self.faults.add(Fault(service=ServiceName.GRAPH, effect=effect, **where))  # type: ignore[arg-type]

    def get(self, path: str = "/v1.0/users?$top=1", timeout: float = 10) -> requests.Response:
        return self.session.get(f"{self.server.origin}{path}", timeout=timeout, allow_redirects=False)


@pytest.fixture
def stage(tls: LoopbackTls, session: requests.Session) -> Iterator[Stage]:
    service, faults, journal = Pages(), FaultBook(), Journal(WorldClock())
    with Server(service, faults=faults, journal=journal, tls=tls.server_context) as server:
        yield Stage(server, service, faults, journal, session)


@pytest.mark.parametrize("retry_after", ["2", "2.128", "Sat, 21 Nov 2026 10:00:00 GMT"])
def test_a_status_fault_carries_its_retry_after_as_given(stage: Stage, retry_after: str) -> None:
    stage.hit(StatusFault(status=429, retry_after=retry_after))
    answer = stage.get()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, retry_after)
    assert answer.json()["error"]["code"] == "TooManyRequests"


def test_a_status_fault_without_retry_after_has_no_such_header(stage: Stage) -> None:
    stage.hit(StatusFault(status=503))
    assert "Retry-After" not in stage.get().headers


def test_a_status_fault_lets_the_request_take_no_effect(stage: Stage) -> None:
    stage.hit(StatusFault(status=500))
    stage.get()
    assert stage.service.handled == 0


def test_a_late_status_fault_lets_the_request_take_effect(stage: Stage) -> None:
    stage.hit(LateStatusFault(status=504))
    assert (stage.get().status_code, stage.service.handled) == (504, 1)


def test_a_connection_is_dropped_before_the_effect(stage: Stage) -> None:
    stage.hit(DropBefore())
    with pytest.raises(requests.ConnectionError):
        stage.get()
    assert stage.service.handled == 0


def test_a_connection_is_dropped_after_the_effect(stage: Stage) -> None:
    stage.hit(DropAfter())
    with pytest.raises(requests.ConnectionError):
        stage.get()
    assert stage.service.handled == 1


def test_the_request_after_a_dropped_connection_is_answered(stage: Stage) -> None:
    stage.hit(DropBefore())
    with pytest.raises(requests.ConnectionError):
        stage.get()
    assert stage.get().status_code == 200


def test_no_answer_comes_before_the_client_gives_up(stage: Stage) -> None:
    stage.hit(NoAnswer(seconds=60))
    with pytest.raises(requests.ReadTimeout):
        stage.get(timeout=0.2)
    assert stage.service.handled == 0


def test_a_silent_connection_is_dropped_in_the_end(stage: Stage) -> None:
    stage.hit(NoAnswer(seconds=0.05))
    with pytest.raises(requests.ConnectionError):
        stage.get()


def test_half_a_body_is_announced_whole(stage: Stage) -> None:
    stage.hit(HalfBody())
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        stage.get()
    assert stage.service.handled == 1


def test_html_comes_with_200(stage: Stage) -> None:
    stage.hit(HtmlAnswer())
    answer = stage.get()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")


def test_value_is_missing(stage: Stage) -> None:
    stage.hit(MissingValue())
    assert "value" not in stage.get().json()


def test_an_empty_page_keeps_its_next_link(stage: Stage) -> None:
    stage.hit(EmptyPage())
    page = stage.get().json()
    assert page["value"] == []
    assert page["@odata.nextLink"].startswith(stage.server.origin)


def test_a_next_link_is_lost(stage: Stage) -> None:
    stage.hit(LostNextLink())
    assert "@odata.nextLink" not in stage.get().json()


def test_a_delta_link_is_lost(stage: Stage) -> None:
    stage.hit(LostDeltaLink())
    assert stage.get("/v1.0/users/delta").json() == {"value": []}


def test_a_repeated_next_link_leads_to_the_page_itself(stage: Stage) -> None:
    stage.hit(RepeatedNextLink())
    assert stage.get().json()["@odata.nextLink"] == stage.url


def test_a_foreign_next_link_leads_to_another_host(stage: Stage) -> None:
    stage.hit(ForeignNextLink(origin="https://elsewhere.example"))
    assert stage.get().json()["@odata.nextLink"] == "https://elsewhere.example/v1.0/users?$skiptoken=two"


@pytest.mark.parametrize(("by", "seen"), [(5, "17"), (-5, "7"), (-50, "0")])
def test_a_count_is_wrong(stage: Stage, by: int, seen: str) -> None:
    stage.hit(WrongCount(by=by), path="/v1.0/users/$count")
    assert stage.get("/v1.0/users/$count").text == seen


def test_a_redirect_names_its_target(stage: Stage) -> None:
    stage.hit(Redirect(location="https://elsewhere.example/"))
    answer = stage.get()
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://elsewhere.example/")


def test_latency_delays_every_answer(stage: Stage) -> None:
    stage.faults.set_latency(ServiceName.GRAPH, 0.05)
    started = monotonic()
    stage.get()
    assert monotonic() - started >= 0.05


def test_stopping_lets_a_silent_connection_go(tls: LoopbackTls, session: requests.Session) -> None:
    faults, journal = FaultBook(), Journal(WorldClock())
    faults.add(Fault(service=ServiceName.GRAPH, effect=NoAnswer(seconds=120)))
    server = Server(Pages(), faults=faults, journal=journal, tls=tls.server_context)
    server.start()
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            session.get(f"{server.origin}/v1.0/users", timeout=60)
        except requests.ConnectionError as error:
            failures.append(error)

    client = threading.Thread(target=ask)
    client.start()
    while not journal.entries():
        client.join(0.01)
    server.stop()
    client.join(10)
    assert len(failures) == 1


def test_the_journal_notes_a_dropped_connection_without_a_status(stage: Stage) -> None:
    stage.hit(DropAfter())
    with pytest.raises(requests.ConnectionError):
        stage.get()
    assert [entry.status for entry in stage.journal.entries()] == [None]


@pytest.mark.parametrize("service", list(ServiceName))
def test_every_service_has_an_error_body_of_its_own(tls: LoopbackTls, session: requests.Session, service: str) -> None:
    pages, faults = Pages(), FaultBook()
    pages.name = ServiceName(service)
    faults.add(Fault(service=service, effect=StatusFault(status=503)))
    with Server(pages, faults=faults, journal=Journal(WorldClock()), tls=tls.server_context) as server:
        body = session.get(server.origin, timeout=10).json()
    expected = {"essentials": "errors", "identity": "statusCode"}.get(service, "error")
    assert expected in body
    assert json.dumps(body)
