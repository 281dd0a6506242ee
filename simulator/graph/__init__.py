"""Microsoft Graph v1.0 over the simulated tenant, at least as strict as the real one: whatever is not implemented is refused."""

from simulator.graph.changes import delete_object, purge_object, restore_object
from simulator.graph.service import GraphService
from simulator.graph.switches import GraphSwitches, HiddenMembership, LeaveDate, RetryAfter

__all__ = [
    "GraphService",
    "GraphSwitches",
    "HiddenMembership",
    "LeaveDate",
    "RetryAfter",
    "delete_object",
    "purge_object",
    "restore_object",
]
