"""The plan as stored."""

from dataclasses import dataclass
from datetime import datetime

from shared.diff.guard import GuardVerdict
from shared.diff.plan import Plan
from shared.engine.run import Narrowing


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRecord:
    """A plan as stored, with what belongs to its making."""

    id: str
    created_at: datetime
    expires_at: datetime
    run_id: str
    narrowing: Narrowing
    options_fingerprint: str
    guard: GuardVerdict
    """The verdict on the ticked changes."""
    plan: Plan
    undoes: str | None = None
    """Id of the execution that the plan puts back; None for the plan of a search."""
