"""Searching: both sides are in memory little later than the longest chain of requests alone takes, which nobody can shorten.

The services run in a process of their own. The control is that chain over the app's own connection: the link for the next read
of changes, which has to be there before the list of people begins, then page after page, each parsed.
"""

from collections.abc import Sequence
from math import ceil

import msgspec

from bench.deployment import searched
from bench.figures import Figure, against, bounded, medians, reported
from bench.services import Services, is_asked, rested, services_of
from bench.services_process import Company
from shared.engine.run import Narrowing, Reading
from shared.graph.changes import people_deltas
from shared.graph.client import Permission
from shared.graph.incremental import link_from_now
from shared.graph.lists import all_people

PEOPLE = 10_000
GROUPS = 500
PLANS = 40
SEED = 31
LATENCY_SECONDS = 0.05
MOST_OF_CHAIN = 1.25
PAGE = 999
BATCH = 20
MORE_REQUESTS = 8
"""Counts, deleted people, delta links and their like."""


def measure(rounds: int) -> Sequence[Figure]:
    """Reading both sides, the rest of a search beside it, and the requests to Graph."""
    company = Company(people=PEOPLE, groups=GROUPS, seed=SEED, plans=PLANS)
    with services_of(company) as services:
        count = services.requests_of(services.directory)
        directory = services.directory()
        services.be_late(LATENCY_SECONDS)
        taken = medians(
            rounds,
            {
                "read": lambda: rested(services, services.read),
                "chain": lambda: rested(services, lambda: _chain(services)),
                "search": lambda: rested(
                    services, lambda: searched(services.application, Narrowing(read=Reading.WHOLE))
                ),
            },
        )
    asked = sum(map(is_asked, directory.people))
    most = ceil(len(directory.people) / PAGE) + ceil(len(directory.groups) / PAGE) + ceil(asked / BATCH)
    size = f"{PEOPLE:,} people and {GROUPS} groups"
    return [
        against(f"reading {size} at 50 ms", taken["read"], "s", control=taken["chain"], most=MOST_OF_CHAIN),
        bounded(f"Graph requests of reading {size}", count, "", most=most + MORE_REQUESTS),
        reported(f"whole search of {size} at 50 ms", taken["search"], "s"),
    ]


def _chain(services: Services) -> None:
    """The link, then the pages of people one after the other, each parsed."""
    link_from_now(services.application.services.graph, people_deltas())
    link: str | None = all_people().path
    while link is not None:
        answer = services.application.services.graph.get(link, needs=Permission.USER_READ_ALL)
        link = msgspec.json.decode(answer.body).get("@odata.nextLink")
