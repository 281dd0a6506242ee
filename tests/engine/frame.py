"""An engine on a real folder store, with both services in memory and a clock that tests own."""

import gzip
import json
from dataclasses import dataclass, field, replace
from pathlib import Path

from shared.diff.options import SyncOptions
from shared.diff.situation import NO_NATIVE_APPLICATION, NativeApplication
from shared.engine.commands import SecretStatus
from shared.engine.engine import Engine
from shared.engine.notices.notice import Message
from shared.engine.parts import Parts
from shared.engine.refusals import GuardTrippedError
from shared.engine.run import Actor, ActorKind, Narrowing, Run, Selection
from shared.errors import UnexpectedAnswerError
from shared.secrets import Secret
from shared.settings import Settings, load_settings
from shared.state import State, folder_state
from tests.builders.sides import NOW
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials
from tests.twins.still_clock import StillClock

PERSON = Actor(kind=ActorKind.PERSON, by="Ann (00000000-0000-4000-8000-00000000000a)")
PROGRAM = Actor(kind=ActorKind.APPLICATION, by="pipeline (00000000-0000-4000-8000-00000000000b)")

ENVIRONMENT = {
    "ENTRA_TENANT_ID": "11111111-1111-4111-8111-111111111111",
    "ENTRA_CLIENT_ID": "22222222-2222-4222-8222-222222222222",
    "KEY_VAULT_URL": "https://vault.example.com",
    "AZURE_CLIENT_ID": "33333333-3333-4333-8333-333333333333",
    "PROOFPOINT_DOMAIN": "example.com",
    "PROOFPOINT_USER": "api-sync@example.com",
    "AUTH_MODE": "key",
    "STATE_DIR": "unused",
}


@dataclass(slots=True)
class MemoryQueue:
    """Implements Queue, and remembers what was sent and with which delay; ``failure`` is raised where it is set."""

    sent: list[tuple[str, int]] = field(default_factory=list)
    failure: Exception | None = None

    def send(self, text: str, *, delay_seconds: int = 0) -> None:
        if self.failure is not None:
            raise self.failure
        self.sent.append((text, delay_seconds))

    def take(self) -> str:
        """The oldest message, taken out."""
        return self.sent.pop(0)[0]


@dataclass(slots=True)
class MemoryReceiver:
    """Implements MessageSender, and remembers what it took; ``failure`` is raised where it is set.

    Messages with a title of ``refused`` are refused, each alone.
    """

    taken: list[Message] = field(default_factory=list)
    failure: Exception | None = None
    refused: frozenset[str] = frozenset()

    def send(self, message: Message) -> None:
        if self.failure is not None:
            raise self.failure
        if message.notice.title in self.refused:
            raise UnexpectedAnswerError("The webhook answered 400.", "Look.")
        self.taken.append(message)

    @property
    def titles(self) -> list[str]:
        """The title of each message, in order."""
        return [message.notice.title for message in self.taken]


@dataclass(slots=True)
class Frame:
    """One deployment in memory; ``engine`` is a worker of it, and ``another_engine`` a second one on the same state."""

    path: Path
    directory: MemoryDirectory
    essentials: MemoryEssentials
    clock: StillClock = field(default_factory=lambda: StillClock(NOW))
    queue: MemoryQueue = field(default_factory=MemoryQueue)
    options: SyncOptions = field(default_factory=SyncOptions)
    environment: dict[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    ids: int = 0
    login: str = "login-1"
    receiver: MemoryReceiver = field(default_factory=MemoryReceiver)
    secrets: tuple[SecretStatus, ...] = ()
    native_application: NativeApplication = NO_NATIVE_APPLICATION
    read_whole_up_to: int = 1_000_000

    @property
    def state(self) -> State:
        return folder_state(self.path, clock=self.clock, new_id=self.new_id)

    def new_id(self) -> str:
        self.ids += 1
        return f"{self.ids:08x}-0000-4000-8000-000000000000"

    def settings(self) -> Settings:
        return replace(load_settings(self.environment, {}), options=self.options)

    def native_key(self) -> Secret:
        version = self.native_application.key_version
        return Secret(value=f"key of version {version}", version=version, expires_at=None)

    @property
    def engine(self) -> Engine:
        return Engine(self.parts)

    @property
    def parts(self) -> Parts:
        state = self.state
        return Parts(
            documents=state.documents,
            lease=state.lease,
            queue=self.queue,
            clock=self.clock,
            new_id=self.new_id,
            settings=self.settings,
            directory_reader=lambda: self.directory,
            evidence_reader=lambda: self.directory,
            organization_reader=lambda: self.essentials,
            account_writer=lambda: self.essentials,
            settings_writer=lambda: self.essentials,
            native_application=lambda: self.native_application,
            native_key=self.native_key,
            secrets=lambda: self.secrets,
            essentials_login=lambda: self.login,
            message_sender=lambda: self.receiver,
            read_whole_up_to=self.read_whole_up_to,
            review_page="https://sync.example.com/api/review",
            announce=lambda event, fields: self.events.append((event, fields)),
        )

    def search(self, narrowing: Narrowing | None = None) -> Run:
        """A search carried out by the queue."""
        run = self.engine.start_search(narrowing or Narrowing(), PERSON)
        return self.deliver(run)

    def begin(self, plan_id: str, **chosen: frozenset[str]) -> Run:
        """An execution of a plan, the guard approved; nothing is delivered yet."""
        selection = Selection(digest=self.engine.plan(plan_id).plan.digest, **chosen)  # type: ignore[arg-type]
        try:
            return self.engine.execute(plan_id, selection, PERSON)
        except GuardTrippedError as stopped:
            return self.engine.execute(plan_id, replace(selection, approve=stopped.selection_digest), PERSON)

    def execute(self, plan_id: str, **chosen: frozenset[str]) -> Run:
        """The same, carried out by the queue."""
        return self.deliver(self.begin(plan_id, **chosen))

    def deliver(self, run: Run, *, at_most: int = 20) -> Run:
        """The run once the queue has nothing more to do for it."""
        for _ in range(at_most):
            if not self.queue.sent:
                break
            self.engine.on_message(self.queue.take())
        return self.engine.run(run.id)

    def ledger(self) -> dict[str, object]:
        """The stored ledger's entries, raw."""
        stored = json.loads(gzip.decompress((self.path / "default" / "ledger.json.gz").read_bytes()))
        entries: dict[str, object] = stored["body"]["entries"]
        return entries
