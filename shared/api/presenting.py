"""The engine's values as the API shows them."""

import msgspec

from shared.api.answers.plans import (
    Certificates,
    DirectoryCertificate,
    Guard,
    NativeSync,
    OrganizationCertificate,
    PlanHead,
    Seats,
)
from shared.api.answers.rows import ChangeRow, Fields, SkippedRow
from shared.api.answers.runs import Result, Run, RunProblem
from shared.api.answers.settings import Setting
from shared.api.answers.status import Gate, Me, Secret, Status
from shared.api.authorization import Caller
from shared.diff.guard import GuardVerdict
from shared.diff.plan import Category, Change, Skipped, SkipReason, Values
from shared.engine import commands, run
from shared.engine.plan_record import PlanRecord
from shared.settings import EffectiveSetting


def run_answer(record: run.Run) -> Run:
    """The run as the API shows it."""
    return Run(
        id=record.id,
        kind=record.kind,
        state=record.state,
        stage=record.stage,
        done=record.done,
        total=record.total,
        plan_id=record.plan_id,
        undoes=msgspec.UNSET if record.undoes is None else record.undoes,
        counts=record.counts,
        problem=None if record.problem is None else _run_problem(record.problem),
        by=record.by.by,
        queued_at=record.queued_at,
        started_at=record.started_at,
        finished_at=record.finished_at,
    )


def _run_problem(problem: run.Problem) -> RunProblem:
    return RunProblem(code=problem.code, detail=problem.detail, fix=problem.fix)


def status_answer(status: commands.Status, caller: Caller) -> Status:
    """The status as the API shows it to ``caller``."""
    return Status(
        last_success_at=status.last_success_at,
        hours_since_success=status.hours_since_success,
        next_run_at=status.next_run_at,
        mode=status.mode,
        gate=Gate(open=status.gate.is_open, reason=status.gate.reason),
        secrets=tuple(Secret(name=s.name, days_left=s.days_left) for s in status.secrets),
        warnings=status.warnings,
        me=Me(name=caller.name, roles=tuple(sorted(caller.roles))),
    )


def setting_answer(setting: EffectiveSetting) -> Setting:
    """The setting as the API shows it."""
    return msgspec.convert(setting, Setting, from_attributes=True)


def plan_answer(record: PlanRecord) -> PlanHead:
    """The plan's head as the API shows it."""
    plan = record.plan
    counts, skipped = dict.fromkeys(Category, 0), dict.fromkeys(SkipReason, 0)
    for change in plan.changes:
        counts[change.category] += 1
    for row in plan.skipped:
        skipped[row.reason] += 1
    return PlanHead(
        id=record.id,
        digest=plan.digest,
        created_at=record.created_at,
        expires_at=record.expires_at,
        counts=counts,
        ticked=sum(change.ticked for change in plan.changes),
        skipped=skipped,
        certificates=Certificates(
            directory=msgspec.convert(plan.directory_certificate, DirectoryCertificate, from_attributes=True),
            organization=msgspec.convert(plan.organization_certificate, OrganizationCertificate, from_attributes=True),
        ),
        guard=_guard(record.guard),
        accounts=dict(plan.accounts_by_type),
        licences=msgspec.convert(plan.seats, Seats, from_attributes=True),
        native_sync=NativeSync(writes_users=plan.native_sync_writes_users),
        undoes=msgspec.UNSET if record.undoes is None else record.undoes,
        warnings=plan.warnings,
    )


def _guard(verdict: GuardVerdict) -> Guard:
    return msgspec.convert(verdict, Guard, from_attributes=True)


def change_row(change: Change) -> ChangeRow:
    """The change as the API shows it."""
    return ChangeRow(
        id=change.id,
        category=change.category,
        address=change.address,
        name=change.name,
        entra_id=change.entra_id,
        ticked=change.ticked,
        blocked=change.blocked,
        before=_fields(change.before),
        after=_fields(change.after),
        fields=change.fields,
        reason=change.reason,
        proof=change.proof,
        mail_impact=change.mail_impact,
        warnings=change.warnings,
        chain=change.chain,
    )


def _fields(values: Values) -> Fields:
    return Fields(**{name: value for name in Fields.__struct_fields__ if (value := getattr(values, name)) is not None})


def skipped_row(row: Skipped) -> SkippedRow:
    """The skipped object as the API shows it."""
    return msgspec.convert(row, SkippedRow, from_attributes=True)


def result_answer(result: run.Result) -> Result:
    """The result as the API shows it."""
    return msgspec.convert(result, Result, from_attributes=True)
