"""Administration on a real folder store, with services that answer what a test says and a clock that tests own."""

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from shared.engine.administration.administration import Administration, AdministrationParts
from shared.engine.administration.probes import Probes
from shared.engine.records import saved_options
from shared.engine.run import Actor, ActorKind
from shared.errors import NotConfiguredError, SyncError, UnreachableError
from shared.model import Domain, EntraId, Group, Licences, NativeSync
from shared.secrets import Secret
from shared.settings import Settings, load_settings, validate_saved
from shared.state import State, folder_state
from tests.builders.sides import NO_NATIVE_SYNC, NOW
from tests.engine.frame import ENVIRONMENT, MemoryQueue
from tests.twins.still_clock import StillClock

PERSON = Actor(kind=ActorKind.PERSON, by="Ann (00000000-0000-4000-8000-00000000000a)")
GROUP = "aaaaaaaa-0000-4000-8000-000000000001"
NOBODYS_GROUP = "aaaaaaaa-0000-4000-8000-000000000002"


@dataclass(slots=True)
class ToldServices:
    """Implements EntraProbe, EssentialsProbe and SecretSource; ``failure`` is what Entra answers everything with."""

    failure: Exception | None = None
    secret: Secret = field(default_factory=lambda: Secret(value="s3cret", version="1", expires_at=None))
    time: datetime | None = NOW
    used: int | None = 3
    native: NativeSync = NO_NATIVE_SYNC
    connections: int = 0
    members: frozenset[EntraId] = frozenset()
    """Who is in every scope group."""
    members_asked: list[tuple[EntraId, ...]] = field(default_factory=list)

    def get(self, name: str) -> Secret:  # noqa: ARG002  # every secret is the same
        return self.secret

    def fresh(self, name: str) -> Secret:  # noqa: ARG002  # as above
        return self.secret

    def authority_time(self) -> datetime | None:
        return self.time

    def require_tenant(self) -> None:
        return

    def require_token(self) -> None:
        if self.failure is not None:
            raise self.failure

    def require_people(self) -> None:
        return

    def require_groups(self) -> None:
        return

    def reads_mailbox_purposes(self) -> bool:
        return True

    def group_name(self, group_id: EntraId) -> str:
        if isinstance(self.failure, SyncError):
            raise self.failure
        if group_id != GROUP:
            raise NotConfiguredError(f"There is no group {group_id} in Entra.", "Take its object id.")
        return "Everybody"

    def people_in(
        self, scope_groups: Sequence[EntraId], groups: Mapping[EntraId, Group], people: Set[EntraId]
    ) -> frozenset[EntraId]:
        self.members_asked.append(tuple(scope_groups))
        if self.failure is not None:
            raise self.failure
        assert set(scope_groups) <= groups.keys()
        return self.members & people

    def require_login(self) -> None:
        return

    def require_administrator(self) -> str:
        return "organization_admin"

    def domains(self) -> tuple[Domain, ...]:
        return (Domain(name="example.com", is_active=True), Domain(name="old.example", is_active=False))

    def seats(self) -> tuple[Licences, int | None]:
        return Licences(limit=10, package="business", is_on_trial=False), self.used

    def native_sync(self) -> NativeSync:
        return self.native


@dataclass(slots=True)
class Office:
    """One deployment's administration."""

    path: Path
    clock: StillClock = field(default_factory=lambda: StillClock(NOW))
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    services: ToldServices = field(default_factory=ToldServices)
    environment: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    ids: int = 0

    @property
    def state(self) -> State:
        return folder_state(self.path, clock=self.clock, new_id=self.new_id)

    def new_id(self) -> str:
        self.ids += 1
        return f"{self.ids:08x}-0000-4000-8000-000000000000"

    def saved(self) -> Mapping[str, str]:
        return saved_options(self.state.documents)

    @contextmanager
    def probes(self, settings: Settings) -> Iterator[Probes]:  # noqa: ARG002  # the same services for all settings
        self.services.connections += 1
        yield Probes(secrets=self.services, entra=self.services, essentials=self.services)

    @property
    def administration(self) -> Administration:
        return Administration(
            AdministrationParts(
                documents=self.state.documents,
                queue=self.queue,
                clock=self.clock,
                new_id=self.new_id,
                settings=lambda: load_settings(self.environment, self.saved()),
                settings_with=lambda saved: load_settings(self.environment, saved),
                validate=lambda saved: validate_saved(self.environment, saved),
                probes=self.probes,
                announce=lambda event, fields: self.events.append((event, fields)),
            )
        )


UNREACHABLE = UnreachableError("No answer from Entra.", "Check the network.")
