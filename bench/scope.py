"""Reading scope groups: their members take little longer than batches sent by hand, and a refused request costs its pause alone.

The services run in a process of their own. Each control reads the same JSON from them: the same batches over one session, and
the undisturbed reading together with one of the pauses that were asked for.
"""

import math
import random
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec
import requests

from bench.figures import Figure, against, bounded, medians
from bench.services import PAUSE_SECONDS, THROTTLED_EVERY, Services, rested, services_of
from bench.services_process import Company
from shared.graph.batch import BATCH_ITEMS, BATCHES_IN_FLIGHT, BatchReader
from shared.graph.counts import ADVANCED, COUNT_QUERY
from shared.graph.members import MemberReader
from shared.transport import RetryPolicy

PEOPLE = 10_000
GROUPS = 500
MEMBERS = 40
SEED = 11
LATENCY_SECONDS = 0.05
SCOPE_LATENCY_SECONDS = 0.02
ITEMS_OF_A_GROUP = 2
"""Its members, and how many Graph counts."""
MOST_OF_BATCHES = 1.4
MOST_OF_WAITING = 1.3


def measure(rounds: int) -> Sequence[Figure]:
    """Requests and time of the members of scope groups, and the time of a whole reading while Graph throttles."""
    with services_of(Company(people=PEOPLE, groups=GROUPS, seed=SEED, members=MEMBERS)) as services:
        return [*_requests(services), *_members(services, rounds), *_throttled(services, rounds)]


def requests_of_scope(people: int, groups: int, members: int) -> list[Figure]:
    """Requests to Graph for the members of so many scope groups, beside those of the same reading without a scope."""
    with services_of(Company(people=people, groups=groups, seed=SEED, members=members)) as services:
        return _requests(services)


def _requests(services: Services) -> list[Figure]:
    groups = len(services.groups)
    alone = services.requests_of(services.directory)
    scoped = services.requests_of(lambda: services.directory(services.groups))
    most = math.ceil(ITEMS_OF_A_GROUP * groups / BATCH_ITEMS)
    return [bounded(f"Graph requests of {groups} scope groups", scoped - alone, "", most=most)]


def _members(services: Services, rounds: int) -> list[Figure]:
    application = services.application
    groups = {group.id: group for group in services.directory().groups}
    batches = BatchReader(
        client=application.services.graph, clock=services.clock, random=random.Random(7), retry=RetryPolicy()
    )
    members = MemberReader(client=application.services.graph, batches=batches)
    services.be_late(SCOPE_LATENCY_SECONDS)
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {services.token}"
        taken = medians(
            rounds,
            {
                "ours": lambda: rested(
                    services, lambda: members.read(services.groups, groups, noticed=lambda _done: None)
                ),
                "batches": lambda: rested(services, lambda: _batches_by_hand(services, session)),
            },
        )
    services.be_late(0)
    name = f"members of {GROUPS} scope groups of {MEMBERS} at 20 ms"
    return [against(name, taken["ours"], "s", control=taken["batches"], most=MOST_OF_BATCHES)]


def _batches_by_hand(services: Services, session: requests.Session) -> None:
    """The same items, as many batches at once, and the JSON parsed."""
    items = [
        item
        for group_id in services.groups
        for item in (
            {"method": "GET", "url": f"/groups/{group_id}/members?$select=id&$top=999"},
            {"method": "GET", "url": f"/groups/{group_id}/members?{COUNT_QUERY}", "headers": ADVANCED},
        )
    ]
    chunks = [items[at : at + BATCH_ITEMS] for at in range(0, len(items), BATCH_ITEMS)]

    def send(chunk: Sequence[Mapping[str, object]]) -> int:
        body = {"requests": [{"id": str(number), **item} for number, item in enumerate(chunk)]}
        answer = session.post(f"{services.settings['GRAPH_URL']}/v1.0/$batch", json=body, timeout=60)
        answer.raise_for_status()
        responses = msgspec.json.decode(answer.content)["responses"]
        return sum(len(response["body"]["value"]) for response in responses)

    with ThreadPoolExecutor(BATCHES_IN_FLIGHT) as pool:
        found = sum(pool.map(send, chunks))
    if found != len(services.groups) * (MEMBERS + 1):
        raise RuntimeError(f"{found} members and first members were found by hand.")


def _throttled(services: Services, rounds: int) -> list[Figure]:
    whole = _members_and_people(services)
    expected = services.requests_of(lambda: services.read(services.groups))
    refused = expected // THROTTLED_EVERY

    def taken_with(faults: int) -> float:
        services.be_late(LATENCY_SECONDS)
        services.throttle(faults)
        found: list[object] = []
        seconds = rested(services, lambda: found.append(_members_and_people(services)))
        if services.clear_faults() != faults or found != [whole]:
            raise RuntimeError("Something was lost while Graph throttled, or it did not throttle as ordered.")
        return seconds

    taken = medians(rounds, {"throttled": lambda: taken_with(refused), "undisturbed": lambda: taken_with(0)})
    name = f"reading {PEOPLE:,} people in {GROUPS} scope groups, {refused} of {expected} requests told to wait a second"
    control = taken["undisturbed"] + PAUSE_SECONDS
    return [against(name, taken["throttled"], "s", control=control, most=MOST_OF_WAITING)]


def _members_and_people(services: Services) -> object:
    """All that was read of Entra; counts and times apart."""
    directory, _ = services.read(services.groups)
    return directory.people, directory.groups, directory.deleted_people, directory.scope
