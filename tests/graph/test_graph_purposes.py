"""Purposes of mailboxes: who is asked and how often, what each answer means, and that nothing is taken for an answer."""

from collections.abc import Mapping
from threading import Event
from typing import Any

import pytest

from shared.errors import IncompleteReadError, ThrottledError, UnexpectedAnswerError, UnreachableError
from shared.graph.tokens import TokenSource
from shared.model import Directory, EntraId, MailboxPurpose, Person
from simulator.company import make_world
from simulator.effects import DropBefore, HalfBody, HtmlAnswer, StatusFault
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import BATCH, GRANTED, USERS, FixedTokens, Json, ScriptedGraph, guid, person, refusal
from tests.graph.simulated import Simulated
from tests.transport.scripted_server import Asked, Behaviour, Drop, Reply, ScriptedServer
from tests.transport.scripted_server import HalfBody as CutBody

PERMITTED = GRANTED | {"MailboxSettings.Read"}


def disabled(one: Person) -> bool:
    return not one.account_enabled


def mailboxes(count: int) -> ScriptedGraph:
    """As many disabled people with shared mailboxes, and as many enabled people after them."""
    people = [person(number, accountEnabled=number <= count) for number in range(1, 2 * count + 1)]
    for one in people:
        one["accountEnabled"] = not one["accountEnabled"]
    graph = ScriptedGraph(people=people)
    graph.purposes = {guid(number): "shared" for number in range(1, 2 * count + 1)}
    return graph


def path(number: int) -> str:
    return f"/users/{guid(number)}/mailboxSettings/userPurpose"


def read(
    bench: GraphBench,
    server: ScriptedServer,
    *,
    tokens: TokenSource | None = None,
    known: Mapping[EntraId, MailboxPurpose] | None = None,
) -> Directory:
    return bench.reader(server, tokens or FixedTokens(PERMITTED)).read(
        scope_groups=(),
        progress=lambda stage, done, total: bench.progress.append((stage, done, total)),
        purpose_of=disabled,
        known_purposes=known or {},
    )


def told(bench: GraphBench, answer: Json) -> MailboxPurpose:
    """What one item's answer is taken for."""
    graph = mailboxes(1)
    graph.items[path(1)] = [answer]
    return read(bench, bench.server(graph)).people[0].purpose


