"""Entra, managed identity and Key Vault over one world, on sockets of their own."""

from contextlib import ExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from simulator.certificates import LoopbackTls
from simulator.company.world import ENTRA_SECRET_NAME
from simulator.entra import EntraService
from simulator.faults import FaultBook
from simulator.identity import TOKEN_PATH, IdentityService
from simulator.journal import Journal
from simulator.server import Server
from simulator.tokens import ResourceKind, TokenAuthority
from simulator.vault import VaultService
from simulator.world import Application, World

AS_OF = datetime.now(UTC).replace(microsecond=0)
GRAPH = "https://graph.example"
HEADER = "identity-header"


class EntraSide:
    """Running from construction to exit."""

    def __init__(self, world: World, tls: LoopbackTls) -> None:
        self.world = world
        self.faults = FaultBook()
        self.journal = Journal(world.clock)
        self.tokens = TokenAuthority(tenant_id=world.tenant.id, clock=world.clock)
        self.tokens.add_resource(GRAPH, ResourceKind.GRAPH)
        self._closing = ExitStack()
        context = tls.server_context
        entra = Server(
            EntraService(world=world, tokens=self.tokens), faults=self.faults, journal=self.journal, tls=context
        )
        self.entra = self._closing.enter_context(entra).origin
        self.vault_service = VaultService(world=world, tokens=self.tokens, authority_origin=self.entra)
        vault = Server(self.vault_service, faults=self.faults, journal=self.journal, tls=context)
        self.vault = self._closing.enter_context(vault).origin
        service = IdentityService(world=world, tokens=self.tokens, header=HEADER)
        identity = Server(service, faults=self.faults, journal=self.journal, tls=None)
        self.identity = self._closing.enter_context(identity).origin + TOKEN_PATH

    @property
    def authority(self) -> str:
        return f"{self.entra}/{self.world.tenant.id}"

    @property
    def application(self) -> Application:
        return next(iter(self.world.tenant.applications.values()))

    @property
    def secret(self) -> str:
        return str(self.world.vault[ENTRA_SECRET_NAME].versions[-1]["value"])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()
