"""Virtual environments, with requirements that install nothing."""

import sys
from pathlib import Path

import pytest

from devtool.environments import environment, separate_environment
from devtool.problems import PrerequisiteError
from devtool.pythons import Python, running_python


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose environment the tests of this module share: making one takes seconds."""
    folder = tmp_path_factory.mktemp("project")
    (folder / "requirements-dev.txt").write_text("-r requirements.txt\n")
    return folder


def _require(root: Path, text: str) -> None:
    (root / "requirements.txt").write_text(text)


def test_an_environment_that_is_current_is_used_as_it_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _require(root, "# nothing\n")
    made = environment(root, running_python())
    capsys.readouterr()

    assert environment(root, running_python()) == made
    assert made.python.exists()
    assert capsys.readouterr().out == ""


def test_changed_requirements_are_installed_into_it(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _require(root, "# nothing yet\n")
    environment(root, running_python())
    capsys.readouterr()
    _require(root, "# still nothing\n")
    environment(root, running_python())

    said = capsys.readouterr().out
    assert "Installing" in said
    assert "Making" not in said


def test_requirements_that_cannot_be_installed_are_a_named_problem(root: Path) -> None:
    _require(root, "./no-such-folder\n")

    with pytest.raises(PrerequisiteError, match="pip could not install"):
        environment(root, running_python())


def test_an_interpreter_that_is_gone_means_a_new_environment(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _require(root, "# nothing\n")
    environment(root, running_python()).python.unlink()
    capsys.readouterr()
    environment(root, running_python())

    assert "Making" in capsys.readouterr().out


def test_a_python_without_ensurepip_is_named_with_the_command_that_helps(tmp_path: Path) -> None:
    (tmp_path / "requirements-dev.txt").write_text("")
    lacking = tmp_path / "python"
    lacking.write_text(f'#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexec {sys.executable} "$@"\n')
    lacking.chmod(0o755)

    with pytest.raises(PrerequisiteError, match="apt-get install -y python3-venv"):
        environment(tmp_path, Python(path=lacking, version=sys.version_info[:3]))


def test_a_separate_environment_is_made_once_whichever_python_asks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "requirements-witness.txt").write_text("# nothing\n")
    made = separate_environment(tmp_path, running_python(), "witness")
    assert made.python.exists()
    assert "Making" in capsys.readouterr().out

    other = Python(path=tmp_path / "another", version=(3, 11, 0))
    assert separate_environment(tmp_path, other, "witness") == made
    assert capsys.readouterr().out == ""


def test_changed_requirements_make_a_separate_environment_anew(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / "requirements-witness.txt").write_text("# nothing\n")
    separate_environment(root, running_python(), "witness")
    capsys.readouterr()
    (root / "requirements-witness.txt").write_text("./no-such-folder\n")

    with pytest.raises(PrerequisiteError, match="pip could not install"):
        separate_environment(root, running_python(), "witness")
