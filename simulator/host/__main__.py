"""``python -m simulator.host --app FOLDER``: serves one function app on the loopback interface until it is stopped.

When it serves, one line of JSON on standard output says where: ``{"url", "key", "backend"}``. Everything else goes to standard
error.
"""

import argparse
import json
import logging
import os
import secrets
import signal
import sys
import threading
from pathlib import Path
from typing import TextIO

from simulator.host.backend import BackendKind, best_backend, load_backend
from simulator.host.bindings import Function, HttpTrigger, QueueTrigger, TimerTrigger
from simulator.host.clock import SystemClock
from simulator.host.errors import HostError
from simulator.host.host import Host, HostParts
from simulator.host.hostjson import read_host_json
from simulator.host.sign_in import PlatformSignIn, SignInRules, company_identities

_LEVELS = {"trace": 10, "debug": 10, "information": 20, "warning": 30, "error": 40, "critical": 50, "none": 60}


def main(out: TextIO) -> int:
    """The exit status: 0 after a stop that was asked for, 1 where the app cannot be served."""
    arguments = _arguments()
    app = arguments.app.resolve()
    stop = threading.Event()
    try:
        rules = read_host_json(app)
        _prepare(app, arguments.auth, _LEVELS.get(rules.log_level.lower(), logging.INFO))
        backend = load_backend(app, arguments.backend)
        if arguments.check:
            out.write("\n".join([backend.name, *map(_describe, backend.functions)]) + "\n")
            return 0
        key = arguments.key or secrets.token_urlsafe(24)
        parts = HostParts(
            backend=backend,
            rules=rules,
            clock=SystemClock(),
            key=key,
            settings=os.environ,
            sign_in=_sign_in(arguments) if arguments.auth == "easyauth" else None,
        )
        host = Host(parts, port=arguments.port)
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except OSError as error:
        sys.stderr.write(f"127.0.0.1:{arguments.port} cannot be used: {error}. Choose another with --port.\n")
        return 1
    out.write(json.dumps({"url": host.url, "key": key, "backend": backend.name}) + "\n")
    out.flush()
    _wait_for(stop, until_end_of_input=arguments.until_end_of_input)
    host.close()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator.host", description="Serve one function app locally.")
    parser.add_argument("--app", type=Path, default=Path.cwd(), help="folder of the app (default: here)")
    parser.add_argument("--port", type=int, default=7071, help="0: the system chooses")
    parser.add_argument("--key", default="", help="the function key (default: a random one)")
    parser.add_argument("--auth", choices=("key", "easyauth"), default="key", help="easyauth: sign-in before the app")
    parser.add_argument("--person", default="Ada Lindqvist", help="easyauth: who signs in")
    parser.add_argument("--person-id", default="0a0a0000-0000-4000-8000-0000000000ad", help="easyauth: their object id")
    parser.add_argument(
        "--backend", type=BackendKind, choices=list(BackendKind), default=best_backend(), help="what runs the app"
    )
    parser.add_argument("--until-end-of-input", action="store_true", help="stop when standard input ends")
    parser.add_argument("--check", action="store_true", help="load the app, print its functions and end")
    return parser.parse_args()


def _prepare(app: Path, auth: str, log_level: int) -> None:
    """The process looks to the app as a worker's does."""
    logging.basicConfig(level=log_level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("azure").setLevel(
        logging.WARNING
    )  # the worker's own and the SDKs' news: of each call several lines
    for name, value in _local_values(app).items():
        os.environ.setdefault(name, value)
    for name in [name for name, value in os.environ.items() if not value]:
        # The host passes no empty variable on. Source: github.com/Azure/azure-functions-host GrpcWorkerChannel.cs
        del os.environ[name]
    if auth == "easyauth":
        os.environ["WEBSITE_AUTH_ENABLED"] = "True"
        os.environ["WEBSITE_AUTH_CLIENT_ID"] = os.environ.get("SIGN_IN_CLIENT_ID", "")
    # The app's folder comes last, as on the platform, where an installed package wins over a folder; "python -m" put its own first.
    folders = {"", str(Path.cwd()), str(app)}
    sys.path[:] = [entry for entry in sys.path if entry not in folders]
    os.chdir(app)


def _local_values(app: Path) -> dict[str, str]:
    """``Values`` of local.settings.json. Source: learn.microsoft.com/azure/azure-functions/functions-develop-local."""
    path = app / "local.settings.json"
    if not path.is_file():
        return {}
    try:
        values = json.loads(path.read_text(encoding="utf-8")).get("Values", {})
    except ValueError as error:
        raise HostError(f"{path} is not JSON: {error}.", "Correct it.") from error
    return {str(name): str(value) for name, value in values.items()}


def _sign_in(arguments: argparse.Namespace) -> PlatformSignIn:
    missing = [name for name in ("SIGN_IN_TENANT_ID", "SIGN_IN_CLIENT_ID") if not os.environ.get(name)]
    if missing:
        raise HostError(
            f"{' and '.join(missing)} not set.", "Sign-in needs the app registration that people sign in to."
        )
    return PlatformSignIn(
        SignInRules(
            tenant_id=os.environ["SIGN_IN_TENANT_ID"],
            client_id=os.environ["SIGN_IN_CLIENT_ID"],
            identities=company_identities(arguments.person, arguments.person_id),
        )
    )


def _describe(function: Function) -> str:
    match function.trigger:
        case HttpTrigger() as trigger:
            methods = ",".join(sorted(trigger.methods)) or "any"
            return f"  {function.name}: {methods} {trigger.route} ({trigger.auth_level})"
        case TimerTrigger() as trigger:
            return f"  {function.name}: timer {trigger.schedule.text}"
        case QueueTrigger() as trigger:
            return f"  {function.name}: queue {trigger.queue} ({trigger.connection})"


def _wait_for(stop: threading.Event, *, until_end_of_input: bool) -> None:
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: stop.set())
    if until_end_of_input:
        threading.Thread(target=_watch_input, args=(stop,), daemon=True).start()
    stop.wait()


def _watch_input(stop: threading.Event) -> None:
    # Read past the buffer, so that no lock is held when the process ends.
    while os.read(0, 1024):
        pass
    stop.set()


if __name__ == "__main__":
    status = main(sys.stdout)
    sys.stdout.flush()
    sys.stderr.flush()
    # A slice may run for minutes; a stopped host waits for none, as a stopped instance does not.
    os._exit(status)