@pytest.mark.parametrize("count", [1, 20, 21, 45])
def test_one_request_for_every_twenty_people_and_each_is_asked_once(bench: GraphBench, count: int) -> None:
    server = bench.server(mailboxes(count))

    directory = read(bench, server)

    batches = [asked.body.decode() for asked in server.asked if asked.path == BATCH]
    assert len(batches) == -(-count // 20)
    asked = "".join(batches)
    assert [asked.count(path(number)) for number in range(1, 2 * count + 1)] == [1] * count + [0] * count
    assert [one.purpose for one in directory.people] == (
        [MailboxPurpose.SHARED] * count + [MailboxPurpose.NOT_ASKED] * count
    )


def test_people_are_asked_about_while_later_pages_are_still_to_come(bench: GraphBench) -> None:
    graph = mailboxes(30)
    graph.page_size = 25
    is_asked = Event()
    was_asked: list[bool] = []

    def await_batch(body: Json) -> Json:
        was_asked.append(is_asked.wait(timeout=10))
        return body

    def script(asked: Asked) -> Behaviour:
        if asked.path == BATCH:
            is_asked.set()
        return graph(asked)

    graph.faults[USERS, 3] = [await_batch]
    directory = read(bench, bench.server(script))

    assert was_asked == [True]
    assert [one.purpose for one in directory.people].count(MailboxPurpose.SHARED) == 30


def test_people_who_come_twice_are_asked_about_once(bench: GraphBench) -> None:
    graph = mailboxes(45)
    graph.page_size = 15
    graph.faults[USERS, 4] = [refusal(400, "Directory_ExpiredPageToken")]
    server = bench.server(graph)

    directory = read(bench, server)

    pages = [asked.query.get("$skiptoken", "at-0") for asked in server.asked if asked.path == USERS]
    assert pages.count("at-0") == 2
    asked = "".join(asked.body.decode() for asked in server.asked if asked.path == BATCH)
    assert [asked.count(path(number)) for number in range(1, 46)] == [1] * 45
    assert sum(asked.path == BATCH for asked in server.asked) == 3
    assert [one.purpose for one in directory.people].count(MailboxPurpose.SHARED) == 45


def test_no_further_page_is_read_once_a_purpose_cannot_be(bench: GraphBench) -> None:
    graph = mailboxes(100)
    graph.page_size = 2
    graph.faults[BATCH, 1] = [Reply(status=400)]
    is_refused = Event()

    def script(asked: Asked) -> Behaviour:
        answer = graph(asked)
        if asked.path == BATCH:
            is_refused.set()
        if asked.query.get("$skiptoken") == "at-24":
            assert is_refused.wait(timeout=10)
        return answer

    server = bench.server(script)
    with pytest.raises(UnexpectedAnswerError, match=r"/v1\.0/\$batch"):
        read(bench, server)
    assert sum(asked.path == USERS for asked in server.asked) < 100


def test_those_who_are_known_are_not_asked_again(bench: GraphBench) -> None:
    server = bench.server(mailboxes(21))

    directory = read(bench, server, known={EntraId(guid(7)): MailboxPurpose.ROOM})

    (batch,) = [asked.body.decode() for asked in server.asked if asked.path == BATCH]
    assert path(7) not in batch
    assert directory.people[6].purpose is MailboxPurpose.ROOM


def test_no_batch_is_sent_where_all_are_known(bench: GraphBench) -> None:
    server = bench.server(mailboxes(2))

    read(bench, server, known={EntraId(guid(number)): MailboxPurpose.SHARED for number in (1, 2)})

    assert all(asked.path != BATCH for asked in server.asked)


def test_no_batch_is_sent_without_the_permission(bench: GraphBench) -> None:
    server = bench.server(mailboxes(2))

    directory = read(bench, server, tokens=FixedTokens(), known={EntraId(guid(1)): MailboxPurpose.ROOM})

    assert all(asked.path != BATCH for asked in server.asked)
    assert {one.purpose for one in directory.people} == {MailboxPurpose.NOT_ASKED}


def test_the_wider_permission_is_as_good(bench: GraphBench) -> None:
    tokens = FixedTokens(GRANTED | {"MailboxSettings.ReadWrite"})

    assert read(bench, bench.server(mailboxes(1)), tokens=tokens).people[0].purpose is MailboxPurpose.SHARED


@pytest.mark.parametrize("word", ["user", "linked", "shared", "room", "equipment", "others"])
def test_each_word_of_graph_is_a_purpose_in_any_case(bench: GraphBench, word: str) -> None:
    assert told(bench, {"status": 200, "body": {"value": word}}) == MailboxPurpose(word)
    assert told(bench, {"status": 200, "body": {"value": word.title()}}) == MailboxPurpose(word)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"status": 200, "body": {"value": "unknownFutureValue"}}, id="a newer word"),
        pytest.param({"status": 200, "body": {"value": "no_mailbox"}}, id="a word of ours"),
        pytest.param({"status": 200, "body": {"value": "not_asked"}}, id="another word of ours"),
        pytest.param({"status": 200, "body": {"value": ""}}, id="no word"),
        pytest.param({"status": 200, "body": {"value": None}}, id="null"),
        pytest.param({"status": 204}, id="no content"),
        pytest.param({"status": 403, "body": {"error": {"code": "ErrorAccessDenied"}}}, id="closed by a policy"),
    ],
)
def test_what_is_not_told_is_unknown(bench: GraphBench, answer: Json) -> None:
    assert told(bench, answer) is MailboxPurpose.UNKNOWN


