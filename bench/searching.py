"""Searching: both sides are in memory little later than the longest chain of pages alone takes, which nobody can shorten."""

import time
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import ceil

import msgspec

from bench.deployment import Deployment, deployed
from bench.figures import Figure, against, bounded, medians, reported
from shared.diff.mapping import asks_purpose
from shared.graph.client import Permission
from shared.model import Person
from simulator.company import make_world
from simulator.wire import ServiceName
from simulator.world import World

PEOPLE = 10_000
GROUPS = 500
PLANS = 40
LATENCY_SECONDS = 0.05
MOST_OF_CHAIN = 1.25
PAGE = 999
BATCH = 20
MORE_REQUESTS = 8
"""Counts, deleted people and their like."""


def measure(rounds: int) -> Sequence[Figure]:
    """Reading both sides, the rest of a search beside it, and the requests to Graph."""
    world = make_world(people=PEOPLE, groups=GROUPS, seed=31)
    _widen(world)
    with deployed(world) as deployment:
        journal = deployment.estate.journal
        journal.clear()
        asked = _read(deployment)
        count = journal.counts()[ServiceName.GRAPH]
        asked_for = (e.target for e in journal.entries(ServiceName.GRAPH))
        first = deployment.estate.graph_url + next(t for t in asked_for if t.startswith("/v1.0/users?"))
        for service in (ServiceName.GRAPH, ServiceName.ESSENTIALS):
            deployment.estate.faults.set_latency(service, LATENCY_SECONDS)
        taken = medians(
            rounds,
            {
                "read": lambda: _seconds(lambda: _read(deployment)),
                "chain": lambda: _seconds(lambda: _chain(deployment, first)),
                "search": lambda: _seconds(deployment.search),
            },
        )
    most = ceil(len(world.tenant.users) / PAGE) + ceil(len(world.tenant.groups) / PAGE) + ceil(asked / BATCH)
    size = f"{PEOPLE:,} people and {GROUPS} groups"
    return [
        against(f"reading {size} at 50 ms", taken["read"], "s", control=taken["chain"], most=MOST_OF_CHAIN),
        bounded(f"Graph requests of reading {size}", count, "", most=most + MORE_REQUESTS),
        reported(f"whole search of {size} at 50 ms", taken["search"], "s"),
    ]


def _read(deployment: Deployment) -> int:
    """Both sides are read, as a search does; of how many people the purpose is asked."""
    application = deployment.application
    options = application.settings().options
    asked: set[str] = set()

    def asks(person: Person) -> bool:
        is_asked = asks_purpose(person, options)
        if is_asked:
            asked.add(person.id)
        return is_asked

    with ThreadPoolExecutor(max_workers=2) as pool:
        directory = pool.submit(
            lambda: application.directory_reader().read(scope_groups=(), progress=_ignore, purpose_of=asks)
        )
        organization = pool.submit(lambda: application.organization_reader().read(progress=_ignore))
        directory.result()
        organization.result()
    return len(asked)


def _chain(deployment: Deployment, first: str) -> None:
    """The pages of people one after the other, each parsed."""
    link: str | None = first
    while link is not None:
        answer = deployment.application.services.graph.get(link, needs=Permission.USER_READ_ALL)
        link = msgspec.json.decode(answer.body).get("@odata.nextLink")


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _widen(world: World) -> None:
    """Whoever has a licence has as many plans as a large one brings."""
    fillers = [
        {"servicePlanId": str(uuid.UUID(int=i + 1)), "service": "filler", "capabilityStatus": "Enabled"}
        for i in range(PLANS)
    ]
    for user in world.tenant.users.values():
        if user["assignedPlans"]:
            like = user["assignedPlans"][0]
            more = [{**like, **filler} for filler in fillers[len(user["assignedPlans"]) :]]
            user["assignedPlans"] = [*user["assignedPlans"], *more]


def _ignore(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""
