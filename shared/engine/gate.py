"""The gate: unattended runs write only after a person executed a plan under the options in force."""

from shared.diff.ledger import Ledger
from shared.diff.options import SyncOptions
from shared.engine.plan_record import PlanRecord
from shared.engine.run import Problem
from shared.settings import options_fingerprint

GATE_CLOSED = "gate_closed"

FIX = "Search on the review page without narrowing, review the plan, and execute it with none of its ticked rows excluded."


def gate_problem(ledger: Ledger, options: SyncOptions) -> Problem | None:
    """Why the gate is closed; None while it is open."""
    if ledger.gate is None:
        return Problem(code=GATE_CLOSED, detail="No person has executed a plan yet.", fix=FIX)
    if ledger.gate.closed_by:
        detail = f"An undo was executed (run {ledger.gate.closed_by}): unattended runs would do again what it put back."
        return Problem(code=GATE_CLOSED, detail=detail, fix=FIX)
    if ledger.gate.options_fingerprint != options_fingerprint(options):
        detail = "The options changed since a person last executed a plan."
        return Problem(code=GATE_CLOSED, detail=detail, fix=FIX)
    return None


def plan_problem(record: PlanRecord, options: SyncOptions) -> Problem | None:
    """Why nothing unattended may be written of this plan although the gate is open; None where it may."""
    if record.options_fingerprint == options_fingerprint(options):
        return None
    return Problem(code=GATE_CLOSED, detail="The options changed since this plan was made.", fix=FIX)
