import json
import re
from typing import Any

import pytest

from tests.infra.conftest import Foretold
from tests.infra.foretelling import IDENTITY_PRINCIPAL_ID, Deployment
from tests.infra.parameter_sets import (
    COMPLETE,
    FEDERATED,
)
from tests.infra.resource_types import ACCOUNT, ASSIGNMENT, BLOBS, COMPONENT, SITE, VAULT, WORKSPACE

SECURE_VALUES = [
    (ACCOUNT, "allowSharedKeyAccess", False),
    (ACCOUNT, "allowBlobPublicAccess", False),
    (ACCOUNT, "allowCrossTenantReplication", False),
    (ACCOUNT, "defaultToOAuthAuthentication", True),
    (ACCOUNT, "minimumTlsVersion", "TLS1_2"),
    (ACCOUNT, "supportsHttpsTrafficOnly", True),
    (ACCOUNT, "networkAcls.bypass", "AzureServices"),
    (BLOBS, "isVersioningEnabled", True),
    (BLOBS, "deleteRetentionPolicy.enabled", True),
    (BLOBS, "containerDeleteRetentionPolicy.enabled", True),
    (VAULT, "enableRbacAuthorization", True),
    (VAULT, "networkAcls.bypass", "AzureServices"),
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


def _principal_of(assignment: Any) -> str:
    principal: str = assignment["properties"]["principalId"]
    return principal


def _role_of(assignment: Any) -> tuple[str, str]:
    """The role and the type of the one resource that it is given on."""
    scope = assignment["id"].partition(f"/providers/{ASSIGNMENT}/")[0]
    kind, name = scope.partition("/providers/")[2].rsplit("/", 1)
    assert name
    return assignment["properties"]["roleDefinitionId"].rpartition("/")[2], kind
