"""What the client sends, and what it says when all of it is refused."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from random import Random

import pytest

from shared.errors import (
    EssentialsCredentialError,
    IncompleteReadError,
    NotConfiguredError,
    PermissionMissingError,
    SyncError,
)
from shared.model import AccountEdit
from shared.proofpoint import EssentialsClient, EssentialsReader, EssentialsWriter
from shared.transport import Timeouts, Transport
from tests.proofpoint.essentials_under_test import (
    ANN,
    OWN,
    PASSWORD,
    RETRY,
    SECRET_NAME,
    KeptSecrets,
    ignore_progress,
    new_account,
)
from tests.transport.scripted_server import Asked, Authority, Behaviour, Reply, ScriptedServer
from tests.twins.still_clock import StillClock

ORGANIZATION = "/api/v1/orgs/example.com"


def reply(body: object, status: int = 200) -> Reply:
    return Reply(status=status, headers={"Content-Type": "application/json"}, body=json.dumps(body).encode())


class Bench:
    """A scripted Essentials and a client of it."""

    def __init__(self, authority: Authority, stack: ExitStack) -> None:
        self.answers: dict[str, Reply] = {}
        self.clock = StillClock()
        self.secrets = KeptSecrets()
        self.server = stack.enter_context(ScriptedServer(self.answer, authority.server_context("127.0.0.1")))
        transport = Transport(
            service="Proofpoint Essentials",
            base_url=self.server.url,
            clock=self.clock,
            random=Random(1),
            pool_size=6,
            timeouts=Timeouts(),
            retry=RETRY,
        )
        stack.callback(transport.close)
        self.client = EssentialsClient(
            transport=transport, domain="Example.com", user=OWN, secrets=self.secrets, secret_name=SECRET_NAME
        )

    def answer(self, asked: Asked) -> Behaviour:
        """What is scripted for the method and path; else 404 in Essentials' form."""
        return self.answers.get(f"{asked.method} {asked.path}") or reply({"errors": [{"status": 404}]}, 404)

    def read_error(self) -> SyncError:
        """What reading the organization raises."""
        with pytest.raises(SyncError) as caught:
            EssentialsReader(client=self.client, clock=self.clock).read(progress=ignore_progress)
        return caught.value


