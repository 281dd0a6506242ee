from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared.errors import SettingsError
from shared.settings import SETTING_FIELDS, IdentityStorage, SettingField, SettingSource, load_settings
from shared.settings.kinds import Choice, ChoiceSet, NumberChoice, WholeNumber
from simulator.host.ncrontab import parse_schedule
from tests.infra.bicep_compiler import TENANT
from tests.infra.conftest import Foretold
from tests.infra.foretelling import IDENTITY_CLIENT_ID, Deployment
from tests.infra.parameter_sets import (
    ALL,
    BEFORE_THE_REGISTRATIONS,
    CHINA,
    COMPLETE,
    EVERY_SETTING,
    FEDERATED,
    KEY_AND_SECRET,
    NOTHING_MANAGED,
    US_GOVERNMENT,
    ParameterSet,
    parameter_of,
)

OF_THE_DEPLOYMENT = {"AZURE_CLIENT_ID", "KEY_VAULT_URL", "KEY_VAULT_VERIFY_CHALLENGE"}
"""No parameter sets these: they follow from what is deployed."""

OF_THE_HOST = {
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__clientId",
    "AzureWebJobsStorage__credential",
    "AzureWebJobsStorage__queueServiceUri",
    "AzureWebJobsStorage__tableServiceUri",
    "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID",
    "PYTHON_THREADPOOL_THREAD_COUNT",
    "WEBSITE_AUTH_AAD_ALLOWED_TENANTS",
}

OTHER_DEFAULTS = {
    "ENTRA_TENANT_ID": "[tenant().tenantId]",
    "ENTRA_CLIENT_ID": "",
    "ENTRA_CREDENTIAL": "federated",
    "ENTRA_AUTHORITY": "[environment().authentication.loginEndpoint]",
    "SIGN_IN_TENANT_ID": "[tenant().tenantId]",
}
"""Where a deployment knows better than the code's default."""

BY_PARAMETER = [field for field in SETTING_FIELDS if field.name not in OF_THE_DEPLOYMENT]


def test_the_app_settings_load_without_a_problem(deployment: Deployment) -> None:
    load_settings(deployment.app_settings, {})


def test_no_app_setting_is_empty(deployment: Deployment) -> None:
    assert [name for name, value in deployment.app_settings.items() if not value] == []


def test_app_settings_are_those_of_the_code_and_of_the_host_and_no_others(deployment: Deployment) -> None:
    assert deployment.app_settings.keys() <= {field.name for field in SETTING_FIELDS} | OF_THE_HOST


def test_a_deployment_can_set_every_setting(foretold: Foretold) -> None:
    assert foretold(COMPLETE).app_settings.keys() == {field.name for field in SETTING_FIELDS} | OF_THE_HOST


def test_a_parameter_of_the_same_name_sets_each_setting(foretold: Foretold) -> None:
    app_settings = foretold(COMPLETE).app_settings

    assert {name: app_settings[name] for name in EVERY_SETTING} == {n: _text(v) for n, v in EVERY_SETTING.items()}


def test_the_values_tried_are_no_defaults() -> None:
    same = {f.name for f in BY_PARAMETER if f.default is not None and _text(EVERY_SETTING[f.name]) == f.default}

    assert same == {"AUTH_MODE"}  # its other value has a deployment of its own


def test_every_sync_option_is_deployed(deployment: Deployment) -> None:
    options = [s for s in load_settings(deployment.app_settings, {}).effective if not s.deployed_only]

    assert {option.source for option in options} == {SettingSource.DEPLOYED}


@pytest.mark.parametrize("field", [f for f in BY_PARAMETER if f.name != "SYNC_SCHEDULE"], ids=lambda f: f.name)
def test_a_parameter_defaults_to_what_the_code_does(template: dict[str, Any], field: SettingField[Any]) -> None:
    parameter = template["parameters"][parameter_of(field.name)]
    default = _default_text(template, parameter)

    if field.name in OTHER_DEFAULTS:
        assert default == OTHER_DEFAULTS[field.name]
    elif field.name == "GRAPH_URL":
        assert f"'{field.default}'))]" in (default or "")  # in every cloud that is no national one
    else:
        assert default == field.default


@pytest.mark.parametrize("field", BY_PARAMETER, ids=lambda f: f.name)
def test_a_parameter_takes_what_the_code_takes(template: dict[str, Any], field: SettingField[Any]) -> None:
    parameter = _resolved(template, template["parameters"][parameter_of(field.name)])

    match field.kind:
        case Choice(members=members):
            assert set(parameter["allowedValues"]) == {member.value for member in members}
        case ChoiceSet(members=members):
            assert set(parameter["allowedValues"]) == {member.value for member in members}
        case NumberChoice(numbers=numbers):
            assert set(parameter["allowedValues"]) == set(numbers)
        case WholeNumber(least=least, most=most):
            assert (parameter["minValue"], parameter["maxValue"]) == (least, most)
        case _:
            assert "allowedValues" not in parameter


