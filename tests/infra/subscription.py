"""A subscription behind ``az``, with the tenant it belongs to: resource groups, deployments, the names of secrets.

Source: learn.microsoft.com/cli/azure (``az group exists``, ``az deployment group``, ``az keyvault secret list``).
"""

import json
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.infra.tenant import Tenant

OUTPUTS = {
    "functionAppName": "ppsync-x",
    "identityPrincipalId": "66666666-6666-6666-6666-666666666666",
    "signInRedirectUrl": "https://sync.example.com/.auth/login/aad/callback",
    "vaultName": "ppsync-vault",
    "reviewPageUrl": "https://sync.example.com/api/review",
}
REGISTERED = {"entraClientId": "directory-id", "signInClientId": "sign-in-id"}


@dataclass(slots=True, kw_only=True)
class Subscription:
    """What was made; what the tenant refuses it refuses too."""

    tenant: Tenant = field(default_factory=Tenant)
    groups: list[str] = field(default_factory=list)
    deployments: dict[str, dict[str, Any]] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    """What main.bicepparam says beside the variables."""
    asked: list[list[str]] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)

    def answer(self, arguments: list[str], stdin: str) -> dict[str, Any]:
        """What ``az`` does with a command."""
        self.asked.append(arguments)
        command = " ".join(arguments)
        for refusal in self.tenant.refusals:
            if refusal[0] in command:
                self.tenant.refusals.remove(refusal)
                return {"status": 1, "out": "", "err": f"ERROR: {refusal[1]}\n"}
        options = dict(pairwise(arguments))
        match arguments:
            case ["ad", "signed-in-user", "show", *_]:
                return _said("ada")
            case ["group", "exists", *_]:
                return _said(options["--name"] in self.groups)
            case ["group", "create", *_]:
                self.groups.append(options["--name"])
                return _said(None)
            case ["deployment", "group", "list", *_]:
                return _said([made for name, made in self.deployments.items() if f"'{name}'" in options["--query"]])
            case ["deployment", "group", "create", *_]:
                self.deployments[options["--name"]] = made = self._deployed(options)
                return _said(made)
            case ["keyvault", "secret", "list", *_]:
                return _said(list(self.tenant.vault))
        return self.tenant.answer(arguments, stdin)

    def _deployed(self, options: dict[str, str]) -> dict[str, Any]:
        if options.get("--template-file", "").endswith("entra.bicep"):
            return {"properties": {"outputs": _entries(REGISTERED), "parameters": {}}}
        assert Path(options["--parameters"]).name == "main.bicepparam"
        parameters = {
            "entraClientId": self.environment["ENTRA_CLIENT_ID"],
            "signInClientId": self.environment["SIGN_IN_CLIENT_ID"],
            "vaultOfficerObjectId": self.environment["AZURE_PRINCIPAL_ID"],
            **self.parameters,
        }
        return {"properties": {"outputs": _entries(OUTPUTS), "parameters": _entries(parameters)}}


def _entries(values: dict[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"type": "String", "value": value} for name, value in values.items()}


def _said(value: Any) -> dict[str, Any]:
    return {"status": 0, "out": json.dumps(value), "err": ""}
