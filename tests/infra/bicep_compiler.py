"""The Bicep compiler as the tests use it: whatever it says is a finding, for it calls a misspelt property a mere warning."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

INSTALL = "No Bicep compiler here. Install it: az bicep install (or set BICEP to the path of one)"

_SUBSCRIPTION = "33333333-3333-3333-3333-333333333333"
TENANT = "44444444-4444-4444-4444-444444444444"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the compiler made of a file, and what it said about it."""

    status: int
    made: str
    said: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BicepCompiler:
    """The compiler at a path, run with the environment variables that are given."""

    path: Path
    environment: Mapping[str, str]

    def build(self, file: Path) -> Answer:
        """The template of a file, as JSON text."""
        return self._run("build", str(file), "--stdout")

    @property
    def graph_types(self) -> Path | None:
        """The Microsoft Graph extension's types, from beside the compiler; None: it fetches the published ones."""
        return max(self.path.resolve().parent.glob("**/graph-v1.0-*.tgz"), default=None)

    def build_all(self, folder: Path) -> Answer:
        """The templates of all files under a folder, each beside its file."""
        return self._run("build", "--pattern", "**/*.bicep", folder=folder)

    def lint_all(self, folder: Path) -> Answer:
        """What the linter says about all files under a folder."""
        return self._run("lint", "--pattern", "**/*.bicep", folder=folder)

    def format_all(self, folder: Path) -> Answer:
        """All files under a folder, parameter files too, are as the formatter would have them."""
        return self._run("format", "--pattern", "**/*.bicep*", folder=folder)

    def snapshot(self, file: Path, environment: Mapping[str, str]) -> dict[str, Any]:
        """What a deployment into a resource group with this parameter file would make; written beside the file.

        ``environment``: the variables that the file reads.
        """
        return self._snapshot(file, environment, ("--resource-group", "rg-sync"))

    def subscription_snapshot(self, file: Path, environment: Mapping[str, str]) -> dict[str, Any]:
        """As ``snapshot``, for a deployment into a subscription."""
        return self._snapshot(file, environment, ())

    def _snapshot(self, file: Path, environment: Mapping[str, str], group: tuple[str, ...]) -> dict[str, Any]:
        scope = ("--subscription-id", _SUBSCRIPTION, "--tenant-id", TENANT, *group)
        place = ("--location", "westeurope")
        answer = self._run("snapshot", str(file), "--mode", "overwrite", *scope, *place, environment=environment)
        assert (answer.status, answer.said) == (0, ""), answer.said
        made: dict[str, Any] = json.loads(file.with_suffix(".snapshot.json").read_text(encoding="utf-8"))
        assert made["diagnostics"] == []
        return made

    def _run(self, *arguments: str, folder: Path | None = None, environment: Mapping[str, str] | None = None) -> Answer:
        """``folder`` None: it does not matter where the compiler runs."""
        done = subprocess.run(
            [str(self.path), *arguments],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
            env={**self.environment, **(environment or {})},
        )
        return Answer(status=done.returncode, made=done.stdout, said=done.stderr.strip())


def find_compiler(root: Path, environment: Mapping[str, str]) -> BicepCompiler | None:
    """The one that ``BICEP`` names, the one beside the repository, on PATH, or that ``az bicep`` installed; None without any."""
    for path in _candidates(root, environment):
        if path.is_file():
            return BicepCompiler(path=path, environment=environment)
    return None


def _candidates(root: Path, environment: Mapping[str, str]) -> list[Path]:
    search_path = environment.get("PATH", "")
    named = environment.get("BICEP", "")
    on_path = shutil.which("bicep", path=search_path)
    found = [Path(named)] if named else []
    found.append(root.parent / "shared" / "tools" / "bicep")
    if on_path:
        found.append(Path(on_path))
    if shutil.which("az", path=search_path):
        # `az bicep` itself only passes on to this file, and not every command.
        folder = environment.get("AZURE_CONFIG_DIR") or str(Path(environment.get("HOME", "")) / ".azure")
        found.append(Path(folder) / "bin" / "bicep")
    return found
