"""Writing: no request that is not needed, and as many at once as Essentials takes well.

Requests are counted over a thousand rows of each kind without latency. Time is taken over fewer rows at 50 ms a request, beside a
loop that reads and writes one account after the other with the plain ``requests`` library.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import requests

from bench.deployment import Deployment, deployed
from bench.figures import Figure, against, bounded, medians
from shared.diff.licences import MAILBOX_PLANS
from simulator.company import make_world
from simulator.company.world import PROOFPOINT_SECRET_NAME, api_account
from simulator.wire import ServiceName
from simulator.world import Json, World

PEOPLE = 1_000
ROWS = 1_000
TIMED_ROWS = 150
LATENCY_SECONDS = 0.05
MOST_OF_LOOP = 0.35
"""Of the loop's time: six at once, begun with two, and both lists read besides."""
ADD_REQUESTS = 45
LIST_REQUESTS = 7
"""What one reading of the organization asks: itself, accounts, domains, licences, native sync, its exemptions, sign-in."""


def measure(rounds: int) -> Sequence[Figure]:
    """Requests of 1,000 adds, updates and renames, and the time of updates."""
    return [*requests_of_writing(ROWS), *_times(rounds, TIMED_ROWS)]


def requests_of_writing(rows: int) -> list[Figure]:
    """Requests for so many rows of each kind, at most a thousand, one execution each."""
    world = _company_without_accounts(rows)
    with deployed(world) as deployment:
        posts = _counted(deployment, rows, lambda: None, method="POST")
        updates = _counted(deployment, rows, lambda: _misspell(world, "Updated"))
        renames = _counted(deployment, rows, lambda: _marry(world))
    return [
        bounded(f"POST requests of {rows:,} adds", posts, "", most=ADD_REQUESTS),
        bounded(f"requests of {rows:,} updates", updates, "", most=2 * rows + 2 * LIST_REQUESTS),
        bounded(f"requests of {rows:,} renames", renames, "", most=3 * rows + 2 * LIST_REQUESTS),
    ]


def _times(rounds: int, rows: int) -> list[Figure]:
    world = _company_without_accounts(rows)
    with deployed(world) as deployment, ExitStack() as closing:
        deployment.execute(deployment.search().plan_id or "")
        session = closing.enter_context(requests.Session())
        turn = iter(range(rounds))

        def ours() -> float:
            _misspell(world, f"Round{next(turn)}")
            plan_id = deployment.search().plan_id or ""
            return _timed(deployment, lambda: deployment.execute(plan_id))

        def loop() -> float:
            return _timed(deployment, lambda: _one_after_the_other(deployment, session))

        taken = medians(rounds, {"ours": ours, "loop": loop})
    return [against(f"{rows:,} updates at 50 ms", taken["ours"], "s", control=taken["loop"], most=MOST_OF_LOOP)]


def _timed(deployment: Deployment, work: Callable[[], object]) -> float:
    deployment.estate.faults.set_latency(ServiceName.ESSENTIALS, LATENCY_SECONDS)
    started = time.perf_counter()
    work()
    seconds = time.perf_counter() - started
    deployment.estate.faults.clear()
    return seconds


def _counted(deployment: Deployment, rows: int, change: Callable[[], None], *, method: str = "") -> int:
    """Requests to Essentials of executing what a change of the directory comes to, which is so many rows."""
    change()
    search = deployment.search()
    journal = deployment.estate.journal
    journal.clear()
    run = deployment.execute(search.plan_id or "")
    if run.counts["done"] != rows:
        raise RuntimeError(f"{run.counts} in place of {rows} rows")
    if not method:
        return journal.counts()[ServiceName.ESSENTIALS]
    return sum(e.method == method for e in journal.entries(ServiceName.ESSENTIALS))


def _one_after_the_other(deployment: Deployment, session: requests.Session) -> None:
    """Each account read and written back, as a script would."""
    world, url = deployment.estate.world, deployment.estate.essentials_url
    organization = world.organizations[0]
    secret = str(world.vault[PROOFPOINT_SECRET_NAME].versions[-1]["value"])
    headers = {"X-User": api_account(organization), "X-Password": secret}
    own = api_account(organization)
    for address in [u["primary_email"] for u in organization.users.values() if u["primary_email"] != own]:
        where = f"{url}/api/v1/orgs/{organization.primary_domain}/users/{address}"
        body = session.get(where, headers=headers).json()
        session.put(where, headers=headers, json=body).raise_for_status()


def _company_without_accounts(people: int) -> World:
    """Exactly so many licensed people who are not in Essentials yet, and nobody else."""
    world = make_world(people=2 * people, groups=0, seed=11)
    tenant, organization = world.tenant, world.organizations[0]
    employees = [u for u in tenant.users.values() if _is_employee(u)][:people]
    tenant.users = {u["id"]: u for u in employees}
    tenant.deleted_users.clear()
    tenant.groups.clear()
    own = api_account(organization)
    organization.users = {uid: u for uid, u in organization.users.items() if u["primary_email"] == own}
    organization.user_licences = 2 * people
    if len(employees) < people:
        raise RuntimeError(f"{len(employees)} employees in place of {people}")
    for number, user in enumerate(employees):
        address = f"person{number}@{organization.primary_domain}"
        user |= {"mail": address, "userPrincipalName": address, "proxyAddresses": [f"SMTP:{address}"]}
    return world


def _is_employee(user: Json) -> bool:
    plans = {p["servicePlanId"] for p in user["assignedPlans"] if p["capabilityStatus"] == "Enabled"}
    return bool(user["accountEnabled"] and user["userType"] == "Member" and user["mail"] and plans & MAILBOX_PLANS)


def _misspell(world: World, surname: str) -> None:
    with world.lock:
        for user in world.tenant.users.values():
            user["surname"] = surname


def _marry(world: World) -> None:
    """Everybody has a new primary address, the old one an alias."""
    with world.lock:
        for user in world.tenant.users.values():
            old = user["mail"]
            new = f"married.{old}"
            user |= {"mail": new, "userPrincipalName": new, "proxyAddresses": [f"SMTP:{new}", f"smtp:{old}"]}
