"""Both backends say the same to the same app."""

from collections.abc import Iterator

import pytest

from simulator.host.backend import BackendKind
from tests.host.host_under_test import HostUnderTest, serving


@pytest.fixture(
    scope="module", params=[pytest.param(BackendKind.WORKER, marks=pytest.mark.worker), BackendKind.DECORATED]
)
def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostUnderTest]:
    folder = tmp_path_factory.mktemp("contract")
    with serving(folder, backend=request.param) as running:
        yield running


def test_a_request_reaches_the_function_whole(host: HostUnderTest) -> None:
    answer = host.call("POST", "/api/echo/a%20b?x=1&empty=&x=2", b"body", {"X-Test": "t"})

    assert answer.status == 202
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Retry-After"] == "1"
    assert answer.json() == {
        "method": "POST",
        "url": f"{host.process.url}/api/echo/a%20b?x=1&empty=&x=2",
        "name": "a b",
        "query": {"x": "1,2"},
        "header": "t",
        "principal": None,
        "body": "body",
    }


def test_a_request_without_body_has_an_empty_one(host: HostUnderTest) -> None:
    assert host.call("GET", "/api/echo/name").json()["body"] == ""


def test_a_literal_route_wins_over_a_parameter_and_binary_comes_back_as_it_is(host: HostUnderTest) -> None:
    assert host.call("GET", "/api/echo/special").body == b"\x00\xff"


def test_several_cookies_come_back(host: HostUnderTest) -> None:
    cookies = host.call("GET", "/api/cookies").headers.get_all("Set-Cookie")

    assert cookies == ["one=1; Path=/; HttpOnly", "two=2; Path=/; Max-Age=600"]


def test_text_is_an_answer(host: HostUnderTest) -> None:
    assert host.call("GET", "/api/text").body == b"plain"


@pytest.mark.parametrize("route", ["raises", "nothing", "dictionary"])
def test_a_function_that_fails_or_returns_no_answer_gives_500_without_body(host: HostUnderTest, route: str) -> None:
    answer = host.call("GET", f"/api/{route}")

    assert (answer.status, answer.body) == (500, b"")


def test_a_failure_is_in_the_log_with_where_it_came_from(host: HostUnderTest) -> None:
    host.call("GET", "/api/raises")

    log = host.process.log.read_text()
    assert "broken on purpose" in log
    assert "in raises" in log


def test_a_timer_is_called_with_its_request(host: HostUnderTest) -> None:
    assert host.run_by_hand("tick").status == 202
    assert host.notes("tick")[-1] == {"past_due": False}


def test_a_timer_that_returns_something_fails(host: HostUnderTest) -> None:
    assert host.run_by_hand("returning").status == 500


def test_a_queue_message_is_handed_over_with_its_metadata(host: HostUnderTest) -> None:
    assert host.run_by_hand("worker", '{"run_id": "ä"}').status == 202
    assert host.notes("work")[-1] == {"id": "by-hand", "body": '{"run_id": "ä"}', "dequeue_count": 1}


def test_a_queue_function_that_raises_fails(host: HostUnderTest) -> None:
    assert host.run_by_hand("worker", "fail").status == 500


def test_a_message_in_the_folder_is_delivered_until_it_is_poison(host: HostUnderTest) -> None:
    queue = host.folder / "state" / "queues" / "work"
    queue.mkdir(parents=True, exist_ok=True)
    stored = (
        '{"id": "m1", "text": "fail", "inserted_at": "2026-01-01T00:00:00Z", '
        '"visible_at": "2026-01-01T00:00:00Z", "dequeue_count": 0}'
    )
    draft = queue / ".draft"
    draft.write_text(stored)
    draft.rename(queue / "m1.json")

    host.wait_for_note("poison")

    seen = [note["dequeue_count"] for note in host.notes("work") if note["id"] == "m1"]
    assert seen == [1, 2]
