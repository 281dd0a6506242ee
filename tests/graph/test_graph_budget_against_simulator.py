"""Reading more than Graph allows at once, over TLS: slower, whole and not refused; a limit that is lower is found out."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from random import Random

import pytest

from shared.graph import Allowance, GraphReader
from shared.graph.client import Permission
from shared.graph.costs import units_of
from shared.graph.counts import ADVANCED
from shared.model import Directory, EntraId, MembersOnly
from simulator.tokens import TokenAuthority
from simulator.world import WorldClock
from tests.graph.patience import RETRY
from tests.graph.scripted_graph import group, guid
from tests.graph.simulated import Simulated, small_world
from tests.transport.scripted_server import Authority

GROUPS = 1_300
UNITS_OF_A_GROUP = 3
"""Its members, and how many of them are counted."""
SMALLEST = 3_500
"""Units that Graph allows in ten seconds where there are so few people."""
PEOPLE = 30


class SharedTime:
    """The client's clock is the world's, so that a bucket drains while the client waits.

    A thread sleeps from when it last looked at the clock: several that wait for the same moment wake at that moment.
    """

    def __init__(self, clock: WorldClock) -> None:
        self._clock = clock
        self._began_at = clock.now()
        self._lock = threading.Lock()
        self._looked = threading.local()
        self.slept_seconds = 0.0

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        self._looked.at = self._seconds()
        return float(self._looked.at)

    def sleep(self, seconds: float) -> None:
        with self._lock:
            left = max(0.0, self._looked.at + seconds - self._seconds())
            self._clock.advance(left)
            self.slept_seconds += left

    def _seconds(self) -> float:
        return (self._clock.now() - self._began_at).total_seconds()


@pytest.fixture
def large(
    authority: Authority, token_authority: TokenAuthority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Simulated]:
    """The simulated services with people 1 to 30 and 1,300 groups, each of them with one of the people."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    world = small_world()
    world.tenant.groups = {guid(1_000 + number): group(1_000 + number) for number in range(GROUPS)}
    world.tenant.members = {key: [guid(number % PEOPLE + 1)] for number, key in enumerate(world.tenant.groups)}
    with ExitStack() as stack:
        yield Simulated(world, authority, token_authority, stack)


def read(at: Simulated, clock: SharedTime) -> Directory:
    reader = GraphReader(
        client=at.client_within(Allowance(clock=clock, most_at_once=14)),
        tenant_id=at.tenant_id,
        clock=clock,
        random=Random(2),
        batch_retry=RETRY,
    )
    groups = [EntraId(key) for key in at.world.tenant.groups]
    return reader.read(scope_groups=groups, progress=lambda *_: None)


def assert_whole(directory: Directory) -> None:
    everybody = {guid(number) for number in range(1, PEOPLE + 1)}
    assert {one.id for one in directory.people} == everybody
    assert len(directory.groups) == GROUPS
    assert isinstance(directory.scope, MembersOnly)
    assert directory.scope.people == everybody


def refused(at: Simulated) -> int:
    """How many items were asked again, and how many other requests were refused."""
    items = sum(len(batch) for batch in at.batches())
    return items - 2 * GROUPS + sum(entry.status == 429 for entry in at.journal.entries("graph"))


def test_a_company_that_costs_more_than_graph_allows_at_once_is_read_whole_and_never_refused(large: Simulated) -> None:
    assert GROUPS * UNITS_OF_A_GROUP > SMALLEST
    clock = SharedTime(large.world.clock)

    assert_whole(read(large, clock))
    assert refused(large) == 0
    assert 0 < clock.slept_seconds <= 10


def test_a_limit_that_is_lower_than_published_is_found_out_before_it_refuses(large: Simulated) -> None:
    large.service.switches.resource_units = SMALLEST // 3
    clock = SharedTime(large.world.clock)

    assert_whole(read(large, clock))
    assert refused(large) == 0
    # 3,900 units at 1,166 in ten seconds take more than thirty; the reading itself takes some of them.
    assert clock.slept_seconds > 20


def test_every_read_costs_what_was_expected_of_it(at: Simulated) -> None:
    at.roles.append("MailboxSettings.Read")
    at.service.switches.largest_page = 7
    people, groups = [EntraId(guid(number)) for number in (1, 2)], [EntraId(guid(number)) for number in (101, 102)]
    at.world.tenant.purposes[guid(1)] = "shared"
    known = at.reader().read(
        scope_groups=groups, progress=lambda *_: None, purpose_of=lambda person: person.id == guid(1)
    )
    at.world.tenant.users[guid(3)]["displayName"] = "Somebody else"
    assert isinstance(at.reader().read_changes(known, scope_groups=groups, progress=lambda *_: None), Directory)
    at.evidence().whereabouts(people, groups)
    asked = {entry.target for entry in at.journal.entries("graph") if entry.method == "GET"}
    asked |= {f"/v1.0{url}" for batch in at.batches() for url in batch}
    client = at.client()

    told = {
        path: client.get(path, needs=Permission.USER_READ_ALL, headers=ADVANCED).headers.get("x-ms-resource-unit", "0")
        for path in asked
    }
    assert {path: str(units_of(path)) for path in told} == told
    assert set(told.values()) == {"0", "1", "2"}
