"""Workers killed by SIGKILL in the middle of an execution, with the storage's own lease: the next one waits for it, and ends the same."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.azurite import connection_string, running_azurite

ROOT = Path(__file__).parents[2]
STALLED_ALERT_SECONDS = 240


def step(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.crash.azurite_worker", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=STALLED_ALERT_SECONDS)


def said(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


@pytest.mark.azurite
@pytest.mark.worker  # minutes of waiting for real leases: once, on the Python that the app runs on
@pytest.mark.parametrize(("number", "moment"), [(9, "before"), (21, "after")])
def test_an_execution_killed_on_azurite_goes_on_when_the_lease_has_run_out(
    tmp_path: Path, number: int, moment: str
) -> None:
    for name in ("killed", "whole"):
        (tmp_path / name).mkdir()
    with running_azurite() as azurite:
        storage = connection_string(azurite.blob_url, azurite.queue_url)
        folder = str(tmp_path / "killed")
        run_id = str(said(step("begin", folder, storage))["run_id"])

        killed = step("carry", folder, storage, run_id, str(number), moment)
        assert killed.returncode == -signal.SIGKILL, killed.stderr
        ended = said(step("carry", folder, storage, run_id))
    expected = said(step("whole", str(tmp_path / "whole"), "none"))

    assert ended.pop("held"), "the lease of the dead worker kept the next one out for a while"
    assert set(ended.pop("outcomes")) <= {"done", "already"}  # type: ignore[call-overload]
    assert set(expected.pop("outcomes")) == {"done"}  # type: ignore[call-overload]
    assert ended == expected
