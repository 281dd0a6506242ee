"""An execution that is killed before or after any of its writes ends, once resumed, as one that nobody kills."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
AT_LEAST = 40
SAME = ("organization", "ledger", "state", "replan")


def test_an_execution_killed_before_or_after_any_write_ends_with_the_same_organization_and_ledger(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.crash.crash_worker", str(tmp_path)]
    walked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert walked.returncode == 0, walked.stderr
    whole, *killed = [json.loads(line) for line in walked.stdout.splitlines()]

    assert whole["writes"] >= AT_LEAST
    assert set(whole["outcomes"].values()) == {"done"}
    assert (whole["state"], whole["replan"]) == ("succeeded", 0)
    assert len(killed) == 2 * whole["writes"]
    different = [
        f"{one['moment']} write {one['number']}: {what}" for one in killed for what in SAME if one[what] != whole[what]
    ]
    assert different == []
    told_otherwise = [
        f"{one['moment']} write {one['number']}: {outcome}"
        for one in killed
        for outcome in set(one["outcomes"].values()) - {"done", "already"}
    ]
    assert told_otherwise == []
    sys.stdout.write(f"crash matrix: {len(killed)} of {2 * whole['writes']} kills end the same\n")
