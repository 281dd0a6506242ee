"""The transport on real TLS sockets: whole answers or errors, repetition, throttling, origin."""

import socket
import ssl
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import ThrottledError, UnexpectedAnswerError, UnreachableError
from shared.pace import Pace
from shared.transport import Answer, Repeatable, RetryPolicy, Timeouts, Transport
from shared.transport_faults import fault_of, retry_after_seconds
from tests.transport.scripted_server import (
    Asked,
    Authority,
    Behaviour,
    Drip,
    Drop,
    HalfBody,
    HalfChunked,
    Reply,
    Script,
    ScriptedServer,
    Silence,
)
from tests.twins.still_clock import StillClock


class Bench:
    """Starts servers and transports, and closes them with the test."""

    def __init__(self, authority: Authority, stack: ExitStack) -> None:
        self.authority = authority
        self.clock = StillClock()
        self._stack = stack

    def server(self, script: Script, *names: str) -> ScriptedServer:
        context = self.authority.server_context(*(names or ("127.0.0.1",)))
        return self._stack.enter_context(ScriptedServer(script, context))

    def transport(
        self, base_url: str, *, timeouts: Timeouts | None = None, attempts: int = 4, pace: Pace | None = None
    ) -> Transport:
        transport = Transport(
            service="The service",
            base_url=base_url,
            clock=self.clock,
            random=Random(7),
            pool_size=4,
            timeouts=timeouts or Timeouts(),
            retry=RetryPolicy(attempts=attempts, base_seconds=1.0, longest_seconds=8.0, total_wait_seconds=60.0),
            pace=pace,
        )
        self._stack.callback(transport.close)
        return transport


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def bench(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        yield Bench(authority, stack)


def in_turn(*behaviours: Behaviour) -> Script:
    """The behaviours one after the other; the last one stays."""
    left = list(behaviours)

    def script(_asked: Asked) -> Behaviour:
        return left.pop(0) if len(left) > 1 else left[0]

    return script


def get(transport: Transport, path: str = "/things") -> Answer:
    return transport.send("GET", path, headers={}, repeatable=Repeatable.ALWAYS)


def put(transport: Transport, *, deadline_seconds: float | None = None) -> Answer:
    return transport.send(
        "PUT",
        "/things/1",
        headers={},
        json_body=b"{}",
        repeatable=Repeatable.UNSENT_ONLY,
        deadline_seconds=deadline_seconds,
    )


def test_an_answer_comes_with_status_headers_and_whole_body(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=404, headers={"X-Kind": "none"}, body=b'{"a": 1}')))

    answer = get(bench.transport(server.url), "/things?x=1")

    assert (
        answer.status,
        answer.headers["x-kind"],
        answer.json_bytes(),
        answer.attempts,
    ) == (404, "none", b'{"a": 1}', 1)
    assert f"GET {server.url}/things" == answer.where
    assert server.asked[0].query == {"x": "1"}


def test_a_json_body_and_a_form_say_what_they_are(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()))
    transport = bench.transport(server.url)

    transport.send("POST", "/a", headers={}, json_body=b"[]", repeatable=Repeatable.UNSENT_ONLY)
    transport.send("POST", "/b", headers={}, form_body=b"a=1", repeatable=Repeatable.UNSENT_ONLY)

    assert [(asked.headers["content-type"], asked.body) for asked in server.asked] == [
        ("application/json", b"[]"),
        ("application/x-www-form-urlencoded", b"a=1"),
    ]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_after_a_passing_status(bench: Bench, status: int) -> None:
    server = bench.server(in_turn(Reply(status=status), Reply(status=status), Reply()))
    transport = bench.transport(server.url)

    answer = get(transport)

    assert (answer.status, answer.attempts, transport.request_count) == (200, 3, 3)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 501])
def test_other_statuses_are_answers(bench: Bench, status: int) -> None:
    server = bench.server(in_turn(Reply(status=status)))

    assert status == get(bench.transport(server.url)).status
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_is_not_repeated_after_a_status_that_leaves_its_effect_open(bench: Bench, status: int) -> None:
    server = bench.server(in_turn(Reply(status=status), Reply()))

    assert status == put(bench.transport(server.url)).status
    assert len(server.asked) == 1


def test_a_write_is_repeated_after_429(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "3"}), Reply()))

    assert put(bench.transport(server.url)).status == 200
    assert bench.clock.slept == [3.0]


