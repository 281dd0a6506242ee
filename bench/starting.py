"""Starting: a fresh worker answers ``/api/health`` almost as soon as one that has the same triggers and nothing behind them.

Both are served by the library that runs Python functions in Azure, where this Python has it.
"""

import os
import tempfile
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from bench.figures import Figure, against, medians
from shared.api import ROUTES
from simulator.company import make_world
from simulator.estate import Estate
from simulator.host.process import HostOptions, HostProcess

MOST_RATIO = 1.5
_APP = Path(__file__).parent.parent
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR")

_EMPTY_APP = """
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
{routes}

@app.timer_trigger(arg_name="timer", schedule="0 */10 * * * *")
def timer(timer: func.TimerRequest) -> None: ...


@app.queue_trigger(arg_name="message", queue_name="sync-runs", connection="AzureWebJobsStorage")
def queue(message: func.QueueMessage) -> None: ...


@app.queue_trigger(arg_name="message", queue_name="sync-runs-poison", connection="AzureWebJobsStorage")
def poison(message: func.QueueMessage) -> None: ...
"""
_EMPTY_ROUTE = """

@app.function_name("http_{name}")
@app.route(route="{template}", methods=["{method}"])
def http_{name}(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse('{{"status": "ok"}}', mimetype="application/json")
"""


def measure(rounds: int) -> Sequence[Figure]:
    """The time from the start of the worker's process to the first health answer, beside that of the empty app."""
    with ExitStack() as closing:
        estate = closing.enter_context(Estate(make_world(people=20, groups=2, seed=3)))
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        environment = {
            **{name: os.environ[name] for name in _INHERITED if name in os.environ},
            **estate.app_settings(),
            "AUTH_MODE": "key",
            "STATE_DIR": str(folder / "state"),
        }
        empty = _empty_app(folder / "empty")
        taken = medians(
            rounds,
            {
                "app": lambda: _first_answer(_APP, environment, folder),
                "empty": lambda: _first_answer(empty, environment, folder),
            },
        )
    return [
        against("first health answer of a fresh worker", taken["app"], "s", control=taken["empty"], most=MOST_RATIO)
    ]


def _first_answer(app: Path, environment: Mapping[str, str], folder: Path) -> float:
    started = time.perf_counter()
    options = HostOptions(app=app, environment=environment, log=folder / "host.log")
    with HostProcess(options) as host, urllib.request.urlopen(f"{host.url}/api/health") as answer:
        answer.read()
        return time.perf_counter() - started


def _empty_app(folder: Path) -> Path:
    folder.mkdir()
    (folder / "host.json").write_text((_APP / "host.json").read_text(encoding="utf-8"), encoding="utf-8")
    routes = "".join(
        _EMPTY_ROUTE.format(name=route.name, template=route.template, method=route.method.value) for route in ROUTES
    )
    (folder / "function_app.py").write_text(_EMPTY_APP.format(routes=routes), encoding="utf-8")
    return folder
