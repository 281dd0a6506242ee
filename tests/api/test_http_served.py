"""The app served over HTTP, in the worker library that runs it in Azure and by its decorated functions."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.api.page import POLICY
from simulator.host.backend import BackendKind
from simulator.host.process import HostOptions, HostProcess
from tests.api.calling import CLIENT, TENANT, claims, principal

ROOT = Path(__file__).parents[2]
APP = Path(__file__).parent / "apps" / "served"
BACKENDS = [pytest.param(BackendKind.WORKER, marks=pytest.mark.worker), BackendKind.DECORATED]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """Where the app is, and the key that its host asks for."""

    url: str
    key: str

    def post(self, path: str, body: object, **headers: str) -> requests.Response:
        """Ask with POST, as the page does."""
        return requests.post(
            f"{self.url}/api/{path}",
            json=body,
            headers={"X-Sync-Request": "1", **headers},
            timeout=30,
            allow_redirects=False,
        )

    def get(self, path: str, **headers: str) -> requests.Response:
        """Ask with GET."""
        return requests.get(f"{self.url}/api/{path}", headers=headers, timeout=30, allow_redirects=False)


def serve(folder: Path, backend: BackendKind, mode: str) -> Iterator[Served]:
    # Beside the product's own host.json, so that routes are where they will be.
    shutil.copy(ROOT / "host.json", folder)
    shutil.copy(APP / "function_app.py", folder)
    environment = {
        **os.environ,
        "REPOSITORY": str(ROOT),
        "AUTH_MODE": mode,
        "SIGN_IN_CLIENT_ID": CLIENT,
        "SIGN_IN_TENANT_ID": TENANT,
    }
    options = HostOptions(app=folder, environment=environment, log=folder / "host.log", auth=mode, backend=backend)
    with HostProcess(options) as host:
        yield Served(url=host.url, key=host.key)


@pytest.fixture(scope="module", params=BACKENDS)
def with_key(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("key"), request.param, "key")


@pytest.fixture(scope="module", params=BACKENDS)
def with_sign_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(tmp_path_factory.mktemp("easyauth"), request.param, "easyauth")


def test_a_key_searches_reviews_executes_and_reads_the_results(with_key: Served) -> None:
    key = {"x-functions-key": with_key.key}

    def post(path: str, body: object) -> Any:
        answer = with_key.post(path, body, **key)
        assert answer.status_code in (200, 202), answer.text
        return answer.json()

    run = post(f"runs/{post('searches', {})['run_id']}/work", {})
    plan = with_key.get(f"plans/{run['plan_id']}", **key).json()
    assert post(f"plans/{plan['id']}/rows", {"category": "add_user"})["total"] == 3
    execution = post(f"plans/{plan['id']}/execute", {"digest": plan["digest"]})
    post(f"runs/{execution['run_id']}/work", {})
    assert post(f"runs/{execution['run_id']}/results", {"outcome": "done"})["total"] == plan["ticked"]


def test_without_a_key_only_page_and_health_answer(with_key: Served) -> None:
    assert with_key.get("review").status_code == 200
    assert with_key.get("assets/main.js").status_code == 200
    assert with_key.get("health").json() == {"status": "ok"}
    assert with_key.get("status").status_code == 401
    assert with_key.post("searches", {}).status_code == 401


def test_the_page_and_its_policy_reach_the_browser(with_key: Served) -> None:
    page = with_key.get("review")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cache-Control"] == "no-store"
    assert page.content == (ROOT / "sync_http" / "page" / "index.html").read_bytes()


def test_a_problem_reaches_the_caller_as_one(with_key: Served) -> None:
    answer = with_key.post("searches", {"wat": 1}, **{"x-functions-key": with_key.key})
    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_request"


def test_another_site_is_refused_by_the_origin_that_its_browser_sends(with_key: Served) -> None:
    key = {"x-functions-key": with_key.key}
    assert with_key.post("searches", {}, Origin="https://evil.example", **key).status_code == 403
    assert with_key.post("searches", {"wat": 1}, Origin=with_key.url, **key).status_code == 400


def test_behind_the_sign_in_nobody_gets_past_health(with_sign_in: Served) -> None:
    assert with_sign_in.get("health").status_code == 200
    assert with_sign_in.get("status").status_code == 302


def test_behind_the_sign_in_a_forged_principal_counts_for_nothing(with_sign_in: Served) -> None:
    forged = principal(claims("Sync.Admin"))
    assert with_sign_in.get("status", **forged).status_code == 302
    assert with_sign_in.post("searches", {}, **forged).status_code == 302


def test_behind_the_sign_in_a_person_is_known_by_name(with_sign_in: Served) -> None:
    with requests.Session() as browser:
        home = f"{with_sign_in.url}/.auth/login/aad"
        assert browser.get(home, params={"as": "admin", "post_login_redirect_uri": "/api/review"}, timeout=30).ok
        me = browser.get(f"{with_sign_in.url}/api/status", timeout=30).json()["me"]
    assert me == {"name": "Ada Lindqvist", "roles": ["Sync.Admin"]}
