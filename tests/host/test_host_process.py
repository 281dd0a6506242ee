"""The host as a process: apps that cannot be loaded, and its own end."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from simulator.host.backend import BackendKind
from simulator.host.clock import SystemClock
from simulator.host.errors import HostError
from simulator.host.process import HostOptions
from simulator.host.queues import FolderQueues
from tests.host.host_under_test import environment, serving

BACKENDS = [pytest.param(BackendKind.WORKER, marks=pytest.mark.worker), BackendKind.DECORATED]

HEAD = "import azure.functions as func\napp = func.FunctionApp()\n"
HTTP = "@app.route(route='a')\ndef a(req: func.HttpRequest) -> func.HttpResponse:\n    return func.HttpResponse('')\n"
TIMER = "@app.timer_trigger(arg_name='t', schedule='%UNSET%')\ndef b(t: func.TimerRequest) -> None: ...\n"


def _app(folder: Path, source: str | None, host_json: str = '{"version": "2.0"}') -> Path:
    app = folder / "app"
    app.mkdir()
    (app / "host.json").write_text(host_json)
    if source is not None:
        (app / "function_app.py").write_text(source)
    return app


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import no_such_module\n", "no_such_module"),
        (HEAD, "0 functions"),
        (None, "function_app.py does not exist"),
        (HEAD + TIMER, "UNSET"),
        (HEAD + HTTP + HTTP.replace("route='a'", "route='b'"), "unique function name"),
        (HEAD + HTTP + "other = func.FunctionApp()\n", "FunctionApp"),
        (HEAD + HTTP.replace("route='a'", "route='admin/a'"), "admin"),
    ],
    ids=["import", "empty", "no script", "unset setting", "same name", "two apps", "host's own route"],
)
def test_an_app_that_cannot_be_loaded_is_refused_with_the_reason(
    tmp_path: Path, backend: BackendKind, source: str | None, said: str
) -> None:
    with pytest.raises(HostError, match=said), serving(tmp_path, app=_app(tmp_path, source), backend=backend):
        pass


def test_a_host_json_that_is_not_understood_stops_the_host(tmp_path: Path) -> None:
    app = _app(tmp_path, HEAD + HTTP, '{"version": "2.0", "functionTimeout": "soon"}')

    with pytest.raises(HostError, match="functionTimeout"), serving(tmp_path, app=app):
        pass


def test_the_route_prefix_of_host_json_is_obeyed(tmp_path: Path) -> None:
    app = _app(tmp_path, HEAD + HTTP, '{"version": "2.0", "extensions": {"http": {"routePrefix": "v1"}}}')

    with serving(tmp_path, app=app) as host:
        assert host.call("GET", "/v1/a").status == 200
        assert host.call("GET", "/api/a").status == 404


def test_a_function_that_runs_longer_than_the_time_out_of_host_json_is_given_up(tmp_path: Path) -> None:
    hanging = HTTP.replace("    return", "    import threading\n    threading.Event().wait()\n    return")
    app = _app(tmp_path, HEAD + hanging, '{"version": "2.0", "functionTimeout": "00:00:00.2"}')

    with serving(tmp_path, app=app) as host:
        assert host.call("GET", "/api/a").status == 500
        assert "Timeout value of 0.2 s exceeded" in host.process.log.read_text()


def test_values_of_local_settings_are_app_settings_unless_the_environment_has_them(tmp_path: Path) -> None:
    source = HEAD + HTTP.replace("''", "os.environ['A'] + os.environ['B']").replace("import", "import os\nimport", 1)
    app = _app(tmp_path, "import os\n" + source)
    (app / "local.settings.json").write_text('{"Values": {"A": "file", "B": "file"}}')

    with serving(tmp_path, app=app, A="environment ") as host:
        assert host.call("GET", "/api/a").body == b"environment file"


def test_an_empty_variable_does_not_reach_the_app(tmp_path: Path) -> None:
    app = _app(tmp_path, "import os\n" + HEAD + HTTP.replace("''", "str('EMPTY' in os.environ)"))

    with serving(tmp_path, app=app, EMPTY="") as host:
        assert host.call("GET", "/api/a").body == b"False"


def test_a_message_of_a_killed_host_stays_hidden_for_ten_minutes(tmp_path: Path) -> None:
    with serving(tmp_path) as host:
        queues = FolderQueues(tmp_path / "state", SystemClock())
        queues.put("work", "hang")
        host.wait_for_note("work")
        host.process.kill()

    (message,) = (tmp_path / "state" / "queues" / "work").glob("*.json")
    stored = json.loads(message.read_text())
    hidden = datetime.fromisoformat(stored["visible_at"]) - datetime.now().astimezone()
    assert stored["dequeue_count"] == 1
    assert timedelta(minutes=9) < hidden <= timedelta(minutes=10)


def test_a_host_that_is_stopped_waits_for_no_function(tmp_path: Path) -> None:
    with serving(tmp_path) as host:
        FolderQueues(tmp_path / "state", SystemClock()).put("work", "hang")
        host.wait_for_note("work")

    assert host.process.wait() == 0


def test_sign_in_needs_to_know_what_people_sign_in_to(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="SIGN_IN_TENANT_ID and SIGN_IN_CLIENT_ID"), serving(tmp_path, auth="easyauth"):
        pass


def test_the_environment_of_the_host_is_in_no_representation(tmp_path: Path) -> None:
    options = HostOptions(app=tmp_path, environment=environment(tmp_path, SECRET="planted"), log=tmp_path / "log")

    assert "planted" not in repr(options)
