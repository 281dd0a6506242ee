"""What the API may ask of the engine. Refusals are the RequestErrors of shared/engine/refusals.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from shared.diff.plan import Exemption
from shared.engine.plan_record import PlanRecord
from shared.engine.run import Actor, Narrowing, Result, Run, Selection
from shared.settings import EffectiveSetting

if TYPE_CHECKING:
    # For the sake of cold starts: these are loaded when an administrator asks for them.
    from shared.diff.explain import Explanation
    from shared.engine.administration.audit import AuditEntry
    from shared.engine.administration.checks import Check
    from shared.engine.administration.previewing import ScopePreview


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStatus:
    """Whether unattended runs may write, and why (not)."""

    is_open: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStatus:
    """A secret by name; ``days_left`` None where it has no expiry date or could not be read."""

    name: str
    days_left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the app is doing."""

    last_success_at: datetime | None
    hours_since_success: float | None
    next_run_at: datetime | None
    mode: str
    gate: GateStatus
    secrets: tuple[SecretStatus, ...]
    warnings: tuple[str, ...]


class Commands(Protocol):
    """The engine as the API sees it."""

    def start_search(self, narrowing: Narrowing, actor: Actor) -> Run:
        """Queue a search; raises RunUnderWayError, TooManySearchesError."""

    def start_undo(self, run_id: str, actor: Actor) -> Run:
        """Queue a search for the way back from an execution.

        Raises NotFoundError, NothingToUndoError, RunUnderWayError, TooManySearchesError.
        """

    def execute(self, plan_id: str, selection: Selection, actor: Actor) -> Run:
        """Queue the execution of a plan's selection; the same selection again answers the same run.

        Raises, in this order: NotFoundError, StaleDigestError, PlanUsedError, PlanExpiredError, UnknownChangeError,
        BrokenChainError, NativeSyncOnError, GateClosedError, GuardTrippedError, RunUnderWayError.
        """

    def work(self, run_id: str, *, seconds: float) -> Run | None:
        """Carry the run out for at most ``seconds`` here and now; None where another worker holds the lease. Raises NotFoundError."""

    def cancel(self, run_id: str, actor: Actor) -> Run:
        """Ask the run to stop after the change in hand; raises NotFoundError."""

    def run(self, run_id: str) -> Run:
        """One run; raises NotFoundError."""

    def runs(self, *, limit: int) -> tuple[Run, ...]:
        """The newest runs, newest first."""

    def plan(self, plan_id: str) -> PlanRecord:
        """One plan; raises NotFoundError."""

    def results(self, run_id: str) -> tuple[Result, ...]:
        """What became of each change, in order of execution; raises NotFoundError."""

    def status(self) -> Status:
        """How the app is doing."""

    def is_late(self) -> bool:
        """Whether scheduled runs are on and none has succeeded for too long."""

    def settings(self) -> tuple[EffectiveSetting, ...]:
        """The settings in force with their sources."""


class AdministrationCommands(Protocol):
    """What administrators do beside runs, as the API sees it. Everything raises StateError where storage fails."""

    def save_settings(self, values: Mapping[str, str], actor: Actor) -> tuple[EffectiveSetting, ...]:
        """The settings in force once these options are saved over those saved before.

        Raises OptionsRefusedError (nothing is saved), SettingsError where the deployment's own values cannot be used, and
        what a service raises that an option is about.
        """

    def reset_settings(self, actor: Actor) -> tuple[EffectiveSetting, ...]:
        """The settings in force once no option is saved any more; raises SettingsError."""

    def preview_settings(self, values: Mapping[str, str]) -> "ScopePreview":
        """Who would enter and leave what is synced, were these options saved; nothing is saved.

        Raises OptionsRefusedError, SettingsError, NotFoundError where nothing was read yet, and what Entra raises.
        """

    def audit(self, *, limit: int) -> "tuple[AuditEntry, ...]":
        """Who changed which option or exemption, newest first."""

    def verify(self, actor: Actor) -> "tuple[Check, ...]":
        """What every check of the deployment finds; a login that Essentials takes from a person lets scheduled runs try again."""

    def exemptions(self) -> tuple[Exemption, ...]:
        """Exemptions that have not ended, in order of making."""

    def exempt(self, *, address: str, reason: str, until: datetime | None, actor: Actor) -> Exemption:
        """The exemption as it is saved; raises InvalidRequestError, AlreadyExemptError."""

    def end_exemption(self, exemption_id: str, actor: Actor) -> Exemption:
        """The exemption that has now ended; raises NotFoundError."""

    def explain(self, address: str) -> "Explanation":
        """The path of rules of an address by the last plan, the ledger and the exemptions; raises InvalidRequestError."""
