"""The scripts that register without rights in Azure, run with a stand-in for ``az`` that speaks to a tenant over the loopback."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.graph import client_secret, grant
from infra.graph.azure_cli import AzureCli
from tests.infra.az import az_on_path
from tests.infra.conftest import ROOT
from tests.infra.tenant import GRAPH_PRINCIPAL, NOT_YET, PERMISSIONS, Tenant

BICEP = (ROOT / "infra" / "graph" / "entra.bicep").read_text(encoding="utf-8")
IDENTITY = "66666666-6666-6666-6666-666666666666"
REDIRECT = "https://sync.example.com/.auth/login/aad/callback"
APP = ["--function-app-name", "ppsync-x", "--identity-principal-id", IDENTITY]
WHOLE = [*APP, "--sign-in-redirect-url", REDIRECT, "--admin", "ada", "--reader", "ray", "--automation", "otto"]
SECRET = ["--client-id", "c0", "--vault-name", "vault"]
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class Machine:
    """A machine with ``az`` on it."""

    azure: AzureCli
    tenant: Tenant
    said: list[str] = field(default_factory=list)
    waited_seconds: list[float] = field(default_factory=list)


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    tenant = Tenant()
    said: list[str] = []
    waited: list[float] = []
    with az_on_path(tmp_path, tenant.answer) as program:
        azure = AzureCli(program=str(program), say=said.append, pause=waited.append, now=lambda: sum(waited))
        yield Machine(azure=azure, tenant=tenant, said=said, waited_seconds=waited)


def test_the_reading_registration_trusts_the_identity_and_has_least_permissions(machine: Machine) -> None:
    assert grant.main(APP, machine.azure) == 0

    (application,) = machine.tenant.applications.values()
    (principal,) = machine.tenant.principals.values()
    credential = machine.tenant.credentials[application["id"]]
    assert credential["subject"] == IDENTITY
    assert credential["issuer"] == "https://login.microsoftonline.com/44444444-4444-4444-4444-444444444444/v2.0"
    assert credential["audiences"] == ["api://AzureADTokenExchange"]
    least = [PERMISSIONS["User.Read.All"], PERMISSIONS["GroupMember.Read.All"]]
    assert machine.tenant.assignments == [
        {"principalId": principal["id"], "resourceId": GRAPH_PRINCIPAL, "appRoleId": role} for role in least
    ]


def test_mailbox_purposes_are_read_only_where_asked_for(machine: Machine) -> None:
    assert grant.main([*APP, "--read-mailbox-purposes"], machine.azure) == 0

    assert machine.tenant.assignments[-1]["appRoleId"] == PERMISSIONS["MailboxSettings.Read"]


def test_people_and_applications_get_their_roles_and_consent_is_given_for_all(machine: Machine) -> None:
    assert grant.main(WHOLE, machine.azure) == 0

    sign_in = machine.tenant.applications["ppsync-x-sign-in"]
    principal = machine.tenant.principals[sign_in["appId"]]
    assert sign_in["web"]["redirectUris"] == [REDIRECT]
    assert principal["appRoleAssignmentRequired"] is True
    assert machine.tenant.consents[0]["scope"] == "openid profile email"
    assert [(a["principalId"], a["appRoleId"]) for a in machine.tenant.assignments if a["resourceId"] == principal["id"]] == [
        ("ada", grant.ROLES["Sync.Admin"][0]),
        ("ray", grant.ROLES["Sync.Reader"][0]),
        ("otto", grant.ROLES["Sync.Automation"][0]),
    ]  # fmt: skip


def test_the_client_ids_are_printed_for_the_shell(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    grant.main(WHOLE, machine.azure)

    ids = {name: application["appId"] for name, application in machine.tenant.applications.items()}
    assert capsys.readouterr().out.splitlines() == [
        f"export ENTRA_CLIENT_ID={ids['ppsync-x-directory']}",
        f"export SIGN_IN_CLIENT_ID={ids['ppsync-x-sign-in']}",
    ]


def test_a_second_run_finds_everything_and_makes_nothing_anew(machine: Machine) -> None:
    grant.main(WHOLE, machine.azure)
    before = (dict(machine.tenant.applications), list(machine.tenant.assignments), list(machine.tenant.consents))

    assert grant.main(WHOLE, machine.azure) == 0

    assert (machine.tenant.applications, machine.tenant.assignments, machine.tenant.consents) == before
    assert machine.waited_seconds == []


@pytest.mark.parametrize("step", ["federatedIdentityCredentials", "PATCH --url https://graph.microsoft.com/v1.0/service", "appRoleAssignedTo"])  # fmt: skip
def test_what_is_not_known_everywhere_yet_is_asked_again(machine: Machine, step: str) -> None:
    machine.tenant.refusals += [(step, NOT_YET)] * 3

    assert grant.main(WHOLE, machine.azure) == 0

    assert len(machine.waited_seconds) == 3
    assert len(machine.tenant.assignments) == 5


def test_asking_again_ends_after_a_quarter_of_an_hour(machine: Machine) -> None:
    machine.tenant.refusals += [("appRoleAssignedTo", NOT_YET)] * 100

    assert grant.main(APP, machine.azure) == 1

    assert sum(machine.waited_seconds) == 15 * 60
    assert "Not a valid reference update" in machine.said[-1]


def test_a_refusal_for_good_is_said_at_once_with_the_role_that_is_needed(machine: Machine) -> None:
    machine.tenant.refusals.append(("appRoleAssignedTo", "Forbidden({...Insufficient privileges...})"))

    assert grant.main(APP, machine.azure) == 1

    assert machine.waited_seconds == []
    assert "Privileged Role Administrator" in machine.said[-1]


def test_it_asks_azure_for_nothing(machine: Machine) -> None:
    grant.main(WHOLE, machine.azure)

    assert {command.partition(" --")[0] for command in machine.tenant.commands} == {
        "cloud show",
        "account show",
        "rest",
    }


def test_sign_in_without_an_administrator_is_refused(machine: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        grant.main([*APP, "--sign-in-redirect-url", REDIRECT], machine.azure)

    assert "--admin is needed" in capsys.readouterr().err


def test_a_national_cloud_has_its_own_hosts_and_audience(machine: Machine) -> None:
    machine.tenant.cloud = "AzureUSGovernment"
    machine.tenant.authority = "https://login.microsoftonline.us"
    machine.tenant.graph_url = "https://graph.microsoft.us/"

    assert grant.main(APP, machine.azure) == 0

    (credential,) = machine.tenant.credentials.values()
    assert credential["issuer"].startswith("https://login.microsoftonline.us/")
    assert credential["audiences"] == ["api://AzureADTokenExchangeUSGov"]


def test_roles_are_those_of_the_bicep_file() -> None:
    block = BICEP.partition("  appRoles: [")[2].partition("\n  ]")[0]
    names = dict(re.findall(r"var (\w+Role) = '([0-9a-f-]{36})'", BICEP))
    pattern = r"id: (\w+)\s+value: '([^']+)'\s+displayName: '([^']+)'\s+description: '([^']+)'\s+allowedMemberTypes: \['(\w+)'\]"
    found = {value: (names[name], kind, shown, text) for name, value, shown, text, kind in re.findall(pattern, block)}

    assert found == grant.ROLES


def test_names_are_those_of_the_bicep_file_so_that_either_finds_what_the_other_made(machine: Machine) -> None:
    grant.main(WHOLE, machine.azure)

    made = {(name, a["displayName"]) for name, a in machine.tenant.applications.items()}
    pairs = re.findall(r"uniqueName: '([^']+)'\s+displayName: '([^']+)'", BICEP)
    assert made == {
        (unique.replace("${functionAppName}", "ppsync-x"), shown.replace("${functionAppName}", "ppsync-x"))
        for unique, shown in pairs
        if "essentials" not in unique
    }


def test_a_client_secret_goes_into_the_vault_with_its_expiry_and_nowhere_else(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    assert client_secret.main([*SECRET, "--days", "730"], machine.azure, NOW) == 0

    (credential,) = machine.tenant.secrets.values()
    stored = machine.tenant.vault["entra-client-secret"]
    assert stored == {"value": "known-to-the-vault-alone", "expires": "2028-02-29T00:00:00Z"}
    assert credential["endDateTime"] == stored["expires"]
    told = capsys.readouterr().out + " ".join(machine.said) + " ".join(machine.tenant.commands)
    assert "known-to-the-vault-alone" not in told


@pytest.mark.parametrize("days", ["0", "731"])
def test_a_client_secret_is_good_for_two_years_at_most(
    machine: Machine, capsys: pytest.CaptureFixture[str], days: str
) -> None:
    with pytest.raises(SystemExit):
        client_secret.main([*SECRET, "--days", days], machine.azure, NOW)

    assert f"--days is {days}: write 1 to 730" in capsys.readouterr().err
    assert machine.tenant.secrets == {}


def test_a_right_that_was_given_a_moment_ago_is_waited_for(machine: Machine) -> None:
    machine.tenant.refusals += [("keyvault secret set", "(Forbidden) Inner error: ForbiddenByRbac")] * 2

    assert client_secret.main(SECRET, machine.azure, NOW) == 0

    assert len(machine.waited_seconds) == 2
    assert len(machine.tenant.secrets) == 1


def test_a_secret_that_the_vault_does_not_take_is_taken_back(machine: Machine) -> None:
    machine.tenant.refusals.append(("keyvault secret set", "(VaultNotFound)"))

    assert client_secret.main(SECRET, machine.azure, NOW) == 1

    assert machine.tenant.secrets == {}
    assert "The registration has no new secret" in machine.said[-1]


def test_a_secret_that_cannot_be_taken_back_is_named(machine: Machine) -> None:
    machine.tenant.refusals += [("keyvault secret set", "(VaultNotFound)"), ("removePassword", "Forbidden({})")]

    assert client_secret.main(SECRET, machine.azure, NOW) == 1

    (key_id,) = machine.tenant.secrets
    assert f"--key-id {key_id}" in machine.said[-1]
