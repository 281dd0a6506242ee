"""Answers about plans: the head, and the whole."""

from datetime import datetime
from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from shared.api.answers.rows import ChangeRow, SkippedRow
from shared.diff.guard import Limit
from shared.diff.plan import Category, SkipReason
from shared.model import AccountType

WholeReadAt = Annotated[
    datetime | None,
    Meta(description="When everything was last read, where this read asked only what changed since; else null."),
]


class DirectoryCertificate(Struct, frozen=True, kw_only=True):
    """The evidence that the read of Entra was complete."""

    read_at: datetime
    tenant_id: str
    people_read: int
    people_counted: int
    groups_read: int
    groups_counted: int
    unreadable_people: int
    scope_groups_read: tuple[str, ...]
    whole_read_at: WholeReadAt


class OrganizationCertificate(Struct, frozen=True, kw_only=True):
    """The evidence that the read of Essentials was complete."""

    read_at: datetime
    primary_domain: str
    accounts_read: int
    own_account: str


class Certificates(Struct, frozen=True, kw_only=True):
    """The evidence that the plan rests on."""

    directory: DirectoryCertificate
    organization: OrganizationCertificate


class Guard(Struct, frozen=True, kw_only=True):
    """What the ticked changes do beside the limits in force, and which of them they are over."""

    tripped: tuple[Limit, ...]
    taking_changes: int
    active_accounts: int
    changes_other_than_adds: int
    accounts: int
    removals_limit: int
    removals_percent_limit: int
    changes_percent_limit: int


class Seats(Struct, frozen=True, kw_only=True):
    """Licences before and after the ticked changes; ``limit`` is null where Essentials does not say."""

    limit: int | None
    used_before: int
    used_after: int


class NativeSync(Struct, frozen=True, kw_only=True):
    """Whether the product's own sync writes users too."""

    writes_users: bool


class PlanHead(Struct, frozen=True, kw_only=True):
    """A plan without its rows."""

    id: str
    digest: str
    created_at: datetime
    expires_at: datetime
    counts: dict[Category, int]
    """Changes by category, all categories."""
    ticked: int
    skipped: dict[SkipReason, int]
    """What is left as it is, by reason, all reasons."""
    certificates: Certificates
    guard: Guard
    accounts: dict[AccountType, int]
    """Accounts of Essentials by type, as read; types without any are absent."""
    licences: Seats
    native_sync: NativeSync
    undoes: str | UnsetType = UNSET
    """The execution that the plan puts back; absent for the plan of a search."""
    warnings: tuple[str, ...]


class WholePlan(Struct, frozen=True, kw_only=True):
    """A plan with all its rows."""

    plan: PlanHead
    changes: tuple[ChangeRow, ...]
    skipped: tuple[SkippedRow, ...]
