"""Pythons of this machine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_ASK = "import sys; print(sys.version_info[0], sys.version_info[1], sys.version_info[2])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Python:
    """An interpreter outside virtual environments."""

    path: Path
    version: tuple[int, int, int]

    @property
    def minor(self) -> str:
        """Such as ``3.13``."""
        return f"{self.version[0]}.{self.version[1]}"


def running_python() -> Python:
    """The one that runs this command; of a virtual environment, the one that it was made from."""
    base = Path(getattr(sys, "_base_executable", sys.executable))
    return Python(path=base, version=sys.version_info[:3])


def find_python(minor: str) -> Python | None:
    """The newest Python of a version such as ``3.13``, on PATH or among pyenv's; None where there is none that runs."""
    running = running_python()
    if running.minor == minor:
        return running
    found = [python for path in _candidates(minor) if (python := ask(path)) is not None and python.minor == minor]
    return max(found, key=lambda python: python.version, default=None)


def ask(path: Path) -> Python | None:
    """The Python at ``path``; None where it does not run: pyenv's shims fail for versions that are not switched on."""
    try:
        done = subprocess.run([str(path), "-c", _ASK], capture_output=True, text=True, check=True, timeout=30)
        major, minor, micro = map(int, done.stdout.split())
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return Python(path=path, version=(major, minor, micro))


def _candidates(minor: str) -> Iterator[Path]:
    on_path = shutil.which(f"python{minor}")
    if on_path:
        yield Path(on_path)
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(root.glob(f"versions/{minor}.*/bin/python{minor}"))
