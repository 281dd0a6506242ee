"""What is asked of an app that was just deployed, over real sockets, and what follows from its answers."""

import itertools
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.after_deploy import AzureCli, Probe
from tests.infra.az import az_on_path

Answers = Callable[[str, dict[str, str]], tuple[int, str]]
HEALTH = (200, '{"status": "ok"}')
PLATFORM = (401, "You do not have permission to view this directory or page.")
VERIFIED = (200, '{"checks": []}')
OF_THE_CODE = json.dumps({"type": "about:blank", "title": "Not signed in", "code": "unauthorized"})


@dataclass(slots=True, kw_only=True)
class Deployer:
    """The rights of whoever deploys: which token they get, and whether they stopped the app."""

    token: str | None = "a-token"
    stopped: bool = False
    asked_for: list[str] = field(default_factory=list)

    def token_for(self, client_id: str) -> str | None:
        self.asked_for.append(client_id)
        return self.token

    def stop(self) -> None:
        self.stopped = True


@dataclass(slots=True, kw_only=True)
class Deployed:
    """An app on the loopback, and everything that was said about it."""

    url: str
    answers: Answers
    deployer: Deployer = field(default_factory=Deployer)
    said: list[str] = field(default_factory=list)
    waited_seconds: list[float] = field(default_factory=list)

    def probed(self, answers: Answers, *, sign_in_client_id: str = "sign-in") -> bool:
        self.answers = answers
        return Probe(
            url=self.url,
            sign_in_client_id=sign_in_client_id,
            azure=self.deployer,
            say=self.said.append,
            pause=self.waited_seconds.append,
            now=lambda: sum(self.waited_seconds),
        ).run()


@pytest.fixture
def app() -> Iterator[Deployed]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", "0")))
            status, body = deployed.answers(self.path, {name.lower(): value for name, value in self.headers.items()})
            self.send_response(status)
            if status == 302:
                self.send_header("Location", "/.auth/login/aad")
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_GET  # noqa: N815  # named by the standard library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        deployed = Deployed(url=f"http://127.0.0.1:{server.server_port}", answers=lambda *_: PLATFORM)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield deployed
        server.shutdown()
        thread.join()


def _closed(path: str, headers: dict[str, str]) -> tuple[int, str]:
    if path == "/api/health":
        return HEALTH
    return VERIFIED if "authorization" in headers else PLATFORM


def _status_answers(status: int, body: str) -> Answers:
    return lambda path, headers: (status, body) if path == "/api/status" else _closed(path, headers)


def test_a_closed_app_stays_and_verifies_its_settings(app: Deployed) -> None:
    assert app.probed(_closed)

    assert not app.deployer.stopped
    assert app.deployer.asked_for == ["sign-in"]
    assert "Verify answers 200" in app.said[-1]


def test_a_redirect_to_sign_in_is_a_refusal(app: Deployed) -> None:
    assert app.probed(_status_answers(302, ""))


def test_an_app_that_answers_strangers_is_stopped(app: Deployed) -> None:
    assert not app.probed(_status_answers(200, "{}"))

    assert app.deployer.stopped
    assert app.deployer.asked_for == []


def test_an_app_that_believes_a_forged_principal_is_stopped(app: Deployed) -> None:
    def believing(path: str, headers: dict[str, str]) -> tuple[int, str]:
        return (200, "{}") if path == "/api/status" and "x-ms-client-principal" in headers else _closed(path, headers)

    assert not app.probed(believing)

    assert app.deployer.stopped
    assert [text for text in app.said if text.startswith("OPEN")] == [
        "OPEN: /api/status, asked with a forged principal and without credentials, answers 200."
    ]


@pytest.mark.parametrize("status", [401, 403, 503])
def test_a_refusal_by_the_code_shows_that_nothing_stands_before_it(app: Deployed, status: int) -> None:
    assert not app.probed(_status_answers(status, OF_THE_CODE))

    assert app.deployer.stopped


def test_before_sign_in_exists_the_code_itself_refuses_and_the_next_step_is_said(app: Deployed) -> None:
    assert app.probed(_status_answers(503, OF_THE_CODE), sign_in_client_id="")

    assert "make the registrations" in app.said[-1]
    assert app.deployer.asked_for == []


def test_an_app_that_is_not_published_yet_is_said_and_not_stopped(app: Deployed) -> None:
    assert app.probed(lambda *_: (404, ""), sign_in_client_id="")

    assert any("is the code published?" in text for text in app.said)
    assert not app.deployer.stopped


def test_an_app_that_starts_slowly_is_asked_again(app: Deployed) -> None:
    asked = itertools.count()

    def slow(path: str, headers: dict[str, str]) -> tuple[int, str]:
        return (502, "") if path == "/api/health" and next(asked) < 2 else _closed(path, headers)

    assert app.probed(slow)

    assert len(app.waited_seconds) == 2
    assert not any("published" in text for text in app.said)


def test_a_403_is_asked_again_for_fifteen_minutes(app: Deployed) -> None:
    def without_rights(path: str, headers: dict[str, str]) -> tuple[int, str]:
        return (403, "") if path == "/api/settings/verify" else _closed(path, headers)

    assert app.probed(without_rights)

    assert sum(app.waited_seconds) == 15 * 60
    assert "Verify answers 403" in app.said[-1]


def test_without_a_token_verifying_is_left_to_the_page(app: Deployed) -> None:
    app.deployer.token = None

    assert app.probed(_closed)

    assert "settings page" in app.said[-1]


def test_a_token_is_never_said(app: Deployed) -> None:
    app.probed(_closed)

    assert not any("a-token" in text for text in app.said)


def test_the_cli_is_asked_for_the_address_and_for_a_token_of_the_app(tmp_path: Path) -> None:
    with _cli(tmp_path, {"functionapp show": "sync.example.com\n", "account get-access-token": "a-token\n"}) as azure:
        assert azure.url() == "https://sync.example.com"
        assert azure.token_for("sign-in") == "a-token"


def test_where_no_token_is_given_there_is_none(tmp_path: Path) -> None:
    with _cli(tmp_path, {}) as azure:
        assert azure.token_for("sign-in") is None


def test_an_open_app_that_cannot_be_stopped_is_shouted_out(tmp_path: Path) -> None:
    with _cli(tmp_path, {}) as azure, pytest.raises(SystemExit, match="COULD NOT BE STOPPED"):
        azure.stop()


def test_an_app_that_is_not_there_is_named(tmp_path: Path) -> None:
    with _cli(tmp_path, {}) as azure, pytest.raises(SystemExit, match="ppsync-x is not found in rg-sync"):
        azure.url()


@contextmanager
def _cli(folder: Path, answers: dict[str, str]) -> Iterator[AzureCli]:
    """The CLI, which refuses what is not among the answers."""

    def answer(arguments: list[str], _: str) -> dict[str, Any]:
        said = answers.get(" ".join(arguments[:2]))
        return {"status": int(said is None), "out": said or "", "err": "" if said else "ERROR: (AuthorizationFailed)"}

    with az_on_path(folder, answer) as program:
        yield AzureCli(program=str(program), resource_group="rg-sync", app="ppsync-x")
