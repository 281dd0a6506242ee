"""The selection: what a person chose of a plan, whether it is allowed, and what it stands for."""

import hashlib
import json
from collections.abc import Iterable

from shared.diff.guard import GuardVerdict, Limit, judge
from shared.diff.options import SyncOptions
from shared.diff.plan import Change, Plan
from shared.engine.plan_record import PlanRecord
from shared.engine.refusals import BrokenChainError, GuardTrippedError, UnknownChangeError
from shared.engine.run import Selection


def selected(plan: Plan, selection: Selection) -> tuple[Change, ...]:
    """The changes chosen: ticked, less ``exclude``, plus ``include``; in the order of the plan."""
    return tuple(
        change
        for change in plan.changes
        if change.id not in selection.exclude and (change.ticked or change.id in selection.include)
    )


def check_selection(plan: Plan, selection: Selection) -> None:
    """Return where the selection can be carried out; raises UnknownChangeError, BrokenChainError."""
    by_id = {change.id: change for change in plan.changes}
    unknown = sorted((selection.exclude | selection.include) - by_id.keys())
    if unknown:
        raise UnknownChangeError(
            f"The plan has no change {unknown[0]!r}.", "Name changes by the ids of this plan's rows."
        )
    for change_id in sorted(selection.include):
        blocked = by_id[change_id].blocked
        if blocked is not None:
            raise UnknownChangeError(
                f"Change {change_id} is blocked ({blocked}).", "Leave it out: what is blocked cannot be included."
            )
    both = sorted(selection.exclude & selection.include)
    if both:
        raise UnknownChangeError(f"Change {both[0]!r} is both excluded and included.", "Name it once.")
    _check_chains(plan, selection)


def _check_chains(plan: Plan, selection: Selection) -> None:
    chosen = {change.id for change in selected(plan, selection)}
    chains: dict[str, set[bool]] = {}
    for change in plan.changes:
        if change.chain is not None:
            chains.setdefault(change.chain, set()).add(change.id in chosen)
    for chain, states in chains.items():
        if len(states) > 1:
            raise BrokenChainError(
                f"The selection parts chain {chain}.", "Include all of its rows or none: they hand one address over."
            )


def selection_digest(plan: Plan, changes: Iterable[Change]) -> str:
    """SHA-256 over the plan's digest and the ids chosen: what an approval repeats."""
    content = [plan.digest, sorted(change.id for change in changes)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def check_guard(plan: Plan, selection: Selection, options: SyncOptions) -> None:
    """Return where the guard lets the selection pass, or where it was approved; raises GuardTrippedError."""
    changes = selected(plan, selection)
    verdict = judge(changes, accounts=plan.accounts, active_accounts=plan.active_accounts, options=options)
    digest = selection_digest(plan, changes)
    if verdict.is_tripped and selection.approve != digest:
        raise GuardTrippedError(verdict_in_words(verdict), selection_digest=digest, numbers=numbers_of(verdict))


def numbers_of(verdict: GuardVerdict) -> dict[str, int]:
    """The verdict's numbers by name."""
    return {
        "taking_changes": verdict.taking_changes,
        "active_accounts": verdict.active_accounts,
        "changes_other_than_adds": verdict.changes_other_than_adds,
        "accounts": verdict.accounts,
        Limit.REMOVALS.value: verdict.removals_limit,
        Limit.REMOVALS_PERCENT.value: verdict.removals_percent_limit,
        Limit.CHANGES_PERCENT.value: verdict.changes_percent_limit,
    }


def verdict_in_words(verdict: GuardVerdict) -> str:
    """Which limits are passed, by what."""
    words = {
        Limit.REMOVALS: f"{verdict.taking_changes} changes take something, and the limit is {verdict.removals_limit}",
        Limit.REMOVALS_PERCENT: (
            f"{verdict.taking_changes} changes take something, which is more than {verdict.removals_percent_limit} % "
            f"of {verdict.active_accounts} active accounts"
        ),
        Limit.CHANGES_PERCENT: (
            f"{verdict.changes_other_than_adds} changes are not additions, which is more than "
            f"{verdict.changes_percent_limit} % of {verdict.accounts} accounts"
        ),
    }
    return "; ".join(words[limit] for limit in verdict.tripped) + "."


def opens_gate(record: PlanRecord, selection: Selection, options_fingerprint: str) -> bool:
    """Whether a person's execution of this selection lets unattended runs write from now on."""
    excludes_ticked = any(c.ticked and c.id in selection.exclude for c in record.plan.changes)
    return record.narrowing.is_none and record.options_fingerprint == options_fingerprint and not excludes_ticked
