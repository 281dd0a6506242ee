"""The bodies of answers: the shapes that other people's tools rely on."""

from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from shared.api.authorization import Role
from shared.diff.guard import Limit
from shared.diff.plan import Blocked, Category, ObjectKind, SkipReason
from shared.diff.scope_preview import Move
from shared.engine.administration.checks import CheckName
from shared.engine.run import Outcome, RunKind, RunState
from shared.model import AccountType
from shared.settings import SettingSource


class Health(Struct, frozen=True, kw_only=True):
    """``ok``, ``late`` (no scheduled run succeeded for too long) or ``unavailable``."""

    status: str


class Started(Struct, frozen=True, kw_only=True):
    """The run that now does the work; watch it under ``Location``."""

    run_id: str


class RunProblem(Struct, frozen=True, kw_only=True):
    """Why a run failed or was blocked, and what to do about it."""

    code: str
    detail: str
    fix: str


class Run(Struct, frozen=True, kw_only=True):
    """The record of one search, execution, scheduled sync or undo."""

    id: str
    kind: RunKind
    state: RunState
    stage: str
    done: int
    total: int
    plan_id: str | None
    undoes: str | UnsetType = UNSET
    """The execution that an undo, or the execution of its plan, puts back; absent for every other run."""
    counts: dict[str, int]
    problem: RunProblem | None
    by: str
    queued_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class Runs(Struct, frozen=True, kw_only=True):
    """The newest runs, newest first."""

    runs: tuple[Run, ...]


class Gate(Struct, frozen=True, kw_only=True):
    """Whether unattended runs may write, and why (not)."""

    open: bool
    reason: str


class Secret(Struct, frozen=True, kw_only=True):
    """A secret by name; ``days_left`` is null where it has no expiry date or could not be read."""

    name: str
    days_left: int | None


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking."""

    name: str
    roles: tuple[Role, ...]


class Status(Struct, frozen=True, kw_only=True):
    """How the app is doing."""

    last_success_at: datetime | None
    hours_since_success: float | None
    next_run_at: datetime | None
    mode: str
    gate: Gate
    secrets: tuple[Secret, ...]
    warnings: tuple[str, ...]
    me: Me


class Setting(Struct, frozen=True, kw_only=True):
    """One setting in force and where it comes from."""

    name: str
    value: str
    source: SettingSource
    deployed_only: bool


class Settings(Struct, frozen=True, kw_only=True):
    """All settings in force."""

    settings: tuple[Setting, ...]


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


class Fields(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Fields of an account; those that the change leaves alone are absent."""

    primary_email: str | UnsetType = UNSET
    type: AccountType | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    firstname: str | UnsetType = UNSET
    surname: str | UnsetType = UNSET
    alias_emails: tuple[str, ...] | UnsetType = UNSET
    settings: dict[str, str] | UnsetType = UNSET
    """Of the organization, by the names that Essentials gives them."""


class ChangeRow(Struct, frozen=True, kw_only=True):
    """One change of a plan."""

    id: str
    category: Category
    address: str
    name: str
    entra_id: str | None
    ticked: bool
    blocked: Blocked | None
    before: Fields
    after: Fields
    fields: tuple[str, ...]
    reason: str
    proof: str
    mail_impact: str
    warnings: tuple[str, ...]
    chain: str | None


class SkippedRow(Struct, frozen=True, kw_only=True):
    """An object that the plan leaves as it is, and why."""

    entra_id: str
    address: str | None
    name: str
    kind: ObjectKind
    reason: SkipReason


class ChangeRows(Struct, frozen=True, kw_only=True):
    """Changes of a plan; ``total`` counts all that match, on this page or not."""

    total: int
    rows: tuple[ChangeRow, ...]


class SkippedRows(Struct, frozen=True, kw_only=True):
    """What a plan leaves as it is, for category ``skipped``; ``total`` counts all that match."""

    total: int
    rows: tuple[SkippedRow, ...]


class WholePlan(Struct, frozen=True, kw_only=True):
    """A plan with all its rows."""

    plan: PlanHead
    changes: tuple[ChangeRow, ...]
    skipped: tuple[SkippedRow, ...]


class Result(Struct, frozen=True, kw_only=True):
    """What became of one change."""

    change_id: str
    category: str
    address: str
    outcome: Outcome
    detail: str


class Results(Struct, frozen=True, kw_only=True):
    """Results of an execution, in order; ``total`` counts all that match, on this page or not."""

    results: tuple[Result, ...]
    total: int


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One change by an administrator; ``what`` is the name of an option, or ``exemption``."""

    at: datetime
    by: str
    what: str
    before: str
    after: str


class Audit(Struct, frozen=True, kw_only=True):
    """Who changed which option, guard and exemption, newest first; kept for good."""

    entries: tuple[AuditEntry, ...]


class Check(Struct, frozen=True, kw_only=True):
    """What one check of the deployment found; ``fix`` is empty where it is ``ok``."""

    name: CheckName
    ok: bool
    detail: str
    fix: str


class Checks(Struct, frozen=True, kw_only=True):
    """What all checks found, in order."""

    checks: tuple[Check, ...]


class Mover(Struct, frozen=True, kw_only=True):
    """An object of Entra that would come into what is synced, or go out of it."""

    move: Move
    entra_id: str
    address: str | None
    name: str
    kind: ObjectKind


class ScopePreview(Struct, frozen=True, kw_only=True):
    """How many would enter and leave; ``examples`` names at most ten of each; ``as_of`` is when Entra was read."""

    enter: int
    leave: int
    examples: tuple[Mover, ...]
    as_of: datetime


class Exemption(Struct, frozen=True, kw_only=True):
    """An address whose whole person and account stay as they are; ``until`` is null where that is for good."""

    id: str
    address: str
    reason: str
    by: str
    until: datetime | None


class Exemptions(Struct, frozen=True, kw_only=True):
    """All exemptions in force, in order of making."""

    exemptions: tuple[Exemption, ...]


class ExplainedObject(Struct, frozen=True, kw_only=True):
    """An Entra object that has the address, or had it; ``uid`` is the account that belongs to it."""

    entra_id: str
    kind: ObjectKind | None
    name: str
    scope: str
    uid: str | None
    match: str
    missing_since: datetime | None


class ExplanationBasis(Struct, frozen=True, kw_only=True):
    """The plan that an explanation rests on, and when its two sides were read."""

    plan_id: str
    directory_read_at: datetime
    organization_read_at: datetime


class Explanation(Struct, frozen=True, kw_only=True):
    """The path of rules of an address, from the last plan, the ledger and the exemptions; nothing is read anew.

    ``basis`` is null where no search has made a plan yet.
    """

    address: str
    found: tuple[str, ...]
    objects: tuple[ExplainedObject, ...]
    rows: tuple[ChangeRow, ...]
    exemption: Exemption | None
    basis: ExplanationBasis | None