def test_a_404_is_a_person_without_a_mailbox(bench: GraphBench) -> None:
    body = {"error": {"code": "MailboxNotEnabledForRESTAPI"}}

    assert told(bench, {"status": 404, "body": body}) is MailboxPurpose.NO_MAILBOX


@pytest.mark.parametrize("status", [400, 401, 410, 424, 501])
def test_any_other_status_fails_the_read_and_names_the_person(bench: GraphBench, status: int) -> None:
    with pytest.raises(IncompleteReadError, match=f"person {guid(1)}: answered {status} \\(Some_Code\\)"):
        told(bench, {"status": status, "body": {"error": {"code": "Some_Code"}}})


@pytest.mark.parametrize("body", [{"other": 1}, {"value": 5}, {"value": ["shared"]}, "<html>", None, []])
def test_an_answer_without_a_purpose_fails_the_read(bench: GraphBench, body: object) -> None:
    with pytest.raises(IncompleteReadError, match=f"mailbox purpose of the person {guid(1)}"):
        told(bench, {"status": 200, "body": body})


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_items_that_failed_for_now_are_asked_again_alone_after_the_longest_pause(
    bench: GraphBench, status: int
) -> None:
    graph = mailboxes(3)
    graph.items[path(2)] = [{"status": status, "headers": {"Retry-After": "7"}, "body": {}}]
    graph.items[path(3)] = [{"status": status, "headers": {"retry-after": "11"}, "body": {}}]
    server = bench.server(graph)

    directory = read(bench, server)

    assert [one.purpose for one in directory.people[:3]] == [MailboxPurpose.SHARED] * 3
    assert [asked.body.count(b"userPurpose") for asked in server.asked if asked.path == BATCH] == [3, 2]
    assert bench.clock.slept == [11.0]


def test_an_item_that_stays_throttled_is_a_wait_and_never_a_missing_mailbox(bench: GraphBench) -> None:
    graph = mailboxes(2)
    graph.items[path(2)] = [{"status": 429, "headers": {"Retry-After": "20"}, "body": {}}] * 9

    with pytest.raises(ThrottledError) as caught:
        read(bench, bench.server(graph))
    assert caught.value.retry_after_seconds == 20


def test_an_item_that_stays_broken_fails_the_read(bench: GraphBench) -> None:
    graph = mailboxes(2)
    graph.items[path(2)] = [{"status": 500, "body": {}}] * 9

    with pytest.raises(UnexpectedAnswerError, match=f"{path(2)} answered 500 again and again"):
        read(bench, bench.server(graph))


@pytest.mark.parametrize("fault", [Drop(), CutBody(b'{"responses": []}'), Reply(status=503), Reply(status=429)])
def test_a_passing_fault_of_a_batch_costs_a_repetition(bench: GraphBench, fault: Behaviour) -> None:
    graph = mailboxes(2)
    graph.faults[BATCH, 1] = [fault]

    assert read(bench, bench.server(graph)).people[0].purpose is MailboxPurpose.SHARED


@pytest.mark.parametrize("fault", [Drop(), CutBody(b'{"responses": []}')])
def test_a_batch_that_never_comes_whole_fails_the_read(bench: GraphBench, fault: Behaviour) -> None:
    graph = mailboxes(2)
    graph.faults[BATCH, 1] = [fault] * 4

    with pytest.raises(UnreachableError, match=r"\$batch: the connection was dropped"):
        read(bench, bench.server(graph))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: {"responses": body["responses"][1:]}, id="one is missing"),
        pytest.param(lambda body: {"responses": [body["responses"][0]] * 2}, id="one comes twice"),
        pytest.param(lambda body: {"responses": body["responses"] * 2}, id="all come twice"),
        pytest.param(lambda _: {"responses": []}, id="none"),
        pytest.param(lambda _: {"value": []}, id="no responses"),
    ],
)
def test_a_batch_that_does_not_answer_each_once_fails_the_read(bench: GraphBench, change: Any) -> None:
    graph = mailboxes(2)
    graph.faults[BATCH, 1] = [change]

    with pytest.raises(IncompleteReadError, match=r"/v1\.0/\$batch"):
        read(bench, bench.server(graph))


