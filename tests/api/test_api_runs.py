"""Searches and runs over the API."""

from dataclasses import replace

import pytest

from shared.diff.options import What
from shared.engine.run import Acceptance, ActorKind, Problem, Reading, RunState
from shared.model import AccountType
from tests.api.calling import CHANGING, Client, body_of, request
from tests.twins.memory_commands import MemoryCommands


@pytest.fixture
def client() -> Client:
    return Client()


def start(client: Client) -> str:
    run_id = body_of(client.post("searches", {}))["run_id"]
    assert isinstance(run_id, str)
    return run_id


def test_a_search_is_accepted_with_the_place_where_it_is_watched(client: Client) -> None:
    response = client.post("searches", {})
    assert response.status == 202
    assert body_of(response) == {"run_id": "run-1"}
    assert response.headers["Location"] == "/api/runs/run-1"
    assert int(response.headers["Retry-After"]) > 0


def test_a_search_without_a_body_is_made_as_the_options_say(client: Client) -> None:
    assert client.post("searches").status == 202
    assert client.commands.run("run-1").narrowing.is_none
    assert client.commands.run("run-1").narrowing.read is Reading.CHANGES


@pytest.mark.parametrize("read", Reading)
def test_a_search_reads_entra_as_asked_and_is_not_narrowed_by_it(client: Client, read: Reading) -> None:
    assert client.post("searches", {"read": read}).status == 202
    narrowing = client.commands.run("run-1").narrowing
    assert (narrowing.read, narrowing.is_none) == (read, True)


def test_a_search_is_narrowed_as_asked(client: Client) -> None:
    body = {"what": ["active_users"], "how": [], "default_role": "silent_user", "accept": ["directory_changed"]}
    assert client.post("searches", body).status == 202
    narrowing = client.commands.run("run-1").narrowing
    assert narrowing.what == frozenset({What.ACTIVE_USERS})
    assert narrowing.how == frozenset()
    assert narrowing.default_role is AccountType.SILENT_USER
    assert narrowing.accept == frozenset({Acceptance.DIRECTORY_CHANGED})


def test_a_second_search_is_refused_and_names_the_run_under_way(client: Client) -> None:
    start(client)
    response = client.post("searches", {})
    assert response.status == 409
    assert body_of(response)["code"] == "run_under_way"
    assert body_of(response)["run_id"] == "run-1"


def test_a_run_is_shown_with_exactly_the_fields_of_the_contract(client: Client) -> None:
    run = body_of(client.get("runs/{id}", id=start(client)))
    assert list(run) == [
        *("id", "kind", "state", "stage", "done", "total", "plan_id", "counts", "problem", "by"),
        *("queued_at", "started_at", "finished_at"),
    ]
    assert run["by"] == "function key"
    assert run["queued_at"] == "2026-11-25T09:00:00Z"


def test_a_failed_run_tells_its_problem(client: Client) -> None:
    run_id = start(client)
    problem = Problem(code="unreachable", detail="No answer.", fix="Check the host.")
    client.commands.stored_runs[run_id] = replace(client.commands.run(run_id), state=RunState.FAILED, problem=problem)
    shown = body_of(client.get("runs/{id}", id=run_id))["problem"]
    assert shown == {"code": "unreachable", "detail": "No answer.", "fix": "Check the host."}


def test_work_answers_the_run_as_it_is_afterwards(client: Client) -> None:
    response = client.post("runs/{id}/work", {}, id=start(client))
    assert response.status == 200
    assert body_of(response)["state"] == "succeeded"
    assert body_of(response)["plan_id"] == "plan-1"
    assert "Retry-After" not in response.headers


def test_work_while_another_worker_holds_the_lease_says_how_far_it_is_and_when_to_ask_again(client: Client) -> None:
    run_id = start(client)
    client.commands.lease_is_held = True
    response = client.post("runs/{id}/work", {}, id=run_id)
    assert response.status == 200
    assert body_of(response)["state"] == "queued"
    assert int(response.headers["Retry-After"]) > 0


def test_a_cancelled_run_is_answered(client: Client) -> None:
    assert body_of(client.post("runs/{id}/cancel", {}, id=start(client)))["state"] == "cancelled"


