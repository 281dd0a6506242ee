"""What each kind of caller may do, and that no other site can make a browser do it."""

import pytest

from shared.api import ROUTES
from shared.api.authorization import authorization_of
from shared.api.http import ApiResponse
from shared.api.route import PEOPLE, RoleAccess, Route
from shared.engine.run import ActorKind
from tests.api.calling import CHANGING, EASYAUTH, ORIGIN, Client, body_of, claims, principal, request

NEEDS_ROLE = [route for route in ROUTES if isinstance(route.access, RoleAccess)]
CHANGES = [route for route in ROUTES if isinstance(route.access, RoleAccess) and route.access.changes_state]
READS = [route for route in NEEDS_ROLE if route not in CHANGES]


def signed_in(role: str, **others: str) -> Client:
    return Client(authorization=authorization_of(EASYAUTH), headers=principal(claims(role, **others)))


def code(response: ApiResponse) -> str:
    found = body_of(response).get("code", "")
    assert isinstance(found, str)
    return found


@pytest.mark.parametrize("route", [*NEEDS_ROLE, *(r for r in ROUTES if r.name == "openapi")], ids=lambda r: r.name)
def test_every_route_that_needs_a_role_refuses_who_is_not_signed_in(route: Route) -> None:
    client = Client(authorization=authorization_of(EASYAUTH))
    response = client.send(request(route.method, route.template, id="x", headers=CHANGING, body=b"{}"))
    assert (response.status, code(response)) == (403, "not_signed_in")


@pytest.mark.parametrize("route", CHANGES, ids=lambda r: r.name)
def test_a_reader_changes_nothing(route: Route) -> None:
    response = signed_in("Sync.Reader").change(route.method, route.template, {"digest": "x"}, id="x")
    assert (response.status, code(response)) == (403, "role_missing")


@pytest.mark.parametrize("role", ["Sync.Reader", "Sync.Admin"])
@pytest.mark.parametrize("route", READS, ids=lambda r: r.name)
def test_readers_and_administrators_read(route: Route, role: str) -> None:
    client = signed_in(role)
    method, template = route.method, route.template
    headers = {**client.headers, **({"content-type": "application/json"} if method == "POST" else {})}
    body = b'{"address": "ann@example.com"}' if template == "explain" else b""
    response = client.send(request(method, template, id="x", headers=headers, body=body, query={"format": "csv"}))
    assert response.status in (200, 404)


def test_health_reads_no_principal() -> None:
    client = Client(authorization=authorization_of(EASYAUTH), headers={"x-ms-client-principal": "nonsense"})
    assert client.get("health").status == 200


def test_an_application_searches_works_reads_executes_and_cancels() -> None:
    client = signed_in("Sync.Automation")
    plan_id = client.searched()
    out = client.commands.plan(plan_id).plan.changes[0].id
    body = {"digest": client.digest(plan_id), "exclude": [out]}
    started = client.post("plans/{id}/execute", body, id=plan_id)
    assert started.status == 202
    assert client.post("runs/{id}/cancel", {}, id=body_of(started)["run_id"]).status == 200
    for route in ("status", "runs", "openapi.json"):
        assert client.get(route).status == 200
    assert client.get("plans/{id}", id=plan_id).status == 200


def test_an_application_has_everything_read() -> None:
    assert signed_in("Sync.Automation").post("searches", {"read": "whole"}).status == 202


@pytest.mark.parametrize("chosen", [{"include": ["x"]}, {"approve": "x"}])
def test_an_application_neither_includes_nor_approves(chosen: dict[str, object]) -> None:
    client = signed_in("Sync.Automation")
    response = client.post("plans/{id}/execute", {"digest": "x", **chosen}, id="plan-1")
    assert (response.status, code(response)) == (403, "people_only")


def test_an_application_does_not_accept() -> None:
    response = signed_in("Sync.Automation").post("searches", {"accept": ["smaller_organization"]})
    assert (response.status, code(response)) == (403, "people_only")


def test_an_application_does_not_see_the_settings() -> None:
    response = signed_in("Sync.Automation").get("settings")
    assert (response.status, code(response)) == (403, "people_only")


PEOPLES = [route for route in NEEDS_ROLE if isinstance(route.access, RoleAccess) and route.access.callers == PEOPLE]


@pytest.mark.parametrize("route", PEOPLES, ids=lambda r: r.name)
def test_settings_exemptions_audit_and_explanations_are_for_people(route: Route) -> None:
    client = signed_in("Sync.Automation")
    response = client.change(route.method, route.template, {}, id="x")
    assert (response.status, code(response)) == (403, "people_only")
    assert not client.administration.actors


