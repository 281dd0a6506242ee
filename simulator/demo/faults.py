"""Troubles that the demo can begin with, by name."""

from collections.abc import Callable
from dataclasses import dataclass

from simulator.company.world import ENTRA_SECRET_NAME, PROOFPOINT_SECRET_NAME
from simulator.effects import DropAfter, Effect, LostNextLink, StatusFault
from simulator.estate import Estate
from simulator.faults import Fault
from simulator.vault_secrets import add_version, expiring
from simulator.wire import ServiceName

_SLOW_SECONDS = 0.3
_SMALL_PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One trouble: what a person reads of it, and how it is brought about."""

    description: str
    begin: Callable[[Estate], None]


def _fault(
    service: ServiceName, effect: Effect, *, path: str, method: str = "*", times: int | None
) -> Callable[[Estate], None]:
    fault = Fault(service=service, method=method, path=path, times=times, effect=effect)

    def begin(estate: Estate) -> None:
        estate.faults.add(fault)

    return begin


def _wrong_secret(name: str) -> Callable[[Estate], None]:
    def begin(estate: Estate) -> None:
        now = estate.world.clock.now()
        add_version(estate.world, name, value="no-such-credential", at=now, attributes=expiring(now))

    return begin


def _lose_roles(estate: Estate) -> None:
    estate.world.tenant.applications[estate.client_id].roles.clear()


def _lose_a_page(estate: Estate) -> None:
    estate.graph.switches.largest_page = _SMALL_PAGE
    estate.faults.add(Fault(service=ServiceName.GRAPH, path="/v1.0/users*", times=None, effect=LostNextLink()))


def _be_slow(estate: Estate) -> None:
    for service in (ServiceName.GRAPH, ServiceName.ESSENTIALS):
        estate.faults.set_latency(service, _SLOW_SECONDS)


TROUBLES = {
    "graph-throttled": Trouble(
        description="Graph asks to slow down twice (429)",
        begin=_fault(ServiceName.GRAPH, StatusFault(status=429, retry_after="1"), path="/v1.0/*", times=2),
    ),
    "graph-down": Trouble(
        description="Graph answers 503 and nothing else",
        begin=_fault(ServiceName.GRAPH, StatusFault(status=503), path="*", times=None),
    ),
    "graph-page-lost": Trouble(description="Graph loses the way to the next page", begin=_lose_a_page),
    "essentials-throttled": Trouble(
        description="Essentials asks to slow down twice (429)",
        begin=_fault(ServiceName.ESSENTIALS, StatusFault(status=429, retry_after="1"), path="*", times=2),
    ),
    "essentials-down": Trouble(
        description="Essentials answers 503 and nothing else",
        begin=_fault(ServiceName.ESSENTIALS, StatusFault(status=503), path="*", times=None),
    ),
    "essentials-lost-answer": Trouble(
        description="Essentials does what the first POST says, and its answer is lost",
        begin=_fault(ServiceName.ESSENTIALS, DropAfter(), path="*", method="POST", times=1),
    ),
    "wrong-entra-secret": Trouble(
        description="the client secret in the vault is wrong", begin=_wrong_secret(ENTRA_SECRET_NAME)
    ),
    "wrong-proofpoint-password": Trouble(
        description="the API account's password in the vault is wrong", begin=_wrong_secret(PROOFPOINT_SECRET_NAME)
    ),
    "missing-permission": Trouble(description="the application has no permission in Graph", begin=_lose_roles),
    "slow": Trouble(description=f"each answer takes {_SLOW_SECONDS} s longer", begin=_be_slow),
}
