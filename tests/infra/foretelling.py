"""What a deployment would make, foretold offline and whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.infra.bicep_compiler import BicepCompiler
from tests.infra.template_expressions import Azure

IDENTITY_CLIENT_ID = "55555555-5555-5555-5555-555555555555"
IDENTITY_PRINCIPAL_ID = "66666666-6666-6666-6666-666666666666"

PUBLIC_CLOUD = {
    "name": "AzureCloud",
    "authentication": {"loginEndpoint": "https://login.microsoftonline.com/"},
    "suffixes": {"keyvaultDns": ".vault.azure.net", "storage": "core.windows.net"},
}
US_GOVERNMENT_CLOUD = {
    "name": "AzureUSGovernment",
    "authentication": {"loginEndpoint": "https://login.microsoftonline.us/"},
    "suffixes": {"keyvaultDns": ".vault.usgovcloudapi.net", "storage": "core.usgovcloudapi.net"},
}
CHINA_CLOUD = {
    "name": "AzureChinaCloud",
    "authentication": {"loginEndpoint": "https://login.chinacloudapi.cn/"},
    "suffixes": {"keyvaultDns": ".vault.azure.cn", "storage": "core.chinacloudapi.cn"},
}

_REFERENCES = {
    "Microsoft.ManagedIdentity/userAssignedIdentities": {
        "clientId": IDENTITY_CLIENT_ID,
        "principalId": IDENTITY_PRINCIPAL_ID,
    },
    "Microsoft.Insights/components": {"ConnectionString": "InstrumentationKey=known-to-azure"},
    "Microsoft.Web/sites": {"defaultHostName": "sync.azurewebsites.net"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """The resources and outputs that a deployment would make, nothing in them left open."""

    resources: Sequence[Mapping[str, Any]]
    outputs: Mapping[str, Any]

    def of_type(self, kind: str) -> list[Mapping[str, Any]]:
        """All resources of a type."""
        return [resource for resource in self.resources if resource["type"] == kind]

    def one(self, kind: str, name_ends: str = "") -> Mapping[str, Any]:
        """The one resource of a type whose name has this end."""
        (found,) = [resource for resource in self.of_type(kind) if resource["name"].endswith(name_ends)]
        return found

    @property
    def app_settings(self) -> dict[str, str]:
        """The app settings of the function app."""
        settings: dict[str, str] = self.one("Microsoft.Web/sites/config", "/appsettings")["properties"]
        return settings


def foretell(
    compiler: BicepCompiler,
    parameter_file: Path,
    *,
    environment: Mapping[str, str],
    cloud: Mapping[str, Any],
    secrets: Mapping[str, str],
) -> Deployment:
    """What a deployment of this parameter file would make; ``secrets`` are values of secure parameters."""
    snapshot = compiler.snapshot(parameter_file, environment)
    no_secrets = {"proofpointPassword": "", "entraClientSecret": ""}
    azure = Azure(environment=cloud, references=_REFERENCES, parameters={**no_secrets, **secrets})
    return Deployment(
        resources=[azure.resolved(resource) for resource in _wanted(azure, snapshot["predictedResources"])],
        outputs=azure.resolved(snapshot["outputs"]),
    )


def _wanted(azure: Azure, resources: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    return (resource for resource in resources if azure.resolved(resource.get("condition", True)))


def parameter_text(values: Mapping[str, Any]) -> str:
    """A parameter file for main.bicep with these values."""
    return "using 'main.bicep'\n" + "".join(f"param {name} = {_literal(value)}\n" for name, value in values.items())


def _literal(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
        case dict():
            return "{" + "".join(f"\n  {key}: {_literal(item)}" for key, item in value.items()) + "\n}"
        case list():
            return f"[{', '.join(_literal(item) for item in value)}]"
    raise TypeError(value)
