"""Verify over real sockets: break the world in one way, and the check of that way names it with a fix."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from shared.engine.administration.checks import Check, CheckName
from shared.engine.records import SlotStore
from shared.engine.run import Actor, ActorKind
from simulator.company import make_world
from simulator.estate import Credential, Estate
from simulator.world import EssentialsOrganization, World
from tests.scenarios.deployment import PERSON, Deployment, deployed
from tests.twins.still_clock import StillClock

PROGRAM = Actor(kind=ActorKind.APPLICATION, by="pipeline (00000000-0000-4000-8000-00000000000b)")
GUID = "12345678-1234-4234-8234-123456789abc"


@pytest.fixture
def world() -> World:
    return make_world(people=12, groups=2, seed=5)


@pytest.fixture
def estate(world: World) -> Iterator[Estate]:
    with Estate(world) as running:
        yield running


def verify(deployment: Deployment, actor: Actor = PERSON) -> dict[CheckName, Check]:
    return {check.name: check for check in deployment.application.administration.verify(actor)}


def failed(checks: Mapping[CheckName, Check]) -> set[CheckName]:
    return {name for name, check in checks.items() if not check.ok and not check.detail.startswith("Not checked")}


def vault_value(world: World, name: str, value: str) -> None:
    world.vault[name].versions[-1]["value"] = value


def application_of(world: World) -> list[str]:
    return next(iter(world.tenant.applications.values())).roles


def api_account_of(world: World) -> dict[str, object]:
    organization = world.organizations[0]
    address = next(iter(organization.passwords))
    return next(u for u in organization.users.values() if u["primary_email"] == address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One way to break a world, the check that must fail, and what it must name."""

    by: Callable[[World], None]
    check: CheckName
    detail: str
    fix: str


def expire_entra_secret(world: World) -> None:
    next(iter(world.tenant.applications.values())).secrets[0]["expires_at"] = world.clock.now() - timedelta(days=1)


def lose_the_domain(world: World) -> None:
    domain = world.organizations[0].domains[world.organizations[0].primary_domain]
    domain["is_active"] = False


def fill_the_licences(world: World) -> None:
    world.organizations[0].user_licences = 1


def let_the_own_sync_write(world: World) -> None:
    world.organizations[0].azure |= {
        "application_id": GUID,
        "sync_frequency": 24,
        "sync_active_users": True,
        "add_users": True,
    }


def remove_the_password(world: World) -> None:
    del world.vault["proofpoint-password"]


BROKEN = {
    "wrong secret": Broken(
        by=lambda w: vault_value(w, "entra-client-secret", "wrong"),
        check=CheckName.ENTRA_TOKEN,
        detail="does not accept the client secret",
        fix="its value (not its ID)",
    ),
    "secret id in place of its value": Broken(
        by=lambda w: vault_value(w, "entra-client-secret", GUID),
        check=CheckName.ENTRA_SECRET,
        detail="a client secret's ID, not its value",
        fix="store its value",
    ),
    "expired secret": Broken(
        by=expire_entra_secret, check=CheckName.ENTRA_TOKEN, detail="has expired", fix="Create a new client secret"
    ),
    "secret past its date in the vault": Broken(
        by=lambda w: w.vault["proofpoint-password"].versions[-1]["attributes"].update(exp=1_700_000_000),
        check=CheckName.ESSENTIALS_SECRET,
        detail="expired on 2023-11-14",
        fix="--expires",
    ),
    "no secret": Broken(
        by=remove_the_password,
        check=CheckName.ESSENTIALS_SECRET,
        detail="There is no secret proofpoint-password",
        fix="Create it",
    ),
    "no permission for people": Broken(
        by=lambda w: application_of(w).remove("User.Read.All"),
        check=CheckName.GRAPH_PEOPLE,
        detail="User.Read.All is missing (granted: GroupMember.Read.All",
        fix="Add User.Read.All",
    ),
    "no permission for groups": Broken(
        by=lambda w: application_of(w).remove("GroupMember.Read.All"),
        check=CheckName.GRAPH_GROUPS,
        detail="GroupMember.Read.All is missing",
        fix="grant admin consent",
    ),
    "wrong password": Broken(
        by=lambda w: vault_value(w, "proofpoint-password", "wrong"),
        check=CheckName.ESSENTIALS_LOGIN,
        detail="refuses api-sync@",
        fix="az keyvault secret set",
    ),
    "no administrator": Broken(
        by=lambda w: api_account_of(w).update(type="end_user"),
        check=CheckName.ESSENTIALS_ADMINISTRATOR,
        detail="Administrator privileges are required",
        fix="an organization admin",
    ),
    "read-only administrator": Broken(
        by=lambda w: api_account_of(w).update(read_only_user=True),
        check=CheckName.ESSENTIALS_ADMINISTRATOR,
        detail="may only read",
        fix="read-only",
    ),
    "inactive domain": Broken(
        by=lose_the_domain, check=CheckName.ESSENTIALS_DOMAIN, detail="not active", fix="Activate it"
    ),
    "licences full": Broken(
        by=fill_the_licences, check=CheckName.ESSENTIALS_LICENCES, detail="All 1 licences are used", fix="functional"
    ),
    "native sync on": Broken(
        by=let_the_own_sync_write, check=CheckName.NATIVE_SYNC, detail="writes users", fix="to never"
    ),
}


