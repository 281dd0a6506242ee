"""A tenant and a vault behind ``az``, which answer as Microsoft Graph and Key Vault document it.

Sources: learn.microsoft.com/graph/api (application-upsert, serviceprincipal-upsert, federatedidentitycredential-upsert,
serviceprincipal-post-approleassignedto, oauth2permissiongrant-post, application-addpassword) and cli/azure (``az rest`` ends with 1
and prints the reason and the body of a refusal).
"""

import json
import re
import uuid
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

GRAPH_PRINCIPAL = "99999999-0000-0000-0000-000000000001"
PERMISSIONS = {
    "User.Read.All": "aaaaaaaa-0000-0000-0000-000000000001",
    "GroupMember.Read.All": "aaaaaaaa-0000-0000-0000-000000000002",
    "MailboxSettings.Read": "aaaaaaaa-0000-0000-0000-000000000003",
}
NOT_YET = "Not a valid reference update."


class RefusedError(Exception):
    """A refusal: what ``az`` prints of it."""


@dataclass(slots=True, kw_only=True)
class Tenant:
    """What was registered, granted and put into the vault."""

    cloud: str = "AzureCloud"
    authority: str = "https://login.microsoftonline.com"
    graph_url: str = "https://graph.microsoft.com/"
    applications: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By unique name."""
    principals: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By client id."""
    credentials: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By object id of the application."""
    assignments: list[dict[str, str]] = field(default_factory=list)
    consents: list[dict[str, str]] = field(default_factory=list)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Of applications, by key id."""
    vault: dict[str, dict[str, str]] = field(default_factory=dict)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    """What is refused once each: a part of the command, and what is said."""
    commands: list[str] = field(default_factory=list)

    def answer(self, arguments: list[str], stdin: str) -> dict[str, Any]:
        """What ``az`` does with a command."""
        command = " ".join(arguments)
        self.commands.append(command)
        try:
            for refusal in self.refusals:
                if refusal[0] in command:
                    self.refusals.remove(refusal)
                    raise RefusedError(refusal[1])
            said = self._done(arguments, stdin)
        except RefusedError as error:
            return {"status": 1, "out": "", "err": f"ERROR: {error}\n"}
        return {"status": 0, "out": json.dumps(said) if said is not None else "", "err": ""}

    def _done(self, arguments: list[str], stdin: str) -> Any:
        options = dict(pairwise(arguments))
        match arguments:
            case ["cloud", "show", *_]:
                endpoints = {"activeDirectory": self.authority, "microsoftGraphResourceId": self.graph_url}
                return {"name": self.cloud, "endpoints": endpoints}
            case ["account", "show", *_]:
                return {"tenantId": "44444444-4444-4444-4444-444444444444"}
            case ["keyvault", "secret", "set", *_]:
                assert options["--file"] == "/dev/stdin"
                self.vault[options["--name"]] = {"value": stdin, "expires": options.get("--expires", "")}
                return None
            case ["rest", *_]:
                path = options["--url"].removeprefix(f"{self.graph_url.rstrip('/')}/v1.0/").partition("?")[0]
                if options["--method"] == "PATCH":
                    # Without it Graph answers 404 where there is nothing.
                    assert "Prefer=create-if-missing" in arguments
                return self._graph(options["--method"], path, json.loads(options.get("--body", "null")))
        raise AssertionError(f"No such command: {arguments}")

    def _graph(self, method: str, path: str, body: Any) -> Any:
        key = re.search(r"\((?:uniqueName|appId)='([^']+)'\)", path)
        match method, path.partition("(")[0], key[1] if key else "":
            case "PATCH", "applications", name:
                new = {"id": str(uuid.uuid4()), "appId": str(uuid.uuid4())}
                self.applications[name] = {**self.applications.get(name, new), **body}
                return None
            case "GET", "applications", name:
                return self.applications[name]
            case "GET", "servicePrincipals", "00000003-0000-0000-c000-000000000000":
                roles = [{"value": v, "id": i, "allowedMemberTypes": ["Application"]} for v, i in PERMISSIONS.items()]
                return {"id": GRAPH_PRINCIPAL, "appRoles": roles}
            case "PATCH", "servicePrincipals", client_id:
                self.principals[client_id] = {**self.principals.get(client_id, {"id": str(uuid.uuid4())}), **body}
                return None
            case "GET", "servicePrincipals", client_id:
                return self.principals[client_id]
            case "POST", "applications", _ if path.endswith("/addPassword"):
                key_id = str(uuid.uuid4())
                self.secrets[key_id] = body["passwordCredential"]
                return {"keyId": key_id, "secretText": "known-to-the-vault-alone"}
            case "POST", "applications", _ if path.endswith("/removePassword"):
                del self.secrets[body["keyId"]]
                return None
        if method == "PATCH" and (credential := re.match(r"applications/([^/]+)/federatedIdentityCredentials\(", path)):
            self.credentials[credential[1]] = body
            return None
        if method == "POST" and path.endswith("/appRoleAssignedTo"):
            return _added(
                self.assignments, body, "Bad Request", "Permission being assigned already exists on the object"
            )
        if method == "POST" and path == "oauth2PermissionGrants":
            return _added(self.consents, body, "Conflict", "Permission entry already exists.")
        raise AssertionError(f"No such request: {method} {path}")


def _added(entries: list[dict[str, str]], entry: dict[str, str], reason: str, message: str) -> dict[str, str]:
    if entry in entries:
        raise RefusedError(f"{reason}({json.dumps({'error': {'code': 'Request_BadRequest', 'message': message}})})")
    entries.append(entry)
    return entry
