"""What the tests of the simulated Graph share."""

from datetime import timedelta

import pytest

from simulator.tokens import TokenAuthority
from simulator.world import WorldClock
from tests.simulator_graph.company import TENANT_ID, Client, company
from tests.twins.still_world_clock import StillWorldClock


@pytest.fixture(scope="session")
def clock() -> WorldClock:
    """The one clock, so that one authority (its key takes long to make) does for all tests."""
    return StillWorldClock()


@pytest.fixture(scope="session")
def authority(clock: WorldClock) -> TokenAuthority:
    """Signs the tokens of all tests."""
    return TokenAuthority(tenant_id=TENANT_ID, clock=clock)


@pytest.fixture
def graph(clock: WorldClock, authority: TokenAuthority) -> Client:
    """The simulated Graph with the small company in it, at noon."""
    clock.offset = timedelta()
    return Client(company(clock), authority)