def test_a_sound_deployment_passes_every_check(estate: Estate, tmp_path: Path) -> None:
    with deployed(estate, tmp_path) as deployment:
        checks = verify(deployment)

    assert failed(checks) == set()
    assert all(check.detail and not check.fix for check in checks.values())
    assert not (tmp_path / "default" / "verify.json").exists()


@pytest.mark.parametrize(("is_granted", "words"), [(True, "is granted"), (False, "not required")])
def test_the_optional_permission_is_told_and_never_fails(
    estate: Estate, world: World, tmp_path: Path, is_granted: bool, words: str
) -> None:
    roles = application_of(world)
    roles[:] = [*(r for r in roles if r != "MailboxSettings.Read"), *(["MailboxSettings.Read"] if is_granted else [])]
    with deployed(estate, tmp_path) as deployment:
        check = verify(deployment)[CheckName.GRAPH_MAILBOXES]

    assert check.ok
    assert words in check.detail


@pytest.mark.parametrize("credential", [Credential.CERTIFICATE, Credential.FEDERATED])
def test_other_credentials_pass_too(estate: Estate, tmp_path: Path, credential: Credential) -> None:
    with deployed(estate, tmp_path, credential=credential) as deployment:
        checks = verify(deployment)

    assert failed(checks) == set()
    assert (CheckName.ENTRA_SECRET in checks) is (credential is Credential.CERTIFICATE)


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_named_and_nothing_else_is(
    estate: Estate, world: World, tmp_path: Path, broken: Broken
) -> None:
    broken.by(world)
    with deployed(estate, tmp_path) as deployment:
        checks = verify(deployment)

    assert failed(checks) == {broken.check}
    assert broken.detail in checks[broken.check].detail
    assert broken.fix in checks[broken.check].fix


SETTINGS = {
    "no such tenant": ({"ENTRA_TENANT_ID": GUID}, CheckName.ENTRA_TENANT, GUID, "ENTRA_TENANT_ID"),
    "no such application": ({"ENTRA_CLIENT_ID": GUID}, CheckName.ENTRA_TOKEN, GUID, "ENTRA_CLIENT_ID"),
    "graph of another cloud": (
        {"GRAPH_URL": "https://graph.microsoft.us"},
        CheckName.ENTRA_TOKEN,
        "graph.microsoft.us",
        "the same cloud",
    ),
    "no such domain": (
        {"PROOFPOINT_DOMAIN": "nobody.example"},
        CheckName.ESSENTIALS_DOMAIN,
        "nobody.example",
        "PROOFPOINT_DOMAIN",
    ),
    "no such account": ({"PROOFPOINT_USER": "no@nobody.example"}, CheckName.ESSENTIALS_LOGIN, "no@nobody", "password"),
    "no such scope group": ({"SYNC_GROUP_SCOPE": GUID}, CheckName.GRAPH_SCOPE, GUID, "SYNC_GROUP_SCOPE"),
}


@pytest.mark.parametrize(("settings", "check", "detail", "fix"), SETTINGS.values(), ids=SETTINGS.keys())
def test_a_setting_that_names_what_is_not_there_is_named(
    estate: Estate, tmp_path: Path, settings: dict[str, str], check: CheckName, detail: str, fix: str
) -> None:
    with deployed(estate, tmp_path, settings) as deployment:
        checks = verify(deployment)

    assert failed(checks) == {check}
    assert detail in checks[check].detail
    assert fix in checks[check].fix


