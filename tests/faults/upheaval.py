"""A small company on real sockets in which everything changes at once, and which begins anew for every cell."""

import copy
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shared.engine.records import LEDGER_PATH
from shared.engine.refusals import GuardTrippedError
from shared.engine.run import Outcome, Run, RunState, Selection
from shared.engine.worker import MAX_ATTEMPTS
from simulator.estate import Estate
from simulator.wire import ServiceName
from simulator.world import EssentialsOrganization, Json
from tests.scenarios.deployment import PERSON, Deployment, deployed
from tests.scenarios.native_company import Company

WAIT_SECONDS = 2 * 3600.0
"""Between an execution that a fault ended and the next sync: accounts made an hour ago are no longer new."""
PLAN_IS_OLD_SECONDS = 700.0
"""The directory is read again before an execution."""
OPTIONS = {
    "SYNC_HOW": "add_users,update_users,add_groups,update_groups,remove_deleted_users,remove_deleted_groups",
    "SYNC_LEAVERS": "remove",
    "SYNC_GRACE_DAYS": "0",
    "SYNC_NATIVE": "off",
    "GUARD_REMOVALS": "100",
}
ALIASES = {"ann": "of.ann", "bea": "of.bea", "cyl": "of.cyl", "dee": "of.dee", "nia": "of.nia"}
PLAIN = ("bob", "eve", "fay", "gus", "hal", "ian", "jon", "kat")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a sync leaves behind, without times."""

    accounts: Mapping[str, Json]
    ledger: Mapping[str, Json]
    native_frequency: int


@dataclass(slots=True)
class Upheaval:
    """The company between the search and the execution; ``again`` puts everything back to that moment."""

    company: Company
    estate: Estate
    settings: Mapping[str, str]
    beginning: Path
    plan_id: str
    organization: EssentialsOrganization

    @contextmanager
    def again(self, path: Path) -> Iterator[Deployment]:
        """A new deployment at the beginning, without faults and with an empty journal."""
        shutil.copytree(self.beginning, path)
        self.company.world.organizations[0] = copy.deepcopy(self.organization)
        self.estate.faults.clear()
        self.estate.journal.clear()
        with deployed(self.estate, path, self.settings) as deployment:
            deployment.clock.advance(PLAN_IS_OLD_SECONDS)
            yield deployment
        shutil.rmtree(path)

    def picture(self, deployment: Deployment) -> Picture:
        """What is there now."""
        names = ("type", "is_active", "firstname", "surname", "alias_emails")
        accounts = {
            name: {key: account[key] for key in names} | {"alias_emails": sorted(account["alias_emails"])}
            for name, account in self.company.accounts().items()
        }
        by_uid = {str(uid): a for uid, a in self.company.organization.users.items()}
        stored = deployment.application.state.documents.read(LEDGER_PATH, dict[str, Any])
        assert stored is not None
        return Picture(
            accounts=accounts,
            ledger={key: _known(entry, by_uid) for key, entry in stored.body["entries"].items()},
            native_frequency=int(self.company.organization.azure["sync_frequency"]),
        )

    def writes(self) -> list[tuple[str, str, Json]]:
        """Method, address in the path, and body of every write of accounts that Essentials was asked for."""
        entries = self.estate.journal.entries(ServiceName.ESSENTIALS)
        return [
            (e.method, e.path.rpartition("/")[2], e.body if isinstance(e.body, dict) else {})
            for e in entries
            if "/users/" in e.path and e.method in ("PUT", "DELETE")
        ]


@contextmanager
def upheaval(path: Path) -> Iterator[Upheaval]:
    """The company after its first sync and a search for all that happened since."""
    company = Company(path=path / "beginning")
    scope = company.group("everybody", mail=False, security=True)
    company.editor.change("groups", scope, {"visibility": None})
    people = {
        name: company.person(name, aliases=(ALIASES[name],) if name in ALIASES else ()) for name in (*ALIASES, *PLAIN)
    }
    for name in people:
        company.account(name, alias_emails=[company.address(ALIASES[name])] if name in ALIASES else [])
    groups = {name: company.group(name) for name in ("team", "oldteam")}
    for user in company.world.tenant.users:
        company.editor.add_member(scope, user)
    company.organization.azure |= {
        "application_id": "11111111-2222-3333-4444-555555555555",
        "ad_key": "native-secret",
        "sync_frequency": 6,
    }
    settings = {**OPTIONS, "SYNC_GROUP_SCOPE": scope}
    company.synced(**settings)
    _turn_over(company, people, groups, scope)
    with Estate(company.world) as estate:
        with deployed(estate, company.path, settings) as deployment:
            search = deployment.search()
        assert search.plan_id is not None, search.problem
        yield Upheaval(
            company=company,
            estate=estate,
            settings=settings,
            beginning=company.path,
            plan_id=search.plan_id,
            organization=copy.deepcopy(company.organization),
        )


def _turn_over(company: Company, people: Mapping[str, str], groups: Mapping[str, str], scope: str) -> None:
    """Addresses change hands, people come, go, marry, lose their licences and leave the scope."""
    editor = company.editor
    hands = {"ann": (), "bea": (), "bob": ("of.ann", "of.bea"), "cyl": ("of.dee",), "dee": ("of.cyl",), "nia": ()}
    for name, aliases in hands.items():
        editor.change("users", people[name], {"proxyAddresses": _proxies(company, name, *aliases)})
    for name, aliases in {"leo": (), "mia": ("of.nia",)}.items():
        editor.add_member(scope, company.person(name, aliases=aliases))
    editor.remove("users", people["eve"])
    editor.remove("users", people["fay"])
    del company.world.tenant.deleted_users[people["fay"]]
    editor.change("users", people["gus"], {"assignedPlans": []})
    married = company.address("hal.married")
    editor.change("users", people["hal"], {"mail": married, "proxyAddresses": _proxies(company, "hal.married", "hal")})
    editor.change("users", people["ian"], {"surname": "Corrected"})
    editor.remove_member(scope, people["jon"])
    editor.change("users", people["kat"], {"accountEnabled": False})
    editor.remove("groups", groups["oldteam"])
    company.world.tenant.deleted_groups.pop(groups["oldteam"], None)
    company.group("newteam")


def _proxies(company: Company, primary: str, *aliases: str) -> list[str]:
    return [f"SMTP:{company.address(primary)}", *(f"smtp:{company.address(a)}" for a in aliases)]


def start(deployment: Deployment, plan_id: str) -> Run:
    """An execution, not yet carried out, of the ticked rows and those that only a person ticks."""
    engine = deployment.application.engine
    plan = engine.plan(plan_id).plan
    by_hand = frozenset(c.id for c in plan.changes if not c.ticked and c.blocked is None)
    selection = Selection(digest=plan.digest, include=by_hand)
    try:
        return engine.execute(plan_id, selection, PERSON)
    except GuardTrippedError as stopped:
        return engine.execute(plan_id, replace(selection, approve=stopped.selection_digest), PERSON)


def carry_on(deployment: Deployment, run: Run) -> Run:
    """The run after so many slices that one without progress has ended."""
    for _ in range(MAX_ATTEMPTS + 2):
        worked = deployment.application.engine.work(run.id, seconds=600)
        assert worked is not None, "nobody else holds the lease"
        run = worked
        if run.state.is_final:
            break
    return run


def sync(deployment: Deployment) -> Run:
    """A search and an execution of all that it finds."""
    search = deployment.search()
    assert search.plan_id is not None, search.problem
    return carry_on(deployment, start(deployment, search.plan_id))


def is_whole(deployment: Deployment, run: Run) -> bool:
    """Whether the execution succeeded in every row."""
    results = deployment.application.engine.results(run.id)
    return run.state is RunState.SUCCEEDED and all(r.outcome in (Outcome.DONE, Outcome.ALREADY) for r in results)


def told(deployment: Deployment, run: Run) -> list[str]:
    """What an execution that is not whole says is wrong: its problem, and each row that was not done."""
    results = deployment.application.engine.results(run.id)
    rows = [
        f"{r.address}: {r.detail}" for r in results if r.outcome not in (Outcome.DONE, Outcome.ALREADY) and r.detail
    ]
    return rows if run.problem is None else [f"{run.problem.detail} {run.problem.fix}", *rows]


def _known(entry: Json, accounts: Mapping[str, Json]) -> Json:
    """What the ledger knows of an object and its account; the numbers of new accounts depend on who came first.

    Of an address that the account has not, it may tell or not: nothing can be taken by it.
    """
    account = accounts.get(str(entry["uid"]))
    held = set() if account is None else {account["primary_email"], *account["alias_emails"]}
    names = ("kind", "address", "type", "is_active", "user_type", "read_otherwise")
    return {
        **{name: entry[name] for name in names},
        "has_account": account is not None,
        "addresses": sorted(held & set(entry["addresses"])),
        "is_missing": entry["missing_since"] is not None,
        "has_left": entry["left_scope_since"] is not None,
    }
