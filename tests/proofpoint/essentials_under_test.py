"""One small organization twice: simulated over TLS with the real client, and in memory."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from random import Random
from typing import Any

from shared.engine.ports import AccountWriter, OrganizationReader
from shared.model import Account, AccountEdit, AccountType, Address, NewAccount, Organization
from shared.proofpoint import (
    EssentialsClient,
    EssentialsReader,
    EssentialsWriter,
)
from shared.proofpoint.login import LoginSettingsClient
from shared.proofpoint.native import NativeSyncClient
from shared.secrets import Secret
from shared.transport import RetryPolicy, Timeouts, Transport
from simulator.effects import Effect
from simulator.essentials import EssentialsService, EssentialsSwitches
from simulator.essentials.switches import Rename
from simulator.faults import Fault, FaultBook
from simulator.journal import Journal
from simulator.server import Server
from simulator.world import EssentialsOrganization, Tenant, World
from tests.builders.sides import account, organization
from tests.transport.scripted_server import Authority
from tests.twins.memory_essentials import MemoryEssentials
from tests.twins.still_clock import StillClock

DOMAIN = "example.com"
OWN = "api-sync@example.com"
PASSWORD = "planted-secret"
SECRET_NAME = "proofpoint-password"
RETRY = RetryPolicy(attempts=4, base_seconds=1.0, longest_seconds=8.0, total_wait_seconds=120.0)
SEATS = 100

ANN = Address("ann@example.com")
BOB = Address("bob@example.com")
SALES = Address("sales@example.com")
NEW = Address("new@example.com")

PRESENT: tuple[Account, ...] = (
    account(2, "ann", aliases=("a.smith@example.com",)),
    account(3, "bob", type=AccountType.SILENT_USER, is_active=False),
    account(4, "sales", type=AccountType.FUNCTIONAL_ACCOUNT, surname=""),
)


def new_account(
    name: str = "new", *, aliases: tuple[str, ...] = (), kind: AccountType = AccountType.END_USER
) -> NewAccount:
    """An account to create."""
    return NewAccount(
        primary_email=Address(f"{name}@{DOMAIN}"),
        type=kind,
        is_active=True,
        firstname=name.title(),
        surname="Example",
        alias_emails=tuple(Address(alias) for alias in aliases),
        send_welcome_email=False,
    )


def ignore_progress(stage: str, done: int, total: int) -> None:
    """Progress that nobody looks at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EssentialsUnderTest:
    """An organization with its reader, its writer, and what the contract wants of it."""

    reader: OrganizationReader
    writer: AccountWriter
    set_renames: Callable[[str], None]
    set_seats: Callable[[int], None]

    def organization(self) -> Organization:
        """The organization as read."""
        return self.reader.read(progress=ignore_progress)

    def account(self, address: str) -> Account | None:
        """The account with this primary address as listed; None where there is none."""
        return next((a for a in self.organization().accounts if a.primary_email == address), None)

    def update(self, address: str, edit: AccountEdit) -> None:
        """The account is fetched and written."""
        fetched = self.writer.fetch(Address(address))
        assert fetched is not None
        self.writer.update(fetched, edit)


def memory_under_test() -> EssentialsUnderTest:
    """The organization in memory."""
    memory = MemoryEssentials(organization(PRESENT, seats=SEATS))

    def set_seats(limit: int) -> None:
        memory.organization = organization(PRESENT, seats=limit)

    def set_renames(how: str) -> None:
        memory.renames = how

    return EssentialsUnderTest(reader=memory, writer=memory, set_renames=set_renames, set_seats=set_seats)


@dataclass(slots=True)
class KeptSecrets:
    """Secrets in memory; ``rotated`` is what a fresh look finds."""

    value: str = PASSWORD
    rotated: str | None = None
    """None: what is cached is what is there."""
    fresh_count: int = 0

    def get(self, name: str) -> Secret:
        """The secret as cached."""
        assert name == SECRET_NAME
        return Secret(value=self.value, version="1", expires_at=None)

    def fresh(self, name: str) -> Secret:
        """The secret as it is now, cached from now on."""
        self.fresh_count += 1
        self.value = self.value if self.rotated is None else self.rotated
        return self.get(name)


def _stored(one: Account) -> dict[str, Any]:
    """The account as Essentials keeps it, addresses in the case in which somebody wrote them once."""
    return {
        "uid": int(one.uid),
        "primary_email": one.primary_email.title(),
        "type": one.type.value,
        "is_active": one.is_active,
        "firstname": one.firstname,
        "surname": one.surname,
        "alias_emails": [alias.upper() for alias in one.alias_emails],
        "safe_list_senders": ["*@partner.example"],
        "block_list_senders": ["spam@example.net"],
        "is_billable": one.primary_email != ANN,
        "odin_settings": {"can_impersonate": True, "is_imitable": False},
        "read_only_user": False,
    }


