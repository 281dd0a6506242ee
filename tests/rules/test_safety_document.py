"""docs/safety.md: every rule, and for each clause a test that exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)
RULES = 14


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize(("path", "name"), NAMED, ids=[name for _, name in NAMED])
def test_a_test_that_is_named_exists(path: str, name: str) -> None:
    assert name in functions_of(path)


def test_every_rule_has_an_incident_and_at_least_three_clauses() -> None:
    sections = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]

    assert [section.partition(".")[0] for section in sections] == [str(number) for number in range(1, RULES + 1)]
    for section in sections:
        assert "What happened:" in section
        assert len(re.findall(r"^\| .* \| `tests/", section, flags=re.MULTILINE)) >= 3


def test_every_row_of_a_table_names_its_test_and_no_test_is_named_twice() -> None:
    rows = [row for row in TEXT.splitlines() if row.startswith("| ") and not row.startswith(("| clause", "| ---"))]

    assert len(rows) == len(NAMED) == len(set(NAMED))
