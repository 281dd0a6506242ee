"""The notices that the app itself gives, in words."""

from collections.abc import Iterable, Mapping

from shared.engine.notices.notice import Notice, Topic
from shared.engine.plan_record import PlanRecord
from shared.engine.run import Outcome, Run, RunKind, RunState

NATIVE_KEY_CAUSE = "native_key"
EXPIRED = -1
SECRET_STAGES = (30, 7, 1)
"""Days before its end at which a secret is announced."""

_KINDS = {
    RunKind.SEARCH: "search",
    RunKind.EXECUTION: "execution",
    RunKind.SCHEDULED: "scheduled run",
    RunKind.UNDO: "undo",
}
_STATES = {
    RunState.FAILED: "failed",
    RunState.PARTLY_FAILED: "failed in part",
    RunState.BLOCKED: "was held back",
    RunState.CANCELLED: "was cancelled",
}


def run_not_succeeded(run: Run) -> Notice:
    """An unattended run ended otherwise than well."""
    problem = run.problem
    done = run.counts.get(Outcome.DONE, 0)
    return Notice(
        topic=Topic.RUN_NOT_SUCCEEDED,
        title=f"A {_KINDS[run.kind]} {_STATES[run.state]}",
        detail=problem.detail
        if problem is not None
        else f"{done} changes were made; the counts say what became of the others.",
        fix=problem.fix if problem is not None else "Look at the run's results on the review page.",
        counts=_without_zeros(run.counts),
        run_id=run.id,
    )


def run_recovered(run: Run, *, causes: int) -> Notice:
    """The same kind of run succeeds again."""
    return Notice(
        topic=Topic.RECOVERED,
        title=f"A {_KINDS[run.kind]} succeeded again",
        detail=f"{causes} {'cause' if causes == 1 else 'causes'} told before {'is' if causes == 1 else 'are'} over.",
        fix="",
        counts=_without_zeros(run.counts),
        run_id=run.id,
    )


def report(run: Run, record: PlanRecord, ticked: int) -> Notice:
    """What a run in report mode would have done."""
    guard = " It is over the limits of the guard." if record.guard.is_tripped else ""
    return Notice(
        topic=Topic.REPORT,
        title=f"Report: {ticked} {'change' if ticked == 1 else 'changes'} would be made",
        detail=f"SYNC_MODE is report, so nothing was executed.{guard}",
        fix="Review the plan on the review page and execute it, or set SYNC_MODE to apply.",
        counts=_without_zeros(run.counts),
        run_id=run.id,
    )


def runs_died(run_ids: tuple[str, ...]) -> Notice:
    """Runs stood still and were started again."""
    one = len(run_ids) == 1
    return Notice(
        topic=Topic.RUN_DIED,
        title="A run stood still" if one else "Runs stood still",
        detail=f"{len(run_ids)} {'run' if one else 'runs'} made no progress and {'was' if one else 'were'} started again.",
        fix="Nothing, after a deployment or a change of settings. Else look in the log for what ended the app.",
        counts={"runs": len(run_ids)},
        run_id=run_ids[0] if one else "",
    )


def late(alert_hours: int) -> Notice:
    """No scheduled run succeeded for too long."""
    return Notice(
        topic=Topic.LATE,
        title="The sync is late",
        detail=f"No scheduled run has succeeded for more than {alert_hours} hours.",
        fix="Look at the last scheduled runs on the review page: each says what kept it.",
    )


def late_no_more() -> Notice:
    """Scheduled runs succeed again."""
    return Notice(
        topic=Topic.RECOVERED, title="The sync is no longer late", detail="Scheduled runs succeed, or are off.", fix=""
    )


def secret_ends(name: str, days_left: int) -> Notice:
    """A secret has expired or soon will."""
    when = "has expired" if days_left < 0 else f"expires in {days_left} {'day' if days_left == 1 else 'days'}"
    return Notice(
        topic=Topic.SECRET_ENDS,
        title=f"A secret {when}",
        detail=f"The Key Vault secret {name} {when}.",
        fix=f"Renew the credential and store it with its new expiry date: az keyvault secret set -n {name} --expires DATE.",
        counts={} if days_left < 0 else {"days_left": days_left},
    )


def guard_loosened(before: Mapping[str, int], after: Mapping[str, int], names: Iterable[str]) -> Notice:
    """Limits of the guard were raised."""
    raised = ", ".join(f"{name} from {before[name]} to {after[name]}" for name in names)
    return Notice(
        topic=Topic.GUARD_LOOSENED,
        title="The guard was loosened",
        detail=f"Limits were raised: {raised}.",
        fix="If nobody meant it, lower them on the settings page; its history says who saved them.",
    )


def native_key_due() -> Notice:
    """Key Vault holds another key than Essentials' own sync."""
    return Notice(
        topic=Topic.NATIVE_KEY_DUE,
        title="Essentials' own sync needs its new key",
        detail="Key Vault holds a newer key for Essentials' own directory sync than the one that was written there.",
        fix="Search on the review page and execute the row that writes the key; remove the former key from Entra only then.",
    )


def exemptions_ended(count: int) -> Notice:
    """Exemptions came to the end that they were made with."""
    what = "An exemption has ended" if count == 1 else f"{count} exemptions have ended"
    return Notice(
        topic=Topic.EXEMPTION_ENDED,
        title=what,
        detail=f"{what}: the next sync treats the accounts like all others.",
        fix="Search on the review page to see what that means; exempt again whoever shall stay as they are.",
        counts={"exemptions": count},
    )


def secret_stage(days_left: int) -> int | None:
    """The announcement that is due with so many days left; None where it is too early for any."""
    if days_left < 0:
        return EXPIRED
    return min((stage for stage in SECRET_STAGES if days_left <= stage), default=None)


def _without_zeros(counts: Mapping[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in counts.items() if count}
