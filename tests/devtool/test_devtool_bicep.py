from pathlib import Path

import pytest

from devtool.bicep import findings


def _compiler(folder: Path, script: str) -> str:
    path = folder / "bicep"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "main.bicep").write_text("param location string\n")
    return tmp_path


def test_a_silent_compiler_is_no_finding(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BICEP", _compiler(tmp_path, "echo '{}'"))

    assert findings(root) == ""


@pytest.mark.parametrize("script", ["echo 'Warning BCP037' >&2", "echo 'Error BCP018' >&2; exit 1"])
def test_whatever_the_compiler_says_is_a_finding(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    monkeypatch.setenv("BICEP", _compiler(tmp_path, script))

    assert "BCP0" in findings(root)


def test_a_compiler_that_fails_without_a_word_is_a_finding(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BICEP", _compiler(tmp_path, "exit 3"))

    assert "ended with 3" in findings(root)


@pytest.mark.parametrize(("ci", "is_finding"), [("true", True), ("", False)])
def test_without_a_compiler_only_ci_fails(
    root: Path, monkeypatch: pytest.MonkeyPatch, ci: str, is_finding: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BICEP", "")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)

    text = findings(root) + capsys.readouterr().out

    assert bool(findings(root)) == is_finding
    assert "az bicep install" in text


def test_a_file_with_graph_types_is_compiled_with_those_beside_the_compiler(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = tmp_path / "bicep-0"
    beside.mkdir()
    (beside / "offline.json").write_text("{}")
    monkeypatch.setenv("BICEP", _compiler(tmp_path, 'echo "$@" >&2'))
    (root / "infra" / "main.bicep").write_text("extension microsoftGraphV1\n")

    assert f"--config {beside / 'offline.json'}" in findings(root)