def make_organization(primary_domain: str = DOMAIN, *, stack: str = "us1") -> EssentialsOrganization:
    """The organization as the simulated service holds it."""
    made = EssentialsOrganization(
        primary_domain=primary_domain,
        name="Example Ltd",
        eid="1",
        stack=stack,
        domains={primary_domain: {"name": primary_domain, "is_active": True}},
        user_licences=SEATS,
    )
    own = account(1, "api-sync", type=AccountType.ORGANIZATION_ADMIN, firstname="Sync")
    for one in (own, *PRESENT):
        made.users[int(one.uid)] = _stored(one)
    made.passwords[OWN] = PASSWORD
    return made


@dataclass(slots=True)
class SimulatedEssentials:
    """The simulated service on a socket of its own, and clients of it."""

    authority: Authority
    stack: ExitStack
    secrets: KeptSecrets = field(default_factory=KeptSecrets)
    clock: StillClock = field(default_factory=StillClock)
    faults: FaultBook = field(default_factory=FaultBook)
    world: World = field(init=False)
    journal: Journal = field(init=False)
    service: EssentialsService = field(init=False)
    server: Server = field(init=False)

    def __post_init__(self) -> None:
        tenant = Tenant(id="11111111-1111-4111-8111-111111111111", display_name="Example", verified_domains=[DOMAIN])
        self.world = World(
            tenant=tenant, organizations=[make_organization()], identity_client_id="", identity_principal_id=""
        )
        self.journal = Journal(self.world.clock)
        self.service, self.server = self.serve(stack_name="us1")

    def serve(self, *, stack_name: str) -> tuple[EssentialsService, Server]:
        """Another stack of the same world."""
        service = EssentialsService(world=self.world, faults=self.faults, stack=stack_name)
        context = self.authority.server_context("127.0.0.1")
        server = Server(service, faults=self.faults, journal=self.journal, tls=context)
        return service, self.stack.enter_context(server)

    @property
    def switches(self) -> EssentialsSwitches:
        """What nobody knows for sure."""
        return self.service.switches

    @property
    def there(self) -> EssentialsOrganization:
        """The organization as the service holds it."""
        return self.world.organizations[0]

    def user(self, address: str) -> dict[str, Any]:
        """The account as the service holds it."""
        return next(u for u in self.there.users.values() if u["primary_email"].lower() == address)

    def hit(self, method: str, path: str, effect: Effect, *, times: int | None = 1) -> None:
        """The next such requests are hit; ``path`` is below the organization."""
        pattern = f"/api/v1/orgs/{DOMAIN}{path}"
        self.faults.add(Fault(service="essentials", method=method, path=pattern, effect=effect, times=times))

    def client(self, *, domain: str = DOMAIN, user: str = OWN, base_url: str | None = None) -> EssentialsClient:
        """A client with a connection pool of its own."""
        transport = Transport(
            service="Proofpoint Essentials",
            base_url=base_url or self.server.origin,
            clock=self.clock,
            random=Random(1),
            pool_size=6,
            timeouts=Timeouts(),
            retry=RETRY,
        )
        self.stack.callback(transport.close)
        return EssentialsClient(
            transport=transport, domain=domain, user=user, secrets=self.secrets, secret_name=SECRET_NAME
        )

    def reader(self, client: EssentialsClient | None = None) -> EssentialsReader:
        """A reader of the organization."""
        return EssentialsReader(client=client or self.client(), clock=self.clock)

    def read(self, client: EssentialsClient | None = None) -> Organization:
        """The organization as read."""
        return self.reader(client).read(progress=ignore_progress)

    def writer(self) -> EssentialsWriter:
        """A writer of the organization."""
        return EssentialsWriter(client=self.client())

    def native(self) -> NativeSyncClient:
        """A client of the own sync's settings."""
        return NativeSyncClient(client=self.client())

    def login(self) -> LoginSettingsClient:
        """A client of the sign-in settings."""
        return LoginSettingsClient(client=self.client())


def simulated_under_test(simulated: SimulatedEssentials) -> EssentialsUnderTest:
    """The simulated organization with the real client."""

    def set_seats(limit: int) -> None:
        simulated.there.user_licences = limit

    def set_renames(how: str) -> None:
        simulated.switches.rename = {"renamed": Rename.RENAMES}.get(how) or Rename(how)

    return EssentialsUnderTest(
        reader=simulated.reader(), writer=simulated.writer(), set_renames=set_renames, set_seats=set_seats
    )
