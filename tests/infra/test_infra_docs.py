import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.infra.conftest import ROOT

PAGE = ROOT / "docs" / "deployment.md"


def test_the_page_lists_every_parameter_as_it_is(template: dict[str, Any]) -> None:
    assert _table_under("## Parameters") == list(_rows(template["parameters"]))


def test_the_page_lists_every_output(template: dict[str, Any]) -> None:
    assert _table_under("## Outputs") == [
        f"| `{name}` | {output['metadata']['description']} |" for name, output in template["outputs"].items()
    ]


@pytest.mark.parametrize("module", ["infra.install", "infra.graph.grant", "infra.graph.client_secret"])
def test_options_that_the_page_gives_to_a_script_are_options_of_it(module: str) -> None:
    page = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    calls = re.findall(rf"python3 -m {re.escape(module)} (.+)", page)
    source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")

    assert calls
    given = {option for call in calls for option in re.findall(r"--[a-z-]+", call.partition("#")[0])}
    assert given <= set(re.findall(r'add_argument\(\s*"(--[a-z-]+)"', source))


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
