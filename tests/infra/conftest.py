"""The compiler, or a skip that says how to get it (in CI a failure); and a copy of infra/ to work in."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.infra.bicep_compiler import INSTALL, BicepCompiler, find_compiler
from tests.infra.foretelling import PUBLIC_CLOUD, Deployment, foretell, parameter_text
from tests.infra.parameter_sets import ALL, ENTRA_CLIENT_ID, SIGN_IN_CLIENT_ID, ParameterSet

ROOT = Path(__file__).parent.parent.parent


def copy_of_infra(folder: Path, compiler: BicepCompiler) -> Path:
    """A copy without what a compiler made, whose files for Microsoft Graph compile without the network; else it lacks them."""
    types = compiler.graph_types
    offline = types is not None or in_ci(os.environ)
    left_out = ("*.snapshot.json", "azuredeploy.json", *(() if offline else ("graph",)))
    shutil.copytree(ROOT / "infra", folder, ignore=shutil.ignore_patterns(*left_out))
    if types is not None:
        config = json.loads((folder / "bicepconfig.json").read_text(encoding="utf-8"))
        config["extensions"] = {"microsoftGraphV1": str(types)}
        (folder / "bicepconfig.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def compiler_or_skip(root: Path, environment: Mapping[str, str]) -> BicepCompiler:
    """The compiler; where there is none the test is skipped, in CI it fails."""
    found = find_compiler(root, environment)
    if found is not None:
        return found
    if in_ci(environment):
        pytest.fail(INSTALL)
    pytest.skip(INSTALL)


def in_ci(environment: Mapping[str, str]) -> bool:
    """Whether this is a machine that must check everything."""
    return environment.get("CI", "").lower() == "true"


@pytest.fixture(scope="session")
def compiler() -> BicepCompiler:
    """The Bicep compiler of this machine."""
    return compiler_or_skip(ROOT, os.environ)


@pytest.fixture(scope="session")
def infra(tmp_path_factory: pytest.TempPathFactory, compiler: BicepCompiler) -> Path:
    """A copy of infra/, for the compiler writes snapshots beside the files."""
    return copy_of_infra(tmp_path_factory.mktemp("deployment") / "infra", compiler)


@pytest.fixture(scope="session")
def template(compiler: BicepCompiler, infra: Path) -> dict[str, Any]:
    """main.bicep as a compiled template."""
    made: dict[str, Any] = json.loads(compiler.build(infra / "main.bicep").made)
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class Foretold:
    """Foretells deployments, each parameter set once."""

    compiler: BicepCompiler
    infra: Path
    known: dict[str, Deployment]

    def __call__(self, chosen: ParameterSet) -> Deployment:
        """What a deployment with these parameters would make."""
        if chosen.name not in self.known:
            file = self.infra / f"set{len(self.known)}.bicepparam"
            file.write_text(parameter_text(chosen.values), encoding="utf-8")
            self.known[chosen.name] = foretell(
                self.compiler, file, environment={}, cloud=chosen.cloud, secrets=chosen.secrets
            )
        return self.known[chosen.name]


@pytest.fixture(scope="session")
def foretold(compiler: BicepCompiler, infra: Path) -> Foretold:
    """Foretells deployments."""
    return Foretold(compiler=compiler, infra=infra, known={})


@pytest.fixture(params=ALL, ids=lambda chosen: chosen.name)
def deployment(request: pytest.FixtureRequest, foretold: Foretold) -> Deployment:
    """Each of the deployments that tenants choose."""
    chosen: ParameterSet = request.param
    return foretold(chosen)


@pytest.fixture(scope="session")
def main_parameters(compiler: BicepCompiler, infra: Path) -> Deployment:
    """The deployment of main.bicepparam, with what it needs in the environment."""
    environment = {
        "AZURE_LOCATION": "westeurope",
        "PROOFPOINT_DOMAIN": "example.com",
        "PROOFPOINT_USER": "sync@example.com",
        "ENTRA_CLIENT_ID": ENTRA_CLIENT_ID,
        "SIGN_IN_CLIENT_ID": SIGN_IN_CLIENT_ID,
    }
    return foretell(compiler, infra / "main.bicepparam", environment=environment, cloud=PUBLIC_CLOUD, secrets={})
