"""Makes the registrations of one deployment as ``entra.bicep`` does, for an administrator who has no rights in Azure.

``az login --allow-no-subscriptions``, then ``python3 -m infra.graph.grant --help``. Run it as often as you like: what is there is
found by its name, what was granted stays granted, and nothing is taken away. Needs Python 3.11 and the Azure CLI; nothing else.
"""

import argparse
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.graph.azure_cli import AzureCli, AzureError, Graph

_GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
_PORTAL_TAG = "WindowsAzureActiveDirectoryIntegratedApp"
# Source: learn.microsoft.com/entra/workload-id/workload-identity-federation-create-trust, national clouds.
_AUDIENCES = {
    "AzureCloud": "api://AzureADTokenExchange",
    "AzureUSGovernment": "api://AzureADTokenExchangeUSGov",
    "AzureChinaCloud": "api://AzureADTokenExchangeChina",
}
_THERE_ALREADY = ("Permission being assigned already exists", "Permission entry already exists", "entry already exists")

# An app role that is in use can be neither changed nor removed in one step: ids, values and kinds of member never change.
ROLES = {
    "Sync.Admin": ("0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c01", "User", "Sync administrator", "Searches, executes, changes settings"),
    "Sync.Reader": ("0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c02", "User", "Sync reader", "Sees plans, runs and settings"),
    "Sync.Automation": (
        "0b7f3a52-6f0e-4d51-9a53-5d6f1f0a7c03", "Application", "Sync automation", "Searches and executes behind the gate",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is registered and granted."""

    function_app_name: str
    identity_principal_id: str
    sign_in_redirect_url: str
    """Empty: nobody signs in (``authMode`` ``key``)."""
    members: Mapping[str, tuple[str, ...]]
    """Object ids by app role."""
    read_mailbox_purposes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How a token of the app's identity is recognised in this cloud and tenant."""

    issuer: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Registrar:
    """Makes registrations in one tenant."""

    graph: Graph
    trust: Trust
    wanted: Wanted

    def directory(self) -> str:
        """The client id of the registration that reads Microsoft Graph, which has its permissions. Raises AzureError."""
        permissions = ["User.Read.All", "GroupMember.Read.All"]
        permissions += ["MailboxSettings.Read"] if self.wanted.read_mailbox_purposes else []
        graph = self._graph_principal()
        roles = {role["value"]: role["id"] for role in graph["appRoles"] if "Application" in role["allowedMemberTypes"]}
        access = [{"id": roles[permission], "type": "Role"} for permission in permissions]
        client_id, principal_id = self._registered(
            "directory",
            "reads the directory",
            {"requiredResourceAccess": [{"resourceAppId": _GRAPH_APP_ID, "resourceAccess": access}]},
            {"tags": [_PORTAL_TAG]},
        )
        for permission in permissions:
            self._assign(principal_id, graph["id"], roles[permission])
        return client_id

    def sign_in(self) -> str:
        """The client id of the registration that people sign in to, to which they are assigned. Raises AzureError."""
        client_id, principal_id = self._registered(
            "sign-in",
            "sign-in",
            {
                "web": {
                    "redirectUris": [self.wanted.sign_in_redirect_url],
                    # The platform's sign-in uses the hybrid flow: without this, AADSTS700054.
                    "implicitGrantSettings": {"enableIdTokenIssuance": True, "enableAccessTokenIssuance": False},
                },
                # Null would mean version 1, with another audience and issuer.
                "api": {"requestedAccessTokenVersion": 2},
                "appRoles": [_role(value) for value in ROLES],
            },
            {"appRoleAssignmentRequired": True, "tags": [_PORTAL_TAG]},
        )
        # Nobody can consent for themselves where assignment is required: without this, AADSTS90094.
        consent = {
            "clientId": principal_id,
            "consentType": "AllPrincipals",
            "resourceId": self._graph_principal()["id"],
            "scope": "openid profile email",
        }
        self.graph.post("oauth2PermissionGrants", consent, done_where=_THERE_ALREADY)
        for role, members in self.wanted.members.items():
            for member in members:
                self._assign(member, principal_id, ROLES[role][0])
        return client_id

    def _registered(
        self, key: str, purpose: str, application: Mapping[str, Any], principal: Mapping[str, Any]
    ) -> tuple[str, str]:
        """Client id, and object id of the service principal, of a registration that trusts the app's identity."""
        name = self.wanted.function_app_name
        at = f"applications(uniqueName='{name}-{key}')"
        self.graph.ensure(at, {"displayName": f"{name} ({purpose})", "signInAudience": "AzureADMyOrg", **application})
        made = self.graph.read(f"{at}?$select=id,appId")
        credential = {
            "issuer": self.trust.issuer,
            "subject": self.wanted.identity_principal_id,
            "audiences": [self.trust.audience],
            "description": "The identity of the function app.",
        }
        self.graph.ensure(f"applications/{made['id']}/federatedIdentityCredentials(name='app-identity')", credential)
        at = f"servicePrincipals(appId='{made['appId']}')"
        self.graph.ensure(at, principal)
        return made["appId"], self.graph.read(f"{at}?$select=id")["id"]

    def _assign(self, principal_id: str, resource_id: str, role_id: str) -> None:
        assignment = {"principalId": principal_id, "resourceId": resource_id, "appRoleId": role_id}
        self.graph.post(f"servicePrincipals/{resource_id}/appRoleAssignedTo", assignment, done_where=_THERE_ALREADY)

    def _graph_principal(self) -> Any:
        return self.graph.read(f"servicePrincipals(appId='{_GRAPH_APP_ID}')?$select=id,appRoles")


def _role(value: str) -> dict[str, Any]:
    role_id, member, name, description = ROLES[value]
    return {
        "id": role_id,
        "value": value,
        "displayName": name,
        "description": description,
        "allowedMemberTypes": [member],
        "isEnabled": True,
    }


def registrar(azure: AzureCli, wanted: Wanted) -> Registrar:
    """The registrar of the cloud and tenant that the CLI is signed in to. Raises AzureError."""
    cloud = azure.json("cloud", "show")
    tenant = azure.json("account", "show")["tenantId"]
    authority = cloud["endpoints"]["activeDirectory"].rstrip("/")
    return Registrar(
        graph=Graph(azure=azure, url=cloud["endpoints"]["microsoftGraphResourceId"].rstrip("/")),
        trust=Trust(issuer=f"{authority}/{tenant}/v2.0", audience=_AUDIENCES[cloud["name"]]),
        wanted=wanted,
    )


def main(arguments: list[str], azure: AzureCli) -> int:
    """Register, and print the client ids as variables of a shell; the exit status."""
    parser = argparse.ArgumentParser(
        prog="python3 -m infra.graph.grant", description="Make the registrations of one deployment."
    )
    parser.add_argument("--function-app-name", required=True, help="output functionAppName of main.bicep")
    parser.add_argument("--identity-principal-id", required=True, help="output identityPrincipalId of main.bicep")
    parser.add_argument("--sign-in-redirect-url", default="", help="output signInRedirectUrl; none for authMode key")
    parser.add_argument("--admin", action="append", default=[], help="object id of a person or group: Sync.Admin")
    parser.add_argument("--reader", action="append", default=[], help="object id of a person or group: Sync.Reader")
    parser.add_argument("--automation", action="append", default=[], help="object id of a principal: Sync.Automation")
    parser.add_argument("--read-mailbox-purposes", action="store_true", help="grant MailboxSettings.Read too")
    given = parser.parse_args(arguments)
    if given.sign_in_redirect_url and not given.admin:
        parser.error(
            "--admin is needed: nobody could sign in. Your own object id: az ad signed-in-user show --query id"
        )
    wanted = Wanted(
        function_app_name=given.function_app_name,
        identity_principal_id=given.identity_principal_id,
        sign_in_redirect_url=given.sign_in_redirect_url,
        members={
            "Sync.Admin": tuple(given.admin),
            "Sync.Reader": tuple(given.reader),
            "Sync.Automation": tuple(given.automation),
        },
        read_mailbox_purposes=given.read_mailbox_purposes,
    )
    try:
        registers = registrar(azure, wanted)
        print(f"export ENTRA_CLIENT_ID={registers.directory()}", flush=True)  # noqa: T201  # a command's output
        if wanted.sign_in_redirect_url:
            print(f"export SIGN_IN_CLIENT_ID={registers.sign_in()}", flush=True)  # noqa: T201  # a command's output
    except AzureError as error:
        azure.say(f"{error}\nIt needs Privileged Role Administrator. What is done stays; run it again.")
        return 1
    return 0


def installed_cli() -> AzureCli:
    """The CLI of this machine; ends the program where there is none."""
    program = shutil.which("az")
    if program is None:
        raise SystemExit("The Azure CLI is not installed: learn.microsoft.com/cli/azure/install-azure-cli")
    return AzureCli(
        program=program,
        say=lambda text: print(text, file=sys.stderr, flush=True),  # noqa: T201  # a command's output
        pause=time.sleep,
        now=time.monotonic,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], installed_cli()))
