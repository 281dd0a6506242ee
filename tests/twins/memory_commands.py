"""The engine's commands in memory: the same refusals in the same order, and runs that end when they are worked on."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from shared.diff.guard import judge
from shared.diff.options import SyncOptions
from shared.diff.plan import Plan
from shared.engine.commands import GateStatus, SecretStatus, Status
from shared.engine.plan_record import PlanRecord
from shared.engine.refusals import (
    GateClosedError,
    NativeSyncOnError,
    NotFoundError,
    NothingToUndoError,
    PlanExpiredError,
    PlanUsedError,
    RunUnderWayError,
    StaleDigestError,
)
from shared.engine.run import Actor, ActorKind, Narrowing, Outcome, Result, Run, RunKind, RunState, Selection
from shared.engine.selection import check_guard, check_selection, selected
from shared.settings import EffectiveSetting, SettingSource

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@dataclass(slots=True, kw_only=True)
class MemoryCommands:
    """One organization's runs and plans; ``plan_of_next_search`` is what a search that is worked on ends with."""

    plan_of_next_search: Plan
    options: SyncOptions = field(default_factory=SyncOptions)
    now: datetime = NOW
    gate_is_open: bool = True
    late: bool = False
    lease_is_held: bool = False
    stored_runs: dict[str, Run] = field(default_factory=dict)
    stored_plans: dict[str, PlanRecord] = field(default_factory=dict)
    stored_results: dict[str, tuple[Result, ...]] = field(default_factory=dict)

    def start_search(self, narrowing: Narrowing, actor: Actor) -> Run:
        """Queue a search."""
        self._refuse_while_another_runs()
        return self._queued(RunKind.SEARCH, actor, narrowing=narrowing)

    def start_undo(self, run_id: str, actor: Actor) -> Run:
        """Queue a search for the way back."""
        if self.run(run_id).kind is not RunKind.EXECUTION:
            raise NothingToUndoError(f"Run {run_id} is no execution.", "Undo the execution of its plan.")
        self._refuse_while_another_runs()
        return self._stored(replace(self._queued(RunKind.UNDO, actor), undoes=run_id))

    def execute(self, plan_id: str, selection: Selection, actor: Actor) -> Run:
        """Queue the execution of a plan's selection."""
        record = self.plan(plan_id)
        if selection.digest != record.plan.digest:
            raise StaleDigestError("The digest does not belong to the plan.", "Read the plan again.")
        for run in self.stored_runs.values():
            if run.kind is RunKind.EXECUTION and run.plan_id == plan_id and run.selection is not None:
                if selected(record.plan, run.selection) != selected(record.plan, selection):
                    raise PlanUsedError(run.id)
                return run
        if self.now > record.expires_at:
            raise PlanExpiredError("The plan is older than 24 hours.", "Search again.")
        check_selection(record.plan, selection)
        if record.plan.native_sync_writes_users:
            raise NativeSyncOnError("The native sync writes users.", "Set its frequency to never.")
        if actor.kind is ActorKind.APPLICATION and not self.gate_is_open:
            raise GateClosedError("No person has executed a plan under these options.", "Let a person execute one.")
        check_guard(record.plan, selection, self.options)
        self._refuse_while_another_runs()
        return self._queued(RunKind.EXECUTION, actor, plan_id=plan_id, selection=selection)

    def work(self, run_id: str, *, seconds: float) -> Run | None:  # noqa: ARG002  # memory needs no time
        """Carry the run out to its end; None where another worker holds the lease."""
        run = self.run(run_id)
        if self.lease_is_held:
            return None
        if run.state.is_final:
            return run
        return self._searched(run) if run.kind in (RunKind.SEARCH, RunKind.UNDO) else self._executed(run)

    def cancel(self, run_id: str, actor: Actor) -> Run:  # noqa: ARG002  # who cancelled is not kept here
        """Stop the run."""
        run = self.run(run_id)
        return run if run.state.is_final else self._stored(self._ended(run, RunState.CANCELLED))

    def run(self, run_id: str) -> Run:
        """One run."""
        if run_id not in self.stored_runs:
            raise NotFoundError(f"There is no run {run_id}.", "Take the id from the list of runs.")
        return self.stored_runs[run_id]

    def runs(self, *, limit: int) -> tuple[Run, ...]:
        """The newest runs, newest first."""
        return tuple(reversed(self.stored_runs.values()))[:limit]

    def plan(self, plan_id: str) -> PlanRecord:
        """One plan."""
        if plan_id not in self.stored_plans:
            raise NotFoundError(f"There is no plan {plan_id}.", "Take the id from a search.")
        return self.stored_plans[plan_id]

    def results(self, run_id: str) -> tuple[Result, ...]:
        """What became of each change."""
        return self.stored_results.get(self.run(run_id).id, ())

    def status(self) -> Status:
        """How the app is doing."""
        return Status(
            last_success_at=self.now - timedelta(hours=2),
            hours_since_success=2.0,
            next_run_at=self.now + timedelta(hours=1),
            mode="apply",
            gate=GateStatus(is_open=self.gate_is_open, reason="" if self.gate_is_open else "Nobody opened it."),
            secrets=(SecretStatus(name="entra-client-secret", days_left=None),),
            warnings=("A warning.",),
        )

    def is_late(self) -> bool:
        """Whether no scheduled run has succeeded for too long."""
        return self.late

    def settings(self) -> tuple[EffectiveSetting, ...]:
        """The settings in force."""
        return (
            EffectiveSetting(name="AUTH_MODE", value="key", source=SettingSource.DEPLOYED, deployed_only=True),
            EffectiveSetting(
                name="SYNC_HOW", value="add_users,update_users", source=SettingSource.DEPLOYED, deployed_only=False
            ),
            EffectiveSetting(name="SYNC_MODE", value="apply", source=SettingSource.DEFAULT, deployed_only=False),
        )

    def _refuse_while_another_runs(self) -> None:
        for run in self.stored_runs.values():
            if not run.state.is_final:
                raise RunUnderWayError(run.id)

    def _queued(
        self,
        kind: RunKind,
        actor: Actor,
        *,
        narrowing: Narrowing = Narrowing(),  # noqa: B008  # immutable
        plan_id: str | None = None,
        selection: Selection | None = None,
    ) -> Run:
        return self._stored(
            Run(
                id=f"run-{len(self.stored_runs) + 1}",
                kind=kind,
                state=RunState.QUEUED,
                by=actor,
                queued_at=self.now,
                progress_at=self.now,
                narrowing=narrowing,
                plan_id=plan_id,
                selection=selection,
            )
        )

    def _searched(self, run: Run) -> Run:
        plan = self.plan_of_next_search
        record = PlanRecord(
            id=f"plan-{len(self.stored_plans) + 1}",
            created_at=self.now,
            expires_at=self.now + timedelta(hours=24),
            run_id=run.id,
            narrowing=run.narrowing,
            options_fingerprint="0" * 64,
            guard=judge(
                [c for c in plan.changes if c.ticked],
                accounts=plan.accounts,
                active_accounts=plan.active_accounts,
                options=self.options,
            ),
            plan=plan,
            undoes=run.undoes,
        )
        self.stored_plans[record.id] = record
        counts: dict[str, int] = {}
        for change in plan.changes:
            counts[change.category.value] = counts.get(change.category.value, 0) + 1
        return self._stored(replace(self._ended(run, RunState.SUCCEEDED), plan_id=record.id, counts=counts))

    def _executed(self, run: Run) -> Run:
        assert run.plan_id is not None
        assert run.selection is not None
        changes = selected(self.plan(run.plan_id).plan, run.selection)
        self.stored_results[run.id] = tuple(
            Result(change_id=c.id, category=c.category.value, address=c.address, outcome=Outcome.DONE) for c in changes
        )
        return self._stored(replace(self._ended(run, RunState.SUCCEEDED), counts={"done": len(changes)}))

    def _ended(self, run: Run, state: RunState) -> Run:
        return replace(run, state=state, started_at=self.now, finished_at=self.now, progress_at=self.now)

    def _stored(self, run: Run) -> Run:
        self.stored_runs[run.id] = run
        return run
