"""OpenAPI: it says of every route what really comes back, and docs/api.md says the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.api import ROUTES, ApiResponse
from shared.api.openapi import describe
from shared.api.reference import reference
from shared.api.route import Route, refusals_of
from tests.api.calling import Client, body_of
from tests.api.schema_check import faults, referred

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    found = describe()
    assert json.loads(json.dumps(found)) == found
    return found


def operation(document: dict[str, Any], name: str) -> dict[str, Any]:
    for path in document["paths"].values():
        for found in path.values():
            if found["operationId"] == name:
                assert isinstance(found, dict)
                return found
    raise AssertionError(name)


def assert_described(document: dict[str, Any], name: str, response: ApiResponse) -> None:
    described = operation(document, name)["responses"][str(response.status)]
    media_type = response.headers["Content-Type"].partition(";")[0]
    schema = described["content"][media_type]["schema"]
    if media_type.endswith("json"):
        assert faults(body_of(response), schema, document) == []
    for header in described.get("headers", {}):
        assert header in response.headers or header == "Retry-After"


def test_every_answer_is_as_described(document: dict[str, Any]) -> None:
    client = Client()
    started = client.post("searches", {"what": ["active_users"]})
    assert_described(document, "start_search", started)
    run_id = body_of(started)["run_id"]
    assert_described(document, "start_search", client.post("searches", {}))
    assert_described(document, "get_run", client.get("runs/{id}", id=run_id))
    worked = client.post("runs/{id}/work", {}, id=run_id)
    assert_described(document, "work_run", worked)
    plan_id = body_of(worked)["plan_id"]
    assert_described(document, "get_plan", client.get("plans/{id}", id=plan_id))
    assert_described(document, "list_rows", client.post("plans/{id}/rows", {}, id=plan_id))
    assert_described(document, "list_rows", client.post("plans/{id}/rows", {"category": "skipped"}, id=plan_id))
    for form in ("csv", "md", "json"):
        assert_described(document, "export_plan", client.get("plans/{id}/export", id=plan_id, format=form))
    body = {"digest": client.digest(plan_id)}
    execution = client.post("plans/{id}/execute", body, id=plan_id)
    assert_described(document, "execute_plan", execution)
    execution_id = body_of(execution)["run_id"]
    assert_described(document, "cancel_run", client.post("runs/{id}/cancel", {}, id=execution_id))
    assert_described(document, "list_results", client.post("runs/{id}/results", {}, id=execution_id))
    assert_described(document, "save_settings", client.change("PUT", "settings", {"SYNC_MODE": "report"}))
    assert_described(document, "audit", client.get("audit"))
    assert_described(document, "reset_settings", client.change("DELETE", "settings", {}))
    assert_described(document, "verify_settings", client.post("settings/verify", {}))
    exemption = client.post(
        "exemptions", {"address": "dee@example.com", "reason": "leave", "until": "2027-01-31T00:00:00Z"}
    )
    assert_described(document, "add_exemption", exemption)
    assert_described(document, "list_exemptions", client.get("exemptions"))
    assert_described(document, "explain_address", client.post("explain", {"address": "dee@example.com"}))
    ended = client.change("DELETE", "exemptions/{id}", {}, id=body_of(exemption)["id"])
    assert_described(document, "end_exemption", ended)
    for name, route in (("status", "status"), ("settings", "settings"), ("list_runs", "runs"), ("health", "health")):
        assert_described(document, name, client.get(route))
    assert_described(document, "openapi", client.get("openapi.json"))


def test_refusals_are_as_described(document: dict[str, Any]) -> None:
    client = Client()
    plan_id = client.searched()
    assert_described(document, "get_run", client.get("runs/{id}", id="none"))
    assert_described(document, "list_runs", client.get("runs", limit="x"))
    assert_described(document, "start_search", client.post("searches", {"x": 1}))
    assert_described(document, "execute_plan", client.post("plans/{id}/execute", {"digest": "x"}, id=plan_id))
    assert_described(document, "save_settings", client.change("PUT", "settings", {"SYNC_MODE": "sometimes"}))
    assert_described(document, "end_exemption", client.change("DELETE", "exemptions/{id}", {}, id="none"))
    body = {"address": "ann@example.com", "reason": "leave"}
    client.post("exemptions", body)
    assert_described(document, "add_exemption", client.post("exemptions", body))
    client.commands.late = True
    assert_described(document, "health", client.get("health"))


def test_the_description_that_is_served_is_this_one(document: dict[str, Any]) -> None:
    assert body_of(Client().get("openapi.json")) == document


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_every_route_is_described_with_its_refusals(document: dict[str, Any], route: Route) -> None:
    found = document["paths"][route.path][route.method.lower()]
    assert found["operationId"] == route.name
    statuses = {str(status) for status in refusals_of(route)} | {str(shape.status) for shape in route.shapes}
    assert set(found["responses"]) == statuses


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    for part in text.split('"$ref": "')[1:]:
        assert referred(part.partition('"')[0], document)


def test_bodies_are_described_as_strict(document: dict[str, Any]) -> None:
    for name in (
        "SearchBody",
        "RowsBody",
        "ExecuteBody",
        "ResultsBody",
        "NoBody",
        "OptionsBody",
        "ExemptionBody",
        "ExplainBody",
    ):
        assert document["components"]["schemas"][name]["additionalProperties"] is False


def test_what_changes_state_is_described_with_its_header(document: dict[str, Any]) -> None:
    names = {parameter["name"] for parameter in operation(document, "execute_plan")["parameters"]}
    assert "X-Sync-Request" in names


def test_names_of_routes_are_their_own() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)
    assert len({(route.method, route.template) for route in ROUTES}) == len(ROUTES)


def test_the_reference_page_is_up_to_date() -> None:
    written = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    assert written == reference(), "run: python -m shared.api.reference > docs/api.md"
