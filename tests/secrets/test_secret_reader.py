"""Secrets with the real Azure SDKs over TLS, against a vault and an identity endpoint on loopback."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.errors import SecretError, SyncError, ThrottledError, UnexpectedAnswerError, UnreachableError
from shared.secrets import SecretReader
from tests.graph.scripted_graph import reply
from tests.transport.scripted_server import Asked, Authority, Behaviour, Reply, ScriptedServer
from tests.twins.still_clock import StillClock

IDENTITY = "33333333-3333-4333-8333-333333333333"
CHALLENGE = 'Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"'


def forbidden(inner: str) -> Reply:
    return reply({"error": {"code": "Forbidden", "message": "No.", "innererror": {"code": inner}}}, 403)


class ScriptedVault:
    """A Key Vault with one secret, and the managed identity under ``/msi``."""

    def __init__(self) -> None:
        self.value: str | None = "planted-secret"
        self.version = "v1"
        self.attributes: dict[str, Any] = {"enabled": True, "exp": 1_798_761_600}
        self.refusal: Behaviour | None = None
        self.identity: Behaviour | None = None
        self.challenge = CHALLENGE

    def __call__(self, asked: Asked) -> Behaviour:
        if asked.path == "/msi":
            return self.identity or reply({"access_token": "t", "expires_on": "4102444800", "token_type": "Bearer"})
        if "authorization" not in asked.headers:
            return reply({"error": {"code": "Unauthorized"}}, 401, {"WWW-Authenticate": self.challenge})
        if self.refusal is not None:
            return self.refusal
        return reply(
            {
                "value": self.value,
                "id": f"https://{asked.headers['host']}/secrets/the-secret/{self.version}",
                "attributes": self.attributes,
            }
        )


class Bench:
    """A vault and readers of it."""

    def __init__(self, server: ScriptedServer, vault: ScriptedVault, stack: ExitStack) -> None:
        self.vault = vault
        self.server = server
        self.clock = StillClock()
        self._stack = stack

    def reader(self, *, url: str | None = None, verify_challenge: bool = False) -> SecretReader:
        reader = SecretReader(
            vault_url=url or self.server.url,
            identity_client_id=IDENTITY,
            verify_challenge=verify_challenge,
            clock=self.clock,
            retries=0,
        )
        self._stack.callback(reader.close)
        return reader

    def reads(self) -> int:
        return sum(asked.path != "/msi" and "authorization" in asked.headers for asked in self.server.asked)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def bench(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    vault = ScriptedVault()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        server = stack.enter_context(ScriptedServer(vault, authority.server_context("127.0.0.1")))
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi")
        monkeypatch.setenv("IDENTITY_HEADER", "identity-header")
        yield Bench(server, vault, stack)


def test_a_secret_comes_with_its_version_and_expiry_date(bench: Bench) -> None:
    secret = bench.reader().get("the-secret")

    assert (secret.value, secret.version) == ("planted-secret", "v1")
    assert secret.expires_at == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_secret_without_expiry_date_has_none(bench: Bench) -> None:
    bench.vault.attributes = {"enabled": True}

    assert bench.reader().get("the-secret").expires_at is None


def test_the_value_is_not_shown(bench: Bench) -> None:
    assert "planted-secret" not in repr(bench.reader().get("the-secret"))


def test_line_breaks_at_the_end_are_not_part_of_a_secret(bench: Bench) -> None:
    bench.vault.value = " with blanks \r\n"

    assert bench.reader().get("the-secret").value == " with blanks "


def test_the_identity_is_asked_by_its_client_id(bench: Bench) -> None:
    bench.reader().get("the-secret")

    asked = next(asked for asked in bench.server.asked if asked.path == "/msi")
    assert (asked.query["client_id"], asked.query["resource"]) == (IDENTITY, "https://vault.azure.net")


def test_nothing_is_asked_before_the_first_secret(bench: Bench) -> None:
    bench.reader()

    assert bench.server.asked == []


def test_a_secret_is_kept_for_five_minutes(bench: Bench) -> None:
    reader = bench.reader()
    reader.get("the-secret")
    bench.clock.advance(299)
    reader.get("the-secret")
    assert bench.reads() == 1

    bench.clock.advance(2)
    bench.vault.value, bench.vault.version = "newer", "v2"

    assert reader.get("the-secret").version == "v2"


def test_a_fresh_read_passes_the_kept_one_by_and_replaces_it(bench: Bench) -> None:
    reader = bench.reader()
    reader.get("the-secret")
    bench.vault.value = "newer"

    assert (reader.fresh("the-secret").value, reader.get("the-secret").value) == ("newer", "newer")
    assert bench.reads() == 2


@pytest.mark.parametrize(
    ("refusal", "kind", "says"),
    [
        (reply({"error": {"code": "SecretNotFound", "message": "x"}}, 404), SecretError, "no secret the-secret"),
        (forbidden("SecretDisabled"), SecretError, "is disabled"),
        (forbidden("ForbiddenByRbac"), SecretError, "Key Vault Secrets User"),
        (forbidden("AccessDenied"), SecretError, "Key Vault Secrets User"),
        (forbidden("ForbiddenByFirewall"), SecretError, "networking settings"),
        (reply({"error": {"code": "Conflict", "message": "x"}}, 409), SecretError, "Recover the secret"),
        (reply({"error": {"code": "Unauthorized", "message": "x"}}, 401), SecretError, "AZURE_CLIENT_ID"),
        (reply({"error": {"code": "Throttled", "message": "x"}}, 429), ThrottledError, "slow down"),
        (reply({"error": {"code": "Internal", "message": "x"}}, 500), UnexpectedAnswerError, "answered 500"),
        (Reply(status=302, headers={"Location": "https://evil.example"}), UnexpectedAnswerError, "answered 302"),
        (Reply(headers={"Content-Type": "text/html"}, body=b"<html>"), UnexpectedAnswerError, "the-secret"),
    ],
)
def test_each_refusal_names_vault_and_secret_and_what_to_do(
    bench: Bench, refusal: Reply, kind: type[SyncError], says: str
) -> None:
    bench.vault.refusal = refusal

    with pytest.raises(kind) as caught:
        bench.reader().get("the-secret")
    assert says in str(caught.value)
    assert "127.0.0.1" in caught.value.detail


def test_a_secret_that_is_refused_later_is_not_served_from_memory_for_ever(bench: Bench) -> None:
    reader = bench.reader()
    reader.get("the-secret")
    bench.vault.refusal = forbidden("SecretDisabled")
    bench.clock.advance(400)

    with pytest.raises(SecretError):
        reader.get("the-secret")


@pytest.mark.parametrize("value", ["", "\r\n", None])
def test_an_empty_secret_is_said(bench: Bench, value: str | None) -> None:
    bench.vault.value = value

    with pytest.raises(SecretError, match="is empty"):
        bench.reader().get("the-secret")


@pytest.mark.parametrize("answer", [reply({"statusCode": 400, "message": "none"}, 400), Reply(status=403)])
def test_an_identity_that_gives_no_token_is_named(bench: Bench, answer: Reply) -> None:
    bench.vault.identity = answer

    with pytest.raises(SecretError, match=IDENTITY) as caught:
        bench.reader().get("the-secret")
    assert "AZURE_CLIENT_ID" in caught.value.fix


def test_a_vault_that_cannot_be_reached_is_no_wrong_secret(bench: Bench) -> None:
    with pytest.raises(UnreachableError, match=r"No answer from Key Vault 127\.0\.0\.1"):
        bench.reader(url="https://127.0.0.1:1").get("the-secret")


def test_a_host_that_is_not_of_the_challenges_domain_gets_no_token(bench: Bench) -> None:
    with pytest.raises(SecretError, match="KEY_VAULT_URL"):
        bench.reader(verify_challenge=True).get("the-secret")
    assert bench.reads() == 0
