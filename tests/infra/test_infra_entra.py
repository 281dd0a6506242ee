"""What infra/graph/entra.bicep registers and grants."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.api.authorization import Role
from tests.infra.bicep_compiler import BicepCompiler
from tests.infra.conftest import ROOT
from tests.infra.foretelling import IDENTITY_PRINCIPAL_ID, parameter_text

ADMIN = "88888888-8888-8888-8888-888888888888"
READER = "88888888-8888-8888-8888-888888888889"
ROBOT = "88888888-8888-8888-8888-888888888880"
REDIRECT = "https://sync.azurewebsites.net/.auth/login/aad/callback"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

TYPES = {
    "applications": "Microsoft.Graph/applications@v1.0",
    "trusts": "Microsoft.Graph/applications/federatedIdentityCredentials@v1.0",
    "principals": "Microsoft.Graph/servicePrincipals@v1.0",
    "roles": "Microsoft.Graph/appRoleAssignedTo@v1.0",
    "consents": "Microsoft.Graph/oauth2PermissionGrants@v1.0",
}

Registered = Callable[..., dict[str, list[dict[str, Any]]]]


@pytest.fixture(scope="session")
def registered(compiler: BicepCompiler, infra: Path) -> Registered:
    """What a deployment of entra.bicep with these parameters would make, by kind; each set of them once."""
    if not (infra / "graph").is_dir():
        pytest.skip("The types of Microsoft Graph are not beside the compiler, and a test fetches nothing.")
    known: dict[str, dict[str, list[dict[str, Any]]]] = {}

    def registrations(**parameters: Any) -> dict[str, list[dict[str, Any]]]:
        given = {
            "functionAppName": "ppsync-abc",
            "identityPrincipalId": IDENTITY_PRINCIPAL_ID,
            "signInRedirectUrl": REDIRECT,
            "adminObjectIds": [ADMIN],
            **parameters,
        }
        key = json.dumps(given)
        if key not in known:
            file = infra / "graph" / f"set{len(known)}.bicepparam"
            file.write_text(parameter_text(given).replace("main.bicep", "entra.bicep"), encoding="utf-8")
            made = compiler.snapshot(file, {})["predictedResources"]
            known[key] = {kind: [r["properties"] for r in made if r["type"] == t] for kind, t in TYPES.items()}
        return known[key]

    return registrations


def test_two_registrations_are_made_and_each_trusts_the_identity(registered: Registered) -> None:
    made = registered()

    assert [a["uniqueName"] for a in made["applications"]] == ["ppsync-abc-directory", "ppsync-abc-sign-in"]
    assert [t["name"] for t in made["trusts"]] == [f"{a['uniqueName']}/app-identity" for a in made["applications"]]
    for trust in made["trusts"]:
        assert trust["subject"] == IDENTITY_PRINCIPAL_ID
        assert trust["audiences"] == ["api://AzureADTokenExchange"]
        assert "/v2.0" in trust["issuer"]


def test_every_registration_is_for_this_tenant_only(registered: Registered) -> None:
    made = registered(essentialsUrl="https://eu1.proofpointessentials.com")

    assert [a["signInAudience"] for a in made["applications"]] == ["AzureADMyOrg"] * 3


def test_the_directory_is_read_with_the_least_permissions(registered: Registered) -> None:
    """Two, and a third by parameter; they are found by name, and each that the registration lists is granted."""
    text = (ROOT / "infra" / "graph" / "entra.bicep").read_text(encoding="utf-8")

    assert (_permissions(registered()), _permissions(registered(readMailboxPurposes=True))) == (2, 3)
    assert "['User.Read.All', 'GroupMember.Read.All']" in text
    assert "readMailboxPurposes ? ['MailboxSettings.Read'] : []" in text


def test_people_sign_in_as_the_platform_does_it(registered: Registered) -> None:
    sign_in = registered()["applications"][1]

    assert sign_in["web"]["redirectUris"] == [REDIRECT]
    assert sign_in["web"]["implicitGrantSettings"]["enableIdTokenIssuance"] is True
    assert sign_in["api"]["requestedAccessTokenVersion"] == 2


def test_the_roles_are_those_of_the_code(registered: Registered) -> None:
    roles = {r["value"]: r["allowedMemberTypes"] for r in registered()["applications"][1]["appRoles"]}

    assert roles == {
        Role.ADMIN.value: ["User"],
        Role.READER.value: ["User"],
        Role.AUTOMATION.value: ["Application"],
    }


def test_only_who_is_assigned_gets_in(registered: Registered) -> None:
    made = registered(readerObjectIds=[READER], automationObjectIds=[ROBOT])
    ids = {r["value"]: r["id"] for r in made["applications"][1]["appRoles"]}

    assert [p.get("appRoleAssignmentRequired") for p in made["principals"]] == [None, True]
    assert [(r["principalId"], r["appRoleId"]) for r in made["roles"] if "signInPrincipal" in r["resourceId"]] == [
        (ADMIN, ids["Sync.Admin"]),
        (READER, ids["Sync.Reader"]),
        (ROBOT, ids["Sync.Automation"]),
    ]
    assert [c["scope"] for c in made["consents"]] == ["openid profile email"]


def test_the_azure_cli_gets_tokens_only_where_allowed(registered: Registered) -> None:
    closed, opened = (registered(allowAzureCli=allow)["applications"][1]["api"] for allow in (False, True))

    assert (closed["oauth2PermissionScopes"], closed["preAuthorizedApplications"]) == ([], [])
    (scope,) = opened["oauth2PermissionScopes"]
    assert scope["value"] == "user_impersonation"
    assert opened["preAuthorizedApplications"] == [{"appId": AZURE_CLI, "delegatedPermissionIds": [scope["id"]]}]


def test_essentials_itself_gets_an_application_of_its_own(registered: Registered) -> None:
    plain, made = registered(), registered(essentialsUrl="https://eu1.proofpointessentials.com")
    essentials = made["applications"][2]

    assert made["applications"][:2] == plain["applications"]
    assert essentials["uniqueName"] == "ppsync-abc-essentials"
    assert essentials["web"]["redirectUris"] == ["https://eu1.proofpointessentials.com"]
    assert len(made["trusts"]) == 2
    assert made["consents"][1]["scope"] == "Directory.Read.All Group.Read.All User.ReadBasic.All"


def test_where_nobody_signs_in_only_the_directory_is_registered(registered: Registered) -> None:
    made = registered(signInRedirectUrl="")

    assert [a["uniqueName"] for a in made["applications"]] == ["ppsync-abc-directory"]
    assert (len(made["trusts"]), len(made["consents"]), _permissions(made)) == (1, 0, 2)


def test_the_commands_of_the_page_register_the_same_roles(registered: Registered) -> None:
    page = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")

    for role in registered()["applications"][1]["appRoles"]:
        assert f'"id": "{role["id"]}", "value": "{role["value"]}"' in page


def _permissions(made: dict[str, list[dict[str, Any]]]) -> int:
    """How many permissions of Microsoft Graph the registration that reads it asks for, each of them granted to its own principal."""
    (resource,) = made["applications"][0]["requiredResourceAccess"]
    granted = [r["appRoleId"] for r in made["roles"] if "directoryPrincipal" in r["principalId"]]
    assert [access["id"] for access in resource["resourceAccess"]] == granted
    assert {access["type"] for access in resource["resourceAccess"]} == {"Role"}
    return len(granted)
