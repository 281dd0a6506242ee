"""The one command that deploys, run with a stand-in for ``az`` that speaks to a subscription over the loopback."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from infra import install
from infra.graph.azure_cli import AzureCli
from tests.infra.az import az_on_path
from tests.infra.subscription import Subscription
from tests.infra.tenant import NOT_YET

PASSWORD = "typed-and-never-shown"
VARIABLES = {
    "AZURE_LOCATION": "westeurope",
    "PROOFPOINT_DOMAIN": "example.com",
    "PROOFPOINT_USER": "sync@example.com",
}
MAIN = "deployment group create sync"
ENTRA = "deployment group create entra"
GRANTED = "EntitlementGrant entry already exists"


@dataclass(slots=True, kw_only=True)
class Machine:
    """A machine with ``az`` and ``func`` on it, and somebody who types."""

    azure: AzureCli
    folder: Path
    there: Subscription
    said: list[str]
    waited_seconds: list[float]
    passwords_asked: int = 0
    probed: list[tuple[str, str, str]] = field(default_factory=list)
    closed: bool = True
    typed: str = PASSWORD

    def installs(self, *arguments: str, **variables: str) -> int:
        return install.main(
            ["--resource-group", "rg-sync", *arguments],
            self.azure,
            {**VARIABLES, **variables},
            self._type,
            lambda name: str(path) if (path := self.folder / name).exists() else None,
            self._probe,
        )

    def published(self) -> list[str]:
        log = self.folder / "published"
        return log.read_text().splitlines() if log.exists() else []

    def steps(self) -> list[str]:
        """What was asked of Azure to make or change something."""
        made = [a for a in self.there.asked if {"create", "set"} & set(a[:3])]
        return [" ".join(a[: _options_at(a)]) + f" {a[a.index('--name') + 1]}" for a in made]

    def _type(self, _: str) -> str:
        self.passwords_asked += 1
        return self.typed

    def _probe(self, *asked: Any) -> bool:
        self.probed.append(asked)
        return self.closed


def _options_at(arguments: list[str]) -> int:
    return next(at for at, argument in enumerate(arguments) if argument.startswith("--"))


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    there = Subscription()
    said: list[str] = []
    waited: list[float] = []
    func = tmp_path / "func"
    func.write_text(
        f'#!/bin/sh\necho "$@" >> {tmp_path}/published\nexit $(cat {tmp_path}/status 2>/dev/null || echo 0)\n'
    )
    func.chmod(0o755)
    with az_on_path(tmp_path, there.answer, there.environment.update) as program:
        azure = AzureCli(program=str(program), say=said.append, pause=waited.append, now=lambda: sum(waited))
        yield Machine(azure=azure, folder=tmp_path, there=there, said=said, waited_seconds=waited)


def _client_ids(machine: Machine) -> tuple[str, str]:
    parameters = machine.there.deployments["sync"]["properties"]["parameters"]
    return parameters["entraClientId"]["value"], parameters["signInClientId"]["value"]


def test_everything_is_made_in_the_order_of_the_page(machine: Machine) -> None:
    assert machine.installs() == 0

    assert machine.steps() == ["group create rg-sync", MAIN, ENTRA, MAIN, "keyvault secret set proofpoint-password"]
    assert _client_ids(machine) == ("directory-id", "sign-in-id")
    assert machine.published() == ["azure functionapp publish ppsync-x --python"]
    assert machine.probed == [("rg-sync", "ppsync-x", "sign-in-id")]
    assert "https://sync.example.com/api/review" in machine.said[-1]


def test_the_registrations_trust_what_was_deployed_and_whoever_installs_administers(machine: Machine) -> None:
    machine.installs()

    (asked,) = [a for a in machine.there.asked if "entra" in a]
    assert "identityPrincipalId=66666666-6666-6666-6666-666666666666" in asked
    assert 'adminObjectIds=["ada"]' in asked
    assert machine.there.environment["AZURE_PRINCIPAL_ID"] == "ada"


def test_a_second_run_registers_nothing_asks_for_nothing_and_keeps_the_app_signed_in_to(machine: Machine) -> None:
    machine.installs()
    machine.there.asked.clear()

    assert machine.installs() == 0

    assert machine.steps() == [MAIN]
    assert _client_ids(machine) == ("directory-id", "sign-in-id")
    assert machine.passwords_asked == 1


def test_a_run_after_a_failed_deployment_never_takes_the_registrations_from_the_app(machine: Machine) -> None:
    machine.installs()
    del machine.there.deployments["sync"]["properties"]["outputs"]
    machine.there.asked.clear()

    assert machine.installs() == 0

    assert machine.steps() == [MAIN]
    assert _client_ids(machine) == ("directory-id", "sign-in-id")


def test_registrations_that_are_set_are_used_and_none_are_made(machine: Machine) -> None:
    assert machine.installs(ENTRA_CLIENT_ID="theirs", SIGN_IN_CLIENT_ID="theirs-too") == 0

    assert machine.steps() == ["group create rg-sync", MAIN, "keyvault secret set proofpoint-password"]
    assert _client_ids(machine) == ("theirs", "theirs-too")


def test_one_client_id_of_two_is_refused_by_name(machine: Machine) -> None:
    assert machine.installs(ENTRA_CLIENT_ID="theirs") == 1

    assert "SIGN_IN_CLIENT_ID is not set" in machine.said[-1]
    assert ENTRA not in machine.steps()


def test_what_is_not_known_everywhere_yet_is_tried_again(machine: Machine) -> None:
    machine.there.tenant.refusals += [("--name entra", NOT_YET)] * 3

    assert machine.installs() == 0

    assert len(machine.waited_seconds) == 3
    assert _client_ids(machine) == ("directory-id", "sign-in-id")


def test_what_was_granted_before_counts_as_done_and_the_rest_is_checked(machine: Machine) -> None:
    machine.there.tenant.refusals.append(("--name entra", GRANTED))

    assert machine.installs() == 0

    apps = machine.there.tenant.applications
    assert _client_ids(machine) == (apps["ppsync-x-directory"]["appId"], apps["ppsync-x-sign-in"]["appId"])
    assert machine.waited_seconds == []


def test_granted_before_does_not_hide_a_refusal_for_good(machine: Machine) -> None:
    machine.there.tenant.refusals += [
        ("--name entra", f"{GRANTED}; Authorization_RequestDenied"),
        ("applications(uniqueName", "Forbidden(Authorization_RequestDenied)"),
    ]

    assert machine.installs() == 1

    assert "Authorization_RequestDenied" in machine.said[-1]
    assert machine.steps()[-1] == ENTRA


def test_by_hand_registers_without_a_template(machine: Machine) -> None:
    assert machine.installs("--by-hand") == 0

    assert ENTRA not in machine.steps()
    assert _client_ids(machine)[1] == machine.there.tenant.applications["ppsync-x-sign-in"]["appId"]


def test_a_national_cloud_is_told_to_register_by_hand_before_anything_is_made(machine: Machine) -> None:
    machine.there.tenant.cloud = "AzureUSGovernment"

    assert machine.installs() == 1

    assert "--by-hand" in machine.said[-1]
    assert machine.steps() == []


def test_with_function_keys_nobody_signs_in(machine: Machine) -> None:
    machine.there.parameters["authMode"] = "key"

    assert machine.installs("--by-hand") == 0

    assert list(machine.there.tenant.applications) == ["ppsync-x-directory"]


@pytest.mark.parametrize("status", ["0", "1"])
def test_the_password_is_in_the_vault_and_nowhere_else(
    machine: Machine, capfd: pytest.CaptureFixture[str], status: str
) -> None:
    (machine.folder / "status").write_text(status)

    assert machine.installs() == int(status)

    assert machine.there.tenant.vault["proofpoint-password"]["value"] == PASSWORD
    out, err = capfd.readouterr()
    arguments = [argument for asked in machine.there.asked for argument in asked]
    told = [out, err, *machine.said, *arguments, *machine.published(), *machine.there.environment.values()]
    assert PASSWORD not in "\n".join(told)


def test_a_right_to_write_secrets_that_is_minutes_old_is_waited_for(machine: Machine) -> None:
    machine.there.tenant.refusals += [
        ("keyvault secret list", "(Forbidden) Inner error: ForbiddenByRbac"),
        *[("keyvault secret set", "(Forbidden) Inner error: ForbiddenByRbac")] * 2,
    ]

    assert machine.installs() == 0

    assert len(machine.waited_seconds) == 3
    assert machine.passwords_asked == 1


def test_an_empty_password_is_not_written(machine: Machine) -> None:
    machine.typed = ""

    assert machine.installs() == 1

    assert machine.there.tenant.vault == {}
    assert "No password was typed" in machine.said[-1]


def test_the_vault_is_left_alone_where_somebody_else_has_the_password(machine: Machine) -> None:
    assert machine.installs("--no-password") == 0

    assert not [asked for asked in machine.there.asked if asked[0] == "keyvault"]


def test_it_stops_where_the_resources_are_refused(machine: Machine) -> None:
    machine.there.tenant.refusals.append(("--name sync", "(InvalidTemplateDeployment) no such region"))

    assert machine.installs() == 1

    assert machine.steps() == ["group create rg-sync", MAIN]
    assert "no such region" in machine.said[-1]
    assert (machine.passwords_asked, machine.published(), machine.probed) == (0, [], [])


def test_variables_that_are_missing_are_named_before_anything_is_made(machine: Machine) -> None:
    assert machine.installs(PROOFPOINT_DOMAIN="", PROOFPOINT_USER="") == 1

    assert "Not set: PROOFPOINT_DOMAIN, PROOFPOINT_USER." in machine.said[-1]
    assert machine.there.asked == []


def test_without_a_program_to_publish_nothing_is_begun(machine: Machine) -> None:
    (machine.folder / "func").unlink()

    assert machine.installs() == 1
    assert machine.there.asked == []
    assert machine.installs("--no-code") == 0


def test_an_app_that_is_open_ends_it_with_1(machine: Machine) -> None:
    machine.closed = False

    assert machine.installs() == 1

    assert "Installed" not in machine.said[-1]
