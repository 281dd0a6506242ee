from pathlib import Path

import pytest

from tests.infra.bicep_compiler import INSTALL, find_compiler
from tests.infra.conftest import compiler_or_skip


def _executable(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "work" / "repository"


def _found(root: Path, environment: dict[str, str]) -> Path | None:
    compiler = find_compiler(root, environment)
    return compiler.path if compiler else None


def test_a_machine_without_a_compiler_has_none(root: Path, tmp_path: Path) -> None:
    assert _found(root, {"PATH": str(tmp_path), "BICEP": ""}) is None


def test_the_compiler_that_az_installed_is_found(root: Path, tmp_path: Path) -> None:
    _executable(tmp_path / "bin" / "az")
    installed = _executable(tmp_path / ".azure" / "bin" / "bicep")

    assert _found(root, {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}) == installed


def test_one_on_path_comes_before_that_of_az(root: Path, tmp_path: Path) -> None:
    _executable(tmp_path / "bin" / "az")
    _executable(tmp_path / ".azure" / "bin" / "bicep")
    on_path = _executable(tmp_path / "bin" / "bicep")

    assert _found(root, {"PATH": str(tmp_path / "bin"), "HOME": str(tmp_path)}) == on_path


def test_one_beside_the_repository_comes_before_path(root: Path, tmp_path: Path) -> None:
    _executable(tmp_path / "bin" / "bicep")
    beside = _executable(tmp_path / "work" / "shared" / "tools" / "bicep")

    assert _found(root, {"PATH": str(tmp_path / "bin")}) == beside


def test_the_one_that_is_named_comes_first(root: Path, tmp_path: Path) -> None:
    _executable(tmp_path / "work" / "shared" / "tools" / "bicep")
    named = _executable(tmp_path / "mine" / "bicep")

    assert _found(root, {"PATH": "", "BICEP": str(named)}) == named


def test_without_a_compiler_a_test_is_skipped_with_the_line_that_installs_one(root: Path, tmp_path: Path) -> None:
    with pytest.raises(pytest.skip.Exception, match="az bicep install") as skipped:
        compiler_or_skip(root, {"PATH": str(tmp_path)})

    assert str(skipped.value) == INSTALL


def test_without_a_compiler_ci_fails(root: Path, tmp_path: Path) -> None:
    with pytest.raises(pytest.fail.Exception, match="az bicep install"):
        compiler_or_skip(root, {"PATH": str(tmp_path), "CI": "true"})
