"""What a scheduled run does with its plan: everything that is ticked, or less, or nothing, and why."""

from dataclasses import dataclass

from shared.diff.guard import Limit
from shared.diff.options import Mode, SyncOptions
from shared.diff.ordering import ADDS
from shared.engine.commands import PlanRecord
from shared.engine.run import Problem, RunState, Selection
from shared.engine.selection import verdict_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What to execute; ``selection`` None means nothing, and ``state`` is then how the run ends."""

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
        return Decision(selection=None, state=RunState.BLOCKED, problem=NATIVE_SYNC_ON)
    whole = Selection(digest=record.plan.digest)
    if not record.guard.is_tripped:
        return Decision(selection=whole, state=RunState.SUCCEEDED, problem=None)
    return Decision(
        selection=Selection(digest=record.plan.digest, exclude=_held_back(record)),
        state=RunState.BLOCKED,
        problem=Problem(
            code="guard",
            detail=verdict_in_words(record.guard),
            fix="Review this run's plan on the review page and execute what is right.",
        ),
    )


NATIVE_SYNC_ON = Problem(
    code="native_sync_on",
    detail="Essentials' own directory sync writes users, and two writers would fight.",
    fix="Set the frequency of Azure Directory Sync in Essentials to never, then search and execute again.",
)


def _held_back(record: PlanRecord) -> frozenset[str]:
    """Ticked changes that wait for a person: those that the limits passed count, and what shares a chain with them."""
    ticked = [c for c in record.plan.changes if c.ticked]
    if Limit.CHANGES_PERCENT in record.guard.tripped:
        held = {c.id for c in ticked if c.category not in ADDS}
    else:
        held = {c.id for c in ticked if c.takes}
    chains = {c.chain for c in ticked if c.id in held and c.chain is not None}
    return frozenset(held | {c.id for c in ticked if c.chain in chains})
