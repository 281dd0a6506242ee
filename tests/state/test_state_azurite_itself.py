"""The tests' own help: what becomes of them on a machine without Node."""

from pathlib import Path

import pytest

from tests.azurite import running_azurite


def test_without_node_storage_tests_are_skipped_naming_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)

    with pytest.raises(pytest.skip.Exception, match="apt-get install -y nodejs npm"), running_azurite():
        raise AssertionError("it runs without Node")


def test_without_node_storage_tests_fail_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", "true")

    with pytest.raises(pytest.fail.Exception, match="apt-get install -y nodejs npm"), running_azurite():
        raise AssertionError("it runs without Node")
