"""Virtual environments under ``.venv/``, one for each version of Python, made and renewed when they have to be."""

import hashlib
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtool.problems import PrerequisiteError, missing
from devtool.pythons import Python, ask

try:
    import fcntl
except ImportError:  # Windows: two commands at once are then nobody's business
    fcntl = None  # type: ignore[assignment]  # a module, or none there

_KEY = ".made-from"
_LAST_LINES = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """A virtual environment with everything that its requirements file names."""

    python: Path

    def program(self, name: str) -> Path:
        """A program that a package brought along."""
        return self.python.with_name(name + self.python.suffix)


def environment(root: Path, python: Python) -> Environment:
    """The environment of this Python, current; raises PrerequisiteError.

    Made anew for another interpreter; where only the requirements changed they are installed into it.
    """
    folder = root / ".venv" / python.minor
    folder.parent.mkdir(exist_ok=True)
    interpreter = f"{python.path.resolve()} {'.'.join(map(str, python.version))}"
    wanted = f"{interpreter}\n{_digest(root / 'requirements-dev.txt')}\n"
    with _alone(folder):
        if _read(folder / _KEY) == wanted and _executable(folder).exists():
            return Environment(python=_executable(folder))
        if not _is_made_from(folder, python):
            _make(folder, python)
        _install(folder, root / "requirements-dev.txt")
        (folder / _KEY).write_text(wanted, encoding="utf-8")
    return Environment(python=_executable(folder))


def separate_environment(root: Path, python: Python, name: str) -> Environment:
    """``.venv/NAME`` with what ``requirements-NAME.txt`` names, current, whichever Python made it; raises PrerequisiteError.

    For what is too large, or too particular, to share the environments of the app.
    """
    folder, requirements = root / ".venv" / name, root / f"requirements-{name}.txt"
    folder.parent.mkdir(exist_ok=True)
    wanted = f"{_digest(requirements)}\n"
    with _alone(folder):
        if _read(folder / _KEY) != wanted or ask(_executable(folder)) is None:
            _make(folder, python)
            _install(folder, requirements)
            (folder / _KEY).write_text(wanted, encoding="utf-8")
    return Environment(python=_executable(folder))


def _is_made_from(folder: Path, python: Python) -> bool:
    made = ask(_executable(folder))
    recorded = _read(folder / _KEY).partition("\n")[0].rpartition(" ")[0]
    return made is not None and made.version == python.version and recorded in ("", str(python.path.resolve()))


def _make(folder: Path, python: Python) -> None:
    if not _runs(python.path, "-c", "import venv, ensurepip"):
        raise missing(
            f"{python.path} (Python {python.minor}) cannot make virtual environments: it comes without ensurepip.",
            "sudo apt-get install -y python3-venv",
        )
    _say(f"Making a virtual environment for Python {python.minor} in {folder} …")
    shutil.rmtree(folder, ignore_errors=True)
    done = subprocess.run([str(python.path), "-m", "venv", str(folder)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise PrerequisiteError(f"No virtual environment could be made in {folder}:\n{done.stdout}{done.stderr}")


def _install(folder: Path, requirements: Path) -> None:
    _say(f"Installing {requirements.name} for it; a minute or two …")
    command = [str(_executable(folder)), "-m", "pip", "install", "--disable-pip-version-check", "--quiet"]
    done = subprocess.run([*command, "-r", str(requirements)], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        lines = "\n".join((done.stdout + done.stderr).splitlines()[-_LAST_LINES:])
        raise PrerequisiteError(f"pip could not install {requirements}. Look at the network and try again.\n{lines}")


def _digest(requirements: Path) -> str:
    digest = hashlib.sha256()
    for path in _with_included(requirements):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _with_included(requirements: Path) -> Iterator[Path]:
    yield requirements
    for name in re.findall(r"^-r\s+(\S+)", requirements.read_text(encoding="utf-8"), re.MULTILINE):
        yield from _with_included(requirements.parent / name)


def _executable(folder: Path) -> Path:
    windows = folder / "Scripts" / "python.exe"
    return windows if windows.exists() else folder / "bin" / "python"


def _runs(python: Path, *arguments: str) -> bool:
    return subprocess.run([str(python), *arguments], capture_output=True, check=False).returncode == 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One command at a time makes an environment; others wait for it."""
    with folder.with_name(f".{folder.name}.lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    print(text, flush=True)