def test_main_bicepparam_needs_the_names_of_the_tenant_only(foretold: Foretold, main_parameters: Deployment) -> None:
    assert main_parameters.app_settings == foretold(FEDERATED).app_settings


def test_an_empty_set_is_written_none(foretold: Foretold) -> None:
    app_settings = foretold(NOTHING_MANAGED).app_settings

    assert [app_settings[n] for n in ("SYNC_WHAT", "SYNC_HOW", "SYNC_LICENCES", "SYNC_GROUP_SCOPE")] == ["none"] * 4


def test_what_is_not_set_is_left_out(foretold: Foretold) -> None:
    left_out = {"NATIVE_SYNC_CLIENT_ID", "NATIVE_SYNC_SECRET_NAME", "NOTIFY_WEBHOOK_SECRET_NAME"}

    assert {field.name for field in SETTING_FIELDS} - foretold(FEDERATED).app_settings.keys() == left_out


def test_before_the_registrations_exist_only_they_are_missing(foretold: Foretold) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(foretold(BEFORE_THE_REGISTRATIONS).app_settings, {})

    assert {problem.name for problem in caught.value.problems} == {"ENTRA_CLIENT_ID", "SIGN_IN_CLIENT_ID"}


def test_a_tenant_is_by_default_the_one_deployed_into(foretold: Foretold) -> None:
    settings = load_settings(foretold(FEDERATED).app_settings, {})

    assert (settings.entra_tenant_id, settings.sign_in_tenant_id) == (TENANT, TENANT)


def test_the_app_uses_its_own_identity_storage_and_vault(foretold: Foretold) -> None:
    deployment = foretold(FEDERATED)
    settings = load_settings(deployment.app_settings, {})
    account = deployment.outputs["storageAccountName"]

    assert settings.azure_client_id == IDENTITY_CLIENT_ID
    assert settings.key_vault_url == f"https://{deployment.outputs['vaultName']}.vault.azure.net"
    assert settings.storage == IdentityStorage(
        blob_url=f"https://{account}.blob.core.windows.net", queue_url=f"https://{account}.queue.core.windows.net"
    )


@pytest.mark.parametrize(
    ("chosen", "authority", "graph"),
    [
        (US_GOVERNMENT, "https://login.microsoftonline.us", "https://graph.microsoft.us"),
        (CHINA, "https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ],
    ids=["US government", "China"],
)
def test_a_national_cloud_brings_its_own_hosts(
    foretold: Foretold, chosen: ParameterSet, authority: str, graph: str
) -> None:
    settings = load_settings(foretold(chosen).app_settings, {})

    assert (settings.entra_authority, settings.graph_url) == (authority, graph)


def test_nothing_is_set_that_the_platform_sets_itself(deployment: Deployment) -> None:
    own = {"WEBSITE_AUTH_ENABLED", "WEBSITE_AUTH_CLIENT_ID", "FUNCTIONS_WORKER_RUNTIME", "WEBSITE_RUN_FROM_PACKAGE"}

    assert not own & deployment.app_settings.keys()


def test_no_secret_is_an_app_setting(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)

    assert not set(COMPLETE.secrets.values()) & set(deployment.app_settings.values())
    assert "AzureWebJobsStorage" not in deployment.app_settings


@pytest.mark.parametrize("chosen", [c for c in ALL if c is not COMPLETE], ids=lambda c: c.name)
def test_the_timer_looks_every_ten_minutes_of_every_hour(foretold: Foretold, chosen: ParameterSet) -> None:
    schedule = parse_schedule(foretold(chosen).app_settings["SYNC_SCHEDULE"])
    looks = [schedule.next_after(datetime(2026, 1, 1, 3, 30, tzinfo=UTC))]
    for _ in range(12):
        looks.append(schedule.next_after(looks[-1]))

    assert {after - before for before, after in pairwise(looks)} == {timedelta(minutes=10)}


def test_deployments_look_at_moments_of_their_own(foretold: Foretold) -> None:
    moments = {
        foretold(chosen).app_settings["SYNC_SCHEDULE"] for chosen in (FEDERATED, KEY_AND_SECRET, NOTHING_MANAGED)
    }

    assert len(moments) == 3


def _text(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case list():
            return ",".join(value)
        case _:
            return str(value)


def _resolved(template: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's own schema, or the one that it refers to."""
    name = schema.get("$ref", "").removeprefix("#/definitions/")
    resolved: dict[str, Any] = template["definitions"][name] if name else schema
    return resolved


def _default_text(template: dict[str, Any], parameter: dict[str, Any]) -> str | None:
    """The default as the app setting would have it; None without one."""
    if "defaultValue" not in parameter:
        return None
    return _text(parameter["defaultValue"]) or ("none" if _resolved(template, parameter)["type"] == "array" else "")
