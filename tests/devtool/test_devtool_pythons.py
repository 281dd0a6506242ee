import subprocess
import sys
from pathlib import Path

import pytest

from devtool.pythons import ask, find_python, running_python

ROOT = Path(__file__).parent.parent.parent


def _python(path: Path, version: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho {version}\n")
    path.chmod(0o755)


def test_the_running_python_is_found_by_its_version() -> None:
    assert find_python(running_python().minor) == running_python()


def test_the_newest_of_pyenvs_pythons_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", "/nowhere:/bin")
    for version in ("3.99.2", "3.99.10"):
        _python(tmp_path / "versions" / version / "bin" / "python3.99", version.replace(".", " "))

    found = find_python("3.99")

    assert found is not None
    assert found.version == (3, 99, 10)


def test_a_shim_that_does_not_run_is_no_python(tmp_path: Path) -> None:
    shim = tmp_path / "python3.99"
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.99: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)

    assert ask(shim) is None


def test_a_version_that_is_not_there_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))

    assert find_python("3.98") is None


def test_an_unknown_command_is_refused_with_those_that_exist() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "dev.py"), "launch"], capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "demo" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_entry_is_readable_to_a_python_that_is_too_old() -> None:
    source = (ROOT / "dev.py").read_text()
    guard, _, rest = source.partition("from devtool.main import main")

    assert "sys.exit(" in guard
    assert ":=" not in source
    assert not any(line.lstrip().startswith(("def ", "class ", "match ")) for line in source.splitlines())
    assert rest