def test_runs_are_listed_newest_first_and_no_more_than_asked_for(client: Client) -> None:
    for _ in range(3):
        client.post("runs/{id}/work", {}, id=start(client))
    assert [run["id"] for run in body_of(client.get("runs", limit="2"))["runs"]] == ["run-3", "run-2"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "", "1.5", "٣"])
def test_a_limit_out_of_range_is_refused_by_name(client: Client, limit: str) -> None:
    response = client.get("runs", limit=limit)
    assert response.status == 400
    assert body_of(response)["code"] == "invalid_request"
    assert "limit" in body_of(response)["detail"]


@pytest.mark.parametrize("run_id", ["run-9", "../settings", "a/b", "", ".", "x" * 101, "run%2e1", "ü"])
def test_an_unknown_or_impossible_id_is_not_found(client: Client, run_id: str) -> None:
    response = client.get("runs/{id}", id=run_id)
    assert response.status == 404
    assert body_of(response)["code"] == "not_found"


def test_the_status_says_who_is_asking(client: Client) -> None:
    status = body_of(client.get("status"))
    assert list(status) == [
        *("last_success_at", "hours_since_success", "next_run_at", "mode", "gate", "secrets", "warnings", "me")
    ]
    assert status["gate"] == {"open": True, "reason": ""}
    assert status["secrets"] == [{"name": "entra-client-secret", "days_left": None}]
    assert status["me"] == {"name": "function key", "roles": ["Sync.Admin"]}


def test_settings_are_listed_with_their_sources(client: Client) -> None:
    assert body_of(client.get("settings"))["settings"][0] == {
        "name": "AUTH_MODE",
        "value": "key",
        "source": "deployed",
        "deployed_only": True,
    }


def test_health_tells_its_state_and_nothing_else(client: Client) -> None:
    response = client.get("health")
    assert (response.status, body_of(response)) == (200, {"status": "ok"})


def test_health_is_unavailable_while_scheduled_runs_are_late(client: Client) -> None:
    client.commands.late = True
    response = client.get("health")
    assert (response.status, body_of(response)) == (503, {"status": "late"})


def test_what_a_key_starts_is_noted_as_a_persons(client: Client) -> None:
    assert client.commands.run(start(client)).by.kind is ActorKind.PERSON


def test_an_unknown_route_is_no_such_route(client: Client) -> None:
    response = client.send(request("GET", "secrets"))
    assert (response.status, body_of(response)["code"]) == (404, "no_such_route")


def test_another_method_is_refused_and_the_right_ones_are_named(client: Client) -> None:
    response = client.send(request("POST", "status", headers=CHANGING))
    assert (response.status, body_of(response)["code"]) == (405, "method_not_allowed")
    assert response.headers["Allow"] == "GET"


class FaultyCommands(MemoryCommands):
    """Fails with a message that must not get out."""

    def status(self) -> object:  # type: ignore[override]
        raise KeyError("planted-secret")

    def is_late(self) -> bool:
        raise KeyError("planted-secret")


@pytest.fixture
def faulty(client: Client) -> Client:
    client.commands = FaultyCommands(plan_of_next_search=client.commands.plan_of_next_search)
    return client


def test_a_fault_of_the_app_answers_with_a_reference_that_the_log_has(
    faulty: Client, caplog: pytest.LogCaptureFixture
) -> None:
    response = faulty.get("status")
    assert response.status == 500
    assert body_of(response)["code"] == "unexpected"
    assert body_of(response)["reference"] == "ref-1"
    assert "ref-1" in caplog.text
    assert "test_api_runs.py" in caplog.text


def test_a_fault_of_the_app_tells_its_message_neither_to_the_caller_nor_to_the_log(
    faulty: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert b"planted-secret" not in faulty.get("status").body
    assert b"planted-secret" not in faulty.get("health").body
    assert "planted-secret" not in caplog.text


def test_health_that_cannot_be_told_is_unavailable(faulty: Client) -> None:
    response = faulty.get("health")
    assert (response.status, body_of(response)) == (503, {"status": "unavailable"})
