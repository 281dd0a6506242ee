"""Layers of settings: defaults, the environment, and saved sync options."""

import pytest

from shared.diff.options import How, SyncOptions, What
from shared.errors import SettingsError
from shared.settings import SETTING_FIELDS, AuthMode, EntraCredential, SettingSource, load_settings, validate_saved
from tests.settings.deployment import CLIENT, REQUIRED, TENANT, effective, load, problems

OPTIONS = [field for field in SETTING_FIELDS if not field.deployed_only]
DEPLOYED_ONLY = [field for field in SETTING_FIELDS if field.deployed_only]


def test_what_is_not_set_has_its_default() -> None:
    settings = load()

    assert settings.options == SyncOptions()
    assert settings.entra_credential is EntraCredential.SECRET
    assert settings.entra_secret_name == "entra-client-secret"
    assert settings.proofpoint_secret_name == "proofpoint-password"
    assert settings.proofpoint_url == "https://us1.proofpointessentials.com"
    assert settings.auth_mode is AuthMode.EASYAUTH
    assert settings.history_days == 90
    assert effective(settings, "HISTORY_DAYS").source is SettingSource.DEFAULT


def test_an_empty_variable_means_the_default_as_the_host_drops_it() -> None:
    assert load(SYNC_HOW="", SYNC_MODE="  ").options == SyncOptions()


def test_a_deployed_value_wins_over_the_default() -> None:
    settings = load(SYNC_GRACE_DAYS="14")

    assert settings.options.grace_days == 14
    assert effective(settings, "SYNC_GRACE_DAYS").source is SettingSource.DEPLOYED


def test_a_saved_option_wins_over_the_deployed_one() -> None:
    settings = load(saved={"SYNC_GRACE_DAYS": "3"}, SYNC_GRACE_DAYS="14")

    assert settings.options.grace_days == 3
    assert effective(settings, "SYNC_GRACE_DAYS").source is SettingSource.SAVED


def test_a_deployed_value_that_is_overridden_is_not_looked_at() -> None:
    assert load(saved={"SYNC_GRACE_DAYS": "3"}, SYNC_GRACE_DAYS="fortnight").options.grace_days == 3


def test_every_setting_is_shown_once_in_order_of_name() -> None:
    names = [setting.name for setting in load().effective]

    assert names == sorted(field.name for field in SETTING_FIELDS)


def test_the_empty_set_is_written_none_and_shown_as_none() -> None:
    settings = load(SYNC_HOW="none", SYNC_WHAT="None")

    assert settings.options.how == frozenset()
    assert settings.options.what == frozenset()
    assert effective(settings, "SYNC_HOW").value == "none"
    assert effective(settings, "SYNC_GROUP_SCOPE").value == "none"


def test_a_set_is_shown_in_the_order_of_the_documentation() -> None:
    settings = load(SYNC_HOW=" update_groups, ADD_USERS,add_users,")

    assert settings.options.how == {How.ADD_USERS, How.UPDATE_GROUPS}
    assert effective(settings, "SYNC_HOW").value == "add_users,update_groups"


def test_group_ids_are_kept_in_lower_case_and_in_order() -> None:
    settings = load(SYNC_GROUP_SCOPE=f"{TENANT.upper()}, {CLIENT},{TENANT}")

    assert settings.options.group_scope == (TENANT, CLIENT)


def test_addresses_domains_and_hosts_are_kept_in_lower_case() -> None:
    settings = load(
        PROOFPOINT_USER="Sync@Example.com", PROOFPOINT_DOMAIN="Example.COM.", PROOFPOINT_URL="https://EU1.Example.net/"
    )

    assert settings.proofpoint_user == "sync@example.com"
    assert settings.proofpoint_domain == "example.com"
    assert settings.proofpoint_url == "https://eu1.example.net"


def test_the_schedule_is_kept_as_it_is_given() -> None:
    assert effective(load(SYNC_SCHEDULE="30 7,17 * * * *"), "SYNC_SCHEDULE").value == "30 7,17 * * * *"


@pytest.mark.parametrize("field", DEPLOYED_ONLY, ids=lambda field: field.name)
def test_a_deployed_only_setting_cannot_be_saved(field: object) -> None:
    name = str(getattr(field, "name", ""))

    problem = problems(saved={name: "https://elsewhere.example.net"})[name]

    assert "elsewhere" not in problem.value
    assert "deployment only" in problem.fix


def test_storage_cannot_be_saved() -> None:
    assert "deployment only" in problems(saved={"STATE_DIR": "/elsewhere"})["STATE_DIR"].fix


def test_an_option_that_does_not_exist_cannot_be_saved() -> None:
    problem = problems(saved={"SYNC_MOED": "planted-secret"})["SYNC_MOED"]

    assert "SYNC_MODE" in problem.fix
    assert "planted-secret" not in problem.value


def test_saved_options_are_kept_in_canonical_text() -> None:
    assert validate_saved(REQUIRED, {"SYNC_WHAT": "Shared_Mailboxes,active_users", "SYNC_MODE": " report "}) == {
        "SYNC_WHAT": "active_users,shared_mailboxes",
        "SYNC_MODE": "report",
    }


def test_saved_options_that_need_a_deployed_setting_are_refused_without_it() -> None:
    with pytest.raises(SettingsError, match="NATIVE_SYNC_CLIENT_ID"):
        validate_saved(REQUIRED, {"SYNC_NATIVE": "groups_only"})


def test_an_empty_saved_set_is_refused_rather_than_taken_for_the_default() -> None:
    assert "none" in problems(saved={"SYNC_HOW": ""})["SYNC_HOW"].fix


def test_what_is_shown_of_the_options_loads_as_the_same_options() -> None:
    options = load(SYNC_WHAT="microsoft365_groups", SYNC_HOW="none", SYNC_LICENCES=CLIENT, GUARD_REMOVALS="3").options
    shown = {s.name: s.value for s in load_settings(REQUIRED, {}).effective if not s.deployed_only}
    shown |= {"SYNC_WHAT": "microsoft365_groups", "SYNC_HOW": "none", "SYNC_LICENCES": CLIENT, "GUARD_REMOVALS": "3"}

    assert load(saved=shown).options == options
    assert options.what == {What.MICROSOFT365_GROUPS}
