import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Any

from tests.infra.conftest import ROOT

PAGE = ROOT / "docs" / "deployment.md"

SHIPPED = {"shared", "sync_http", "sync_queue", "sync_timer"}


def test_the_page_lists_every_parameter_as_it_is(template: dict[str, Any]) -> None:
    assert _table_under("## Parameters") == list(_rows(template["parameters"]))


def test_the_page_lists_every_output(template: dict[str, Any]) -> None:
    assert _table_under("## Outputs") == [
        f"| `{name}` | {output['metadata']['description']} |" for name, output in template["outputs"].items()
    ]


def test_only_what_the_app_needs_is_published() -> None:
    patterns = (ROOT / ".funcignore").read_text(encoding="utf-8").split()
    folders = {path.name for path in ROOT.iterdir() if path.is_dir()}

    assert {name for name in folders if not _is_ignored(f"{name}/", patterns)} <= SHIPPED
    assert not any(_is_ignored(f"{name}/", patterns) for name in SHIPPED)
    assert not any(_is_ignored(name, patterns) for name in ("function_app.py", "host.json", "requirements.txt"))


def _is_ignored(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)


def _table_under(heading: str) -> list[str]:
    section = PAGE.read_text(encoding="utf-8").partition(f"\n{heading}\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows
    return rows


def _rows(parameters: dict[str, Any]) -> Iterator[str]:
    for name, parameter in parameters.items():
        description = parameter["metadata"]["description"].replace("*.", r"\*.")
        yield f"| `{name}` | {_default(parameter)} | {description} |"


def _default(parameter: dict[str, Any]) -> str:
    if "defaultValue" not in parameter:
        return "required"
    value = parameter["defaultValue"]
    if value in ("", [], {}):
        return "none"
    if isinstance(value, list):
        value = ",".join(value)
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return "follows the deployment" if re.match(r"\[(?!\[)", text) else f"`{text}`"
