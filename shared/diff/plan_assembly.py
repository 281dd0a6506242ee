"""A plan put together of its rows and of what was read: what plans of searches and of undos have in common. Pure."""

import hashlib
import json
from collections.abc import Iterable

from shared.diff.plan import Adoption, Change, Plan, Seats, Skipped
from shared.diff.plan_warnings import may_write_users
from shared.diff.situation import Situation
from shared.model import Address, EntraId


def assemble_plan(
    situation: Situation,
    *,
    changes: tuple[Change, ...],
    seats: Seats,
    skipped: tuple[Skipped, ...],
    adoptions: tuple[Adoption, ...],
    welcome_emails: int,
    warnings: tuple[str, ...],
) -> Plan:
    """The plan of ``changes``, which are seated and in printed order, with the evidence that it rests on."""
    organization = situation.organization
    return Plan(
        digest=_digest(changes),
        changes=changes,
        skipped=skipped,
        adoptions=adoptions,
        listed=_listed(changes, situation),
        directory_certificate=situation.directory.certificate,
        organization_certificate=organization.certificate,
        accounts=len(organization.accounts),
        accounts_by_type=situation.accounts_by_type,
        active_accounts=situation.active_accounts,
        seats=seats,
        native_sync_writes_users=organization.native_sync.writes_users,
        native_sync_may_write_users=may_write_users(situation),
        welcome_emails=welcome_emails,
        warnings=warnings,
        protected=_protected(situation),
    )


def _digest(changes: tuple[Change, ...]) -> str:
    """SHA-256 over what a plan does: ids in their order, with tick and block of each."""
    content = [[c.id, c.ticked, c.blocked] for c in changes]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _listed(changes: Iterable[Change], situation: Situation) -> dict[EntraId, tuple[Address, ...]]:
    """All addresses that Entra lists for each object that has a change."""
    concerned = {c.entra_id for c in changes if c.entra_id is not None}
    subjects = (situation.subjects[i] for i in sorted(concerned) if i in situation.subjects)
    return {s.id: s.listed for s in subjects if s.addresses is not None}


def _protected(situation: Situation) -> tuple[Address, ...]:
    """Addresses of administrators and of the app's own account, sorted."""
    return tuple(sorted({address for account in situation.protected for address in account.addresses}))
