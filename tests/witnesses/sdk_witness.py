"""Microsoft's own Graph client as a witness, in a process and an environment of its own."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from simulator.estate import Estate

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv" / "witness" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
MISSING = (
    f"{PYTHON} is missing: python -m venv .venv/witness && "
    f"{PYTHON.relative_to(ROOT)} -m pip install -r requirements-witness.txt"
)
_PATIENCE_SECONDS = 240


def told_by_the_sdk(estate: Estate, reading: str) -> list[dict[str, Any]]:
    """What the client says that it read, in order; ``reading`` is one of those in sdk_reader.py."""
    application = estate.world.tenant.applications[estate.client_id]
    sign_in = {
        "tenant_id": estate.world.tenant.id,
        "client_id": application.client_id,
        "secret": application.secrets[0]["value"],
        "authority": estate.authority_url,
        "graph_url": estate.graph_url,
    }
    done = subprocess.run(
        [str(PYTHON), str(Path(__file__).with_name("sdk_reader.py")), reading],
        input=json.dumps(sign_in),
        env={**os.environ, "SSL_CERT_FILE": str(estate.ca_bundle), "REQUESTS_CA_BUNDLE": str(estate.ca_bundle)},
        capture_output=True,
        text=True,
        check=False,
        timeout=_PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    return [json.loads(line) for line in done.stdout.splitlines()]
