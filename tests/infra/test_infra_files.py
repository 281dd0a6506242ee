import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.infra.bicep_compiler import BicepCompiler
from tests.infra.conftest import copy_of_infra


@pytest.fixture
def files(tmp_path: Path, compiler: BicepCompiler) -> Path:
    return copy_of_infra(tmp_path / "infra", compiler)


def _texts(folder: Path) -> dict[Path, str]:
    return {file: file.read_text(encoding="utf-8") for file in folder.rglob("*.bicep*")}


def test_the_compiler_says_nothing_about_any_file(compiler: BicepCompiler, files: Path) -> None:
    answer = compiler.build_all(files)

    assert (answer.status, answer.made + answer.said) == (0, "")
    assert {file.with_suffix(".json") for file in files.rglob("*.bicep")} <= set(files.rglob("*.json"))


def test_the_linter_says_nothing_about_any_file(compiler: BicepCompiler, files: Path) -> None:
    answer = compiler.lint_all(files)

    assert (answer.status, answer.made + answer.said) == (0, "")


def test_the_formatter_changes_nothing(compiler: BicepCompiler, files: Path) -> None:
    before = _texts(files)

    answer = compiler.format_all(files)

    assert (answer.status, answer.said) == (0, "")
    assert _texts(files) == before


def test_what_the_linter_finds_is_an_error_under_our_rules(
    compiler: BicepCompiler, infra: Path, tmp_path: Path
) -> None:
    shutil.copy(infra / "bicepconfig.json", tmp_path)
    (tmp_path / "unused.bicep").write_text("param forgotten string\n")

    answer = compiler.lint_all(tmp_path)

    assert answer.status != 0
    assert "no-unused-params" in answer.said


def test_a_misspelt_property_is_a_finding_though_the_compiler_ends_well(compiler: BicepCompiler) -> None:
    answer = compiler.build(Path(__file__).parent / "wrong.bicep")

    assert answer.status == 0
    assert "allowSharedKeyAcess" in answer.said


def test_the_formatter_changes_what_is_badly_laid_out(compiler: BicepCompiler, tmp_path: Path) -> None:
    crooked = tmp_path / "crooked.bicep"
    crooked.write_text("param   name    string\n")

    compiler.format_all(tmp_path)

    assert crooked.read_text() == "param name string\n"


def test_every_module_is_used(infra: Path) -> None:
    main = (infra / "main.bicep").read_text(encoding="utf-8")

    assert [file.name for file in (infra / "modules").glob("*.bicep") if f"'modules/{file.name}'" not in main] == []


def test_main_makes_no_resource_of_its_own(template: dict[str, Any]) -> None:
    assert {resource["type"] for resource in template["resources"].values()} == {"Microsoft.Resources/deployments"}


def test_every_parameter_says_what_it_is(template: dict[str, Any]) -> None:
    assert [n for n, p in template["parameters"].items() if not p.get("metadata", {}).get("description")] == []
