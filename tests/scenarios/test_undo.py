"""Undo on real sockets: what an execution did to a company's mail is put back, through the services' own rules."""

from pathlib import Path

import pytest

from shared.diff.plan import Blocked, Change
from shared.engine.run import Outcome, Run, RunState
from simulator.estate import Estate
from simulator.world import Json
from tests.scenarios.deployment import PERSON, Deployment, deployed
from tests.scenarios.native_company import Company

SETTINGS = {
    "SYNC_HOW": "add_users,update_users,add_groups,update_groups,remove_deleted_users,remove_deleted_groups",
    "SYNC_LEAVERS": "remove",
    "SYNC_GRACE_DAYS": "0",
    "SYNC_WELCOME_EMAIL": "true",
}
LISTS = {"safe_list_senders": ["*@partner.example"], "block_list_senders": ["spam.example"]}


@pytest.fixture
def company(tmp_path: Path) -> Company:
    """Two people and a shared mailbox beside those that are there from the start; the app knows them all."""
    made = Company(path=tmp_path)
    for name in ("ann", "bob"):
        made.person(name, aliases=(f"{name}.alias",))
        made.account(name, alias_emails=[made.address(f"{name}.alias")])
    made.synced(**SETTINGS)
    return made


def executed(deployment: Deployment) -> Run:
    search = deployment.search()
    assert search.plan_id is not None, search.problem
    return succeeded(deployment, deployment.execute(search.plan_id))


def succeeded(deployment: Deployment, run: Run) -> Run:
    assert run.state is RunState.SUCCEEDED, deployment.application.engine.results(run.id)
    return run


def undo_of(deployment: Deployment, run: Run) -> Run:
    return deployment.finished(deployment.application.engine.start_undo(run.id, PERSON))


def rows(deployment: Deployment, run: Run) -> tuple[Change, ...]:
    return deployment.application.engine.plan(run.plan_id or "").plan.changes


def kept(company: Company) -> dict[str, Json]:
    """What of each account a reader of its mail would miss; a number is given once."""
    names = ("type", "is_active", "firstname", "surname", "alias_emails", *LISTS)
    return {name: {key: account[key] for key in names} for name, account in company.accounts().items()}


def test_removed_accounts_come_back_with_addresses_type_and_lists(company: Company) -> None:
    (bob,) = (a for a in company.organization.users.values() if a["primary_email"] == company.address("bob"))
    bob.update(LISTS)
    before = kept(company)
    with Estate(company.world) as estate, deployed(estate, company.path, SETTINGS) as deployment:
        company.editor.remove("users", _id_of(company, "bob"))
        removal = executed(deployment)
        assert "bob" not in kept(company)
        undo = undo_of(deployment, removal)
        succeeded(deployment, deployment.execute(undo.plan_id or ""))

        assert kept(company) == before
        assert not deployment.application.engine.status().gate.is_open


def test_conversions_new_people_and_addresses_that_changed_hands_go_back(company: Company) -> None:
    before = kept(company)
    with Estate(company.world) as estate, deployed(estate, company.path, SETTINGS) as deployment:
        _hand_over(company, "ann.alias", giver="ann", taker="bob")
        company.editor.change("users", _id_of(company, "kim"), {"accountEnabled": False})
        company.person("zoe")
        run = executed(deployment)
        changed = kept(company)
        assert company.address("ann.alias") in str(changed["bob"]["alias_emails"])
        assert changed["kim"]["type"] == "functional_account"
        assert "zoe" in changed
        undo = undo_of(deployment, run)
        back = succeeded(deployment, deployment.execute(undo.plan_id or ""))

        assert kept(company) == before
        assert rows(deployment, undo_of(deployment, run)) == ()
        succeeded(deployment, deployment.execute(undo_of(deployment, back).plan_id or ""))
        assert kept(company) == changed


def test_what_was_changed_since_stays_and_the_rest_goes_back(company: Company) -> None:
    with Estate(company.world) as estate, deployed(estate, company.path, SETTINGS) as deployment:
        for name in ("kim", "lou"):
            company.editor.change("users", _id_of(company, name), {"surname": "Miller"})
        run = executed(deployment)
        (kim,) = (a for a in company.organization.users.values() if a["primary_email"] == company.address("kim"))
        kim["surname"] = "Smith"
        undo = undo_of(deployment, run)
        blocked = {row.address: row.blocked for row in rows(deployment, undo)}
        found = deployment.execute(undo.plan_id or "")

        assert blocked == {company.address("kim"): Blocked.CONFLICT, company.address("lou"): None}
        assert found.counts[Outcome.DONE] == 1
        assert [kept(company)[name]["surname"] for name in ("kim", "lou")] == ["Smith", "Example"]


def _id_of(company: Company, name: str) -> str:
    return next(i for i, user in company.world.tenant.users.items() if user["mail"] == company.address(name))


def _hand_over(company: Company, alias: str, *, giver: str, taker: str) -> None:
    entry = f"smtp:{company.address(alias)}"
    users = company.world.tenant.users
    old, new = _id_of(company, giver), _id_of(company, taker)
    left = [e for e in users[old]["proxyAddresses"] if e != entry]
    company.editor.change("users", old, {"proxyAddresses": left})
    company.editor.change("users", new, {"proxyAddresses": [*users[new]["proxyAddresses"], entry]})
