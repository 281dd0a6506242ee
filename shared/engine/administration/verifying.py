"""All checks of a deployment, put together."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from shared.clock import Clock
from shared.engine.administration.checks import Check, CheckName, Step, carried_out
from shared.engine.administration.own_checks import clock_step, secret_steps, storage_steps
from shared.engine.administration.probes import Probes
from shared.engine.administration.service_checks import entra_steps, essentials_steps
from shared.errors import SyncError
from shared.settings import Settings
from shared.state.protocols import Documents, Queue

_WITHOUT_SETTINGS = (
    CheckName.CLOCK,
    CheckName.ENTRA_SECRET,
    CheckName.ESSENTIALS_SECRET,
    CheckName.ENTRA_TENANT,
    CheckName.ENTRA_TOKEN,
    CheckName.GRAPH_PEOPLE,
    CheckName.GRAPH_GROUPS,
    CheckName.GRAPH_MAILBOXES,
    CheckName.ESSENTIALS_LOGIN,
    CheckName.ESSENTIALS_ADMINISTRATOR,
    CheckName.ESSENTIALS_DOMAIN,
    CheckName.ESSENTIALS_LICENCES,
    CheckName.NATIVE_SYNC,
)


def verified(
    *,
    settings: Callable[[], Settings],
    probes: Callable[[Settings], AbstractContextManager[Probes]],
    documents: Documents,
    queue: Queue,
    clock: Clock,
) -> tuple[Check, ...]:
    """What every check of the deployment finds now; nothing is changed in Entra or Essentials, and nothing is raised."""
    own = storage_steps(documents, queue, clock)
    try:
        found = settings()
    except SyncError as error:
        return carried_out((_unusable(error), *own, *(_unmade(name) for name in _WITHOUT_SETTINGS)))
    with probes(found) as asked:
        steps = (
            Step(name=CheckName.SETTINGS, look=lambda: "All settings can be used."),
            *own,
            clock_step(asked, clock),
            *secret_steps(asked, found, clock),
            *entra_steps(asked.entra, found),
            *essentials_steps(asked.essentials, found),
        )
        return carried_out(steps)


def _unusable(error: SyncError) -> Step:
    def look() -> str:
        raise error

    return Step(name=CheckName.SETTINGS, look=look)


def _unmade(name: CheckName) -> Step:
    # Never looked at: its need has failed.
    return Step(name=name, look=lambda: "", needs=(CheckName.SETTINGS,))
