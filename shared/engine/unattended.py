"""What a scheduled run does with its plan: everything that is ticked, or less, or nothing, and why."""

from dataclasses import dataclass

from shared.diff.guard import Limit
from shared.diff.options import Mode, SyncOptions
from shared.diff.plan import ADDS
from shared.engine.plan_record import PlanRecord
from shared.engine.refusals import NativeSyncOnError, native_sync_hidden, native_sync_on
from shared.engine.run import Problem, RunState, Selection
from shared.engine.selection import verdict_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to execute; ``selection`` None means nothing, and ``state`` and ``problem`` are then how the run ends."""

    selection: Selection | None
    state: RunState
    problem: Problem | None


def unattended_selection(record: PlanRecord, options: SyncOptions, gate: Problem | None) -> Decision:
    """The decision for a plan that nobody reviews; ``gate`` is why the gate is closed, None while it is open."""
    if options.mode is Mode.REPORT:
        return Decision(selection=None, state=RunState.SUCCEEDED, problem=None)
    if gate is not None:
        return Decision(selection=None, state=RunState.BLOCKED, problem=gate)
    if record.plan.native_sync_writes_users:
        return _blocked(native_sync_on())
    if record.plan.native_sync_may_write_users:
        return _blocked(native_sync_hidden())
    selection = Selection(digest=record.plan.digest, exclude=_held_back(record))
    return Decision(selection=selection, state=RunState.SUCCEEDED, problem=None)


def _blocked(refusal: NativeSyncOnError) -> Decision:
    problem = Problem(code=refusal.code, detail=refusal.detail, fix=refusal.fix)
    return Decision(selection=None, state=RunState.BLOCKED, problem=problem)


def guard_problem(record: PlanRecord) -> Problem | None:
    """Why an unattended run holds changes back; None where the guard lets all ticked ones pass."""
    if not record.guard.is_tripped:
        return None
    fix = "Review this run's plan on the review page and execute what is right."
    return Problem(code="guard", detail=verdict_in_words(record.guard), fix=fix)


def _held_back(record: PlanRecord) -> frozenset[str]:
    """Ticked changes that wait for a person: those that the limits passed count, and what shares a chain with them."""
    if not record.guard.is_tripped:
        return frozenset()
    ticked = [c for c in record.plan.changes if c.ticked]
    if Limit.CHANGES_PERCENT in record.guard.tripped:
        held = {c.id for c in ticked if c.category not in ADDS}
    else:
        held = {c.id for c in ticked if c.takes}
    chains = {c.chain for c in ticked if c.id in held and c.chain is not None}
    return frozenset(held | {c.id for c in ticked if c.chain in chains})
