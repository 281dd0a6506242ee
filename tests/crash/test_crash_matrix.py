"""An execution that is killed before or after any of its writes ends, once resumed, as one that nobody kills.

Where who takes an address is exempt by then, no address is left without an owner.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.crash.upheaval import owned_before

ROOT = Path(__file__).parents[2]
AT_LEAST = 40
SAME = ("organization", "ledger", "state", "replan")


def test_an_execution_killed_before_or_after_any_write_ends_with_the_same_organization_and_ledger(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.crash.crash_worker", str(tmp_path)]
    walked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert walked.returncode == 0, walked.stderr
    whole, *lines = [json.loads(line) for line in walked.stdout.splitlines()]
    killed = [one for one in lines if not one["are_takers_exempt"]]
    exempted = [one for one in lines if one["are_takers_exempt"]]

    assert whole["writes"] >= AT_LEAST
    assert set(whole["outcomes"].values()) == {"done"}
    assert (whole["state"], whole["replan"]) == ("succeeded", 0)
    assert len(killed) == len(exempted) == 2 * whole["writes"]
    different = [f"{_name(one)}: {what}" for one in killed for what in SAME if one[what] != whole[what]]
    assert different == []
    told_otherwise = [
        f"{_name(one)}: {outcome}" for one in killed for outcome in set(one["outcomes"].values()) - {"done", "already"}
    ]
    assert told_otherwise == []
    before = owned_before()
    without_owner = [f"{_name(one)}: {address}" for one in exempted for address in sorted(before - _owned(one))]
    assert without_owner == []
    assert {one["problem"] for one in exempted} == {""}
    assert any("excluded" in one["outcomes"].values() for one in exempted)
    sys.stdout.write(f"crash matrix: {len(killed)} of {2 * whole['writes']} kills end the same\n")


def _name(one: Mapping[str, object]) -> str:
    return f"{one['moment']} write {one['number']}"


def _owned(one: Mapping[str, dict[str, list[object]]]) -> set[str]:
    """The addresses that any account has: each has its primary address as key, and its aliases after type, state and names."""
    return {str(a) for primary, values in one["organization"].items() for a in (primary, *values[4:])}