@pytest.fixture
def bench(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        yield Bench(authority, stack)


def test_user_and_password_are_headers_in_utf8_and_nothing_else_says_who_asks(bench: Bench) -> None:
    bench.secrets.value = "pässword"
    bench.read_error()
    asked = bench.server.asked[0]

    assert asked.headers["x-user"] == OWN
    assert asked.headers["x-password"].encode("latin-1").decode() == "pässword"
    assert "authorization" not in asked.headers
    assert "x-terms-update" not in asked.headers


def test_the_right_stack_is_named_where_this_one_does_not_have_the_organization(bench: Bench) -> None:
    bench.answers["GET /api/v1/endpoints/example.com"] = reply({"endpoints": [{"url": "https://eu1.example.net/"}]})
    error = bench.read_error()

    assert isinstance(error, NotConfiguredError)
    assert error.fix == "Set PROOFPOINT_URL to https://eu1.example.net."


@pytest.mark.parametrize(
    "endpoints", [{}, {"endpoints": None}, {"endpoints": ["us1"]}, {"endpoints": ["https://a:b@evil.example"]}, [3]]
)
def test_endpoints_that_name_no_address_are_no_hint(bench: Bench, endpoints: object) -> None:
    bench.answers["GET /api/v1/endpoints/example.com"] = reply(endpoints)

    assert "PROOFPOINT_DOMAIN" in bench.read_error().fix


def test_a_password_that_an_answer_repeats_is_blotted_out(bench: Bench) -> None:
    bench.answers[f"GET {ORGANIZATION}"] = reply({"error_message": f"{OWN}/{PASSWORD} is no admin"}, 403)
    error = bench.read_error()

    assert isinstance(error, PermissionMissingError)
    assert f"{OWN}/*** is no admin" in error.detail
    assert PASSWORD not in f"{error}{error.__cause__!r}"


def test_a_password_in_the_refusal_of_an_account_is_blotted_out(bench: Bench) -> None:
    bench.answers[f"POST {ORGANIZATION}/users"] = reply({"error_message": f"{PASSWORD} is odd"}, 400)
    (outcome,) = EssentialsWriter(client=bench.client).create([new_account()])

    assert PASSWORD not in repr(outcome)


def test_a_401_that_is_a_page_is_a_credential_error_all_the_same(bench: Bench) -> None:
    bench.answers[f"GET {ORGANIZATION}"] = Reply(status=401, headers={"Content-Type": "text/html"}, body=b"<html>")

    assert isinstance(bench.read_error(), EssentialsCredentialError)


@pytest.mark.parametrize(
    "users",
    [
        [{"uid": 2, "primary_email": "ann@example.com", "type": "end_user"}],
        [],
    ],
)
def test_a_list_without_the_own_account_is_incomplete(bench: Bench, users: list[object]) -> None:
    bench.answers[f"GET {ORGANIZATION}"] = reply({"primary_domain": "example.com"})
    bench.answers[f"GET {ORGANIZATION}/users"] = reply({"users": users})
    bench.answers[f"GET {ORGANIZATION}/domains"] = reply({"domains": [{"name": "example.com"}]})
    error = bench.read_error()

    assert isinstance(error, IncompleteReadError)
    assert f"{OWN} is not one of them" in error.detail


@pytest.mark.parametrize(
    "users",
    [
        b'{"users": [',
        b'{"users": [{"uid": 1, "primary_email": "api-sync@example.com"}',
        b'{"users": [null]}',
        b'{"users": [{"uid": 1}]}',
        b"[]",
        b"null",
        b"",
        b'{"users": "\xff"}',
    ],
)
def test_accounts_that_are_not_whole_json_are_incomplete(bench: Bench, users: bytes) -> None:
    bench.answers[f"GET {ORGANIZATION}"] = reply({"primary_domain": "example.com"})
    bench.answers[f"GET {ORGANIZATION}/users"] = Reply(body=users)
    error = bench.read_error()

    assert isinstance(error, IncompleteReadError)
    assert f"{ORGANIZATION}/users" in error.detail


def test_one_account_is_posted_as_an_object_and_more_as_an_array(bench: Bench) -> None:
    bench.answers[f"POST {ORGANIZATION}/users"] = reply({}, 201)
    writer = EssentialsWriter(client=bench.client)
    writer.create([new_account("one", aliases=("1@example.com",))])
    writer.create([new_account("one"), new_account("two")])
    single, batch = (json.loads(asked.body) for asked in bench.server.asked)

    assert single == {
        "primary_email": "one@example.com",
        "type": "end_user",
        "is_active": True,
        "firstname": "One",
        "surname": "Example",
        "alias_emails": ["1@example.com"],
        "send_welcome_email": False,
    }
    assert [item["primary_email"] for item in batch] == ["one@example.com", "two@example.com"]


def test_an_update_sends_everything_back_but_what_is_masked_or_would_mail(bench: Bench) -> None:
    shown = {
        "uid": 7,
        "primary_email": "Ann@example.com",
        "type": "end_user",
        "is_active": True,
        "alias_emails": None,
        "white_list_senders": ["*@partner.example"],
        "safe_list_senders": ["*@partner.example"],
        "password": "********",
        "send_welcome_email": True,
        "something_new": {"kept": [1, 2.5, None]},
        "last_login": "yesterday",
    }
    path = f"{ORGANIZATION}/users/ann%40example.com"
    bench.answers[f"GET {path}"] = reply(shown)
    bench.answers[f"PUT {path}"] = Reply(status=204)
    writer = EssentialsWriter(client=bench.client)
    fetched = writer.fetch(ANN)
    assert fetched is not None
    writer.update(fetched, AccountEdit(firstname="Anna", is_active=False))

    sent = json.loads(bench.server.asked[-1].body)
    untouched = {key: value for key, value in shown.items() if key not in ("password", "send_welcome_email")}
    assert sent == {**untouched, "firstname": "Anna", "is_active": False}
