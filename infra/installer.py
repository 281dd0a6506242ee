"""Puts one deployment into a resource group: resources, registrations, and the password of the Essentials account."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from infra.graph.azure_cli import AzureCli, AzureError
from infra.graph.grant import Registrar, Wanted, registrar

_INFRA = Path(__file__).resolve().parent
_GRANTED_ALREADY = "EntitlementGrant entry already exists"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientIds:
    """The two registrations; empty: not made yet."""

    directory: str
    sign_in: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A deployment of ``main.bicep``."""

    outputs: Mapping[str, str]
    """Empty where it failed."""
    parameters: Mapping[str, Any]

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> "Deployed":
        """What ``az deployment group`` tells of it."""
        told = answer["properties"]
        return cls(outputs=_values(told.get("outputs")), parameters=_values(told.get("parameters")))

    @property
    def client_ids(self) -> ClientIds:
        """With which registrations it was deployed."""
        return ClientIds(
            directory=self.parameters.get("entraClientId", ""), sign_in=self.parameters.get("signInClientId", "")
        )

    @property
    def signs_people_in(self) -> bool:
        """Whether a registration is needed that people sign in to."""
        return bool(self.parameters.get("authMode", "easyauth") == "easyauth")


_NOTHING = Deployed(outputs={}, parameters={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    """Installs into one resource group."""

    azure: AzureCli
    resource_group: str
    environment: Mapping[str, str]
    """Variables that ``main.bicepparam`` reads."""
    by_hand: bool
    """Registers as ``grant`` does in place of ``entra.bicep``."""
    ask_password: Callable[[str], str]
    """Puts the question and gives the answer, which nobody sees."""

    def resources(self) -> Deployed:
        """Everything is deployed with its registrations, and the password is in the vault. Raises AzureError."""
        self._check()
        azure = self.azure
        principal = self.environment.get("AZURE_PRINCIPAL_ID") or self._signed_in()
        self._ensure_group()
        found = self._found()
        ids = ClientIds(
            directory=self.environment.get("ENTRA_CLIENT_ID") or found.client_ids.directory,
            sign_in=self.environment.get("SIGN_IN_CLIENT_ID") or found.client_ids.sign_in,
        )
        first = found
        if not found.outputs:
            azure.say(
                "Resources: deployed so that the app's identity exists; without registrations the app answers 503."
            )
            first = self._deploy(ids, principal)
        if ids.directory and (ids.sign_in or not first.signs_people_in):
            azure.say("Registrations: those that are set or were deployed last are kept.")
        elif ids.directory or ids.sign_in:
            missing = "SIGN_IN_CLIENT_ID" if ids.directory else "ENTRA_CLIENT_ID"
            raise AzureError(f"{missing} is not set and the other client id is: set both, or none of them.")
        else:
            ids = self._register(first, principal)
        azure.say(f"Registrations: ENTRA_CLIENT_ID={ids.directory} SIGN_IN_CLIENT_ID={ids.sign_in}")
        if first is not found and first.client_ids == ids:
            return first
        azure.say("Resources: deployed with the registrations; work that is running resumes afterwards.")
        return self._deploy(ids, principal)

    def password(self, deployed: Deployed) -> None:
        """The vault has the password of the Essentials account, asked for where there is none. Raises AzureError."""
        vault = deployed.outputs["vaultName"]
        name = deployed.parameters.get("proofpointSecretName", "proofpoint-password")
        # Listed, not shown: what shows a secret prints its value.
        names = self.azure.json("keyvault", "secret", "list", "--vault-name", vault, "--query", "[].name")
        if name in names:
            self.azure.say(f"Password: {name} is in {vault} and stays.")
            return
        self.azure.say(f"Password: {vault} has no {name} yet.")
        password = self.ask_password("Password of the Essentials account (not shown): ")
        if not password:
            raise AzureError(f"No password was typed; {name} was not written.")
        # Read from standard input: an argument could be seen by every program of this machine.
        where = ("--vault-name", vault, "--name", name, "--file", "/dev/stdin", "--output", "none")
        self.azure.run("keyvault", "secret", "set", *where, stdin=password)
        self.azure.say(f"Password: {name} was written into {vault}.")

    def _check(self) -> None:
        """Raises AzureError before anything is made that could not be finished."""
        read = re.findall(
            r"readEnvironmentVariable\('(\w+)'\)", (_INFRA / "main.bicepparam").read_text(encoding="utf-8")
        )
        missing = [name for name in dict.fromkeys(["AZURE_LOCATION", *read]) if not self.environment.get(name)]
        if missing:
            raise AzureError(f"Not set: {', '.join(missing)}. Export them; docs/deployment.md says with what.")
        cloud = self.azure.json("cloud", "show")["name"]
        if cloud != "AzureCloud" and not self.by_hand:
            raise AzureError(f"{cloud} has no Bicep for Microsoft Graph: run it with --by-hand.")

    def _signed_in(self) -> str:
        try:
            return str(self.azure.json("ad", "signed-in-user", "show", "--query", "id"))
        except AzureError as error:
            raise AzureError(
                f"{error}\nSet AZURE_PRINCIPAL_ID to the object id of the person or group that shall administer the sync."
            ) from error

    def _ensure_group(self) -> None:
        if self.azure.json("group", "exists", "--name", self.resource_group):
            self.azure.say(f"Resource group: {self.resource_group} is there.")
            return
        location = self.environment["AZURE_LOCATION"]
        self.azure.say(f"Resource group: {self.resource_group} is made in {location}.")
        self.azure.run("group", "create", "--name", self.resource_group, "--location", location, "--output", "none")

    def _found(self) -> Deployed:
        """What was deployed last."""
        where = ("--resource-group", self.resource_group, "--query", "[?name=='sync']")
        return next(map(Deployed.of, self.azure.json("deployment", "group", "list", *where)), _NOTHING)

    def _deploy(self, ids: ClientIds, principal: str) -> Deployed:
        variables = {
            **self.environment,
            "ENTRA_CLIENT_ID": ids.directory,
            "SIGN_IN_CLIENT_ID": ids.sign_in,
            "AZURE_PRINCIPAL_ID": principal,
        }
        azure = replace(self.azure, environment=variables)
        where = ("--resource-group", self.resource_group, "--name", "sync")
        parameters = str(_INFRA / "main.bicepparam")
        return Deployed.of(azure.json("deployment", "group", "create", *where, "--parameters", parameters))

    def _register(self, deployed: Deployed, principal: str) -> ClientIds:
        wanted = Wanted(
            function_app_name=deployed.outputs["functionAppName"],
            identity_principal_id=deployed.outputs["identityPrincipalId"],
            sign_in_redirect_url=deployed.outputs["signInRedirectUrl"] if deployed.signs_people_in else "",
            members={"Sync.Admin": (principal,)},
            read_mailbox_purposes=False,
        )
        if self.by_hand:
            self.azure.say("Registrations: made through Microsoft Graph.")
            return _registered(registrar(self.azure, wanted))
        self.azure.say("Registrations: made by infra/graph/entra.bicep.")
        try:
            outputs = self._registered_by_template(wanted, principal)
        except AzureError as error:
            if _GRANTED_ALREADY not in str(error):
                raise
            # The template stops at what was granted before and then has no outputs; the registrar takes it as done and checks the rest.
            self.azure.say("Registrations: something was granted before; the rest is checked through Microsoft Graph.")
            return _registered(registrar(self.azure, wanted))
        return ClientIds(directory=outputs["entraClientId"], sign_in=outputs["signInClientId"])

    def _registered_by_template(self, wanted: Wanted, principal: str) -> Mapping[str, str]:
        where = ("--resource-group", self.resource_group, "--name", "entra")
        answer = self.azure.json(
            "deployment", "group", "create", *where, "--template-file", str(_INFRA / "graph" / "entra.bicep"),
            "--parameters",
            f"functionAppName={wanted.function_app_name}",
            f"identityPrincipalId={wanted.identity_principal_id}",
            f"signInRedirectUrl={wanted.sign_in_redirect_url}",
            f'adminObjectIds=["{principal}"]',
        )  # fmt: skip
        return _values(answer["properties"]["outputs"])


def _values(entries: Mapping[str, Any] | None) -> dict[str, Any]:
    """Parameters or outputs by name; secure ones have no value and are left out."""
    return {name: entry["value"] for name, entry in (entries or {}).items() if "value" in entry}


def _registered(registers: Registrar) -> ClientIds:
    sign_in = bool(registers.wanted.sign_in_redirect_url)
    return ClientIds(directory=registers.directory(), sign_in=registers.sign_in() if sign_in else "")
