"""What requirements.txt brings along must not stand in the way of the app's own packages.

In Azure the app's folder comes last on the path, so a distribution with a top-level package of the same name would win.
Source: azure-functions-python-worker, handling of specialization.
"""

import importlib.metadata
import re
from pathlib import Path

import pytest
from packaging.markers import Marker

ROOT = Path(__file__).parents[2]
OURS = frozenset(
    {"shared", "sync_http", "sync_queue", "sync_timer", "function_app", "tests", "simulator", "devtool", "infra"}
)


def required() -> list[str]:
    """Names of the distributions of requirements.txt that are for this Python."""
    names: list[str] = []
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        requirement = line.partition("#")[0]
        name_and_version, _, marker = requirement.partition(";")
        if name_and_version.strip() and (not marker.strip() or Marker(marker.strip()).evaluate()):
            names.append(re.split(r"[=<>]", name_and_version)[0].strip())
    return names


@pytest.mark.parametrize("name", required())
def test_no_distribution_ships_a_package_of_ours(name: str) -> None:
    files = importlib.metadata.files(name)
    assert files, f"{name} is not installed"
    shipped = {file.parts[0].removesuffix(".py") for file in files}

    assert not shipped & OURS


def test_every_requirement_is_pinned_to_one_version() -> None:
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        requirement = line.partition("#")[0].partition(";")[0].strip()
        assert not requirement or re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", requirement), line


def test_what_requirements_bring_along_is_pinned_too() -> None:
    pinned = {re.sub(r"[-_.]+", "-", name).lower() for name in required()}
    for name in required():
        for text in importlib.metadata.requires(name) or []:
            requirement, _, marker = text.partition(";")
            if "extra ==" in marker or (marker.strip() and not Marker(marker.strip()).evaluate()):
                continue
            needed = re.split(r"[ \[(<>=!~]", requirement.strip())[0]
            assert re.sub(r"[-_.]+", "-", needed).lower() in pinned, f"{name} needs {needed}"
