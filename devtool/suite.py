"""``dev.py test``: the whole suite here, and on Python 3.13 what only runs in the real worker."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devtool.environments import environment, separate_environment
from devtool.problems import PrerequisiteError, missing
from devtool.pythons import Python, find_python, running_python

WORKER_MINOR = "3.13"
CHROMIUM = Path("/usr/bin/chromium")
"""Debian's package: what the tests of the review page drive."""
_SEPARATE = (
    ("witness", "witnesses", "the tests with Microsoft's own Graph client"),
    ("checkov", "infra", "the tests of the templates with checkov"),
)
"""Environments of their own: name, folder under tests, and what is skipped without them."""
_NO_TESTS = 5
"""pytest's exit status when nothing was selected."""


def run(root: Path, options: Sequence[str]) -> int:
    """The exit status: 0 when every test passed. With ``-m`` among the options only this Python's run is made."""
    in_ci = os.environ.get("CI", "").lower() == "true"
    if shutil.which("node") is None or shutil.which("npm") is None:
        problem = missing(
            "Azurite, the storage emulator, needs Node 20 or newer.", "sudo apt-get install -y nodejs npm"
        )
        if in_ci:
            raise problem
        print(f"{problem}\nUntil then the tests of blob and queue storage are skipped.", flush=True)
    if not CHROMIUM.exists():
        problem = missing("The review page is tested in Chromium.", "sudo apt-get install -y chromium")
        if in_ci:
            raise problem
        print(f"{problem}\nUntil then the tests of the review page in a browser are skipped.", flush=True)
    python = running_python()
    _prepare_separate(root, python, options, in_ci=in_ci)
    worker_status = 0 if python.version >= (3, 13) or "-m" in options else _worker_tests(root, options, in_ci=in_ci)
    # This Python's run comes last: its closing line is what people and machines look for.
    return _pytest(root, python, options) or worker_status


def _prepare_separate(root: Path, python: Python, options: Sequence[str], *, in_ci: bool) -> None:
    """The separate environments are there, or their tests are left out; none is made for a run of other tests."""
    chosen = [option for option in options if option.partition("::")[0].rstrip("/").startswith("tests")]
    for name, folder, left_out in _SEPARATE:
        if chosen and not any(f"tests/{folder}" in option or option.rstrip("/") == "tests" for option in chosen):
            continue
        try:
            separate_environment(root, python, name)
        except PrerequisiteError as problem:
            if in_ci:
                raise
            print(f"{problem}\nUntil then {left_out} are skipped.", flush=True)


def _worker_tests(root: Path, options: Sequence[str], *, in_ci: bool) -> int:
    newer = find_python(WORKER_MINOR)
    if newer is None:
        problem = missing(
            f"The worker library needs Python {WORKER_MINOR}, which is neither on PATH nor among pyenv's versions.",
            f"pyenv install {WORKER_MINOR}",
        )
        if in_ci:
            raise problem
        print(f"{problem}\nUntil then the tests in the real worker are left out.", flush=True)
        return 0
    status = _pytest(root, newer, ["-m", "worker", *options])
    return 0 if status == _NO_TESTS else status


def _pytest(root: Path, python: Python, options: Sequence[str]) -> int:
    made = environment(root, python)
    print(f"Python {'.'.join(map(str, python.version))}: pytest {' '.join(options)}", flush=True)
    command = [str(made.python), "-m", "pytest", "-n", "auto", *options]
    return subprocess.run(command, cwd=root, check=False).returncode
