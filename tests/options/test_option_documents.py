"""docs/options.md and docs/native-sync.md name every sync option and each of its values, and nothing that is none."""

import re
from pathlib import Path

import pytest

from shared.settings import SETTING_FIELDS, SettingField
from shared.settings.kinds import Choice, ChoiceSet, NumberChoice, Truth

DOCS = Path(__file__).parents[2] / "docs"
OPTIONS = (DOCS / "options.md").read_text(encoding="utf-8")
NATIVE = (DOCS / "native-sync.md").read_text(encoding="utf-8")
FIELDS = [field for field in SETTING_FIELDS if not field.deployed_only]
CLOSED = (Choice, ChoiceSet, NumberChoice, Truth)
IN_A_TABLE = [field for field in FIELDS if re.search(rf"^\| `{field.name}` \|", OPTIONS, re.MULTILINE)]
WITH_A_SECTION = [field for field in FIELDS if field not in IN_A_TABLE]
OPTION_NAME = re.compile(r"\b(?:SYNC|GUARD|ALERT)_[A-Z0-9_]+\b")


def section(name: str) -> str:
    found = re.search(rf"^## `{name}`: [^\n]*\n(.*?)(?=^## |\Z)", OPTIONS, re.MULTILINE | re.DOTALL)
    assert found, f"docs/options.md has no section about {name}"
    return found.group(1)


def values_of(field: SettingField[object]) -> list[str]:
    """The words of a closed choice in the order of the settings table; a set can also be empty."""
    return re.findall(r"`([^`]+)`", field.kind.values)


def documented_values(name: str) -> list[str]:
    rows = re.findall(r"^\| `([^`]+)` \|", section(name), re.MULTILINE)
    return [str(row) for row in rows]


@pytest.mark.parametrize("field", WITH_A_SECTION, ids=lambda field: field.name)
def test_an_option_is_told_with_exactly_its_values(field: SettingField[object]) -> None:
    if isinstance(field.kind, CLOSED):
        assert sorted(documented_values(field.name)) == sorted(values_of(field))
    else:
        told = section(field.name)
        open_value = field.kind.values.replace("`none`, or ", "")
        assert f"| {open_value} |" in told
        assert ("| `none` |" in told) is ("`none`" in field.kind.values)


@pytest.mark.parametrize("field", IN_A_TABLE, ids=lambda field: field.name)
def test_a_limit_is_told_with_its_range(field: SettingField[object]) -> None:
    assert f"| `{field.name}` | {field.kind.values} |" in OPTIONS


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_every_option_stands_beside_the_products_own(field: SettingField[object]) -> None:
    table = NATIVE.split("## Options")[1].split("## Behaviour")[0]
    assert f"`{field.name}`" in table
    if isinstance(field.kind, CLOSED):
        assert {value for value in values_of(field) if value != "none"} <= set(re.findall(r"`([^`]+)`", table))


@pytest.mark.parametrize("text", [OPTIONS, NATIVE], ids=["options", "native-sync"])
def test_no_option_is_named_that_is_none(text: str) -> None:
    assert set(OPTION_NAME.findall(text)) <= {field.name for field in FIELDS}


@pytest.mark.parametrize("text", [OPTIONS, NATIVE], ids=["options", "native-sync"])
def test_every_value_that_is_assigned_can_be_set(text: str) -> None:
    by_name = {field.name: field for field in FIELDS}
    assigned = re.findall(r"`((?:SYNC|GUARD|ALERT)_[A-Z0-9_]+)=([^`]+)`", text)

    assert assigned
    for name, value in assigned:
        by_name[name].kind.parse(value)


def test_the_sections_are_in_no_way_more_than_the_options() -> None:
    titles = re.findall(r"^## `([A-Z0-9_]+)`: ", OPTIONS, re.MULTILINE)

    assert sorted(titles) == sorted(field.name for field in WITH_A_SECTION)
