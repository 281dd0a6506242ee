"""Settings that cannot be used: each named with its value and what to write instead, all at once."""

import pytest

from shared.errors import SettingsError
from shared.settings import load_settings
from tests.settings.deployment import CLIENT, IDENTITY, load, problems


def test_all_problems_are_reported_at_once() -> None:
    found = problems(ENTRA_TENANT_ID="", SYNC_EVERY_HOURS="2", GRAPH_URL="http://graph.microsoft.com", SYNC_WAHT="none")

    assert set(found) == {"ENTRA_TENANT_ID", "SYNC_EVERY_HOURS", "GRAPH_URL", "SYNC_WAHT"}


def test_without_any_setting_each_required_one_is_named() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({}, {})

    assert [problem.name for problem in caught.value.problems] == [
        "AzureWebJobsStorage",
        "ENTRA_CLIENT_ID",
        "ENTRA_TENANT_ID",
        "KEY_VAULT_URL",
        "PROOFPOINT_DOMAIN",
        "PROOFPOINT_USER",
        "SIGN_IN_CLIENT_ID",
        "SIGN_IN_TENANT_ID",
    ]


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("ENTRA_TENANT_ID", "example.com", "GUID"),
        ("ENTRA_CREDENTIAL", "password", "secret, certificate, federated"),
        ("ENTRA_AUTHORITY", "login.microsoftonline.com", "https://"),
        ("GRAPH_URL", "http://graph.microsoft.com", "https://graph.microsoft.com"),
        ("GRAPH_URL", "https://graph.microsoft.com/v1.0", "write https://graph.microsoft.com"),
        ("PROOFPOINT_URL", "https://us1.proofpointessentials.com/api/v1", "write https://us1.proofpointessentials.com"),
        ("PROOFPOINT_URL", "https://", "https://"),
        ("KEY_VAULT_VERIFY_CHALLENGE", "maybe", "true or false"),
        ("PROOFPOINT_DOMAIN", "https://example.com", "example.com"),
        ("PROOFPOINT_USER", "sync", "e-mail address"),
        ("AUTH_MODE", "keys", "Did you mean key?"),
        ("SYNC_OFFSET_MINUTES", "60", "0 to 59"),
        ("SYNC_OFFSET_MINUTES", "-1", "0 to 59"),
        ("HISTORY_DAYS", "0", "1 to 3650"),
        ("SYNC_WHAT", "active_users,guests", "guests"),
        ("SYNC_WHAT", "none,active_users", "none by itself"),
        ("SYNC_HOW", "add_user", "Did you mean add_users?"),
        ("SYNC_GROUP_SCOPE", "Everybody", "everybody"),
        ("SYNC_EVERY_HOURS", "2", "1, 3, 6, 12, 24, 0"),
        ("SYNC_DEFAULT_ROLE", "organization_admin", "end_user, silent_user"),
        ("GUARD_REMOVALS_PERCENT", "5%", "0 to 100"),
        ("SYNC_GRACE_DAYS", "\u0667", "0 to 365"),
    ],
)
def test_a_value_that_cannot_be_used_is_named_with_what_to_write(name: str, value: str, fix: str) -> None:
    problem = problems({name: value})[name]

    assert problem.value == value
    assert fix in problem.fix


@pytest.mark.parametrize(
    ("name", "meant"),
    [("SYNC_EVERY_HOUR", "SYNC_EVERY_HOURS"), ("GUARD_REMOVAL", "GUARD_REMOVALS"), ("sync_what", "SYNC_WHAT")],
)
def test_a_misspelt_setting_is_a_problem_and_not_a_default(name: str, meant: str) -> None:
    assert f"Did you mean {meant}?" in problems({name: "1"})[name].fix


def test_a_variable_of_somebody_else_is_no_problem() -> None:
    load(PATH="/usr/bin", WEBSITE_SITE_NAME="sync", ENTRA_SOMETHING="1")


def test_a_secret_written_where_its_name_belongs_is_not_repeated() -> None:
    problem = problems(ENTRA_SECRET_NAME="abc~planted.secret")["ENTRA_SECRET_NAME"]

    assert "planted" not in f"{problem.value}{problem.fix}"


def test_a_password_in_a_url_is_not_repeated() -> None:
    problem = problems(KEY_VAULT_URL="https://user:planted@vault.example.net")["KEY_VAULT_URL"]

    assert "planted" not in f"{problem.value}{problem.fix}"


def test_a_query_of_a_url_is_not_repeated() -> None:
    problem = problems(GRAPH_URL="https://graph.microsoft.com?sig=planted")["GRAPH_URL"]

    assert "planted" not in f"{problem.value}{problem.fix}"


def test_easyauth_needs_to_know_whom_people_sign_in_to() -> None:
    found = problems(SIGN_IN_CLIENT_ID="", SIGN_IN_TENANT_ID="")

    assert set(found) == {"SIGN_IN_CLIENT_ID", "SIGN_IN_TENANT_ID"}
    assert "AUTH_MODE=easyauth" in found["SIGN_IN_CLIENT_ID"].fix


def test_key_mode_needs_no_sign_in() -> None:
    assert load(AUTH_MODE="key", SIGN_IN_CLIENT_ID="", SIGN_IN_TENANT_ID="").sign_in_client_id == ""


def test_a_native_sync_of_groups_only_needs_its_application_and_secret() -> None:
    found = problems(SYNC_NATIVE="groups_only")

    assert set(found) == {"NATIVE_SYNC_CLIENT_ID", "NATIVE_SYNC_SECRET_NAME"}
    load(SYNC_NATIVE="groups_only", NATIVE_SYNC_CLIENT_ID=CLIENT, NATIVE_SYNC_SECRET_NAME="native-sync")


def test_federation_needs_the_identity() -> None:
    assert set(problems(ENTRA_CREDENTIAL="federated")) == {"AZURE_CLIENT_ID"}
    load(ENTRA_CREDENTIAL="federated", AZURE_CLIENT_ID=IDENTITY)


@pytest.mark.parametrize("vault", ["https://127.0.0.1:8443", "https://[::1]:8443", "https://vault.localhost"])
def test_a_vault_on_this_machine_may_go_without_its_challenge(vault: str) -> None:
    assert not load(KEY_VAULT_URL=vault, KEY_VAULT_VERIFY_CHALLENGE="false").key_vault_verify_challenge


@pytest.mark.parametrize("vault", ["https://vault.example.net", "https://127.0.0.1.example.net"])
def test_any_other_vault_may_not(vault: str) -> None:
    assert set(problems(KEY_VAULT_URL=vault, KEY_VAULT_VERIFY_CHALLENGE="false")) == {"KEY_VAULT_VERIFY_CHALLENGE"}


def test_authority_and_graph_are_of_one_cloud() -> None:
    assert set(problems(ENTRA_AUTHORITY="https://login.microsoftonline.us")) == {"GRAPH_URL"}
    load(ENTRA_AUTHORITY="https://login.microsoftonline.us", GRAPH_URL="https://graph.microsoft.us")


def test_the_error_names_every_setting_and_every_fix() -> None:
    with pytest.raises(SettingsError) as caught:
        load(SYNC_EVERY_HOURS="2", PROOFPOINT_USER="")

    assert "SYNC_EVERY_HOURS is '2'" in caught.value.detail
    assert "PROOFPOINT_USER is not set" in caught.value.detail
    assert "PROOFPOINT_USER: Set it to an e-mail address." in caught.value.fix
