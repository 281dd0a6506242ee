"""The secret reader against the simulated Key Vault and managed identity, which know nothing of us."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import SecretError
from shared.secrets import SecretReader
from simulator.faults import FaultBook
from simulator.identity import TOKEN_PATH, IdentityService
from simulator.journal import Journal
from simulator.server import Server
from simulator.tokens import TokenAuthority
from simulator.vault import VaultService
from simulator.vault_secrets import SecretAttributes, add_version
from simulator.world import Tenant, World
from tests.transport.scripted_server import Authority
from tests.twins.still_clock import StillClock

IDENTITY = "33333333-3333-4333-8333-333333333333"
PRINCIPAL = "44444444-4444-4444-8444-444444444444"
EXPIRY = datetime(2027, 1, 1, tzinfo=UTC)


class Simulated:
    """A vault with one secret, and a reader of it."""

    def __init__(self, authority: Authority, stack: ExitStack) -> None:
        tenant = Tenant(id="11111111-1111-4111-8111-111111111111", display_name="Example", verified_domains=[])
        self.world = World(
            tenant=tenant, organizations=[], identity_client_id=IDENTITY, identity_principal_id=PRINCIPAL
        )
        tokens = TokenAuthority(tenant_id=tenant.id, clock=self.world.clock)
        faults, journal = FaultBook(), Journal(self.world.clock)
        self.vault = VaultService(world=self.world, tokens=tokens, authority_origin="https://login.microsoftonline.com")
        identity = IdentityService(world=self.world, tokens=tokens, header="identity-header")
        tls = authority.server_context("127.0.0.1")

        def serve(service: Any) -> Server:
            return stack.enter_context(Server(service, faults=faults, journal=journal, tls=tls))

        vault_server, self.identity = serve(self.vault), serve(identity)
        self.set("planted-secret")
        self.reader = SecretReader(
            vault_url=vault_server.origin,
            identity_client_id=IDENTITY,
            verify_challenge=False,
            clock=StillClock(),
            retries=0,
        )
        stack.callback(self.reader.close)

    def set(self, value: str, *, enabled: bool = True) -> str:
        attributes = SecretAttributes(enabled=enabled, exp=int(EXPIRY.timestamp()))
        made = add_version(self.world, "the-secret", value=value, at=self.world.clock.now(), attributes=attributes)
        return str(made["version"])


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def at(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Simulated]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        simulated = Simulated(authority, stack)
        monkeypatch.setenv("IDENTITY_ENDPOINT", simulated.identity.origin + TOKEN_PATH)
        monkeypatch.setenv("IDENTITY_HEADER", "identity-header")
        yield simulated


def test_the_newest_version_is_read_with_its_expiry_date(at: Simulated) -> None:
    version = at.set("newest")

    secret = at.reader.get("the-secret")

    assert (secret.value, secret.version, secret.expires_at) == ("newest", version, EXPIRY)


def test_a_rotated_secret_is_seen_by_a_fresh_read(at: Simulated) -> None:
    at.reader.get("the-secret")
    at.set("newer")

    assert (at.reader.get("the-secret").value, at.reader.fresh("the-secret").value) == ("planted-secret", "newer")


def test_a_missing_secret_is_named(at: Simulated) -> None:
    with pytest.raises(SecretError, match="no secret another"):
        at.reader.get("another")


def test_a_disabled_secret_is_named(at: Simulated) -> None:
    at.set("off", enabled=False)

    with pytest.raises(SecretError, match=r"the-secret .* is disabled"):
        at.reader.get("the-secret")


def test_a_missing_role_is_named(at: Simulated) -> None:
    at.vault.switches.readers.clear()

    with pytest.raises(SecretError, match="Key Vault Secrets User"):
        at.reader.get("the-secret")


def test_an_unknown_identity_is_named(at: Simulated) -> None:
    at.world.identity_client_id = "99999999-9999-4999-8999-999999999999"

    with pytest.raises(SecretError, match=f"managed identity {IDENTITY}"):
        at.reader.get("the-secret")
