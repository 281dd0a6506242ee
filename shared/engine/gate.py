"""The gate: unattended runs write only after a person executed a plan under the options in force."""

from shared.diff.ledger import Ledger
from shared.diff.options import SyncOptions
from shared.engine.run import Problem
from shared.settings import options_fingerprint


def gate_problem(ledger: Ledger, options: SyncOptions) -> Problem | None:
    """Why the gate is closed; None while it is open."""
    if ledger.gate is None:
        detail = "No person has executed a plan yet."
    elif ledger.gate.options_fingerprint != options_fingerprint(options):
        detail = "The options changed since a person last executed a plan."
    else:
        return None
    return Problem(
        code="gate_closed",
        detail=detail,
        fix="Search on the review page without narrowing, review the plan, and execute it with none of its ticked rows excluded.",
    )
