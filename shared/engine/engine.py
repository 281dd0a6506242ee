"""The engine: the commands that the API, the timer and the queue give."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from shared.engine.commands import GateStatus, Status
from shared.engine.ended_exemptions import note_ended_exemptions
from shared.engine.gate import gate_problem
from shared.engine.lateness import alert_hours_in_force, is_late
from shared.engine.message import Message
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.records import LedgerStore, Plans, Results, Runs, SlotStore
from shared.engine.refusals import (
    GateClosedError,
    PlanExpiredError,
    PlanUsedError,
    RunUnderWayError,
    StaleDigestError,
    native_sync_hidden,
    native_sync_on,
)
from shared.engine.retention import expire_history
from shared.engine.run import Actor, ActorKind, Narrowing, Result, Run, RunKind, RunState, Selection
from shared.engine.search_allowance import SearchAllowance
from shared.engine.selection import check_guard, check_selection, selected
from shared.errors import StorageUnavailableError, SyncError
from shared.settings import EffectiveSetting, Settings

if TYPE_CHECKING:
    from shared.engine.notices.notices import Notices
    from shared.engine.schedule import Schedule
    from shared.engine.worker import Slice, Worker

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """What one look of the timer did."""

    enqueued: str | None
    """Id of the scheduled run that it enqueued; None where no slot was due."""
    sent_again: tuple[str, ...]
    """Ids of runs that had died."""


class Engine:
    """Implements Commands, and what the timer and the queue ask for."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._runs = Runs(parts.documents)
        self._plans = Plans(parts.documents)
        self._results = Results(parts.documents)

    # Imported when first needed, for the sake of cold starts: what carries runs and tells people of them is nothing that
    # ``/api/health`` asks for.

    @cached_property
    def _notices(self) -> "Notices":
        from shared.engine.notices.notices import Notices

        return Notices(self._parts)

    @cached_property
    def _worker(self) -> "Worker":
        from shared.engine.worker import Worker

        return Worker(self._parts, self._notices)

    @cached_property
    def _schedule(self) -> "Schedule":
        from shared.engine.schedule import Schedule

        return Schedule(self._parts, self._worker)

    def start_search(self, narrowing: Narrowing, actor: Actor) -> Run:
        """Queue a search; raises RunUnderWayError, TooManySearchesError."""
        self._refuse_while_another_runs()
        SearchAllowance(self._parts.documents, self._parts.clock).take(actor.kind)
        run = replace(self._new_run(self._new_run_id(), RunKind.SEARCH, actor), narrowing=narrowing)
        self._runs.create(run)
        return self._enqueue(run)

    def start_undo(self, run_id: str, actor: Actor) -> Run:
        """Queue a search for the way back from an execution.

        Raises NotFoundError, NothingToUndoError, RunUnderWayError, TooManySearchesError.
        """
        # Imported here for the sake of cold starts: it knows all of planning.
        from shared.engine.undoing import check_undoable

        check_undoable(self._parts.documents, self._runs.get(run_id))
        self._refuse_while_another_runs()
        SearchAllowance(self._parts.documents, self._parts.clock).take(actor.kind)
        run = replace(self._new_run(self._new_run_id(), RunKind.UNDO, actor), undoes=run_id)
        self._runs.create(run)
        return self._enqueue(run)

    def execute(self, plan_id: str, selection: Selection, actor: Actor) -> Run:
        """Queue the execution of a plan's selection; the same selection again answers the same run.

        Raises, in this order: NotFoundError, StaleDigestError, PlanUsedError, PlanExpiredError, UnknownChangeError,
        BrokenChainError, NativeSyncOnError, GateClosedError, GuardTrippedError, RunUnderWayError.
        """
        record = self._plans.get(plan_id)
        settings = self._parts.settings()
        if selection.digest != record.plan.digest:
            raise StaleDigestError(
                f"The digest does not belong to plan {plan_id}.", "Read the plan again and execute with its digest."
            )
        used_by = self._runs.find(_execution_id(record))
        if used_by is not None:
            return _same_again(used_by, record, selection)
        self._refuse(record, selection, actor, settings)
        self._refuse_while_another_runs()
        run = replace(
            self._new_run(_execution_id(record), RunKind.EXECUTION, actor),
            plan_id=record.id,
            selection=selection,
            undoes=record.undoes,
        )
        if not self._runs.create(run):
            # Somebody else executed the plan in this very moment.
            return _same_again(self._runs.get(run.id), record, selection)
        return self._enqueue(run)

    def work(self, run_id: str, *, seconds: float) -> Run | None:
        """Carry the run out for at most ``seconds`` here and now; None where another worker holds the lease."""
        return self._worker.on_request(run_id, seconds=seconds)

    def cancel(self, run_id: str, actor: Actor) -> Run:  # noqa: ARG002  # who cancelled becomes part of the audit
        """Ask the run to stop after the change in hand; raises NotFoundError."""
        return self._runs.update(run_id, lambda r: r if r.state.is_final else replace(r, cancel_requested=True))

    def run(self, run_id: str) -> Run:
        """One run; raises NotFoundError."""
        return self._runs.get(run_id)

    def runs(self, *, limit: int) -> tuple[Run, ...]:
        """The newest runs, newest first."""
        return self._runs.newest(limit)

    def plan(self, plan_id: str) -> PlanRecord:
        """One plan; raises NotFoundError."""
        return self._plans.get(plan_id)

    def results(self, run_id: str) -> tuple[Result, ...]:
        """What became of each change, in order of execution; raises NotFoundError."""
        return self._results.of(self._runs.get(run_id).id)

    def settings(self) -> tuple[EffectiveSetting, ...]:
        """The settings in force with their sources."""
        return self._parts.settings().effective

    def status(self) -> Status:
        """How the app is doing."""
        # Imported here for the sake of cold starts, as the checks of administration are.
        from shared.engine.administration.warnings import status_warnings
        from shared.engine.schedule import slot_number, slot_starts_at

        settings = self._parts.settings()
        slot = SlotStore(self._parts.documents).read()
        ledger, _ = LedgerStore(self._parts.documents).read()
        problem = gate_problem(ledger, settings.options)
        now = self._parts.clock.now()
        every, offset = settings.options.every_hours, settings.sync_offset_minutes
        since = slot.last_success_at
        secrets = self._parts.secrets()
        return Status(
            last_success_at=since,
            hours_since_success=None if since is None else (now - since).total_seconds() / 3600,
            next_run_at=slot_starts_at(slot_number(now, every, offset) + 1, every, offset) if every else None,
            mode=settings.options.mode.value,
            gate=GateStatus(is_open=problem is None, reason=problem.detail if problem is not None else ""),
            secrets=secrets,
            warnings=status_warnings(
                secrets=secrets,
                # Whatever cannot be told is told as trouble.
                is_login_refused=_tried(lambda: self._schedule.is_refused(slot), [], otherwise=True),
                is_late=self.is_late(),
                alert_hours=alert_hours_in_force(every, settings.options.alert_hours),
            ),
        )

    def is_late(self) -> bool:
        """Whether scheduled runs are on and none has succeeded for too long."""
        options = self._parts.settings().options
        ledger, _ = LedgerStore(self._parts.documents).read()
        return is_late(
            SlotStore(self._parts.documents).read(),
            self._parts.clock.now(),
            every_hours=options.every_hours,
            alert_hours=options.alert_hours,
            has_been_open=ledger.gate is not None,
        )

    def on_message(self, text: str) -> "Slice":
        """Carry out one slice for a message of the queue; a message that is none of ours is dropped."""
        from shared.engine.worker import Slice

        message = Message.parse(text)
        return Slice.DROPPED if message is None else self._worker.on_message(message)

    def on_poison(self, text: str) -> None:
        """Send again for the run of a message that the host gave up."""
        self._schedule.revive()
        self._parts.announce("queue.poison", {"message": "known" if Message.parse(text) is not None else "foreign"})

    def on_timer(self) -> Tick:
        """Send again for runs that died, enqueue what is due, expire history, log one ``timer.tick`` event, and tell people.

        Each part is done whatever becomes of the others; raises the first error when all were tried.
        """
        errors: list[SyncError] = []
        nobody: tuple[str, ...] = ()
        sent_again = _tried(self._schedule.revive, errors, otherwise=nobody)
        enqueued = _tried(self._enqueue_due, errors, otherwise=None)
        expired = _tried(self._expire_history, errors, otherwise=0)
        ended_exemptions = _tried(lambda: note_ended_exemptions(self._parts), errors, otherwise=0)
        # What cannot be told is told as late: silence is a failure.
        late = _tried(self.is_late, errors, otherwise=True)
        self._parts.announce(
            "timer.tick",
            {
                "late": late,
                "enqueued": enqueued or "",
                "sent_again": len(sent_again),
                "expired": expired,
                "code": errors[0].code if errors else "",
            },
        )
        self._notices.on_tick(is_late=late, sent_again=sent_again, ended_exemptions=ended_exemptions)
        if errors:
            raise errors[0]
        return Tick(enqueued=enqueued, sent_again=sent_again)

    def _enqueue_due(self) -> str | None:
        settings = self._parts.settings()
        return self._schedule.enqueue_due(
            every_hours=settings.options.every_hours, offset_minutes=settings.sync_offset_minutes
        )

    def _expire_history(self) -> int:
        return expire_history(self._parts, history_days=self._parts.settings().history_days)

    def _refuse(self, record: PlanRecord, selection: Selection, actor: Actor, settings: Settings) -> None:
        if self._parts.clock.now() > record.expires_at:
            raise PlanExpiredError(
                f"Plan {record.id} is older than 24 hours.", "Search again and execute the new plan."
            )
        check_selection(record.plan, selection)
        chosen = selected(record.plan, selection)
        if record.plan.native_sync_writes_users and not all(change.switches_native_sync for change in chosen):
            raise native_sync_on()
        if actor.kind is ActorKind.APPLICATION:
            if record.plan.native_sync_may_write_users:
                raise native_sync_hidden()
            ledger, _ = LedgerStore(self._parts.documents).read()
            problem = gate_problem(ledger, settings.options)
            if problem is not None:
                raise GateClosedError(problem.detail, problem.fix)
        check_guard(record.plan, selection, settings.options)

    def _refuse_while_another_runs(self) -> None:
        under_way = self._runs.under_way()
        if under_way:
            raise RunUnderWayError(under_way[0].id)

    def _enqueue(self, run: Run) -> Run:
        try:
            return self._worker.send(run.id)
        except StorageUnavailableError as error:
            # The run is stored: the page's own work carries it out, and the timer sends again.
            self._parts.announce("queue.send_failed", {"run_id": run.id, "code": error.code})
            return self._runs.get(run.id)

    def _new_run(self, run_id: str, kind: RunKind, actor: Actor) -> Run:
        now = self._parts.clock.now()
        return Run(id=run_id, kind=kind, state=RunState.QUEUED, by=actor, queued_at=now, progress_at=now)

    def _new_run_id(self) -> str:
        return f"{self._parts.clock.now():%Y%m%dT%H%M%S}-{self._parts.new_id()[:8]}"


def _tried(part: Callable[[], T], errors: list[SyncError], *, otherwise: T) -> T:
    try:
        return part()
    except SyncError as error:
        errors.append(error)
        return otherwise


def _execution_id(record: PlanRecord) -> str:
    """A plan is executed once: the run's id follows from the plan's."""
    return f"{record.id}-execution"


def _same_again(run: Run, record: PlanRecord, selection: Selection) -> Run:
    before = selected(record.plan, run.selection) if run.selection is not None else ()
    if [c.id for c in before] != [c.id for c in selected(record.plan, selection)]:
        raise PlanUsedError(run.id)
    return run
