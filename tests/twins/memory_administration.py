"""Administration in memory: the same refusals, and answers that a test can foretell."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from shared.diff.explain import Explanation, explain
from shared.diff.ledger import Ledger
from shared.diff.move import Move
from shared.diff.plan import Exemption, ObjectKind, Plan
from shared.diff.scope_preview import Mover
from shared.engine.administration.audit import AuditEntry
from shared.engine.administration.checks import Check, CheckName
from shared.engine.administration.exempting import address_of
from shared.engine.administration.previewing import ScopePreview
from shared.engine.refusals import AlreadyExemptError, NotFoundError, OptionsRefusedError
from shared.engine.run import Actor
from shared.errors import SettingsError
from shared.model import Address
from shared.settings import EffectiveSetting, load_settings
from tests.builders.sides import entra_id

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ENVIRONMENT = {
    "ENTRA_TENANT_ID": "11111111-1111-4111-8111-111111111111",
    "ENTRA_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
    "KEY_VAULT_URL": "https://vault.example.com",
    "PROOFPOINT_DOMAIN": "example.com",
    "PROOFPOINT_USER": "api-sync@example.com",
    "AUTH_MODE": "key",
    "STATE_DIR": "unused",
}


@dataclass(slots=True, kw_only=True)
class MemoryAdministration:
    """Implements AdministrationCommands; ``actors`` are those who did something, in order."""

    plan: Plan | None = None
    saved: dict[str, str] = field(default_factory=dict)
    entries: list[AuditEntry] = field(default_factory=list)
    exempted: dict[str, Exemption] = field(default_factory=dict)
    actors: list[Actor] = field(default_factory=list)

    def save_settings(self, values: Mapping[str, str], actor: Actor) -> tuple[EffectiveSetting, ...]:
        """Save, or refuse with every problem."""
        try:
            effective = load_settings(ENVIRONMENT, {**self.saved, **values}).effective
        except SettingsError as error:
            raise OptionsRefusedError(error.problems) from error
        self.saved.update(values)
        self.actors.append(actor)
        self.entries.extend(self._entry(actor, name, "", value) for name, value in values.items())
        return effective

    def preview_settings(self, values: Mapping[str, str]) -> ScopePreview:
        """One who would leave, or refuse with every problem."""
        try:
            load_settings(ENVIRONMENT, {**self.saved, **values})
        except SettingsError as error:
            raise OptionsRefusedError(error.problems) from error
        return ScopePreview(
            enter=0,
            leave=1,
            examples=(
                Mover(
                    move=Move.LEAVE,
                    entra_id=entra_id(1),
                    address=Address("ann@example.com"),
                    name="Ann Example",
                    kind=ObjectKind.ACTIVE_USER,
                ),
            ),
            as_of=NOW,
        )

    def reset_settings(self, actor: Actor) -> tuple[EffectiveSetting, ...]:
        """Drop what is saved."""
        self.saved.clear()
        self.actors.append(actor)
        return load_settings(ENVIRONMENT, {}).effective

    def audit(self, *, limit: int) -> tuple[AuditEntry, ...]:
        """Newest first."""
        return tuple(reversed(self.entries))[:limit]

    def verify(self, actor: Actor) -> tuple[Check, ...]:
        """One check that is good and one that is not."""
        self.actors.append(actor)
        return (
            Check(name=CheckName.SETTINGS, ok=True, detail="All settings can be used.", fix=""),
            Check(name=CheckName.ENTRA_TOKEN, ok=False, detail="The client secret has expired.", fix="Renew it."),
        )

    def exemptions(self) -> tuple[Exemption, ...]:
        """In order of making."""
        return tuple(self.exempted.values())

    def exempt(self, *, address: str, reason: str, until: datetime | None, actor: Actor) -> Exemption:
        """Exempt, once."""
        made = Exemption(
            id=f"exemption-{len(self.exempted) + 1}",
            address=address_of(address),
            reason=reason,
            by=actor.by,
            until=until,
        )
        if any(other.address == made.address for other in self.exempted.values()):
            raise AlreadyExemptError(f"{made.address} is exempt already.", "End that exemption first.")
        self.exempted[made.id] = made
        self.actors.append(actor)
        return made

    def end_exemption(self, exemption_id: str, actor: Actor) -> Exemption:
        """End, if it is there."""
        if exemption_id not in self.exempted:
            raise NotFoundError(f"There is no exemption {exemption_id!r}.", "Look it up under /api/exemptions.")
        self.actors.append(actor)
        return self.exempted.pop(exemption_id)

    def explain(self, address: str) -> Explanation:
        """By the plan and the exemptions alone."""
        return explain(
            address_of(address),
            plan=self.plan,
            plan_id="plan-1",
            ledger=Ledger(),
            exemptions=self.exemptions(),
        )

    def _entry(self, actor: Actor, what: str, before: str, after: str) -> AuditEntry:
        return AuditEntry(at=NOW, by=actor.by, what=what, before=before, after=after)
