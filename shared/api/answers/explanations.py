"""Answers about why an address is as it is."""

from datetime import datetime

from msgspec import Struct

from shared.api.answers.exemptions import Exemption
from shared.api.answers.rows import ChangeRow
from shared.diff.plan import ObjectKind


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
