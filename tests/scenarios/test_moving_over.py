"""The way over from the product's own directory sync, as docs/native-sync.md tells it: nobody's mail stops on it."""

from pathlib import Path

import pytest

from shared.engine.refusals import NativeSyncOnError
from shared.engine.run import Run, RunState
from simulator.estate import Estate
from simulator.world import Json
from tests.scenarios.deployment import Deployment, deployed
from tests.scenarios.native_company import Company

NATIVE_SYNC: Json = {
    "application_id": "11111111-2222-3333-4444-555555555555",
    "ad_key": "abcdefghijklmnop",
    "default_user_role_name": "end_user",
    "sync_frequency": 6,
    "sync_active_users": True,
    "sync_distribution_groups": True,
    "sync_security_groups": True,
    "add_users": True,
    "update_users": True,
    "remove_deleted_users": True,
    "add_groups": True,
    "update_groups": True,
    "remove_deleted_groups": True,
}
OURS = {"SYNC_EVERY_HOURS": "1", "GUARD_REMOVALS_PERCENT": "100", "GUARD_CHANGES_PERCENT": "100"}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    made = Company(path=tmp_path)
    made.organization.azure.update(NATIVE_SYNC)
    for name in ("ann", "bob"):
        made.account(name)
    made.account("office", safe_list_senders=["*@partner.example"])
    made.person("ann")
    made.person("bob", enabled=False)
    made.person("office", enabled=False, licensed=False, purpose="shared")
    return made


def recipients(estate: Estate, company: Company) -> dict[str, int | None]:
    """Which account gets everybody's mail now."""
    flow = estate.essentials.mail_flow
    return {name: flow.recipient(company.address(name)) for name in ("ann", "bob", "office", "kim", "lou", "max")}


def scheduled(deployment: Deployment) -> Run:
    """The scheduled run that is due, carried out."""
    engine = deployment.application.engine
    enqueued = engine.on_timer().enqueued
    assert enqueued is not None
    return deployment.finished(engine.run(enqueued))


def test_while_the_product_writes_users_nothing_here_does(company: Company) -> None:
    before = company.accounts()
    with Estate(company.world) as estate, deployed(estate, company.path, OURS) as deployment:
        search = deployment.search()
        assert search.plan_id is not None, search.problem
        plan = deployment.application.engine.plan(search.plan_id).plan
        assert any("native_sync_on" in warning for warning in plan.warnings)
        with pytest.raises(NativeSyncOnError):
            deployment.execute(search.plan_id)
        assert scheduled(deployment).state is RunState.BLOCKED

    assert company.accounts() == before


def test_moving_over_leaves_everybodys_mail_with_the_same_account(company: Company) -> None:
    company.organization.azure["sync_frequency"] = 0
    with Estate(company.world) as estate, deployed(estate, company.path, OURS) as deployment:
        before = recipients(estate, company)
        assert None not in before.values()

        unattended = scheduled(deployment)
        assert (unattended.state, unattended.problem and unattended.problem.code) == (
            RunState.BLOCKED,
            "gate_closed",
        )
        search = deployment.search()
        assert search.plan_id is not None, search.problem
        assert deployment.execute(search.plan_id).state is RunState.SUCCEEDED
        assert deployment.application.engine.status().gate.is_open
        assert recipients(estate, company) == before
        company.world.clock.advance(2 * 3600)
        assert recipients(estate, company) == before

    after = company.accounts()
    assert [after[name]["type"] for name in ("ann", "bob", "office")] == [
        "end_user",
        "functional_account",
        "functional_account",
    ]
    assert after["office"]["safe_list_senders"] == ["*@partner.example"]


def test_after_moving_over_the_schedule_adds_who_is_new(company: Company) -> None:
    company.organization.azure["sync_frequency"] = 0
    company.synced(**OURS)
    company.person("dee")
    with Estate(company.world) as estate, deployed(estate, company.path, OURS) as deployment:
        run = scheduled(deployment)
        assert run.state is RunState.SUCCEEDED, run.problem

    assert company.accounts()["dee"]["type"] == "end_user"