def test_which_routes_are_for_people_only() -> None:
    assert {(str(route.method), route.template) for route in PEOPLES} == {
        ("GET", "settings"),
        ("PUT", "settings"),
        ("DELETE", "settings"),
        ("POST", "settings/preview"),
        ("POST", "runs/{id}/undo"),
        ("GET", "audit"),
        ("GET", "exemptions"),
        ("POST", "exemptions"),
        ("DELETE", "exemptions/{id}"),
        ("POST", "explain"),
    }


def test_an_application_verifies() -> None:
    client = signed_in("Sync.Automation")
    assert client.post("settings/verify", {}).status == 200
    assert [actor.kind for actor in client.administration.actors] == [ActorKind.APPLICATION]


def test_an_application_executes_only_while_the_gate_is_open() -> None:
    client = signed_in("Sync.Automation")
    plan_id = client.searched()
    client.commands.gate_is_open = False
    response = client.post("plans/{id}/execute", {"digest": client.digest(plan_id)}, id=plan_id)
    assert (response.status, code(response)) == (409, "gate_closed")


def test_an_application_does_not_execute_an_undo() -> None:
    person = Client()
    plan_id = person.searched()
    started = person.post("plans/{id}/execute", {"digest": person.digest(plan_id)}, id=plan_id)
    run_id = str(body_of(started)["run_id"])
    person.post("runs/{id}/work", {}, id=run_id)
    undo = person.post("runs/{id}/undo", {}, id=run_id)
    assert undo.status == 202
    worked = body_of(person.post("runs/{id}/work", {}, id=str(body_of(undo)["run_id"])))
    assert (worked["kind"], worked["undoes"]) == ("undo", run_id)
    undo_plan = str(worked["plan_id"])
    assert body_of(person.get("plans/{id}", id=undo_plan))["undoes"] == run_id

    program = signed_in("Sync.Automation")
    program.commands.stored_plans.update(person.commands.stored_plans)
    response = program.post("plans/{id}/execute", {"digest": person.digest(undo_plan)}, id=undo_plan)

    assert (response.status, code(response)) == (403, "people_only")


def test_the_refusal_of_a_role_comes_before_any_other() -> None:
    headers = signed_in("Sync.Reader").headers
    response = signed_in("Sync.Reader").send(request("POST", "searches", headers=headers, body=b"nonsense"))
    assert code(response) == "role_missing"


@pytest.mark.parametrize("route", CHANGES, ids=lambda r: r.name)
@pytest.mark.parametrize("value", [None, "0", "true", ""])
def test_what_changes_state_needs_the_request_header(route: Route, value: str | None) -> None:
    headers = {"content-type": "application/json"} | ({} if value is None else {"x-sync-request": value})
    response = Client().send(request(route.method, route.template, id="x", headers=headers, body=b"{}"))
    assert (response.status, code(response)) == (403, "forged_request")


def test_what_changes_state_needs_to_be_said_json_even_without_a_body() -> None:
    response = Client().send(request("POST", "runs/{id}/work", id="x", headers={"x-sync-request": "1"}))
    assert (response.status, code(response)) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://sync.example.net"},
        {"origin": "https://sync.example.net:8443"},
        {"origin": "https://sync.example.net.evil.example"},
        {"origin": "https://[broken"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": ORIGIN, "sec-fetch-site": "cross-site"},
    ],
)
def test_what_a_browser_sends_from_elsewhere_changes_nothing(headers: dict[str, str]) -> None:
    client = Client()
    response = client.send(request("POST", "searches", headers={**CHANGING, **headers}, body=b"{}"))
    assert (response.status, code(response)) == (403, "forged_request")
    assert not client.commands.stored_runs


@pytest.mark.parametrize(
    ("origin", "url"),
    [
        (ORIGIN, f"{ORIGIN}/api/searches"),
        (ORIGIN, f"{ORIGIN}:443/api/searches"),
        ("https://SYNC.example.net", f"{ORIGIN}/api/searches"),
        ("http://127.0.0.1:7071", "http://127.0.0.1:7071/api/searches"),
        (ORIGIN, "http://sync.example.net/api/searches"),
    ],
)
def test_the_apps_own_page_changes_state(origin: str, url: str) -> None:
    headers = {**CHANGING, "origin": origin, "sec-fetch-site": "same-origin"}
    assert Client().send(request("POST", "searches", headers=headers, body=b"{}", url=url)).status == 202


def test_reading_rows_changes_no_state_and_needs_no_request_header() -> None:
    client = Client()
    plan_id = client.searched()
    headers = {"content-type": "application/json"}
    assert client.send(request("POST", "plans/{id}/rows", id=plan_id, headers=headers, body=b"{}")).status == 200