@pytest.mark.parametrize("fault", [Drop(), HalfBody(b'{"value": []}'), HalfChunked(b'{"value": [')])
def test_a_read_is_repeated_after_a_lost_answer(bench: Bench, fault: Behaviour) -> None:
    server = bench.server(in_turn(fault, Reply()))

    assert get(bench.transport(server.url)).attempts == 2


@pytest.mark.parametrize("fault", [Drop(), HalfBody(b'{"value": []}'), HalfChunked(b'{"value": [')])
def test_a_write_is_not_repeated_after_a_lost_answer(bench: Bench, fault: Behaviour) -> None:
    server = bench.server(in_turn(fault, Reply()))

    with pytest.raises(UnreachableError, match="dropped before the answer was whole"):
        put(bench.transport(server.url))
    assert len(server.asked) == 1


@pytest.mark.parametrize("fault", [HalfBody(b'{"value": []}'), HalfChunked(b'{"value": [')])
def test_half_a_body_to_the_end_is_an_error_and_never_an_answer(bench: Bench, fault: Behaviour) -> None:
    server = bench.server(in_turn(fault))

    with pytest.raises(UnreachableError, match="/things: the connection was dropped"):
        get(bench.transport(server.url))
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    ("header", "expected"),
    [("7", 7.0), ("2.5", 2.5), (format_datetime(StillClock().now() + timedelta(seconds=9), usegmt=True), 9.0)],
)
def test_retry_after_is_honoured_whole_fractional_and_as_a_date(bench: Bench, header: str, expected: float) -> None:
    server = bench.server(in_turn(Reply(status=503, headers={"Retry-After": header}), Reply()))

    get(bench.transport(server.url))

    assert [expected] == bench.clock.slept


def test_without_retry_after_pauses_grow_with_full_jitter(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=503)))

    with pytest.raises(UnexpectedAnswerError, match="answered 503 4 times in a row"):
        get(bench.transport(server.url))
    expected = Random(7)
    assert [expected.uniform(0, limit) for limit in (2.0, 4.0, 8.0)] == bench.clock.slept


def test_a_retry_after_beyond_what_a_call_may_wait_ends_the_call_at_once(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "600"})))

    with pytest.raises(ThrottledError) as caught:
        get(bench.transport(server.url))
    assert (caught.value.retry_after_seconds, bench.clock.slept, len(server.asked)) == (600.0, [], 1)


def test_throttling_to_the_end_says_how_long_to_wait(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "25"})))

    with pytest.raises(ThrottledError) as caught:
        get(bench.transport(server.url))
    assert (caught.value.retry_after_seconds, bench.clock.slept) == (25.0, [25.0, 25.0])


def test_a_retry_after_of_zero_does_not_hammer(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "0"})))

    with pytest.raises(ThrottledError):
        get(bench.transport(server.url))
    assert len(server.asked) == 4
    assert all(pause > 0 for pause in bench.clock.slept)


def test_a_retry_after_makes_every_call_at_that_pace_wait(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "30"}), Reply()))
    transport = bench.transport(server.url, pace=Pace(clock=bench.clock, most=4))

    with pytest.raises(ThrottledError, match="answered 429"):
        put(transport, deadline_seconds=20.0)
    with pytest.raises(ThrottledError, match="was not sent") as caught:
        put(transport, deadline_seconds=20.0)
    assert (caught.value.retry_after_seconds, bench.clock.slept, len(server.asked)) == (30.0, [], 1)
    assert get(transport).status == 200
    assert (bench.clock.slept, len(server.asked)) == ([30.0], 2)


class Counter:
    """A Toll that asks for pauses in turn, and keeps what it is told."""

    def __init__(self, *pauses: float, meanwhile: Callable[[], None] | None = None) -> None:
        self.pauses = list(pauses)
        self.meanwhile = meanwhile
        self.told: list[object] = []

    @contextmanager
    def turn(self) -> Iterator[None]:
        self.told.append("begun")
        yield
        self.told.append("ended")

    def charge(self, *, within_seconds: float) -> float:
        self.told.append(within_seconds)
        if self.meanwhile is not None:
            self.meanwhile()
        return self.pauses.pop(0)

    def answered(self, answer: Answer, *, sent_at: float) -> None:
        self.told.append((answer.status, sent_at))


