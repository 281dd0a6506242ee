"""Undoing: what an execution did, gathered from its plan, its results and the accounts that were kept before their removal."""

from dataclasses import replace

from shared.diff.plan import REMOVALS
from shared.diff.undo_trace import Undone
from shared.engine.additions import SenderLists, sender_lists_of
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.records import LedgerStore, Plans, Removed, Results, Runs
from shared.engine.refusals import NothingToUndoError
from shared.engine.run import Outcome, Run, RunKind
from shared.model import Address
from shared.state.protocols import Documents


def check_undoable(documents: Documents, run: Run) -> None:
    """Return where the run is an execution that wrote something; raises NothingToUndoError, NotFoundError."""
    if run.kind not in (RunKind.EXECUTION, RunKind.SCHEDULED) or run.plan_id is None:
        raise NothingToUndoError(
            f"Run {run.id} is no execution: it wrote nothing to Essentials.", "Undo the execution of its plan."
        )
    if not run.state.is_final:
        raise NothingToUndoError(f"Run {run.id} has not ended.", "Cancel it, or wait for its end, and try again.")
    if not undone_by(documents, run.id).changes:
        raise NothingToUndoError(f"Run {run.id} wrote nothing to Essentials.", "Look at its results: none is done.")


def undone_by(documents: Documents, run_id: str) -> Undone:
    """What the execution did; raises NotFoundError where its plan is not kept any more."""
    outcomes = {r.change_id: r.outcome for r in Results(documents).of(run_id)}
    changes = Plans(documents).get(Runs(documents).get(run_id).plan_id or "").plan.changes
    removed = {fetched.account.uid: fetched.account for fetched in Removed(documents).of(run_id)}
    already = [c for c in changes if outcomes.get(c.id) is Outcome.ALREADY]
    # An account is kept right before its removal: one that was gone when the run went on after a crash was removed by it.
    ours = {c.id for c in already if c.category in REMOVALS and c.uid in removed}
    return Undone(
        run_id=run_id,
        changes=tuple(c for c in changes if outcomes.get(c.id) is Outcome.DONE or c.id in ours),
        found_so=tuple(c for c in already if c.id not in ours),
        removed=removed,
    )


def kept_sender_lists(documents: Documents, run_id: str) -> dict[Address, SenderLists]:
    """The lists of senders of the accounts that the execution removed, by primary address."""
    return {f.account.primary_email: sender_lists_of(f) for f in Removed(documents).of(run_id)}


def close_gate(documents: Documents, keeper: LeaseKeeper, run: Run) -> None:
    """Nothing unattended writes from now on: it would do again what the run puts back."""
    store = LedgerStore(documents)
    ledger, etag = store.read()
    if ledger.gate is not None and not ledger.gate.closed_by:
        keeper.require()
        store.write(replace(ledger, gate=replace(ledger.gate, closed_by=run.id)), etag)
