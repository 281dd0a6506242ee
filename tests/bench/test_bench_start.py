"""What a fresh worker does not load before it answers ``/api/health``."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASKED_OF_NOBODY = [
    "requests",
    "urllib3",
    "msal",
    "azure.core",
    "azure.identity",
    "cryptography",
    "shared.engine.execution",
    "shared.diff.situation",
    "shared.diff.explain",
    "shared.engine.administration.administration",
    "shared.engine.undoing",
]


CARRIES_RUNS = ["shared.engine.worker", "shared.engine.schedule", "shared.engine.notices.notices"]


def loaded_at_first() -> list[str]:
    """Modules that a fresh process has loaded when it can answer."""
    program = "import json, sys, function_app, shared.wiring; print(json.dumps(sorted(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded: list[str] = json.loads(said)
    assert "shared.engine.engine" in loaded
    return loaded


def test_health_and_looks_of_the_timer_load_nothing_that_talks_to_services_plans_or_administers() -> None:
    assert [name for name in ASKED_OF_NOBODY if name in loaded_at_first()] == []


def test_health_loads_nothing_that_carries_runs_or_tells_people_of_them() -> None:
    assert [name for name in CARRIES_RUNS if name in loaded_at_first()] == []
