"""The functions that the host is given, and the shapes between host and API."""

import json
from collections.abc import Mapping
from typing import Any

import azure.functions as func
import pytest

from shared.api import ROUTES, Api, Front, Page, authorization_of
from sync_http.blueprint import blueprint
from tests.api.calling import CHANGING, EASYAUTH, Client

ANONYMOUS_IN_KEY_MODE = {"http_review", "http_asset", "http_health"}


def functions(environment: Mapping[str, str]) -> dict[str, Any]:
    """The functions by name, as an app that registers the blueprint has them."""
    app = func.FunctionApp()
    api = Api(
        commands=Client().commands,
        administration=lambda: Client().administration,
        authorization=authorization_of({"AUTH_MODE": "key"}),
    )
    page = Page(files={"index.html": b"page", "main.js": b"//"})
    app.register_functions(blueprint(Front(api=lambda: api, page=lambda: page, environment=environment)))
    return {str(found.get_function_name()): found for found in app.get_functions()}


def trigger(function: Any) -> dict[str, Any]:
    bindings = [json.loads(text) for text in function.get_raw_bindings()]
    return next(binding for binding in bindings if binding["type"] == "httpTrigger")


def call(function: Any, **asked: Any) -> func.HttpResponse:
    whole = {
        "method": "GET",
        "url": "https://x/api/y",
        "headers": {},
        "params": {},
        "route_params": {},
        "body": b"",
        **asked,
    }
    answer = function.get_user_function()(func.HttpRequest(**whole))
    assert isinstance(answer, func.HttpResponse)
    return answer


def test_every_route_is_one_function_with_its_template_and_method() -> None:
    found = {name: trigger(function) for name, function in functions({"AUTH_MODE": "key"}).items()}
    assert {(name, t["route"], tuple(t["methods"])) for name, t in found.items()} == {
        (f"http_{route.name}", route.template, (route.method.value,)) for route in ROUTES
    }


def test_in_key_mode_the_host_asks_for_a_key_but_for_the_page_and_health() -> None:
    levels = {name: trigger(function)["authLevel"] for name, function in functions({"AUTH_MODE": "key"}).items()}
    assert {name for name, level in levels.items() if level == "ANONYMOUS"} == ANONYMOUS_IN_KEY_MODE
    assert {level for name, level in levels.items() if name not in ANONYMOUS_IN_KEY_MODE} == {"FUNCTION"}


@pytest.mark.parametrize("environment", [EASYAUTH, {}, {"AUTH_MODE": "nonsense"}])
def test_in_any_other_mode_the_host_asks_for_nothing(environment: dict[str, str]) -> None:
    assert {trigger(function)["authLevel"] for function in functions(environment).values()} == {"ANONYMOUS"}


def test_an_app_without_a_mode_answers_503_on_every_function() -> None:
    assert {call(function).status_code for function in functions({}).values()} == {503}


def test_a_request_reaches_the_api_with_query_placeholders_headers_and_body() -> None:
    found = functions({"AUTH_MODE": "key"})
    headers = {"Content-Type": "application/json", "X-Sync-Request": "1"}
    started = call(found["http_start_search"], method="POST", headers=headers, body=b'{"what": ["active_users"]}')
    assert started.status_code == 202
    assert started.headers["Location"] == "/api/runs/run-1"
    run = call(found["http_get_run"], route_params={"id": "run-1"})
    assert json.loads(run.get_body())["state"] == "queued"
    assert call(found["http_list_runs"], params={"limit": "x"}).status_code == 400


def test_the_type_of_an_answer_is_the_apis() -> None:
    found = functions({"AUTH_MODE": "key"})
    assert call(found["http_get_run"], route_params={"id": "none"}).mimetype == "application/problem+json"
    assert call(found["http_review"]).mimetype == "text/html"
    asset = call(found["http_asset"], route_params={"name": "main.js"})
    assert (asset.mimetype, asset.charset) == ("text/javascript", "utf-8")


def test_the_names_of_headers_are_read_in_any_case() -> None:
    headers = {name.upper(): value for name, value in CHANGING.items()}
    found = functions({"AUTH_MODE": "key"})
    assert call(found["http_start_search"], method="POST", headers=headers, body=b"{}").status_code == 202
