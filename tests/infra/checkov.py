"""checkov over a deployment, in an environment of its own.

It reads no resource of a template with symbolic names, as the compiler writes them, and says nothing of it: so it gets what a
deployment would make, as a classic list of resources.
"""

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infra.conftest import ROOT
from tests.infra.foretelling import Deployment

_FOLDER = ROOT / ".venv" / "checkov" / ("Scripts" if os.name == "nt" else "bin")
PYTHON = _FOLDER / ("python.exe" if os.name == "nt" else "python")
MISSING = (
    f"{PYTHON} is missing: python -m venv .venv/checkov && "
    f"{PYTHON.relative_to(ROOT)} -m pip install -r requirements-checkov.txt"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A check that failed."""

    check: str
    resource: str
    """The type of the resource, with the last part of its name where it is a child."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What checkov made of a template."""

    parsing_errors: int
    resources: int
    findings: frozenset[Finding]


def looked_over(deployment: Deployment, file: Path) -> Report:
    """What checkov says of the deployment, whose template is written to ``file``."""
    return look_over({"resources": list(deployment.resources)}, file)


def look_over(body: Mapping[str, Any], file: Path) -> Report:
    """What checkov says of a template with this body."""
    schema = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
    file.write_text(json.dumps({"$schema": schema, "contentVersion": "1.0.0.0", **body}), encoding="utf-8")
    # Without --skip-download it asks its maker for rules first.
    arguments = ["-f", str(file), "--framework", "arm", "--skip-download", "--quiet", "-o", "json"]
    # It ends well on a file that it cannot read: only what it prints counts.
    done = subprocess.run(
        [str(PYTHON), "-m", "checkov.main", *arguments], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.stdout.lstrip().startswith("{"), done.stderr[-2_000:]
    said = json.loads(done.stdout)
    if "summary" not in said:
        return Report(
            parsing_errors=said["parsing_errors"],
            resources=said["resource_count"],
            findings=frozenset(),
        )
    failed = said["results"]["failed_checks"]
    return Report(
        parsing_errors=said["summary"]["parsing_errors"],
        resources=said["summary"]["resource_count"],
        findings=frozenset(Finding(check=c["check_id"], resource=_kind(c["resource"])) for c in failed),
    )


def _kind(resource: str) -> str:
    """``Microsoft.Web/sites/config.NAME/appsettings`` without the name of the parent."""
    provider, _, rest = resource.partition("/")
    kind, _, name = rest.partition(".")
    child = name.partition("/")[2]
    return f"{provider}/{kind} {child}".strip()