def test_each_attempt_has_its_turn_and_is_charged_and_waits_within_what_the_call_may_wait(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "8"}), Drop(), Reply()))
    toll, began_at = Counter(5.0, 0.0, 2.0), bench.clock.monotonic()

    answer = bench.transport(server.url).send("GET", "/things", headers={}, repeatable=Repeatable.ALWAYS, toll=toll)
    first, second, third = toll.told[:4], toll.told[4:7], toll.told[7:]
    back_off = bench.clock.slept[2]
    assert (answer.status, bench.clock.slept) == (200, [5.0, 8.0, back_off, 2.0])
    assert first == ["begun", 60.0, (429, began_at + 5.0), "ended"]
    assert second == ["begun", 47.0, "ended"]
    assert third == ["begun", pytest.approx(47.0 - back_off), (200, pytest.approx(began_at + 15.0 + back_off)), "ended"]


def test_a_toll_that_takes_too_long_ends_the_call_unsent(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()))

    with pytest.raises(ThrottledError, match="was not sent") as caught:
        bench.transport(server.url).send(
            "GET", "/things", headers={}, repeatable=Repeatable.ALWAYS, toll=Counter(60.0), deadline_seconds=90.0
        )
    assert (caught.value.retry_after_seconds, bench.clock.slept, server.asked) == (60.0, [], [])


def test_a_pause_that_another_call_is_told_holds_for_one_that_waits_for_its_toll(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()))
    pace = Pace(clock=bench.clock, most=4)
    toll = Counter(10.0, meanwhile=lambda: pace.troubled(sent_at=0.0, asked_seconds=17.0))

    bench.transport(server.url, pace=pace).send("GET", "/things", headers={}, repeatable=Repeatable.ALWAYS, toll=toll)
    assert bench.clock.slept == [10.0, 7.0]


@pytest.mark.parametrize("trouble", [Reply(status=429), Reply(status=503), Drop()])
def test_trouble_makes_fewer_calls_at_once(bench: Bench, trouble: Behaviour) -> None:
    server = bench.server(in_turn(*[Reply()] * 20, trouble, Reply()))
    transport = bench.transport(server.url, pace=Pace(clock=bench.clock, most=4))
    for _ in range(20):
        get(transport)

    assert transport.calls_at_once == 4
    get(transport)
    assert transport.calls_at_once == 2


def test_a_call_keeps_within_its_deadline(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(status=429, headers={"Retry-After": "8"})))

    with pytest.raises(ThrottledError):
        put(bench.transport(server.url), deadline_seconds=20.0)
    assert bench.clock.slept == [8.0, 8.0]


def test_a_service_that_drips_is_given_up_after_the_attempts_time(bench: Bench) -> None:
    def drip() -> None:
        bench.clock.advance(10)

    server = bench.server(in_turn(Drip(b"{" + b" " * 40 + b"}", drip)))

    with pytest.raises(UnreachableError, match="no whole answer in time"):
        put(bench.transport(server.url), deadline_seconds=20.0)


def test_a_service_that_says_nothing_is_given_up_after_the_read_time_out(bench: Bench) -> None:
    server = bench.server(in_turn(Silence()))

    with pytest.raises(UnreachableError, match="no whole answer in time"):
        put(bench.transport(server.url, timeouts=Timeouts(read_seconds=0.2)))
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_error_that_names_the_target_host(bench: Bench, status: int) -> None:
    target = bench.server(in_turn(Reply()))
    server = bench.server(in_turn(Reply(status=status, headers={"Location": f"{target.url}/secret?token=abc"})))

    with pytest.raises(UnexpectedAnswerError, match=r"a redirect to 127\.0\.0\.1") as caught:
        get(bench.transport(server.url))
    assert target.asked == []
    assert "abc" not in str(caught.value)


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/things",
        "http://{host}/things",
        "https://{host}.evil.example/things",
        "https://{host}@evil.example/things",
        "//evil.example/things",
        "https://127.0.0.1:1/things",
        "https://[/things",
        "things",
        "",
    ],
)
def test_nothing_is_sent_to_another_origin(bench: Bench, link: str) -> None:
    server = bench.server(in_turn(Reply()))
    transport = bench.transport(server.url)

    with pytest.raises(UnexpectedAnswerError, match="Nothing was sent there"):
        get(transport, link.replace("{host}", server.url.removeprefix("https://")))
    assert transport.request_count == 0


