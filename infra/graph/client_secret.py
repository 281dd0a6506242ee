"""Gives the registration a client secret and puts it straight into the vault, with its expiry: nobody sees it, nobody forgets it.

Only where the app's identity cannot be the credential: ``python3 -m infra.graph.client_secret --help``. Needs Python 3.11, the Azure
CLI, and the rights to change the registration and to write secrets.
"""

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from infra.graph.azure_cli import AzureCli, AzureError, Graph
from infra.graph.grant import installed_cli

MOST_DAYS = 730
"""Two years. Source: learn.microsoft.com/entra/identity-platform/quickstart-register-app (client secrets: 24 months or less)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretGiver:
    """Gives one registration secrets that go into one vault."""

    graph: Graph
    client_id: str
    vault_name: str
    secret_name: str

    def give(self, until: datetime) -> None:
        """A new secret is in the vault, or there is none; former ones stay until they are removed. Raises AzureError."""
        expires = until.strftime("%Y-%m-%dT%H:%M:%SZ")
        application = f"applications(appId='{self.client_id}')"
        credential = {"displayName": "sync", "endDateTime": expires}
        made = json.loads(self.graph.post(f"{application}/addPassword", {"passwordCredential": credential}))
        where = ("--vault-name", self.vault_name, "--name", self.secret_name, "--expires", expires)
        try:
            # Read from standard input: an argument could be seen by every program of this machine.
            self.graph.azure.run(
                "keyvault",
                "secret",
                "set",
                *where,
                "--file",
                "/dev/stdin",
                "--output",
                "none",
                stdin=made["secretText"],
            )
        except AzureError as error:
            self._take_back(made["keyId"], error)
            raise AzureError(f"{error}\nThe registration has no new secret.") from error

    def _take_back(self, key_id: str, because: AzureError) -> None:
        try:
            self.graph.post(f"applications(appId='{self.client_id}')/removePassword", {"keyId": key_id})
        except AzureError as error:
            raise AzureError(
                f"{because}\nThe new secret could not be taken back ({error}). Nobody knows it; remove it: "
                f"az ad app credential delete --id {self.client_id} --key-id {key_id}"
            ) from because


def main(arguments: list[str], azure: AzureCli, now: datetime) -> int:
    """The exit status: 0 where the secret is in the vault."""
    parser = argparse.ArgumentParser(
        prog="python3 -m infra.graph.client_secret",
        description="Give a registration a secret that only the vault knows.",
    )
    parser.add_argument("--client-id", required=True, help="the registration that reads Microsoft Graph")
    parser.add_argument("--vault-name", required=True, help="output vaultName of main.bicep")
    parser.add_argument("--secret-name", default="entra-client-secret", help="parameter entraSecretName of main.bicep")
    parser.add_argument("--days", type=int, default=365, help=f"how long it is good for, at most {MOST_DAYS}; 365")
    given = parser.parse_args(arguments)
    if not 1 <= given.days <= MOST_DAYS:
        parser.error(f"--days is {given.days}: write 1 to {MOST_DAYS}, for two years are the most")
    until = now + timedelta(days=given.days)
    try:
        url = azure.json("cloud", "show")["endpoints"]["microsoftGraphResourceId"].rstrip("/")
        giver = SecretGiver(
            graph=Graph(azure=azure, url=url),
            client_id=given.client_id,
            vault_name=given.vault_name,
            secret_name=given.secret_name,
        )
        giver.give(until)
    except AzureError as error:
        azure.say(f"{error}\nRun it again when that is mended.")
        return 1
    azure.say(
        f"{given.secret_name} in {given.vault_name} is good until {until:%Y-%m-%d}; the vault warns 30 days before."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], installed_cli(), datetime.now(UTC)))
