from typing import Any

import pytest

from simulator.host.bindings import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger, read_function
from simulator.host.errors import BindingError
from simulator.host.routes import RouteTable


def _http(name: str, route: str, *methods: str) -> Function:
    binding = {"type": "httpTrigger", "name": "req", "route": route, "methods": methods, "authLevel": "ANONYMOUS"}
    return read_function(name, [binding, {"type": "http", "name": "$return"}], {})


def test_a_setting_in_a_binding_is_resolved() -> None:
    binding = {"type": "timerTrigger", "name": "timer", "schedule": "%SYNC_SCHEDULE%"}
    trigger = read_function("tick", [binding], {"SYNC_SCHEDULE": "0 0 2 * * *"}).trigger

    assert isinstance(trigger, TimerTrigger)
    assert trigger.schedule.text == "0 0 2 * * *"


@pytest.mark.parametrize("settings", [{}, {"SYNC_SCHEDULE": ""}])
def test_an_unset_setting_in_a_binding_stops_the_host(settings: dict[str, str]) -> None:
    with pytest.raises(BindingError, match="SYNC_SCHEDULE"):
        read_function("tick", [{"type": "timerTrigger", "name": "t", "schedule": "%SYNC_SCHEDULE%"}], settings)


def test_a_queue_trigger_falls_back_to_the_hosts_own_storage() -> None:
    trigger = read_function("work", [{"type": "queueTrigger", "name": "m", "queueName": "sync-runs"}], {}).trigger

    assert trigger == QueueTrigger(argument="m", queue="sync-runs", connection="AzureWebJobsStorage")


@pytest.mark.parametrize(
    ("binding", "match"),
    [
        ({"type": "queueTrigger", "name": "m", "queueName": "Sync_Runs"}, "Sync_Runs"),
        ({"type": "httpTrigger", "name": "req", "route": "admin/users"}, "admin"),
        ({"type": "blobTrigger", "name": "b", "path": "x"}, "blobtrigger"),
        ({"type": "queue", "name": "out", "queueName": "x"}, "queue"),
        ({"type": "timerTrigger", "name": "t", "schedule": "often"}, "often"),
    ],
)
def test_what_the_host_cannot_serve_is_refused(binding: dict[str, Any], match: str) -> None:
    with pytest.raises(BindingError, match=match):
        read_function("f", [binding], {})


def test_a_function_without_trigger_is_refused() -> None:
    with pytest.raises(BindingError, match="no trigger"):
        read_function("f", [{"type": "http", "name": "$return"}], {})


def test_a_route_asks_for_the_function_key_unless_it_says_otherwise() -> None:
    trigger = read_function("f", [{"type": "httpTrigger", "name": "req"}], {}).trigger

    assert isinstance(trigger, HttpTrigger)
    assert (trigger.route, trigger.auth_level) == ("f", AuthLevel.FUNCTION)


@pytest.fixture
def table() -> RouteTable:
    functions = (
        _http("one", "runs/{id}", "GET"),
        _http("work", "runs/{id}/work", "POST"),
        _http("newest", "runs/newest", "GET"),
        _http("numbered", "rows/{n:int}", "GET"),
        _http("named", "rows/{name}", "GET"),
        _http("page", "review/{tab?}", "GET"),
        _http("files", "files/{*path}", "GET"),
    )
    return RouteTable(functions, "api")


@pytest.mark.parametrize(
    ("path", "name", "parameters"),
    [
        ("/api/runs/7", "one", {"id": "7"}),
        ("/API/Runs/7/", "one", {"id": "7"}),
        ("/api/runs/a%2Fb", "one", {"id": "a/b"}),
        ("/api/runs/newest", "newest", {}),
        ("/api/rows/12", "numbered", {"n": "12"}),
        ("/api/rows/x", "named", {"name": "x"}),
        ("/api/review", "page", {}),
        ("/api/review/plan", "page", {"tab": "plan"}),
        ("/api/files/a/b.js", "files", {"path": "a/b.js"}),
    ],
)
def test_a_path_finds_its_function(table: RouteTable, path: str, name: str, parameters: dict[str, str]) -> None:
    match = table.match("GET", path)

    assert match is not None
    assert (match.function.name, dict(match.parameters)) == (name, parameters)


@pytest.mark.parametrize(("method", "path"), [("POST", "/api/runs/7"), ("GET", "/runs/7"), ("GET", "/api/runs/7/8")])
def test_another_path_or_method_finds_none(table: RouteTable, method: str, path: str) -> None:
    assert table.match(method, path) is None
