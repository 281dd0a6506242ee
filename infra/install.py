"""Deploys the sync with one command: resources, registrations, password, code, and the questions of ``after_deploy``.

``python3 -m infra.install --resource-group rg-sync``, with the variables that ``main.bicepparam`` reads. It may be run again at any
point: what is there is found and kept. Needs Python 3.11, the Azure CLI, signed in, and Azure Functions Core Tools; nothing else.
"""

import argparse
import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra import after_deploy
from infra.graph.azure_cli import AzureCli, AzureError
from infra.graph.grant import installed_cli
from infra.installer import Installer

_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreTools:
    """Azure Functions Core Tools."""

    program: str

    def publish(self, app: str) -> None:
        """The app has the code of this folder. Raises AzureError."""
        command = [self.program, "azure", "functionapp", "publish", app, "--python"]
        done = subprocess.run(command, cwd=_ROOT, check=False)  # noqa: S603  # Core Tools, no shell
        if done.returncode != 0:
            raise AzureError(f"The code was not published: func ended with {done.returncode}.")


Probed = Callable[[str, str, str], bool]
"""Whether an app is closed to strangers: resource group, name, client id of sign-in."""


def main(
    arguments: list[str],
    azure: AzureCli,
    environment: Mapping[str, str],
    ask_password: Callable[[str], str],
    find_program: Callable[[str], str | None],
    probed: Probed,
) -> int:
    """The exit status: 0 where everything is deployed and closed to strangers."""
    parser = argparse.ArgumentParser(prog="python3 -m infra.install", description="Deploy the sync, whole.")
    parser.add_argument("--resource-group", required=True, help="made in AZURE_LOCATION where it is missing")
    parser.add_argument("--by-hand", action="store_true", help="register without Bicep: needed in a national cloud")
    parser.add_argument("--no-password", action="store_true", help="somebody else puts the password into the vault")
    parser.add_argument("--no-code", action="store_true", help="the code is published in another way")
    given = parser.parse_args(arguments)
    core_tools = None if given.no_code else find_program("func")
    if core_tools is None and not given.no_code:
        azure.say(
            "Azure Functions Core Tools are not installed (func): install them, or leave the code out with --no-code."
        )
        return 1
    installer = Installer(
        azure=azure,
        resource_group=given.resource_group,
        environment=environment,
        by_hand=given.by_hand,
        ask_password=ask_password,
    )
    try:
        deployed = installer.resources()
        if not given.no_password:
            installer.password(deployed)
        app = deployed.outputs["functionAppName"]
        if core_tools is not None:
            azure.say(f"Code: published to {app}.")
            CoreTools(program=core_tools).publish(app)
    except AzureError as error:
        azure.say(f"{error}\nStopped. What is done stays; run it again when that is mended.")
        return 1
    azure.say("Questions: is the app closed to strangers?")
    if not probed(given.resource_group, app, deployed.client_ids.sign_in):
        return 1
    azure.say(f"Installed. Review the first plan: {deployed.outputs['reviewPageUrl']}")
    return 0


def _probed(azure: AzureCli) -> Probed:
    def probed(resource_group: str, app: str, sign_in_client_id: str) -> bool:
        cli = after_deploy.AzureCli(program=azure.program, resource_group=resource_group, app=app)
        return after_deploy.Probe(
            url=cli.url(),
            sign_in_client_id=sign_in_client_id,
            azure=cli,
            say=azure.say,
            pause=azure.pause,
            now=azure.now,
        ).run()

    return probed


if __name__ == "__main__":
    cli = installed_cli()
    sys.exit(main(sys.argv[1:], cli, os.environ, getpass.getpass, shutil.which, _probed(cli)))
