"""Who is told what, and when. Implements Notifier; whatever goes wrong in here never fails a run or a look of the timer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from shared.diff.options import Mode, SyncOptions
from shared.engine.lateness import alert_hours_in_force
from shared.engine.notices import wording
from shared.engine.notices.book import BookStore, NoticeBook, Waiting
from shared.engine.notices.delivery import Delivery
from shared.engine.notices.notice import Notice
from shared.engine.parts import Parts
from shared.engine.records import Plans
from shared.engine.run import ActorKind, Run, RunKind, RunState
from shared.errors import SyncError
from shared.settings import Settings

LATE = "late"
DIED = "died"
REPORT = "report/"
REPORT_EVERY = timedelta(days=1)
SECRETS_EVERY = timedelta(hours=6)
"""How often the timer looks when secrets end: each look is a request to Key Vault for each."""


class Notices:
    """Tells people; does nothing at all where no webhook is configured."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._plans = Plans(parts.documents)
        self._book = BookStore(parts.documents)
        self._delivery = Delivery(parts, self._book)

    def tell(self, notice: Notice) -> None:
        """People are told once, now or when the receiver works again; never raises."""
        self._safely(lambda _: self._update(lambda book: book.queued(self._waiting(notice))))

    def lasts(self, cause: str, notice: Notice) -> None:
        """People are told, and again with growing pauses for as long as the cause lasts; never raises."""
        self._safely(lambda _: self._update(lambda book: book.raised(cause, self._waiting(notice))))

    def over(self, cause: str) -> None:
        """The cause lasts no longer; nobody is told. Never raises."""
        self._safely(lambda _: self._update(lambda book: book.closed(cause)))

    def on_run_end(self, run: Run) -> None:
        """People know how an unattended run ended, where they do not know it yet; never raises."""
        if run.by.kind is not ActorKind.PERSON:
            self._safely(lambda settings: self._told_of(run, settings))

    def on_tick(self, *, is_late: bool, sent_again: tuple[str, ...], ended_exemptions: int = 0) -> None:
        """What the timer's look found is told, and what could not be delivered before is tried again; never raises."""
        self._safely(lambda settings: self._look(settings, is_late=is_late, sent_again=sent_again))
        if ended_exemptions:
            self.tell(wording.exemptions_ended(ended_exemptions))

    def _safely(self, note: Callable[[Settings], None]) -> None:
        try:
            settings = self._parts.settings()
            if settings.notify_webhook_secret_name:
                note(settings)
                self._delivery.deliver()
        except SyncError as error:
            self._parts.announce("notice.lost", {"code": error.code})
        except Exception as error:  # noqa: BLE001  # a defect in here must not fail a run; its text may hold the webhook's URL
            self._parts.announce("notice.lost", {"code": type(error).__name__})

    def _told_of(self, run: Run, settings: Settings) -> None:
        kind = f"run/{run.kind.value}/"
        if run.state is RunState.SUCCEEDED:
            causes = len(self._book.read().open_causes(kind))
            over = self._waiting(wording.run_recovered(run, causes=causes))
            self._update(lambda book: book.recovered(kind, over).closed(DIED))
            if run.kind is RunKind.SCHEDULED and settings.options.mode is Mode.REPORT:
                self._report(run)
            return
        code = run.problem.code if run.problem is not None else "rows"
        waiting = self._waiting(wording.run_not_succeeded(run))
        self._update(lambda book: book.raised(f"{kind}{run.state.value}/{code}", waiting))

    def _report(self, run: Run) -> None:
        """A plan with other changes than the last one told; at most one a day."""
        record = self._plans.find(run.plan_id) if run.plan_id is not None else None
        if record is None:
            return
        ticked = sum(change.ticked for change in record.plan.changes)
        key = f"{REPORT}{record.plan.digest}"
        waiting = self._waiting(wording.report(run, record, ticked))

        def reported(book: NoticeBook) -> NoticeBook:
            told = book.open_causes(REPORT)
            if any(cause.key == key or waiting.at - cause.told_at < REPORT_EVERY for cause in told):
                return book
            return book.closed(REPORT).raised(key, waiting)

        if ticked:
            self._update(reported)

    def _look(self, settings: Settings, *, is_late: bool, sent_again: tuple[str, ...]) -> None:
        self._update(lambda book: self._guarded(book, settings.options))
        hours = alert_hours_in_force(settings.options.every_hours, settings.options.alert_hours)
        if is_late:
            self._update(lambda book: book.raised(LATE, self._waiting(wording.late(hours))))
        else:
            self._update(lambda book: book.recovered(LATE, self._waiting(wording.late_no_more())))
        if sent_again:
            self._update(lambda book: book.raised(DIED, self._waiting(wording.runs_died(sent_again))))
        self._look_at_secrets()

    def _guarded(self, book: NoticeBook, options: SyncOptions) -> NoticeBook:
        """Limits as they are now, page and deployment alike; raised ones are told."""
        after = {
            "GUARD_CHANGES_PERCENT": options.guard_changes_percent,
            "GUARD_REMOVALS": options.guard_removals,
            "GUARD_REMOVALS_PERCENT": options.guard_removals_percent,
        }
        before = book.guard_limits
        raised = [name for name, limit in after.items() if limit > before.get(name, limit)]
        noted = replace(book, guard_limits=after)
        return noted.queued(self._waiting(wording.guard_loosened(before, after, raised))) if raised else noted

    def _look_at_secrets(self) -> None:
        now = self._parts.clock.now()
        looked_at = self._book.read().secrets_looked_at
        if looked_at is not None and now - looked_at < SECRETS_EVERY:
            return
        # One that cannot be read keeps its stage: it is told as the trouble of a run.
        days = {s.name: s.days_left for s in self._parts.secrets() if s.days_left is not None}

        def looked(book: NoticeBook) -> NoticeBook:
            changed, stages = book, dict(book.secret_stages)
            for name, days_left in days.items():
                stage = wording.secret_stage(days_left)
                if stage is None:
                    stages.pop(name, None)
                    continue
                if stage < stages.get(name, stage + 1):
                    changed = changed.queued(self._waiting(wording.secret_ends(name, days_left)))
                stages[name] = stage
            return replace(changed, secret_stages=stages, secrets_looked_at=now)

        self._update(looked)

    def _update(self, change: Callable[[NoticeBook], NoticeBook]) -> None:
        self._book.update(change)

    def _waiting(self, notice: Notice) -> Waiting:
        return Waiting(id=self._parts.new_id(), at=self._parts.clock.now(), notice=notice)
