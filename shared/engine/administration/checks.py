"""One check of a deployment, and how many of them are made: none stops the others, and none hides that it was not made."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from shared.errors import SyncError

LOGGER = logging.getLogger(__name__)


class CheckName(StrEnum):
    """What is checked, in order."""

    SETTINGS = "settings"
    STORAGE = "storage"
    QUEUE = "queue"
    CLOCK = "clock"
    ENTRA_SECRET = "entra_secret"  # noqa: S105  # the name of a check, not a secret
    ENTRA_TENANT = "entra_tenant"
    ENTRA_TOKEN = "entra_token"  # noqa: S105  # as above
    GRAPH_PEOPLE = "graph_people"
    GRAPH_GROUPS = "graph_groups"
    GRAPH_MAILBOXES = "graph_mailboxes"
    GRAPH_SCOPE = "graph_scope"
    ESSENTIALS_SECRET = "essentials_secret"  # noqa: S105  # as above
    ESSENTIALS_LOGIN = "essentials_login"
    ESSENTIALS_ADMINISTRATOR = "essentials_administrator"
    ESSENTIALS_DOMAIN = "essentials_domain"
    ESSENTIALS_LICENCES = "essentials_licences"
    NATIVE_SYNC = "native_sync"
    NATIVE_SYNC_SECRET = "native_sync_secret"  # noqa: S105  # as above
    WEBHOOK_SECRET = "webhook_secret"  # noqa: S105  # as above


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What one check found; ``fix`` is empty where it is ``ok``."""

    name: CheckName
    ok: bool
    detail: str
    fix: str


class FoundError(SyncError):
    """What a check itself finds wrong, where every answer was a good one."""

    code = "check_failed"
    is_permanent = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One check to be made: ``look`` says what is right, or raises what is wrong."""

    name: CheckName
    look: Callable[[], str]
    needs: tuple[CheckName, ...] = ()
    """Checks that come before; where one of them failed, this one cannot be made."""


def carried_out(steps: Iterable[Step]) -> tuple[Check, ...]:
    """What each check found, in the order given."""
    checks: dict[CheckName, Check] = {}
    for step in steps:
        failed = next((need for need in step.needs if need in checks and not checks[need].ok), None)
        checks[step.name] = _looked(step) if failed is None else _not_made(step.name, failed)
    return tuple(checks.values())


def _looked(step: Step) -> Check:
    try:
        return Check(name=step.name, ok=True, detail=step.look(), fix="")
    except SyncError as error:
        return Check(name=step.name, ok=False, detail=error.detail, fix=error.fix)
    except Exception as error:  # noqa: BLE001  # a defect in one check must not hide the others; its text may hold anything
        LOGGER.error("The check %s ended by an unexpected %s.", step.name, type(error).__name__)
        detail = f"The app failed unexpectedly in this check ({type(error).__name__})."
        return Check(name=step.name, ok=False, detail=detail, fix="Report it with the app's log.")


def _not_made(name: CheckName, failed: CheckName) -> Check:
    return Check(
        name=name, ok=False, detail=f"Not checked, because {failed} failed.", fix=f"Mend {failed}, then verify again."
    )
