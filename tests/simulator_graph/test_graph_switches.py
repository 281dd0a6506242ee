"""The switches as data, for whoever sets them from outside."""

import msgspec

from simulator.graph import GraphSwitches, HiddenMembership, RetryAfter
from tests.simulator_graph.company import ANNA


def test_the_switches_survive_json() -> None:
    """Rule 8."""
    switches = GraphSwitches(
        hidden_membership=HiddenMembership.FORBIDDEN,
        retry_after=RetryAfter.HTTP_DATE,
        withheld={ANNA: frozenset({"mail"})},
        closed_mailboxes={ANNA},
        resource_units=100,
    )
    assert msgspec.json.decode(msgspec.json.encode(switches), type=GraphSwitches) == switches
