"""The table of settings: documented as it is, readable as it is shown, and its gate closed by the right options."""

from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diff.options import (
    DisabledAs,
    How,
    Leavers,
    Mode,
    NativeSyncPolicy,
    Onmicrosoft,
    PortalLogin,
    SyncOptions,
    UnlicensedAs,
    What,
)
from shared.model import AccountType, EntraId
from shared.settings import SETTING_FIELDS, SettingField, options_fingerprint
from shared.settings import storage as storage_settings
from shared.settings.kinds import ChoiceSet, GuidSet, UnusableValueError
from tests.settings.deployment import CLIENT, load

DOCUMENT = (Path(__file__).parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")


def documented_row(field: SettingField[object]) -> str:
    default = {None: "required", "": "empty"}.get(field.default, f"`{field.default}`")
    return f"| `{field.name}` | {field.kind.values} | {default} | {field.help} |"


def test_the_documentation_has_every_setting_as_it_is_and_no_other() -> None:
    head, storage, options = DOCUMENT.split("## Storage")[0], "## Storage", DOCUMENT.split("## Sync options")[1]
    assert storage in DOCUMENT

    for text, deployed_only in ((head, True), (options, False)):
        rows = [line for line in text.splitlines() if line.startswith("| `")]
        assert rows == [documented_row(f) for f in SETTING_FIELDS if f.deployed_only is deployed_only]


def test_the_documentation_names_every_storage_setting() -> None:
    names = {value for name, value in vars(storage_settings).items() if name.isupper() and isinstance(value, str)}

    assert len(names) == 5
    assert all(f"`{name}`" in DOCUMENT for name in names)


@pytest.mark.parametrize(
    "field", [f for f in SETTING_FIELDS if f.default is not None], ids=lambda f: f.name if f else ""
)
def test_a_default_is_its_own_canonical_text(field: SettingField[object]) -> None:
    assert field.default is not None
    assert field.kind.show(field.kind.parse(field.default)) == field.default


@given(chosen=st.frozensets(st.sampled_from(What)))
def test_a_set_that_is_shown_is_read_as_the_same_set(chosen: frozenset[What]) -> None:
    kind = ChoiceSet(tuple(What))

    assert kind.parse(kind.show(chosen)) == chosen


@given(ids=st.frozensets(st.uuids().map(lambda one: EntraId(str(one)))))
def test_group_ids_that_are_shown_are_read_as_the_same_ids(ids: frozenset[EntraId]) -> None:
    kind = GuidSet(EntraId, "ids")

    assert kind.parse(kind.show(tuple(sorted(ids)))) == tuple(sorted(ids))


@given(text=st.text())
def test_whatever_is_written_is_a_value_or_a_problem(text: str) -> None:
    for field in SETTING_FIELDS:
        try:
            value = field.kind.parse(text.strip())
        except UnusableValueError:
            continue
        assert field.kind.parse(field.kind.show(value)) == value


CHANGED = {
    "what": frozenset({What.ACTIVE_USERS}),
    "unlicensed_as": UnlicensedAs.USER,
    "licences": frozenset({CLIENT}),
    "disabled_as": DisabledAs.KEEP,
    "group_scope": (EntraId(CLIENT),),
    "how": frozenset({How.ADD_USERS}),
    "leavers": Leavers.REMOVE,
    "grace_days": 8,
    "every_hours": 3,
    "mode": Mode.REPORT,
    "default_role": AccountType.SILENT_USER,
    "welcome_email": True,
    "onmicrosoft": Onmicrosoft.INCLUDE,
    "native": NativeSyncPolicy.OFF,
    "portal_login": PortalLogin.LOCAL,
    "guard_removals": 21,
    "guard_removals_percent": 6,
    "guard_changes_percent": 31,
    "alert_hours": 1,
}
GATE = {
    "what",
    "how",
    "group_scope",
    "disabled_as",
    "unlicensed_as",
    "licences",
    "leavers",
    "grace_days",
    "onmicrosoft",
}


@pytest.mark.parametrize("name", [field.name for field in fields(SyncOptions)])
def test_the_fingerprint_changes_with_exactly_the_options_that_close_the_gate(name: str) -> None:
    changed = replace(SyncOptions(), **{name: CHANGED[name]})  # type: ignore[arg-type]

    assert (options_fingerprint(changed) != options_fingerprint(SyncOptions())) is (name in GATE)


def test_the_fingerprint_does_not_depend_on_how_an_option_is_written() -> None:
    one = load(SYNC_HOW="add_users,update_users", SYNC_GROUP_SCOPE=CLIENT)
    other = load(saved={"SYNC_HOW": "Update_Users, add_users"}, SYNC_GROUP_SCOPE=f" {CLIENT.upper()} ")

    assert options_fingerprint(one.options) == options_fingerprint(other.options)
