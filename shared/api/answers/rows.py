"""Answers about the rows of a plan: its changes, and what it leaves as it is."""

from msgspec import UNSET, Struct, UnsetType

from shared.diff.plan import Blocked, Category, ObjectKind, SkipReason
from shared.model import AccountType


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
