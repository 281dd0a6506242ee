"""``python -m simulator.demo``: a company, the simulated services and the app before them, until interrupted or once through."""

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from simulator.azurite import AzuriteError
from simulator.demo.faults import TROUBLES
from simulator.demo.problems import DemoError
from simulator.demo.stage import Auth, Stage, StageOptions, Storage
from simulator.demo.story import Surroundings, tell
from simulator.host.errors import HostError


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit status: with ``--once`` 0 only where the execution succeeded and the second search has no ticked change."""
    options = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with Stage(_stage_options(options)) as stage:
            _introduce(stage, options.fault)
            return _once(stage, as_json=options.json) if options.once else _stay(stage)
    except (DemoError, HostError, AzuriteError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except KeyboardInterrupt:
        return 130 if options.once else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dev.py demo",
        description="Start a company in the simulators and the app before it; stay until interrupted.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="faults:\n" + "\n".join(f"  {name:27}{trouble.description}" for name, trouble in TROUBLES.items()),
    )
    parser.add_argument("--once", action="store_true", help="search, execute, search again, and exit")
    parser.add_argument("--json", action="store_true", help="with --once: the last line is one JSON object")
    parser.add_argument("--people", type=_at_least_one, default=200, metavar="N", help="users of the tenant (200)")
    parser.add_argument("--groups", type=_at_least_one, default=40, metavar="N", help="groups of the tenant (40)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="the same seed makes the same company (1)")
    parser.add_argument("--fault", choices=sorted(TROUBLES), metavar="NAME", help="begin with a trouble; see below")
    parser.add_argument("--state", type=Path, metavar="DIR", help="keep the app's state and log there")
    parser.add_argument("--storage", type=Storage, choices=list(Storage), default=Storage.FOLDER, help="(folder)")
    parser.add_argument("--auth", type=Auth, choices=list(Auth), default=Auth.KEY, help="(key)")
    parser.add_argument("--port", type=int, default=7071, metavar="N", help="of the app; 0: a free one (7071)")
    return parser


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _stage_options(options: argparse.Namespace) -> StageOptions:
    print(f"Making a company of {options.people} people and {options.groups} groups …", flush=True)
    return StageOptions(
        people=options.people,
        groups=options.groups,
        seed=options.seed,
        storage=options.storage,
        auth=options.auth,
        port=options.port,
        state=options.state,
        trouble=TROUBLES[options.fault] if options.fault else None,
    )


def _introduce(stage: Stage, fault: str | None) -> None:
    world = stage.estate.world
    print(f"{world.tenant.display_name}: the app runs in {stage.host.backend}.")
    if fault:
        print(f"Trouble: {TROUBLES[fault].description}.")
    print(f"Review page:    {stage.page_url}")
    if "x-functions-key" in stage.client.headers:
        print(f"Function key:   {stage.host.key}")
    print(f"Simulators:     {stage.estate.control_url}/state", flush=True)


def _once(stage: Stage, *, as_json: bool) -> int:
    surroundings = Surroundings(
        requests=stage.requests,
        say=lambda text: print(text, flush=True),
        monotonic=time.monotonic,
        sleep=time.sleep,
    )
    report = tell(stage.client, surroundings)
    print(f"\n{'In sync' if report.is_success else 'Not in sync'} after {report.seconds:.1f} s.", flush=True)
    if as_json:
        print(json.dumps(report.as_json()), flush=True)
    return 0 if report.is_success else 1


def _stay(stage: Stage) -> int:
    print("Press Ctrl+C to stop.", flush=True)
    status = stage.host.wait()
    sys.stderr.write(f"The app's host ended with {status}.\n{stage.host.last_lines()}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
