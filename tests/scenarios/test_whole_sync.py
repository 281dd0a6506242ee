"""The whole sync on real sockets: search, execute, search again."""

import math
from pathlib import Path
from typing import Any

import pytest

from shared.diff.licences import MAILBOX_PLANS
from shared.engine.run import Outcome, RunState
from simulator.company import make_world
from simulator.estate import Credential, Estate
from simulator.wire import ServiceName
from tests.scenarios.deployment import deployed


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_company_is_searched_executed_and_found_in_sync(tmp_path: Path, seed: int) -> None:
    with Estate(make_world(people=300, groups=30, seed=seed)) as estate, deployed(estate, tmp_path) as deployment:
        search = deployment.search()
        assert search.state is RunState.SUCCEEDED, search.problem
        assert search.plan_id is not None
        execution = deployment.execute(search.plan_id)
        again = deployment.search()
        assert again.plan_id is not None
        replan = deployment.application.engine.plan(again.plan_id).plan

        assert execution.state is RunState.SUCCEEDED, deployment.application.engine.results(execution.id)
        assert execution.counts[Outcome.DONE] > 50
        assert [c for c in replan.changes if c.ticked] == []


@pytest.mark.parametrize("credential", list(Credential))
def test_every_credential_gets_a_token_and_a_plan(tmp_path: Path, credential: Credential) -> None:
    world = make_world(people=40, groups=5, seed=4)
    with Estate(world) as estate, deployed(estate, tmp_path, credential=credential) as deployment:
        search = deployment.search()

        assert search.state is RunState.SUCCEEDED, search.problem


def asks_purpose(user: dict[str, Any]) -> bool:
    """Whether the purpose of the user's mailbox decides anything: has mail, is no guest, and is disabled or unlicensed."""
    is_guest = user["userType"] == "Guest" or "#EXT#" in user["userPrincipalName"]
    plans = {p["servicePlanId"] for p in user["assignedPlans"] if p["capabilityStatus"] in ("Enabled", "Warning")}
    return bool(user["mail"]) and not is_guest and not (user["accountEnabled"] and plans & MAILBOX_PLANS)


def test_a_search_asks_as_little_as_the_services_allow(tmp_path: Path) -> None:
    world = make_world(people=2_500, groups=1_100, seed=5)
    with Estate(world) as estate, deployed(estate, tmp_path) as deployment:
        assert deployment.search().state is RunState.SUCCEEDED
        counts = estate.journal.counts()

        pages = math.ceil(len(world.tenant.users) / 999) + math.ceil(len(world.tenant.groups) / 999)
        asked = [e for e in estate.journal.entries(ServiceName.GRAPH) if e.path.endswith("/$batch")]
        assert 0 < len(asked) <= math.ceil(sum(1 for u in world.tenant.users.values() if asks_purpose(u)) / 20)
        assert counts["graph"] <= pages + len(asked) + 8
        assert counts["essentials"] <= 6


def test_a_scope_of_nested_groups_limits_who_is_added(tmp_path: Path) -> None:
    world = make_world(people=120, groups=12, seed=6)
    wanted = [
        i for i, u in world.tenant.users.items() if u["accountEnabled"] and u["userType"] == "Member" and u["mail"]
    ]
    inner, outer = sorted(world.tenant.groups)[:2]
    for group_id in (inner, outer):
        world.tenant.groups[group_id]["visibility"] = None
    world.tenant.members[inner] = wanted[:5]
    world.tenant.members[outer] = [inner, *wanted[5:8]]
    with Estate(world) as estate, deployed(estate, tmp_path, {"SYNC_GROUP_SCOPE": outer}) as deployment:
        search = deployment.search()
        assert search.state is RunState.SUCCEEDED, search.problem
        plan = deployment.application.engine.plan(search.plan_id or "").plan
        people = {c.entra_id for c in plan.changes if c.entra_id in world.tenant.users}

        assert people <= set(wanted[:8])
        assert sum(1 for s in plan.skipped if s.reason == "out_of_scope") > 0


def test_a_rotated_secret_is_picked_up_without_a_restart(tmp_path: Path) -> None:
    world = make_world(people=40, groups=5, seed=7)
    with Estate(world) as estate, deployed(estate, tmp_path) as deployment:
        assert deployment.search().state is RunState.SUCCEEDED
        organization = world.organizations[0]
        api_account = estate.app_settings()["PROOFPOINT_USER"]
        with world.lock:
            organization.passwords[api_account] = "a-new-passphrase-of-the-api-account"
            versions = world.vault["proofpoint-password"].versions
            versions.append({**versions[-1], "version": "0" * 32, "value": organization.passwords[api_account]})

        again = deployment.search()
        assert again.state is RunState.SUCCEEDED, again.problem


def test_without_the_permission_nobodys_purpose_is_asked_and_the_plan_says_who_is_left_alone(tmp_path: Path) -> None:
    world = make_world(people=200, groups=10, seed=8)
    next(iter(world.tenant.applications.values())).roles.remove("MailboxSettings.Read")
    with Estate(world) as estate, deployed(estate, tmp_path, {"SYNC_DISABLED_AS": "inactive"}) as deployment:
        search = deployment.search()
        plan = deployment.application.engine.plan(search.plan_id or "").plan

        assert not [e for e in estate.journal.entries(ServiceName.GRAPH) if e.path.endswith("/$batch")]
        assert any("MailboxSettings.Read" in warning for warning in plan.warnings)
        assert any(s.reason == "purpose_unknown" for s in plan.skipped)
