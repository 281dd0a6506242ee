"""Searching again: what a search asks where nothing changed since the last one, and where one person was hired.

Requests only: they are the same in every round, so one is enough.
"""

import uuid
from collections.abc import Sequence

from bench.deployment import Deployment, deployed
from bench.figures import Figure, bounded
from simulator.company import make_world
from simulator.wire import ServiceName
from simulator.world import World

PEOPLE = 100_000
GROUPS = 2_000
GRAPH_REQUESTS = 4
ESSENTIALS_REQUESTS = 6
MORE_FOR_ONE = 3


def measure(rounds: int) -> Sequence[Figure]:  # noqa: ARG001  # counts do not vary
    """Requests to both services of a second and a third search."""
    return requests_of_searching_again(PEOPLE, GROUPS)


def requests_of_searching_again(people: int, groups: int) -> list[Figure]:
    """As ``measure``, for a company of another size."""
    world = make_world(people=people, groups=groups, seed=21)
    with deployed(world) as deployment:
        deployment.search()
        graph, essentials = _requests(deployment)
        _hire(world)
        graph_hired, essentials_hired = _requests(deployment)
    more = graph_hired + essentials_hired - graph - essentials
    return [
        bounded(f"Graph requests, {people:,} people, nothing changed", graph, "", most=GRAPH_REQUESTS),
        bounded(f"Essentials requests, {people:,} people, nothing changed", essentials, "", most=ESSENTIALS_REQUESTS),
        bounded(f"more requests, {people:,} people, one hired", more, "", most=MORE_FOR_ONE),
    ]


def _requests(deployment: Deployment) -> tuple[int, int]:
    journal = deployment.estate.journal
    journal.clear()
    deployment.search()
    counts = journal.counts()
    return counts[ServiceName.GRAPH], counts[ServiceName.ESSENTIALS]


def _hire(world: World) -> None:
    """One person more, like one who is there."""
    with world.lock:
        like = next(u for u in world.tenant.users.values() if u["accountEnabled"] and u["mail"] and u["assignedPlans"])
        address = f"hired@{str(like['mail']).partition('@')[2]}"
        object_id = str(uuid.UUID(int=1))
        world.tenant.users[object_id] = {
            **like,
            "id": object_id,
            "mail": address,
            "userPrincipalName": address,
            "proxyAddresses": [f"SMTP:{address}"],
        }