def test_known_hosts_of_different_clouds_are_named_before_anything_is_asked(estate: Estate, tmp_path: Path) -> None:
    clouds = {"ENTRA_AUTHORITY": "https://login.microsoftonline.com", "GRAPH_URL": "https://graph.microsoft.us"}
    with deployed(estate, tmp_path, clouds) as deployment:
        checks = verify(deployment)

    assert failed(checks) == {CheckName.SETTINGS}
    assert "set both to one cloud" in checks[CheckName.SETTINGS].fix
    assert checks[CheckName.STORAGE].ok
    assert checks[CheckName.ENTRA_TOKEN].detail == "Not checked, because settings failed."
    assert not estate.journal.entries()


def test_the_stack_that_has_the_organization_is_named(estate: Estate, world: World, tmp_path: Path) -> None:
    settings = estate.app_settings()
    other = EssentialsOrganization(primary_domain="elsewhere.example", name="Elsewhere", eid="else", stack="eu1")
    world.organizations.insert(0, other)
    own = {name: settings[name] for name in ("PROOFPOINT_DOMAIN", "PROOFPOINT_USER")}
    with deployed(estate, tmp_path, own) as deployment:
        checks = verify(deployment)

    assert failed(checks) == {CheckName.ESSENTIALS_LOGIN}
    assert "us1.proofpointessentials.com, set PROOFPOINT_URL" in checks[CheckName.ESSENTIALS_LOGIN].fix


@pytest.mark.parametrize(("seconds", "words"), [(900, "ahead of"), (-900, "behind")])
def test_a_clock_that_is_off_is_named(estate: Estate, tmp_path: Path, seconds: int, words: str) -> None:
    with deployed(estate, tmp_path) as deployment:
        clock = deployment.application._clock
        assert isinstance(clock, StillClock)
        clock.advance(seconds)
        checks = verify(deployment)

    assert CheckName.CLOCK in failed(checks)
    assert words in checks[CheckName.CLOCK].detail


def test_a_storage_that_cannot_be_written_is_named(estate: Estate, tmp_path: Path) -> None:
    with deployed(estate, tmp_path) as deployment:
        (tmp_path / "default" / "verify.json").mkdir(parents=True)
        checks = verify(deployment)

    assert failed(checks) == {CheckName.STORAGE}
    assert checks[CheckName.STORAGE].fix


@pytest.mark.parametrize(("actor", "left"), [(PERSON, ""), (PROGRAM, "some login")])
def test_a_person_who_verifies_lets_scheduled_runs_try_again(
    estate: Estate, tmp_path: Path, actor: Actor, left: str
) -> None:
    with deployed(estate, tmp_path) as deployment:
        slots = SlotStore(deployment.application.state.documents)
        slots.update(lambda s: type(s)(refused_login="some login"))
        verify(deployment, actor)

        assert slots.read().refused_login == left


def test_a_refused_login_stays_where_verify_meets_it_too(estate: Estate, world: World, tmp_path: Path) -> None:
    vault_value(world, "proofpoint-password", "wrong")
    with deployed(estate, tmp_path) as deployment:
        slots = SlotStore(deployment.application.state.documents)
        slots.update(lambda s: type(s)(refused_login="some login"))
        verify(deployment)

        assert slots.read().refused_login == "some login"


def test_checks_tell_no_secret(estate: Estate, world: World, tmp_path: Path) -> None:
    planted = f"{random.Random(3).getrandbits(128):x}"
    vault_value(world, "entra-client-secret", planted)
    vault_value(world, "proofpoint-password", planted)
    with deployed(estate, tmp_path) as deployment:
        checks = verify(deployment)

    assert failed(checks) == {CheckName.ENTRA_TOKEN, CheckName.ESSENTIALS_LOGIN}
    assert planted not in str(checks)


def test_verify_writes_nothing_to_essentials(estate: Estate, tmp_path: Path) -> None:
    with deployed(estate, tmp_path) as deployment:
        verify(deployment)

    methods = {(entry.service, entry.method) for entry in estate.journal.entries()}
    assert ("essentials", "GET") in methods
    assert not {m for service, m in methods if service in ("essentials", "graph")} - {"GET"}