def test_an_absolute_link_of_the_same_origin_is_sent(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()))

    get(bench.transport(server.url), f"{server.url}/things?$skiptoken=a%2Bb")

    assert server.asked[0].query == {"$skiptoken": "a+b"}


def test_an_untrusted_certificate_is_said_and_not_tried_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(Authority(tmp_path).bundle))
    server = bench.server(in_turn(Reply()))
    transport = bench.transport(server.url)

    with pytest.raises(UnreachableError, match=r"certificate of 127\.0\.0\.1 is not trusted") as caught:
        get(transport)
    assert "REQUESTS_CA_BUNDLE" in caught.value.fix
    assert transport.request_count == 1


def test_a_certificate_of_another_host_is_said(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()), "graph.example")

    with pytest.raises(UnreachableError, match=r"certificate of 127\.0\.0\.1 is not trusted"):
        get(bench.transport(server.url))


def test_a_refused_connection_is_tried_again_even_for_a_write(bench: Bench) -> None:
    with ScriptedServer(in_turn(Reply()), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)) as gone:
        url = gone.url
    transport = bench.transport(url)

    with pytest.raises(UnreachableError, match="the connection is refused") as caught:
        put(transport)
    assert "Check host and port" in caught.value.fix
    assert transport.request_count == 4


def test_a_name_that_does_not_exist_is_said() -> None:
    # Made by hand: a test asks no name server.
    cause = urllib3.exceptions.NameResolutionError("nowhere", None, socket.gaierror())  # type: ignore[arg-type]
    error = requests.ConnectionError(urllib3.exceptions.MaxRetryError(None, "/", cause))  # type: ignore[arg-type]

    fault = fault_of(error, "GET https://nowhere/", host="nowhere")

    assert (fault.is_unsent, fault.is_passing) == (True, True)
    assert "the name nowhere cannot be resolved" in fault.error.detail


def test_a_netrc_entry_does_not_replace_the_authorization_header(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = bench.server(in_turn(Reply()))

    bench.transport(server.url).send(
        "GET", "/a", headers={"Authorization": "Bearer ours"}, repeatable=Repeatable.ALWAYS
    )

    assert server.asked[0].headers["authorization"] == "Bearer ours"


def test_cookies_are_not_kept(bench: Bench) -> None:
    server = bench.server(in_turn(Reply(headers={"Set-Cookie": "session=1; Path=/"})))
    transport = bench.transport(server.url)

    get(transport)
    get(transport)

    assert "cookie" not in server.asked[1].headers


@pytest.mark.parametrize("password", ["line\nbreak", "пароль"])
def test_a_password_that_no_header_can_hold_is_not_repeated_in_the_error(bench: Bench, password: str) -> None:
    server = bench.server(in_turn(Reply()))

    with pytest.raises(UnreachableError, match="characters that cannot be sent") as caught:
        bench.transport(server.url).send("GET", "/a", headers={"X-Password": password}, repeatable=Repeatable.ALWAYS)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_a_header_given_as_bytes_is_sent_as_it_is(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()))

    bench.transport(server.url).send(
        "GET", "/a", headers={"X-Password": "пароль".encode()}, repeatable=Repeatable.ALWAYS
    )

    assert server.asked[0].headers["x-password"].encode("latin-1").decode() == "пароль"


@pytest.mark.parametrize("body", [b"<html>", b"", b"Service temporarily unavailable", b"  \n"])
def test_an_answer_that_is_not_json_says_so(bench: Bench, body: bytes) -> None:
    server = bench.server(in_turn(Reply(headers={"Content-Type": "text/html; charset=x"}, body=body)))

    with pytest.raises(UnexpectedAnswerError, match=r"\(text/html\) that are not JSON"):
        get(bench.transport(server.url)).json_bytes()


def test_many_threads_share_the_pool(bench: Bench) -> None:
    server = bench.server(in_turn(Reply()))
    transport = bench.transport(server.url)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: get(transport).status, range(40)))

    assert (answers, transport.request_count) == ([200] * 40, 40)


@given(value=st.text())
def test_any_retry_after_is_a_usable_number_or_none(value: str) -> None:
    seconds = retry_after_seconds(value, StillClock().now())

    assert seconds is None or 0 <= seconds < float("inf")
