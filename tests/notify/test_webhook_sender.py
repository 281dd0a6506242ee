"""Messages over real TLS sockets: to whom they go, in which form, and what keeps them from going anywhere else."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.engine.notices.notice import Message, Notice, Topic
from shared.errors import NotConfiguredError, SyncError, ThrottledError, UnexpectedAnswerError, UnreachableError
from shared.notify import WebhookSender
from shared.notify.webhook_address import require_allowed
from simulator.certificates import make_loopback_tls
from simulator.company import make_world
from simulator.effects import DropAfter, Redirect, StatusFault
from simulator.estate import WEBHOOK_SECRET_NAME, Estate, Receiver
from simulator.faults import Fault

MESSAGE = Message(
    id="11111111-1111-4111-8111-111111111111",
    at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC),
    organization="example.com",
    review_page="https://sync.example.com/api/review",
    notice=Notice(
        topic=Topic.RUN_NOT_SUCCEEDED,
        title="A scheduled run failed",
        detail="Essentials refused the password.",
        fix="Store the present one.",
        counts={"failed": 3},
        run_id="20261125T090000-scheduled-1h",
    ),
)


@pytest.fixture(scope="module")
def running() -> Iterator[Estate]:
    with Estate(make_world(people=2, groups=1, seed=1)) as estate:
        yield estate


@pytest.fixture
def estate(running: Estate, monkeypatch: pytest.MonkeyPatch) -> Estate:
    running.faults.clear()
    running.receiver.clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(running.ca_bundle))
    return running


def sender_to(url: str) -> WebhookSender:
    return WebhookSender(url=url, allow_loopback=True, clock=SystemClock(), seconds=5)


def sender(estate: Estate, receiver: Receiver) -> WebhookSender:
    estate.notify_settings(receiver)
    return sender_to(str(estate.world.vault[WEBHOOK_SECRET_NAME].versions[-1]["value"]))


def test_a_webhook_gets_one_flat_json_object(estate: Estate) -> None:
    sender(estate, Receiver.PLAIN_WEBHOOK).send(MESSAGE)

    (taken,) = estate.receiver.messages()
    assert taken == {
        "id": "11111111-1111-4111-8111-111111111111",
        "at": "2026-11-25T09:00:00+00:00",
        "organization": "example.com",
        "topic": "run_not_succeeded",
        "title": "A scheduled run failed",
        "detail": "Essentials refused the password.",
        "fix": "Store the present one.",
        "counts": {"failed": 3},
        "run_id": "20261125T090000-scheduled-1h",
        "review_page": "https://sync.example.com/api/review",
    }


def test_a_teams_workflow_gets_an_adaptive_card_with_a_way_to_the_review_page(estate: Estate) -> None:
    sender(estate, Receiver.TEAMS_WORKFLOW).send(MESSAGE)

    (taken,) = estate.receiver.messages()
    card = taken["attachments"][0]["content"]
    texts = [block["text"] for block in card["body"] if block["type"] == "TextBlock"]
    assert texts == [MESSAGE.notice.title, MESSAGE.notice.detail, "What to do", MESSAGE.notice.fix]
    assert {"title": "failed", "value": "3"} in card["body"][-1]["facts"]
    assert card["actions"] == [
        {"type": "Action.OpenUrl", "title": "Open the review page", "url": "https://sync.example.com/api/review"}
    ]


@pytest.mark.parametrize("review_page", ["", "https://sync.example.com/api/review"])
def test_a_card_has_a_button_only_where_the_page_is_known(estate: Estate, review_page: str) -> None:
    sender(estate, Receiver.TEAMS_WORKFLOW).send(replace(MESSAGE, review_page=review_page))

    assert ("actions" in estate.receiver.messages()[0]["attachments"][0]["content"]) is bool(review_page)


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, UnexpectedAnswerError), (500, UnexpectedAnswerError), (429, ThrottledError)],
)
def test_an_answer_that_is_no_success_is_an_error(estate: Estate, status: int, error: type[SyncError]) -> None:
    estate.faults.add(Fault(service="receiver", effect=StatusFault(status=status)))
    with pytest.raises(error):
        sender(estate, Receiver.PLAIN_WEBHOOK).send(MESSAGE)

    assert estate.receiver.messages() == []


def test_a_redirect_is_not_followed(estate: Estate) -> None:
    elsewhere = f"{estate.receiver_url}/elsewhere"
    estate.journal.clear()
    estate.faults.add(Fault(service="receiver", effect=Redirect(location=elsewhere, status=307)))
    with pytest.raises(UnexpectedAnswerError, match="307"):
        sender(estate, Receiver.PLAIN_WEBHOOK).send(MESSAGE)

    assert [e.target for e in estate.journal.entries("receiver")] == ["/hooks/sync"]


def test_a_dropped_connection_is_an_error_and_the_message_is_not_sent_twice(estate: Estate) -> None:
    estate.faults.add(Fault(service="receiver", effect=DropAfter()))
    with pytest.raises(SyncError):
        sender(estate, Receiver.PLAIN_WEBHOOK).send(MESSAGE)

    assert len(estate.receiver.messages()) == 1


def test_a_certificate_for_another_host_is_refused(estate: Estate) -> None:
    url = str(sender(estate, Receiver.PLAIN_WEBHOOK).url).replace("127.0.0.1", "hooks.example.com")
    elsewhere = replace(sender_to(url), resolve=lambda _host, _port: ("127.0.0.1",))
    with pytest.raises(UnreachableError):
        elsewhere.send(MESSAGE)

    assert estate.receiver.messages() == []


def test_a_certificate_of_an_unknown_authority_is_refused(estate: Estate, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(UnreachableError):
        sender(estate, Receiver.PLAIN_WEBHOOK).send(MESSAGE)


def test_the_name_is_looked_up_once_and_what_was_checked_is_connected_to(estate: Estate) -> None:
    asked: list[str] = []

    def resolve(host: str, _port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("10.0.0.1",)

    url = sender(estate, Receiver.PLAIN_WEBHOOK).url.replace("127.0.0.1", "localhost")
    replace(sender_to(url), resolve=resolve).send(MESSAGE)

    assert asked == ["localhost"]
    assert len(estate.receiver.messages()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "168.63.129.16",
        "0.0.0.0",  # an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fd00::1",
        "fec0::1",
        "ff0e::1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::1",
    ],
)
def test_private_local_and_metadata_addresses_are_never_connected_to(address: str) -> None:
    for found in ([address], ["93.184.215.14", address]):
        with pytest.raises(NotConfiguredError, match="private, local or reserved"):
            require_allowed(found, allow_loopback=True)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.8.8"])
def test_this_machine_is_refused_unless_the_state_is_a_folder(address: str) -> None:
    deployed = WebhookSender(
        url="https://hooks.example.com/x",
        allow_loopback=False,
        clock=SystemClock(),
        resolve=lambda _host, _port: (address,),
    )
    with pytest.raises(NotConfiguredError, match="private, local or reserved"):
        deployed.send(MESSAGE)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/PRIVATE",
        "hooks.example.com/PRIVATE",
        "https:///PRIVATE",
        "https://user:PRIVATE@hooks.example.com/",
        "https://hooks.example.com:99999/PRIVATE",
        "https://hooks.example.com/PRIVATE\r\nX-Header: y",
        "https://hooks.example.com/PRIVATE with spaces",
        "https://[::1/PRIVATE",
    ],
)
def test_a_url_that_cannot_be_used_is_refused_without_telling_it(url: str) -> None:
    with pytest.raises(NotConfiguredError) as refused:
        sender_to(url).send(MESSAGE)

    assert "PRIVATE" not in str(refused.value)
    assert "NOTIFY_WEBHOOK_SECRET_NAME" in str(refused.value)
    assert refused.value.__cause__ is None


def test_the_url_shows_in_no_repr_and_in_no_error(estate: Estate) -> None:
    estate.faults.add(Fault(service="receiver", effect=StatusFault(status=403)))
    webhook = sender(estate, Receiver.PLAIN_WEBHOOK)
    signature = webhook.url.partition("sig=")[2]
    with pytest.raises(UnexpectedAnswerError) as refused:
        webhook.send(MESSAGE)

    assert signature
    assert signature not in f"{webhook!r} {refused.value} {refused.value.__cause__!r} {refused.value.__context__!r}"


def test_a_name_that_does_not_exist_is_an_error_of_the_service() -> None:
    def nobody(_host: str, _port: int) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(UnreachableError):
        replace(sender_to("https://hooks.example.com/x"), resolve=nobody).send(MESSAGE)


@pytest.fixture
def dripping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A TLS server that answers one byte at a time and never ends."""
    tls = make_loopback_tls()
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.write_bundle(tmp_path)))
    context = tls.server_context
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        plain, _ = listener.accept()
        try:
            with context.wrap_socket(plain, server_side=True) as connection:
                connection.recv(65_536)
                for byte in b"HTTP/1.1 200 OK\r\n" + b"x" * 10_000:
                    connection.sendall(bytes([byte]))
                    stop.wait(0.02)
        except OSError:
            return

    stop = threading.Event()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{listener.getsockname()[1]}/hook"
    stop.set()
    thread.join()
    listener.close()


def test_a_receiver_that_drips_does_not_outlast_the_deadline(dripping: str) -> None:
    started = time.monotonic()
    with pytest.raises(UnreachableError):
        replace(sender_to(dripping), seconds=0.5).send(MESSAGE)

    assert time.monotonic() - started < 3


def test_a_resolver_that_hangs_does_not_outlast_the_deadline() -> None:
    hanging = threading.Event()

    def resolve(_host: str, _port: int) -> tuple[str, ...]:
        hanging.wait(10)
        return ("127.0.0.1",)

    started = time.monotonic()
    with pytest.raises(UnreachableError):
        replace(sender_to("https://hooks.example.com/x"), resolve=resolve, seconds=0.2).send(MESSAGE)
    hanging.set()

    assert time.monotonic() - started < 3
