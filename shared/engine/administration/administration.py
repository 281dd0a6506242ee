"""What administrators do beside runs: options, exemptions, checks and explanations. Implements AdministrationCommands."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime

from shared.clock import Clock
from shared.diff.explain import Explanation, explain
from shared.diff.plan import Exemption
from shared.engine.administration.audit import AuditEntry, AuditTrail
from shared.engine.administration.checks import Check, CheckName
from shared.engine.administration.exempting import ExemptionBook, address_of, in_words
from shared.engine.administration.previewing import ScopePreview, preview
from shared.engine.administration.probes import Probes
from shared.engine.administration.saved_settings import SavedSettings, changes_of, loosened
from shared.engine.administration.verifying import verified
from shared.engine.plan_record import PlanRecord
from shared.engine.records import LedgerStore, Plans, Runs, SlotStore
from shared.engine.refusals import InvalidRequestError, OptionsRefusedError
from shared.engine.run import Actor, ActorKind
from shared.errors import NotConfiguredError, SettingProblem, SettingsError
from shared.settings import EffectiveSetting, Settings
from shared.state.protocols import Documents, Queue

RUNS_SEARCHED = 50
"""So many of the newest runs are looked through for the last plan."""

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministrationParts:
    """Everything that administration works with."""

    documents: Documents
    queue: Queue
    clock: Clock
    new_id: Callable[[], str]
    """A random GUID at each call."""
    settings: Callable[[], Settings]
    """The settings in force now; raises SettingsError, StateError."""
    settings_with: Callable[[Mapping[str, str]], Settings]
    """The settings that would be in force with these options saved; raises SettingsError."""
    validate: Callable[[Mapping[str, str]], dict[str, str]]
    """These options in canonical text; raises SettingsError with every problem."""
    probes: Callable[[Settings], AbstractContextManager[Probes]]
    """Connections of their own to the services, for as long as the block lasts."""
    announce: Callable[[str, dict[str, object]], None]
    """Logs one structured event: its name and its fields, which hold no address and no secret."""


class Administration:
    """Options, exemptions, audit, checks and explanations of one deployment."""

    def __init__(self, parts: AdministrationParts) -> None:
        self._parts = parts
        self._saved = SavedSettings(parts.documents, validate=parts.validate)
        self._book = ExemptionBook(parts.documents, clock=parts.clock)
        self._trail = AuditTrail(parts.documents)

    def save_settings(self, values: Mapping[str, str], actor: Actor) -> tuple[EffectiveSetting, ...]:
        """The settings in force once these options are saved over those saved before.

        Raises OptionsRefusedError (nothing is saved), SettingsError where the deployment's own values cannot be used,
        StateError, and what a service raises that an option is about.
        """
        shown_before = self._effective(self._saved.values())
        is_usable_now = self._is_usable()
        try:
            before, after = self._saved.update(
                lambda saved: {**saved, **values}, lambda checked: self._verify_options(checked, values)
            )
        except SettingsError as error:
            # Where the settings in force can be used, every fault is in what is asked.
            raise (OptionsRefusedError(error.problems) if is_usable_now else error) from error
        if before != after:
            self._record_options(shown_before, self._effective(after), actor)
        return self._parts.settings().effective

    def preview_settings(self, values: Mapping[str, str]) -> ScopePreview:
        """Who would enter and leave what is synced, were these options saved over those saved before; nothing is saved.

        Raises OptionsRefusedError, SettingsError, NotFoundError where nothing was read yet, StateError, and what Entra raises.
        """
        parts = self._parts
        now = parts.settings()
        try:
            then = parts.settings_with(parts.validate({**self._saved.values(), **values}))
        except SettingsError as error:
            raise OptionsRefusedError(error.problems) from error
        return preview(now, then, documents=parts.documents, probes=parts.probes)

    def reset_settings(self, actor: Actor) -> tuple[EffectiveSetting, ...]:
        """The settings in force once no option is saved any more; raises SettingsError, StateError."""
        before = self._saved.reset()
        if before:
            self._record_options(self._effective(before), self._effective({}), actor)
        return self._parts.settings().effective

    def audit(self, *, limit: int) -> tuple[AuditEntry, ...]:
        """Who changed which option or exemption, newest first; raises StateError."""
        return self._trail.newest(limit)

    def verify(self, actor: Actor) -> tuple[Check, ...]:
        """What every check finds; a login that Essentials takes from a person lets scheduled runs try again."""
        parts = self._parts
        checks = verified(
            settings=parts.settings,
            probes=parts.probes,
            documents=parts.documents,
            queue=parts.queue,
            clock=parts.clock,
        )
        failed = [check.name.value for check in checks if not check.ok]
        parts.announce("settings.verified", {"checks": len(checks), "failed": failed})
        is_let_in = any(check.ok and check.name is CheckName.ESSENTIALS_ADMINISTRATOR for check in checks)
        if is_let_in and actor.kind is ActorKind.PERSON:
            SlotStore(parts.documents).update(lambda slot: replace(slot, refused_login=""))
        return checks

    def exemptions(self) -> tuple[Exemption, ...]:
        """Exemptions that have not ended, in order of making; raises StateError."""
        return self._book.in_force()

    def exempt(self, *, address: str, reason: str, until: datetime | None, actor: Actor) -> Exemption:
        """The exemption as it is saved; raises InvalidRequestError, AlreadyExemptError, StateError."""
        words = " ".join(reason.split())
        if not words or len(words) > LONGEST_REASON:
            raise InvalidRequestError(
                f"reason has {len(words)} characters.", f"Say why in 1 to {LONGEST_REASON} characters."
            )
        exemption = Exemption(
            id=self._parts.new_id(), address=address_of(address), reason=words, by=actor.by, until=until
        )
        self._book.add(exemption)
        self._record((self._entry(actor, "exemption", "", in_words(exemption)),))
        return exemption

    def end_exemption(self, exemption_id: str, actor: Actor) -> Exemption:
        """The exemption that has now ended; raises NotFoundError, StateError."""
        ended = self._book.end(exemption_id)
        self._record((self._entry(actor, "exemption", in_words(ended), ""),))
        return ended

    def explain(self, address: str) -> Explanation:
        """The path of rules of an address by the last plan, the ledger and the exemptions; raises InvalidRequestError, StateError."""
        wanted = address_of(address)
        ledger, _ = LedgerStore(self._parts.documents).read()
        record = self._last_plan()
        return explain(
            wanted,
            plan=record.plan if record is not None else None,
            plan_id=record.id if record is not None else "",
            ledger=ledger,
            exemptions=self._book.in_force(),
        )

    def _last_plan(self) -> PlanRecord | None:
        """The plan that was made last; None where no search has made one."""
        runs = Runs(self._parts.documents).newest(RUNS_SEARCHED)
        plans = Plans(self._parts.documents)
        # A plan has the id of the run that made it.
        made = (run.id for run in runs if run.plan_id == run.id)
        return next((record for plan_id in made if (record := plans.find(plan_id)) is not None), None)

    def _verify_options(self, checked: Mapping[str, str], asked: Mapping[str, str]) -> None:
        """Return where what the asked options name is there; raises OptionsRefusedError, and what the services raise."""
        settings = self._parts.settings_with(checked)
        if "SYNC_GROUP_SCOPE" not in asked or not settings.options.group_scope:
            return
        problems = []
        with self._parts.probes(settings) as probes:
            for group_id in settings.options.group_scope:
                try:
                    probes.entra.group_name(group_id)
                except NotConfiguredError as error:
                    fix = f"{error.detail} {error.fix}"
                    problems.append(SettingProblem(name="SYNC_GROUP_SCOPE", value=group_id, fix=fix))
        if problems:
            raise OptionsRefusedError(tuple(problems))

    def _is_usable(self) -> bool:
        try:
            self._parts.settings()
        except SettingsError:
            return False
        return True

    def _effective(self, saved: Mapping[str, str]) -> dict[str, str]:
        """The options by name as they are with these saved; what is saved alone where the rest cannot be used."""
        try:
            effective = self._parts.settings_with(saved).effective
        except SettingsError:
            return dict(saved)
        return {setting.name: setting.value for setting in effective if not setting.deployed_only}

    def _record_options(self, before: Mapping[str, str], after: Mapping[str, str], actor: Actor) -> None:
        entries = changes_of(before, after, entry=lambda what, was, now: self._entry(actor, what, was, now))
        for entry in loosened(entries):
            fields: dict[str, object] = {"option": entry.what, "before": entry.before, "after": entry.after}
            self._parts.announce("guard.loosened", fields)
        self._record(entries)

    def _record(self, entries: tuple[AuditEntry, ...]) -> None:
        # Told first: where the journal cannot be written, the log still knows that there was a change.
        self._parts.announce("settings.changed", {"what": sorted({entry.what for entry in entries})})
        self._trail.record(entries)

    def _entry(self, actor: Actor, what: str, before: str, after: str) -> AuditEntry:
        return AuditEntry(at=self._parts.clock.now(), by=actor.by, what=what, before=before, after=after)
