"""What the tests of the simulated Graph share."""

import pytest

from simulator.graph import GraphSwitches
from tests.simulator_graph.company import Client, company


@pytest.fixture
def graph() -> Client:
    """The simulated Graph with the small company in it."""
    return Client(company(), GraphSwitches())
