"""The whole demo, as a person or a machine starts it."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def _demo(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "simulator.demo", "--once", "--people", "60", "--groups", "12", "--port", "0"]
    return subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    "options",
    [(), ("--auth", "easyauth"), pytest.param(("--storage", "azurite"), marks=pytest.mark.azurite)],
    ids=["plain", "easyauth", "azurite"],
)
def test_a_company_is_searched_planned_executed_and_found_in_sync(options: tuple[str, ...]) -> None:
    done = _demo("--json", *options)

    assert done.returncode == 0, done.stdout + done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    assert list(report) == ["directory", "plan", "ticked", "results", "replan", "requests", "seconds"]
    assert report["directory"]["people"] > 0
    assert report["ticked"] > 0
    assert set(report["results"]) <= {"done", "already"}
    assert report["replan"] == 0
    assert set(report["requests"]) == {"graph", "essentials", "token"}


def test_the_state_is_kept_where_it_is_asked_to_be(tmp_path: Path) -> None:
    done = _demo("--state", str(tmp_path / "kept"))

    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "kept" / "state").rglob("plans/*"))
    assert (tmp_path / "kept" / "host.log").stat().st_size > 0


@pytest.mark.parametrize("fault", ["graph-throttled", "essentials-throttled", "essentials-lost-answer"])
def test_a_trouble_that_passes_ends_in_sync(fault: str) -> None:
    done = _demo("--fault", fault)

    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "fault", ["wrong-entra-secret", "wrong-proofpoint-password", "missing-permission", "graph-page-lost"]
)
def test_a_trouble_that_stays_is_one_clear_problem(fault: str) -> None:
    done = _demo("--fault", fault)

    assert done.returncode == 1
    assert "The search ended failed: " in done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert "no-such-credential" not in done.stdout + done.stderr


def test_a_port_that_is_taken_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = _demo("--port", port, "--state", str(tmp_path))

    assert done.returncode == 1
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr
