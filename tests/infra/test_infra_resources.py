import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import azure.functions as func
import pytest

import sync_queue
from shared.engine.run import RunState
from shared.state.protocols import CONTAINER_NAME, QUEUE_NAME
from tests.infra.conftest import ROOT, Foretold
from tests.infra.foretelling import IDENTITY_CLIENT_ID, IDENTITY_PRINCIPAL_ID, Deployment
from tests.infra.parameter_sets import (
    AUTOMATION_CLIENT_ID,
    BEFORE_THE_REGISTRATIONS,
    COMPLETE,
    FEDERATED,
    KEY_AND_SECRET,
    SIGN_IN_CLIENT_ID,
    ParameterSet,
)

ACCOUNT = "Microsoft.Storage/storageAccounts"
BLOBS = f"{ACCOUNT}/blobServices"
QUEUES = f"{ACCOUNT}/queueServices"
VAULT = "Microsoft.KeyVault/vaults"
SITE = "Microsoft.Web/sites"
COMPONENT = "Microsoft.Insights/components"
WORKSPACE = "Microsoft.OperationalInsights/workspaces"
ASSIGNMENT = "Microsoft.Authorization/roleAssignments"
DIAGNOSTICS = "Microsoft.Insights/diagnosticSettings"
LOG_ALERT = "Microsoft.Insights/scheduledQueryRules"

AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

SECURE_VALUES = [
    (ACCOUNT, "allowSharedKeyAccess", False),
    (ACCOUNT, "allowBlobPublicAccess", False),
    (ACCOUNT, "allowCrossTenantReplication", False),
    (ACCOUNT, "defaultToOAuthAuthentication", True),
    (ACCOUNT, "minimumTlsVersion", "TLS1_2"),
    (ACCOUNT, "supportsHttpsTrafficOnly", True),
    (BLOBS, "isVersioningEnabled", True),
    (BLOBS, "deleteRetentionPolicy.enabled", True),
    (BLOBS, "containerDeleteRetentionPolicy.enabled", True),
    (VAULT, "enableRbacAuthorization", True),
    (VAULT, "enablePurgeProtection", True),
    (VAULT, "softDeleteRetentionInDays", 90),
    (VAULT, "enabledForDeployment", False),
    (VAULT, "enabledForDiskEncryption", False),
    (VAULT, "enabledForTemplateDeployment", False),
    (SITE, "httpsOnly", True),
    (SITE, "clientAffinityEnabled", False),
    (SITE, "siteConfig.minTlsVersion", "1.2"),
    (SITE, "siteConfig.scmMinTlsVersion", "1.2"),
    (SITE, "siteConfig.ftpsState", "Disabled"),
    (SITE, "siteConfig.remoteDebuggingEnabled", False),
    (SITE, "siteConfig.http20Enabled", True),
    (COMPONENT, "DisableLocalAuth", True),
    (WORKSPACE, "features.disableLocalAuth", True),
]

APP_ROLES = {
    ("b7e6dc6d-f1e8-4753-8033-0f276bb0955b", ACCOUNT),
    ("974c5e8b-45b9-4653-ba55-5f855dd0fb88", ACCOUNT),
    ("0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3", ACCOUNT),
    ("4633458b-17de-408a-b874-0445c86b69e6", VAULT),
    ("3913510d-42f4-4e42-8a64-420c390055eb", COMPONENT),
}
SECRETS_OFFICER = ("b86a8fe4-44ce-4948-aee5-eccb2c155cd7", VAULT)

LEGAL_WINDOWS = {"PT5M", "PT10M", "PT15M", "PT30M", "PT45M", *(f"PT{n}H" for n in range(1, 7)), "P1D", "P2D"}
"""Source: learn.microsoft.com/azure/azure-monitor/alerts/alerts-create-log-alert-rule."""


@pytest.mark.parametrize(("kind", "path", "value"), SECURE_VALUES, ids=str)
def test_what_keeps_a_resource_closed_is_set(foretold: Foretold, kind: str, path: str, value: object) -> None:
    properties: Any = foretold(FEDERATED).one(kind)["properties"]
    for key in path.split("."):
        properties = properties[key]

    assert properties == value


def test_nobody_publishes_with_a_password(foretold: Foretold) -> None:
    policies = foretold(FEDERATED).of_type(f"{SITE}/basicPublishingCredentialsPolicies")

    assert {p["name"].rpartition("/")[2]: p["properties"]["allow"] for p in policies} == {"ftp": False, "scm": False}


def test_no_container_is_public(foretold: Foretold) -> None:
    containers = foretold(FEDERATED).of_type(f"{BLOBS}/containers")

    assert {container["properties"]["publicAccess"] for container in containers} == {"None"}


def test_no_key_is_read_and_no_output_is_a_secret(template: dict[str, Any]) -> None:
    text = json.dumps(template)

    assert not re.search(r"list(Account|Service)?(Keys?|Secrets?|Sas)\b", text, re.IGNORECASE)
    assert [
        name for name in template["outputs"] if re.search("key(?!vault)|secret|connection", name, re.IGNORECASE)
    ] == []


def test_secret_values_are_secure_parameters(template: dict[str, Any]) -> None:
    secure = {name for name, parameter in template["parameters"].items() if parameter["type"] == "securestring"}

    assert secure == {"proofpointPassword", "entraClientSecret"}


def test_the_identity_holds_exactly_its_roles_on_single_resources(deployment: Deployment) -> None:
    assigned = {_role_of(a) for a in deployment.of_type(ASSIGNMENT) if _principal_of(a) == IDENTITY_PRINCIPAL_ID}

    assert assigned == APP_ROLES


def test_a_person_gets_the_right_to_write_secrets_only_where_named(foretold: Foretold) -> None:
    by_others = [
        (_principal_of(a), _role_of(a), a["properties"].get("principalType"))
        for chosen in (COMPLETE, FEDERATED)
        for a in foretold(chosen).of_type(ASSIGNMENT)
        if _principal_of(a) != IDENTITY_PRINCIPAL_ID
    ]

    assert by_others == [(COMPLETE.values["vaultOfficerObjectId"], SECRETS_OFFICER, None)]


def test_every_assignment_has_a_name_of_its_own(deployment: Deployment) -> None:
    ids = [assignment["id"] for assignment in deployment.of_type(ASSIGNMENT)]

    assert len(ids) == len(set(ids))


def test_secrets_are_written_only_where_given(foretold: Foretold) -> None:
    assert foretold(FEDERATED).of_type(f"{VAULT}/secrets") == []

    by_name = {s["name"].rpartition("/")[2]: s["properties"] for s in foretold(COMPLETE).of_type(f"{VAULT}/secrets")}

    assert {name: (p["value"], p["attributes"]) for name, p in by_name.items()} == {
        "essentials-password": ("from-the-form", {"exp": 1_800_000_000}),
        "reader-certificate": ("also-from-the-form", {"exp": 1_900_000_000}),
    }


def test_containers_and_queues_are_those_of_the_code(foretold: Foretold) -> None:
    deployment = foretold(FEDERATED)
    (package,) = [_last(c) for c in deployment.of_type(f"{BLOBS}/containers") if _last(c) != CONTAINER_NAME]

    assert _package_url(deployment).endswith(f".blob.core.windows.net/{package}")
    assert {_last(queue) for queue in deployment.of_type(f"{QUEUES}/queues")} == {QUEUE_NAME, sync_queue.POISON_QUEUE}


def test_lifecycle_rules_end_old_versions_and_nothing_else(foretold: Foretold) -> None:
    rules = foretold(FEDERATED).one(f"{ACCOUNT}/managementPolicies")["properties"]["policy"]["rules"]

    assert {prefix for rule in rules for prefix in rule["definition"]["filters"]["prefixMatch"]} == {
        f"{CONTAINER_NAME}/",
        "app-package/",
        "azure-webjobs-hosts/",
        "azure-webjobs-secrets/",
    }
    for rule in rules:
        assert rule["definition"]["filters"]["blobTypes"] == ["blockBlob", "appendBlob"]
        assert rule["definition"]["actions"].keys() == {"version"}
        assert rule["definition"]["actions"]["version"].keys() == {"delete"}


def test_an_instance_waits_for_the_queue_only_where_asked_for(foretold: Foretold) -> None:
    assert _scale(foretold(FEDERATED))["alwaysReady"] == []
    assert _scale(foretold(COMPLETE))["alwaysReady"] == [{"name": "function:sync_queue", "instanceCount": 1}]
    assert "sync_queue" in _function_names()


def test_an_instance_has_threads_for_all_its_requests(foretold: Foretold) -> None:
    deployment = foretold(FEDERATED)
    concurrent: int = _scale(deployment)["triggers"]["http"]["perInstanceConcurrency"]

    assert int(deployment.app_settings["PYTHON_THREADPOOL_THREAD_COUNT"]) > concurrent


def test_the_app_runs_on_the_python_that_is_tested_in_the_worker(foretold: Foretold) -> None:
    runtime = foretold(FEDERATED).one(SITE)["properties"]["functionAppConfig"]["runtime"]

    assert runtime == {"name": "python", "version": "3.13"}


def test_azd_finds_the_app_by_its_service(foretold: Foretold) -> None:
    services = re.findall(r"^  (\w+):$", (ROOT / "azure.yaml").read_text(encoding="utf-8"), re.MULTILINE)

    assert foretold(FEDERATED).one(SITE)["tags"]["azd-service-name"] in services


@pytest.mark.parametrize("chosen", [KEY_AND_SECRET, BEFORE_THE_REGISTRATIONS], ids=lambda c: c.name)
def test_the_platforms_sign_in_is_off_where_there_is_nothing_to_sign_in_to(
    foretold: Foretold, chosen: ParameterSet
) -> None:
    deployment = foretold(chosen)

    assert _sign_in(deployment) == {"platform": {"enabled": False}}
    assert "OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID" not in deployment.app_settings


def test_the_platforms_sign_in_stands_before_everything_but_health(foretold: Foretold) -> None:
    sign_in = _sign_in(foretold(FEDERATED))

    assert sign_in["platform"] == {"enabled": True}
    assert sign_in["globalValidation"]["requireAuthentication"] is True
    assert sign_in["globalValidation"]["excludedPaths"] == ["/api/health"]
    assert sign_in["login"]["tokenStore"] == {"enabled": True}


def test_sign_in_is_for_one_tenant_and_needs_no_secret(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)
    tenant = COMPLETE.values["signInTenantId"]
    entra = _sign_in(deployment)["identityProviders"]["azureActiveDirectory"]

    assert entra["registration"]["clientId"] == SIGN_IN_CLIENT_ID
    assert entra["registration"]["openIdIssuer"] == f"https://login.microsoftonline.com/{tenant}/v2.0"
    assert deployment.app_settings[entra["registration"]["clientSecretSettingName"]] == IDENTITY_CLIENT_ID
    assert deployment.app_settings["WEBSITE_AUTH_AAD_ALLOWED_TENANTS"] == tenant


def test_tokens_of_other_applications_get_in_only_where_listed(foretold: Foretold) -> None:
    allowed = [_allowed_applications(foretold(chosen)) for chosen in (FEDERATED, COMPLETE)]

    assert allowed == [[SIGN_IN_CLIENT_ID], [SIGN_IN_CLIENT_ID, AUTOMATION_CLIENT_ID, AZURE_CLI]]


def test_everything_that_matters_is_logged_to_the_workspace(deployment: Deployment) -> None:
    workspace = deployment.one(WORKSPACE)["id"]
    settings = [resource["properties"] for resource in deployment.of_type(DIAGNOSTICS)]

    assert {log["category"] for s in settings for log in s["logs"]} == {
        "StorageWrite",
        "StorageDelete",
        "AuditEvent",
        "FunctionAppLogs",
    }
    assert {s["workspaceId"] for s in settings} == {workspace}


def test_alerts_are_made_only_where_somebody_gets_them(foretold: Foretold) -> None:
    assert foretold(KEY_AND_SECRET).of_type(LOG_ALERT) == []
    assert foretold(KEY_AND_SECRET).of_type("Microsoft.Insights/actionGroups") == []

    receivers = foretold(COMPLETE).one("Microsoft.Insights/actionGroups")["properties"]["emailReceivers"]

    assert [receiver["emailAddress"] for receiver in receivers] == COMPLETE.values["alertEmails"]


def test_every_log_alert_reaches_the_mails_within_a_legal_window(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)
    mails = deployment.one("Microsoft.Insights/actionGroups")["id"]

    for alert in deployment.of_type(LOG_ALERT):
        assert alert["properties"]["windowSize"] in LEGAL_WINDOWS
        assert alert["properties"]["actions"]["actionGroups"] == [mails]
        assert alert["properties"]["scopes"] == [deployment.one(WORKSPACE)["id"]]


def test_a_silent_timer_is_an_alert(foretold: Foretold) -> None:
    (condition,) = foretold(COMPLETE).one(LOG_ALERT, "timer-silent")["properties"]["criteria"]["allOf"]

    assert (condition["operator"], condition["threshold"], condition["timeAggregation"]) == ("LessThan", 1, "Count")


def test_queries_ask_for_events_that_the_code_announces(foretold: Foretold) -> None:
    asked = {name for query in _queries(foretold) for name in re.findall(r'event\.event\) == "([^"]+)"', query)}

    assert asked == {"run.finished", "timer.tick"}
    assert asked <= set(_announced(ROOT / "shared"))


def test_queries_ask_for_states_that_runs_end_in(foretold: Foretold) -> None:
    asked = {state for query in _queries(foretold) for state in re.findall(r'event\.state\) == "([^"]+)"', query)}

    assert asked == {RunState.FAILED.value, RunState.BLOCKED.value}


def test_the_end_of_a_secret_is_an_alert(foretold: Foretold) -> None:
    deployment = foretold(COMPLETE)
    subscription = deployment.one("Microsoft.EventGrid/systemTopics/eventSubscriptions")["properties"]

    assert deployment.one("Microsoft.EventGrid/systemTopics")["properties"]["source"] == deployment.one(VAULT)["id"]
    assert subscription["destination"]["endpointType"] == "MonitorAlert"
    assert subscription["eventDeliverySchema"] == "CloudEventSchemaV1_0"
    assert subscription["filter"]["includedEventTypes"] == [
        "Microsoft.KeyVault.SecretNearExpiry",
        "Microsoft.KeyVault.SecretExpired",
    ]


def test_the_next_steps_are_those_that_are_left(foretold: Foretold) -> None:
    first, last = (" ".join(foretold(c).outputs["nextSteps"]) for c in (BEFORE_THE_REGISTRATIONS, FEDERATED))

    assert "entraClientId" in first
    assert "signInClientId" in first
    assert "entraClientId" not in last
    assert "signInClientId" not in last
    assert "Publish the code" in last


def test_key_mode_asks_for_no_sign_in_registration(foretold: Foretold) -> None:
    assert "signInClientId" not in " ".join(foretold(KEY_AND_SECRET).outputs["nextSteps"])


def test_names_are_such_as_azure_takes(deployment: Deployment) -> None:
    assert re.fullmatch(r"[a-z0-9]{3,24}", deployment.one(ACCOUNT)["name"])
    assert re.fullmatch(r"[a-z](?!.*--)[a-z0-9-]{1,22}[a-z0-9]", deployment.one(VAULT)["name"])
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,58}[a-z0-9]", deployment.one(SITE)["name"])


def _last(resource: Any) -> str:
    name: str = resource["name"]
    return name.rpartition("/")[2]


def _principal_of(assignment: Any) -> str:
    principal: str = assignment["properties"]["principalId"]
    return principal


def _role_of(assignment: Any) -> tuple[str, str]:
    """The role and the type of the one resource that it is given on."""
    scope = assignment["id"].partition(f"/providers/{ASSIGNMENT}/")[0]
    kind, name = scope.partition("/providers/")[2].rsplit("/", 1)
    assert name
    return assignment["properties"]["roleDefinitionId"].rpartition("/")[2], kind


def _package_url(deployment: Deployment) -> str:
    url: str = deployment.one(SITE)["properties"]["functionAppConfig"]["deployment"]["storage"]["value"]
    return url


def _scale(deployment: Deployment) -> Any:
    return deployment.one(SITE)["properties"]["functionAppConfig"]["scaleAndConcurrency"]


def _sign_in(deployment: Deployment) -> Any:
    return deployment.one(f"{SITE}/config", "/authsettingsV2")["properties"]


def _allowed_applications(deployment: Deployment) -> Any:
    entra = _sign_in(deployment)["identityProviders"]["azureActiveDirectory"]
    return entra["validation"]["defaultAuthorizationPolicy"]["allowedApplications"]


def _queries(foretold: Foretold) -> list[str]:
    alerts = foretold(COMPLETE).of_type(LOG_ALERT)
    return [condition["query"] for a in alerts for condition in a["properties"]["criteria"]["allOf"]]


def _function_names() -> set[str | None]:
    app = func.FunctionApp()
    app.register_functions(sync_queue.bp)
    return {function.get_function_name() for function in app.get_functions()}


def _announced(package: Path) -> Iterator[str]:
    """The names of the events that the code logs."""
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "announce":
                match node.args:
                    case [ast.Constant(value=str() as name), *_]:
                        yield name
