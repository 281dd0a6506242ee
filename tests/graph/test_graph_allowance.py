"""What Graph allows, kept by a whole client: units by what answers tell, calls at once, and pauses for everybody."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.errors import ThrottledError, UnreachableError
from shared.graph import Allowance, GraphClient
from shared.graph.batch import BatchReader, Get
from shared.graph.client import Permission
from shared.model import Directory
from shared.pace import SLOW_SECONDS
from tests.graph.conftest import GraphBench
from tests.graph.patience import RETRY
from tests.graph.scripted_graph import BATCH, FixedTokens, Json, ScriptedGraph, guid, member, person
from tests.transport.scripted_server import Asked, Behaviour, Drop, Reply

SMALLEST = 2_450
"""What goes out in ten seconds until people are counted."""
PEOPLE = "/v1.0/users?$select=id&$top=999"
PURPOSE = f"/users/{guid(1)}/mailboxSettings/userPurpose"
NEEDS = Permission.USER_READ_ALL


def get(client: GraphClient) -> None:
    client.get(PEOPLE, needs=NEEDS)


def company() -> ScriptedGraph:
    return ScriptedGraph(people=[person(1)], members={guid(101): [member(1)], guid(102): [member(1)]})


def read_members(bench: GraphBench, client: GraphClient) -> None:
    batches = BatchReader(client=client, clock=bench.clock, random=bench.chance, retry=RETRY)
    batches.read(
        [Get(path=f"/groups/{guid(number)}/members?$select=id&$top=999") for number in (101, 102)], needs=NEEDS
    )


def connected(bench: GraphBench, *answers: Behaviour) -> GraphClient:
    """A client of a server that answers in turn; the last one stays."""
    left = list(answers)
    return bench.client(bench.server(lambda _asked: left.pop(0) if len(left) > 1 else left[0]), FixedTokens())


def test_an_answer_says_what_its_request_cost_in_truth(bench: GraphBench) -> None:
    client = connected(bench, Reply(headers={"x-ms-resource-unit": "50"}))
    bench.allowance.budget.charge(SMALLEST - 50)

    get(client)
    assert bench.clock.slept == []
    get(client)
    assert bench.clock.slept == [10.0]


@pytest.mark.parametrize("told", ["", "many", "-1", "1.5", "²", "9" * 5_000])
def test_what_is_no_number_of_units_is_not_taken_for_one(bench: GraphBench, told: str) -> None:
    client = connected(bench, Reply(headers={"x-ms-resource-unit": told}))
    bench.allowance.budget.charge(SMALLEST - 2)

    get(client)
    get(client)
    assert bench.clock.slept == []
    get(client)
    assert bench.clock.slept == [10.0]


def test_every_repetition_is_charged(bench: GraphBench) -> None:
    client = connected(bench, Reply(status=503), Reply())
    bench.allowance.budget.charge(SMALLEST - 1)

    get(client)
    pause, rest = bench.clock.slept
    assert pause + rest == pytest.approx(10.0)


def test_items_of_a_batch_are_charged_one_by_one(bench: GraphBench) -> None:
    graph = company()
    for number, units in ((101, "7"), (102, "8")):
        cost = {"x-ms-resource-unit": units}
        graph.items[f"/groups/{guid(number)}/members"] = [{"status": 200, "headers": cost, "body": {"value": []}}]
    client = bench.client(bench.server(graph), FixedTokens())
    bench.allowance.budget.charge(SMALLEST - 15 - 1)

    read_members(bench, client)
    get(client)
    assert bench.clock.slept == []
    get(client)
    assert bench.clock.slept == [10.0]


def test_what_exchange_answers_waits_for_no_units_of_the_directory(bench: GraphBench) -> None:
    client = bench.client(bench.server(company()), FixedTokens())
    batches = BatchReader(client=client, clock=bench.clock, random=bench.chance, retry=RETRY)
    for _ in range(2):
        bench.allowance.budget.charge(SMALLEST)

    batches.read([Get(path=PURPOSE)], needs=NEEDS)
    assert bench.clock.slept == []


def test_what_was_expected_to_cost_nothing_is_charged_where_it_did(bench: GraphBench) -> None:
    graph = company()
    graph.items[PURPOSE] = [
        {"status": 200, "headers": {"x-ms-resource-unit": str(SMALLEST)}, "body": {"value": "user"}}
    ]
    client = bench.client(bench.server(graph), FixedTokens())
    batches = BatchReader(client=client, clock=bench.clock, random=bench.chance, retry=RETRY)

    batches.read([Get(path=PURPOSE)], needs=NEEDS)
    get(client)
    assert bench.clock.slept == [10.0]


def test_a_wait_for_units_beyond_what_a_call_may_wait_is_told_as_throttled_and_not_charged(bench: GraphBench) -> None:
    client = connected(bench, Reply())
    for _ in range(13):
        bench.allowance.budget.charge(SMALLEST)

    with pytest.raises(ThrottledError, match="was not sent") as caught:
        get(client)
    assert (caught.value.retry_after_seconds, bench.clock.slept) == (130.0, [])
    assert bench.allowance.budget.charge(SMALLEST).at == bench.clock.monotonic() + 130.0


def test_counted_people_raise_what_goes_out_at_once(bench: GraphBench) -> None:
    whole = bench.allowance
    graph = ScriptedGraph(people=[person(number) for number in range(60)])
    server = bench.server(graph)
    known = bench.read(server)
    after_a_restart = bench.allowance = Allowance(clock=bench.clock, most_at_once=8)
    changed = bench.reader(server).read_changes(known, scope_groups=(), progress=lambda *_: None)

    assert isinstance(changed, Directory)
    for allowance in (whole, after_a_restart):
        allowance.budget.charge(3_000)
        assert allowance.budget.charge(400).at == bench.clock.monotonic()


@pytest.mark.parametrize(
    "trouble",
    [
        Reply(status=429),
        Reply(status=503),
        Reply(headers={"x-ms-throttle-limit-percentage": "1.0"}),
        Reply(headers={"x-ms-throttle-limit-percentage": "1.8"}),
    ],
)
def test_trouble_halves_what_goes_out_side_by_side_and_good_answers_bring_it_back(
    bench: GraphBench, trouble: Reply
) -> None:
    client = connected(bench, trouble, Reply())

    assert bench.allowance.pace.at_once == 8
    get(client)
    assert 4 <= bench.allowance.pace.at_once < 8
    for _ in range(40):
        get(client)
    assert bench.allowance.pace.at_once == 8


@pytest.mark.parametrize("told", ["0.8", "0.99", "nan", "inf", "much"])
def test_a_share_below_the_whole_or_none_at_all_does_not_halve_it(bench: GraphBench, told: str) -> None:
    get(connected(bench, Reply(headers={"x-ms-throttle-limit-percentage": told})))

    assert bench.allowance.pace.at_once == 8


def test_a_slow_answer_halves_it(bench: GraphBench) -> None:
    def slow(_asked: Asked) -> Behaviour:
        bench.clock.advance(SLOW_SECONDS)
        return Reply()

    get(bench.client(bench.server(slow), FixedTokens()))
    assert bench.allowance.pace.at_once == 4


@pytest.mark.parametrize(
    "item",
    [
        {"status": 429, "headers": {}, "body": {}},
        {"status": 503, "headers": {}, "body": {}},
        {"status": 200, "headers": {"X-MS-Throttle-Limit-Percentage": "1.2"}, "body": {"value": []}},
    ],
)
def test_trouble_of_one_item_of_a_batch_halves_it_as_well(bench: GraphBench, item: Json) -> None:
    graph = company()
    graph.items[f"/groups/{guid(102)}/members"] = [item]

    read_members(bench, bench.client(bench.server(graph), FixedTokens()))
    assert 4 <= bench.allowance.pace.at_once < 8


def test_a_share_that_an_answer_tells_lowers_the_budget(bench: GraphBench) -> None:
    client = connected(bench, Reply(headers={"x-ms-throttle-limit-percentage": "1.4"}), Reply())

    get(client)
    bench.allowance.budget.charge(350 - 1)
    get(client)
    assert bench.clock.slept == [10.0]


def test_a_refused_item_makes_every_other_call_wait_as_long_as_it_asks(bench: GraphBench) -> None:
    graph = company()
    refused = {"status": 429, "headers": {"Retry-After": "200"}, "body": {}}
    graph.items[f"/groups/{guid(102)}/members"] = [refused]
    server = bench.server(graph)
    client = bench.client(server, FixedTokens())

    with pytest.raises(ThrottledError):
        read_members(bench, client)
    with pytest.raises(ThrottledError, match="was not sent") as caught:
        get(client)
    assert (caught.value.retry_after_seconds, [asked.path for asked in server.asked]) == (200.0, [BATCH])
    bench.clock.advance(150.0)
    get(client)
    assert bench.clock.slept == [50.0]


def test_no_more_calls_are_under_way_than_the_pace_allows(bench: GraphBench) -> None:
    bench.allowance.pace.troubled(sent_at=0.0, asked_seconds=0.0)
    most, rounds = bench.allowance.pace.at_once, 6
    full = threading.Barrier(most)
    lock = threading.Lock()
    under_way, seen = 0, list[int]()

    def call() -> None:
        nonlocal under_way
        with bench.allowance.turn():
            with lock:
                under_way += 1
                seen.append(under_way)
            # Only so many who are there at the same time get past it.
            full.wait(timeout=30)
            with lock:
                under_way -= 1

    with ThreadPoolExecutor(most * rounds) as pool:
        for ended in [pool.submit(call) for _ in range(most * rounds)]:
            ended.result()
    assert (len(seen), max(seen)) == (most * rounds, most)


def test_a_call_that_fails_leaves_its_turn(bench: GraphBench) -> None:
    client = connected(bench, Drop())

    for _ in range(10):
        with pytest.raises(UnreachableError):
            get(client)
