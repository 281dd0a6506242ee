"""What goes wrong at the edges: one clear problem each, the run failed, nothing written, and no secret told."""

import gzip
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared.engine.run import RunState
from simulator.company import make_world
from simulator.effects import DropBefore
from simulator.estate import Estate
from simulator.faults import Fault
from simulator.wire import ServiceName
from simulator.world import World
from tests.scenarios.deployment import Deployment, deployed

WRITES = ("POST", "PUT", "DELETE", "PATCH")


@pytest.fixture
def world() -> World:
    return make_world(people=60, groups=6, seed=11)


@pytest.fixture
def estate(world: World) -> Iterator[Estate]:
    with Estate(world) as running:
        yield running


def writes(estate: Estate) -> list[str]:
    return [f"{e.method} {e.path}" for e in estate.journal.entries(ServiceName.ESSENTIALS) if e.method in WRITES]


def failed_with(deployment: Deployment) -> tuple[str, str]:
    run = deployment.search()
    assert run.state is RunState.FAILED, run
    assert run.problem is not None
    assert run.problem.fix
    return run.problem.code, run.problem.detail


def wrong_entra_secret(world: World) -> None:
    world.vault["entra-client-secret"].versions[-1]["value"] = "a-wrong-client-secret"


def wrong_password(world: World) -> None:
    world.vault["proofpoint-password"].versions[-1]["value"] = "a-wrong-password"


def missing_secret(world: World) -> None:
    del world.vault["proofpoint-password"]


def no_user_permission(world: World) -> None:
    next(iter(world.tenant.applications.values())).roles.remove("User.Read.All")


def no_group_permission(world: World) -> None:
    next(iter(world.tenant.applications.values())).roles.remove("GroupMember.Read.All")


@pytest.mark.parametrize(
    ("break_it", "code", "names"),
    [
        (wrong_entra_secret, "entra_credential", "secret"),
        (wrong_password, "essentials_credential", "api-sync"),
        (missing_secret, "secret_unavailable", "proofpoint-password"),
        (no_user_permission, "permission_missing", "User.Read.All"),
        (no_group_permission, "permission_missing", "GroupMember.Read.All"),
    ],
)
def test_a_wrong_credential_or_a_missing_permission_is_named(
    estate: Estate, world: World, tmp_path: Path, break_it: Callable[[World], None], code: str, names: str
) -> None:
    break_it(world)
    with deployed(estate, tmp_path) as deployment:
        found, detail = failed_with(deployment)

    assert found == code
    assert names in detail
    assert writes(estate) == []


@pytest.mark.parametrize(
    ("settings", "code", "names"),
    [
        ({"PROOFPOINT_DOMAIN": "not-registered.example"}, "not_found_as_configured", "not-registered.example"),
        ({"ENTRA_CLIENT_ID": "99999999-9999-4999-8999-999999999999"}, "entra_credential", "99999999"),
        ({"PROOFPOINT_URL": "ftp://127.0.0.1"}, "settings_invalid", "PROOFPOINT_URL"),
        ({"SYNC_WHAT": "active_userz"}, "settings_invalid", "SYNC_WHAT"),
        ({"GUARD_REMOVALS": "many"}, "settings_invalid", "GUARD_REMOVALS"),
        ({"SYNC_WAHT": "none"}, "settings_invalid", "SYNC_WAHT"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    estate: Estate, tmp_path: Path, settings: dict[str, str], code: str, names: str
) -> None:
    with deployed(estate, tmp_path, settings) as deployment:
        found, detail = failed_with(deployment)

    assert found in (code, "not_found_as_configured")
    assert names in detail
    assert writes(estate) == []


@pytest.mark.parametrize("setting", ["PROOFPOINT_URL", "ENTRA_AUTHORITY"])
def test_an_unreachable_host_is_named(estate: Estate, tmp_path: Path, setting: str) -> None:
    nobody = "https://127.0.0.1:1"
    with deployed(estate, tmp_path, {setting: nobody}) as deployment:
        found, detail = failed_with(deployment)

    assert found == "unreachable"
    assert "127.0.0.1:1" in detail
    assert writes(estate) == []


def test_a_graph_that_drops_every_connection_is_named(estate: Estate, tmp_path: Path) -> None:
    estate.faults.add(Fault(service=ServiceName.GRAPH, effect=DropBefore(), times=1_000))
    with deployed(estate, tmp_path) as deployment:
        found, detail = failed_with(deployment)

    assert found == "unreachable"
    assert "/v1.0/" in detail
    assert writes(estate) == []


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def test_a_planted_secret_is_found_nowhere(
    estate: Estate, world: World, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secrets = [secret.versions[-1]["value"] for secret in world.vault.values()]
    with deployed(estate, tmp_path) as deployment:
        search = deployment.search()
        assert search.plan_id is not None
        deployment.execute(search.plan_id)
    wrong_password(world)
    wrong_entra_secret(world)
    with deployed(estate, tmp_path) as deployment:
        engine = deployment.application.engine
        told = [str(failed_with(deployment)), str(engine.status()), str(engine.settings()), str(engine.runs(limit=9))]
    told.append(caplog.text)
    stored = b"".join(content(p) for p in tmp_path.rglob("*") if p.is_file())

    for secret in [*secrets, "a-wrong-password", "a-wrong-client-secret"]:
        assert not any(secret in text for text in told)
        assert secret.encode() not in stored
