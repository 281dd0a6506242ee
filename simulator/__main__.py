"""``python -m simulator``: a company and all simulated services, until interrupted."""

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from simulator.company import make_world
from simulator.estate import Credential, Estate


def main(arguments: Sequence[str] | None = None) -> int:
    """The services run until SIGINT or SIGTERM; their addresses and the settings to use are printed first."""
    options = _parser().parse_args(arguments)
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    world = make_world(people=options.people, groups=options.groups, seed=options.seed)
    with Estate(world) as estate:
        settings = estate.app_settings(Credential(options.credential))
        if options.port_file is not None:
            _write_whole(options.port_file, json.dumps({"control_url": estate.control_url, "settings": settings}))
        sys.stdout.write(_introduction(estate, settings))
        sys.stdout.flush()
        stopping.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--people", type=int, default=200, help="users of the tenant, guests and mailboxes included")
    parser.add_argument("--groups", type=int, default=40, help="groups of the tenant")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same company")
    parser.add_argument("--credential", choices=list(Credential), default=Credential.SECRET.value)
    parser.add_argument(
        "--port-file", type=Path, help="written as JSON once all services answer: control_url, settings"
    )
    return parser


def _introduction(estate: Estate, settings: Mapping[str, str]) -> str:
    tenant, organization = estate.world.tenant, estate.world.organizations[0]
    known = f"{len(tenant.users)} people and {len(tenant.groups)} groups in Entra"
    lines = [
        f"{tenant.display_name}: {known}, {len(organization.users)} accounts in Essentials.",
        f"Control: {estate.control_url}/state",
        "Settings:",
        *(f"  {name}={value}" for name, value in settings.items()),
        "",
    ]
    return "\n".join(lines)


def _write_whole(path: Path, text: str) -> None:
    """The file appears with all of its text, readable by its owner only."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(text, encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