def test_a_failure_of_the_people_is_told_and_nobody_is_asked(bench: GraphBench) -> None:
    graph = mailboxes(2)
    graph.faults[USERS, 1] = [Reply(status=400)]
    server = bench.server(graph)

    with pytest.raises(UnexpectedAnswerError, match=r"/v1\.0/users answered 400"):
        read(bench, server)
    assert all(asked.path != BATCH for asked in server.asked)


def test_progress_counts_those_who_are_asked(bench: GraphBench) -> None:
    read(bench, bench.server(mailboxes(25)))

    assert bench.progress[-1] == ("reading_directory", 75, 75)


@pytest.fixture
def permitted(at: Simulated) -> Simulated:
    """Ten disabled shared mailboxes; the tenth is closed to the app, the ninth is on premises."""
    at.roles.append("MailboxSettings.Read")
    for number in range(1, 11):
        at.world.tenant.users[guid(number)]["accountEnabled"] = False
        at.world.tenant.purposes[guid(number)] = "shared"
    at.service.switches.closed_mailboxes = {guid(10)}
    del at.world.tenant.purposes[guid(9)]
    return at


def simulated_purposes(at: Simulated) -> list[MailboxPurpose]:
    directory = at.reader().read(scope_groups=(), progress=lambda *_: None, purpose_of=disabled)
    return [one.purpose for one in directory.people][:11]


EXPECTED = [
    *([MailboxPurpose.SHARED] * 8),
    MailboxPurpose.NO_MAILBOX,
    MailboxPurpose.UNKNOWN,
    MailboxPurpose.NOT_ASKED,
]


def test_the_simulated_mailboxes_are_told_as_they_are(permitted: Simulated) -> None:
    assert simulated_purposes(permitted) == EXPECTED
    assert [len(batch) for batch in permitted.batches()] == [10]


@pytest.mark.parametrize("retry_after", ["3", "2.128", "Wed, 25 Nov 2026 12:00:05 GMT", None])
def test_a_throttled_mailbox_is_waited_for_in_any_form_of_retry_after(
    permitted: Simulated, retry_after: str | None
) -> None:
    permitted.hit("*/mailboxSettings/userPurpose", StatusFault(status=429, retry_after=retry_after), times=2)

    assert simulated_purposes(permitted) == EXPECTED
    assert permitted.clock.slept


@pytest.mark.parametrize("effect", [DropBefore(), HalfBody(), StatusFault(status=503)])
def test_a_passing_fault_of_the_simulated_batch_costs_a_repetition(permitted: Simulated, effect: Any) -> None:
    permitted.hit(BATCH, effect)

    assert simulated_purposes(permitted) == EXPECTED


def test_html_in_place_of_the_simulated_batch_fails_the_read(permitted: Simulated) -> None:
    permitted.hit(BATCH, HtmlAnswer())

    with pytest.raises(IncompleteReadError, match="not JSON"):
        simulated_purposes(permitted)


def test_the_purposes_of_a_whole_company_are_read_as_they_are(at: Simulated) -> None:
    company = make_world(people=600, groups=20, seed=5).tenant
    at.world.tenant.users = company.users
    at.world.tenant.purposes = company.purposes
    at.roles.append("MailboxSettings.Read")

    directory = at.reader().read(
        scope_groups=(),
        progress=lambda *_: None,
        purpose_of=lambda one: one.mail is not None and not one.is_guest and disabled(one),
    )

    asked = [one for one in directory.people if one.mail is not None and not one.is_guest and disabled(one)]
    assert {one.id: one.purpose for one in asked} == {
        one.id: company.purposes.get(one.id, MailboxPurpose.NO_MAILBOX) for one in asked
    }
    assert {one.purpose for one in directory.people if one not in asked} == {MailboxPurpose.NOT_ASKED}
    assert len(at.batches()) == -(-len(asked) // 20)
    assert len(asked) > 20
