"""``python -m simulator`` from outside."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).parents[2]


@pytest.fixture
def port_file(tmp_path: Path) -> Path:
    return tmp_path / "ports.json"


@pytest.fixture
def running(port_file: Path) -> Iterator[subprocess.Popen[str]]:
    options = ["--people", "30", "--groups", "8", "--seed", "4", "--port-file", str(port_file)]
    command = [sys.executable, "-W", "error", "-m", "simulator", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def introduction(process: subprocess.Popen[str]) -> list[str]:
    """What is printed at the start, up to the last setting."""
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line.rstrip())
        if line.strip().startswith("IDENTITY_HEADER="):
            return lines
    raise AssertionError(f"The command ended early: {lines}")


def test_the_command_serves_until_it_is_interrupted(running: subprocess.Popen[str]) -> None:
    printed = introduction(running)
    control = next(line.partition(": ")[2] for line in printed if line.startswith("Control: "))
    assert requests.get(control, timeout=10).json()["users"] == 30
    running.send_signal(signal.SIGINT)
    _, errors = running.communicate(timeout=20)
    assert (running.returncode, errors) == (0, "")


def test_the_port_file_holds_what_is_printed(running: subprocess.Popen[str], port_file: Path) -> None:
    printed = introduction(running)
    written = json.loads(port_file.read_text(encoding="utf-8"))
    assert [f"  {name}={value}" for name, value in written["settings"].items()] == [
        line for line in printed if line.startswith("  ")
    ]
    assert port_file.stat().st_mode & 0o077 == 0
