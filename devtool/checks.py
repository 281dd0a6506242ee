"""``dev.py check``: everything that can be said about the code without running it."""

import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from devtool import bicep, docs
from devtool.environments import Environment, environment
from devtool.pythons import running_python


def run(root: Path) -> int:
    """The exit status: 0 when no check found anything. All of them run."""
    made = environment(root, running_python())
    steps: tuple[tuple[str, Callable[[], str]], ...] = (
        ("format", lambda: _program(root, made, "ruff", "format", "--check", ".")),
        # Without its cache: what is sorted where depends on other files than the one that was cached.
        ("lint", lambda: _program(root, made, "ruff", "check", "--no-cache", ".")),
        ("types", lambda: _program(root, made, "mypy", "--no-incremental")),
        ("imports", lambda: _program(root, made, "lint-imports", "--no-logo")),
        ("docs", lambda: "\n".join(docs.findings(root))),
        ("Bicep", lambda: bicep.findings(root)),
    )
    failed = []
    for name, step in steps:
        found = step()
        print(f"{name:8} {'FAILED' if found else 'ok'}", flush=True)
        if found:
            failed.append(name)
            print(found, flush=True)
    print(f"check: {', '.join(failed)} FAILED" if failed else "check: all ok", flush=True)
    return 1 if failed else 0


def _program(root: Path, made: Environment, name: str, *arguments: str) -> str:
    return _output_of_failure(root, [str(made.program(name)), *arguments])


def _output_of_failure(root: Path, command: Sequence[str]) -> str:
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return ""
    return (done.stdout + done.stderr).strip() or f"{command[0]} ended with {done.returncode}"
