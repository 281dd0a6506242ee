"""The front: closed while nobody decided who may call, honest where the app cannot be wired."""

import pytest

from shared.api import ROUTES, Api, ApiRequest, Front, Page, authorization_of
from shared.api.problems import problem_answer
from shared.api.route import Route
from shared.engine.refusals import TooManySearchesError
from shared.errors import SettingProblem, SettingsError
from tests.api.calling import CHANGING, EASYAUTH, Client, body_of, claims, principal, request

PAGE = Page(files={"index.html": b"<!doctype html>", "main.js": b"//", "style.css": b"/**/"})
KEY = {"AUTH_MODE": "key"}


def front(environment: dict[str, str], *, fault: Exception | None = None) -> Front:
    def api() -> Api:
        if fault is not None:
            raise fault
        return Api(
            commands=Client().commands,
            administration=lambda: Client().administration,
            authorization=authorization_of(environment),
        )

    return Front(api=api, page=lambda: PAGE, environment=environment, reference=lambda: "ref-1")


def asked(route: Route) -> ApiRequest:
    found = request(
        route.method, route.template, id="x", headers=CHANGING, query={"format": "csv"}, body=b'{"digest":"x"}'
    )
    return found if "{name}" not in route.template else with_name("main.js")


def with_name(name: str) -> ApiRequest:
    return ApiRequest(
        method="GET", route="assets/{name}", params={"name": name}, query={}, headers={}, body=b"", url="https://x/"
    )


def settings_fault() -> SettingsError:
    problem = SettingProblem(name="PROOFPOINT_URL", value="http://x", fix="Use https.")
    return SettingsError((problem,))


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
@pytest.mark.parametrize("mode", [None, "", "none", "KEY"])
def test_every_answer_is_503_while_no_mode_is_set(route: Route, mode: str | None) -> None:
    response = front({} if mode is None else {"AUTH_MODE": mode}).handle(asked(route))
    assert response.status == 503
    if route.name == "health":
        assert body_of(response) == {"status": "unavailable"}
    else:
        assert body_of(response)["code"] == "auth_mode"
        assert "easyauth" in body_of(response)["fix"]


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_every_answer_is_503_once_the_mode_is_another_than_at_the_start(route: Route) -> None:
    environment = dict(KEY)
    started = front(environment)
    environment["AUTH_MODE"] = "easyauth"
    assert started.handle(asked(route)).status == 503


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: r.name)
def test_every_answer_is_kept_by_no_cache_and_sniffed_by_no_browser(route: Route) -> None:
    for started in (front(KEY), front({}), front(KEY, fault=settings_fault()), front(KEY, fault=KeyError("x"))):
        response = started.handle(asked(route))
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_requests_reach_the_api() -> None:
    assert front(KEY).handle(request("GET", "status")).status == 200


def test_settings_that_cannot_be_used_are_named() -> None:
    response = front(KEY, fault=settings_fault()).handle(request("GET", "status"))
    assert (response.status, body_of(response)["code"]) == (503, "settings_invalid")
    assert body_of(response)["settings"] == [{"name": "PROOFPOINT_URL", "value": "http://x", "fix": "Use https."}]


def test_settings_that_cannot_be_used_are_named_to_nobody_who_may_not_read_them() -> None:
    started = front(EASYAUTH, fault=settings_fault())
    stranger = started.handle(request("GET", "status"))
    reader = started.handle(request("GET", "status", headers=principal(claims("Sync.Reader"))))
    assert stranger.status == 403
    assert b"PROOFPOINT_URL" not in stranger.body
    assert b"PROOFPOINT_URL" in reader.body


@pytest.mark.parametrize("fault", [settings_fault(), KeyError("planted-secret")])
def test_health_is_unavailable_while_the_app_cannot_be_wired(fault: Exception) -> None:
    response = front(KEY, fault=fault).handle(request("GET", "health"))
    assert (response.status, body_of(response)) == (503, {"status": "unavailable"})


def test_a_fault_while_wiring_tells_nothing_but_a_reference() -> None:
    response = front(KEY, fault=KeyError("planted-secret")).handle(request("GET", "status"))
    assert (response.status, body_of(response)["reference"]) == (500, "ref-1")
    assert b"planted-secret" not in response.body


@pytest.mark.parametrize("fault", [None, settings_fault()])
def test_the_page_is_served_whether_the_app_can_be_wired_or_not(fault: Exception | None) -> None:
    response = front(KEY, fault=fault).handle(request("GET", "review"))
    assert (response.status, response.body) == (200, b"<!doctype html>")
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"


def test_scripts_are_served_as_scripts() -> None:
    response = front(KEY).handle(with_name("main.js"))
    assert response.headers["Content-Type"] == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("name", ["index.html", "other.js", "../__init__.py", "..", "", "style.css/", "%2e%2e"])
def test_nothing_but_the_pages_own_files_is_served(name: str) -> None:
    assert front(KEY).handle(with_name(name)).status == 404


def test_a_search_too_many_is_429_and_says_in_a_header_when_to_try_again() -> None:
    response = problem_answer(TooManySearchesError(most=12, every_minutes=5, retry_after_seconds=287))

    assert response.status == 429
    assert response.headers["Retry-After"] == "287"
    problem = body_of(response)
    assert problem["code"] == "too_many_searches"
    assert problem["detail"] == "12 searches were started in a short time; one more may be started every 5 minutes."
    assert "287 seconds" in problem["fix"]
