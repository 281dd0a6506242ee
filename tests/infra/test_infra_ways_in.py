"""The ways in besides main.bicep itself say the same as it does."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.infra.bicep_compiler import BicepCompiler
from tests.infra.conftest import ROOT


@pytest.fixture(scope="session")
def azd(compiler: BicepCompiler, infra: Path) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(compiler.build(infra / "azd.bicep").made)
    return made


def test_the_template_behind_the_button_is_main_compiled(template: dict[str, Any]) -> None:
    stored = json.loads((ROOT / "infra" / "azuredeploy.json").read_text(encoding="utf-8"))

    assert _without_version(stored) == _without_version(template), (
        "Compile it: bicep build infra/main.bicep --outfile infra/azuredeploy.json"
    )


def test_parameters_for_azd_say_what_those_of_main_say(azd: dict[str, Any], template: dict[str, Any]) -> None:
    own = {"environmentName", "location"}
    shared = {name: parameter for name, parameter in azd["parameters"].items() if name not in own}

    assert shared == {name: template["parameters"][name] for name in shared}


def test_azd_needs_nothing_that_main_does_not_need(azd: dict[str, Any], template: dict[str, Any]) -> None:
    assert _required(azd) - {"environmentName", "location"} == _required(template)


def test_azd_finds_its_template_and_its_parameters() -> None:
    text = (ROOT / "azure.yaml").read_text(encoding="utf-8")
    module = re.search(r"^  module: (\w+)$", text, re.MULTILINE)

    assert module is not None
    assert (ROOT / "infra" / f"{module[1]}.bicep").is_file()
    assert (ROOT / "infra" / f"{module[1]}.bicepparam").is_file()


@pytest.mark.parametrize("system", ["posix", "windows"])
def test_azd_probes_what_it_deployed_and_never_fails_the_deployment_for_it(system: str) -> None:
    hook = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))["hooks"]["postdeploy"][system]
    source = (ROOT / "infra" / "after_deploy.py").read_text(encoding="utf-8")

    assert hook["continueOnError"] is True
    assert "infra/after_deploy.py" in hook["run"]
    assert re.findall(r"--[a-z-]+", hook["run"]) == re.findall(r'add_argument\("(--[a-z-]+)"', source)


def test_the_hook_is_given_only_what_azd_knows(azd: dict[str, Any]) -> None:
    hooks = yaml.safe_load((ROOT / "azure.yaml").read_text(encoding="utf-8"))["hooks"]["postdeploy"]
    read = {name for hook in hooks.values() for name in re.findall(r"\$(?:env:)?([A-Z_]+)", hook["run"])}

    assert read <= azd["outputs"].keys()


def test_azd_deploys_main_with_what_its_environment_says(compiler: BicepCompiler, infra: Path) -> None:
    environment = {
        "AZURE_ENV_NAME": "mail",
        "AZURE_LOCATION": "westeurope",
        "PROOFPOINT_DOMAIN": "example.com",
        "PROOFPOINT_USER": "sync@example.com",
        "SYNC_MODE": "report",
    }

    made = compiler.subscription_snapshot(infra / "azd.bicepparam", environment)["predictedResources"]

    (group,) = [r for r in made if r["type"] == "Microsoft.Resources/resourceGroups"]
    (settings,) = [r for r in made if r["type"] == "Microsoft.Web/sites/config" and "SYNC_MODE" in str(r)]
    assert (group["name"], group["tags"]) == ("rg-mail", {"azd-env-name": "mail"})
    assert "report" in str(settings)


def _required(template: dict[str, Any]) -> set[str]:
    return {name for name, parameter in template["parameters"].items() if "defaultValue" not in parameter}


def _without_version(value: Any) -> Any:
    """The template without what names the compiler that made it."""
    match value:
        case dict():
            return {key: _without_version(item) for key, item in value.items() if key != "_generator"}
        case list():
            return [_without_version(item) for item in value]
    return value
