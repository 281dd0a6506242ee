"""A read of the directory is complete or an error (the traps of reading lists from Graph)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Event
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import (
    EntraCredentialError,
    IncompleteReadError,
    PermissionMissingError,
    ThrottledError,
    UnexpectedAnswerError,
    UnreachableError,
)
from shared.graph.chain import read_chain
from shared.graph.counts import tolerance
from shared.graph.decode import PersonJson
from shared.graph.lists import all_people
from shared.model import AssignedPlan, Everybody, Person, PlanState
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import (
    DELETED,
    GRANTED,
    GROUPS,
    USERS,
    FixedTokens,
    Json,
    ScriptedGraph,
    cut_off,
    emptied,
    group,
    guid,
    person,
    refusal,
    reply,
)
from tests.transport.scripted_server import Asked, Behaviour, Drop, HalfBody, Reply


def company(people: int = 7, groups: int = 3, **more: Any) -> ScriptedGraph:
    return ScriptedGraph(
        people=[person(number) for number in range(1, people + 1)],
        groups=[group(number) for number in range(101, 101 + groups)],
        **more,
    )


def deleted(number: int) -> Json:
    return {"id": guid(number), "deletedDateTime": "2026-11-20T08:00:00Z"}


def test_every_page_is_read_to_the_end(bench: GraphBench) -> None:
    graph = company(people=25, groups=11, page_size=4, deleted=[{"id": guid(77), "deletedDateTime": None}])

    directory = bench.read(bench.server(graph))

    assert [p.id for p in directory.people] == [guid(number) for number in range(1, 26)]
    assert [g.id for g in directory.groups] == [guid(number) for number in range(101, 112)]
    assert [d.id for d in directory.deleted_people] == [guid(77)]
    assert directory.scope == Everybody()


def test_the_certificate_holds_what_was_read_beside_what_was_counted(bench: GraphBench) -> None:
    graph = company()
    graph.counts[USERS] = [9]

    certificate = bench.read(bench.server(graph)).certificate

    assert (certificate.people_read, certificate.people_counted) == (7, 9)
    assert (certificate.groups_read, certificate.groups_counted) == (3, 3)
    assert (certificate.tenant_id, certificate.read_at) == ("tenant", bench.clock.now())


def test_no_top_would_be_ten_times_the_pages_so_999_are_asked_and_only_what_is_needed(bench: GraphBench) -> None:
    server = bench.server(company())

    bench.read(server)

    queries = {asked.path: asked.query for asked in server.asked if "$count" not in asked.query}
    assert {queries[path]["$top"] for path in (USERS, GROUPS, DELETED)} == {"999"}
    assert queries[USERS]["$select"].split(",")[0] == "id"
    assert "accountEnabled" in queries[USERS]["$select"]
    assert queries[DELETED]["$select"] == "id,deletedDateTime"


def test_a_read_takes_one_request_a_page_three_counts_and_two_links_for_the_next(bench: GraphBench) -> None:
    server = bench.server(company(people=2_500, groups=1_000))

    bench.read(server)

    assert Counter(asked.path for asked in server.asked) == {
        USERS: 3,
        GROUPS: 2,
        DELETED: 2,
        f"{USERS}/$count": 1,
        f"{GROUPS}/$count": 1,
        f"{USERS}/delta": 1,
        f"{GROUPS}/delta": 1,
    }


def test_lists_are_plain_and_counts_alone_are_eventual(bench: GraphBench) -> None:
    server = bench.server(company(page_size=2))

    bench.read(server)

    eventual = {asked.path: asked.query for asked in server.asked if "consistencylevel" in asked.headers}
    assert eventual == {
        f"{USERS}/$count": {},
        f"{GROUPS}/$count": {},
        DELETED: {"$select": "id", "$top": "1", "$count": "true"},
    }


@pytest.mark.parametrize("harm", [emptied, cut_off])
def test_a_lost_page_of_deleted_people_is_found_out_by_the_count(
    bench: GraphBench, harm: Callable[[Json], Json]
) -> None:
    graph = company(people=3, deleted=[deleted(number) for number in range(1, 21)], page_size=10)
    graph.faults[DELETED, 1] = [harm]

    with pytest.raises(IncompleteReadError, match=r"deletedItems/microsoft\.graph\.user: (0|10) were read where 20"):
        bench.read(bench.server(graph))


def test_people_restored_while_reading_are_settled_by_one_fresh_count(bench: GraphBench) -> None:
    graph = company(people=3, deleted=[deleted(number) for number in range(1, 11)])
    graph.counts[DELETED] = [40, 10]

    assert len(bench.read(bench.server(graph)).deleted_people) == 10


def test_a_background_reader_gives_way_to_others(bench: GraphBench) -> None:
    server = bench.server(company())

    bench.read(server)

    assert {asked.headers["x-ms-throttle-priority"] for asked in server.asked} == {"low"}


def test_an_empty_page_with_a_live_next_link_is_followed(bench: GraphBench) -> None:
    graph = company(people=6, page_size=2)
    graph.faults[USERS, 2] = [
        lambda body: {"value": [], "@odata.nextLink": body["@odata.nextLink"].replace("at-4", "at-2-again")}
    ]

    assert len(bench.read(bench.server(graph)).people) == 6


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        pytest.param(lambda _: {"@odata.context": "x"}, "`value`", id="no value"),
        pytest.param(lambda body: body | {"value": None}, r"value", id="value is null"),
        pytest.param(lambda body: body["value"], "object", id="a bare list"),
        pytest.param(Reply(headers={"Content-Type": "text/html"}, body=b"<html>"), "not JSON", id="html"),
        pytest.param(Reply(body=b""), "not JSON", id="nothing"),
        pytest.param(Reply(body=b'{"value": [{"id": "'), "truncated", id="half a body that looks whole"),
        pytest.param(Reply(body=b'{"value": [{"id": "\xff"}]}'), "UTF-8|utf-8", id="not utf-8"),
        pytest.param(lambda body: body | {"@odata.nextLink": ""}, "no address", id="empty nextLink"),
        pytest.param(lambda body: body | {"@odata.nextLink": "users?x"}, "no address", id="relative nextLink"),
        pytest.param(lambda body: body | {"value": [person(3, mail=5)]}, r"value\[0\]\.mail|\$", id="wrong type"),
        pytest.param(lambda body: body | {"value": [{"displayName": "x"}]}, "`id`", id="no id"),
    ],
)
def test_a_broken_page_fails_the_read_and_says_where(
    bench: GraphBench, fault: Behaviour | Callable[[Json], Json], reason: str
) -> None:
    graph = company(page_size=2)
    graph.faults[USERS, 2] = [fault]

    with pytest.raises(IncompleteReadError, match=reason) as caught:
        bench.read(bench.server(graph))
    assert "/v1.0/users, page 2" in caught.value.detail


def test_two_hundred_with_html_is_not_accepted_as_json(bench: GraphBench) -> None:
    graph = company()
    graph.faults[GROUPS, 1] = [Reply(headers={"Content-Type": "text/html"}, body=b"<html>sign in</html>")]

    with pytest.raises(IncompleteReadError, match=r"/v1\.0/groups, page 1: .*not JSON"):
        bench.read(bench.server(graph))


@pytest.mark.parametrize("target", [0, 2, 4])
def test_a_repeated_next_link_fails_the_read(bench: GraphBench, target: int) -> None:
    graph = company(people=8, page_size=2)
    graph.faults[USERS, 3] = [
        lambda body: body | {"@odata.nextLink": body["@odata.nextLink"].replace("at-6", f"at-{target}")}
    ] * 3

    with pytest.raises(IncompleteReadError, match=r"page [3-6]: its nextLink leads back"):
        bench.read(bench.server(graph))


def test_a_foreign_next_link_fails_the_read_and_gets_no_token(bench: GraphBench) -> None:
    stranger = bench.server(company())
    graph = company(page_size=2)
    graph.faults[USERS, 1] = [lambda body: body | {"@odata.nextLink": f"{stranger.url}/v1.0/users?$skiptoken=x"}]

    with pytest.raises(IncompleteReadError, match="page 1: its nextLink is no address on the configured Graph host"):
        bench.read(bench.server(graph))
    assert stranger.asked == []


def test_a_lost_next_link_is_found_out_by_the_count(bench: GraphBench) -> None:
    graph = company(people=30, page_size=10)
    graph.faults[USERS, 2] = [lambda body: {"value": body["value"]}]

    with pytest.raises(IncompleteReadError, match=r"/v1\.0/users: 20 were read where 30 are counted"):
        bench.read(bench.server(graph))


def test_an_empty_list_where_objects_are_counted_fails_the_read(bench: GraphBench) -> None:
    graph = company(people=30)
    graph.faults[USERS, 1] = [lambda _: {"value": []}]

    with pytest.raises(IncompleteReadError, match="0 were read where 30"):
        bench.read(bench.server(graph))


def test_people_who_left_while_reading_are_settled_by_one_fresh_count(bench: GraphBench) -> None:
    graph = company(people=20)
    graph.counts[USERS] = [40, 22]
    server = bench.server(graph)

    assert bench.read(server).certificate.people_counted == 22
    assert sum(asked.path == f"{USERS}/$count" for asked in server.asked) == 2


def test_more_objects_than_counted_are_no_problem(bench: GraphBench) -> None:
    graph = company(people=20)
    graph.counts[USERS] = [1]

    assert bench.read(bench.server(graph)).certificate.people_read == 20


@given(counted=st.integers(min_value=0, max_value=2_000_000))
def test_the_tolerance_is_five_or_a_fifth_of_a_percent(counted: int) -> None:
    assert tolerance(counted) == pytest.approx(max(5, counted / 500))


@pytest.mark.parametrize("body", [b"many", b"", b"-3", b'{"value": 3}', b"\xef\xbb\xbf<html>"])
def test_a_count_that_is_no_number_fails_the_read(bench: GraphBench, body: bytes) -> None:
    graph = company()
    server = bench.server(lambda asked: Reply(body=body) if asked.path == f"{USERS}/$count" else graph(asked))

    with pytest.raises(UnexpectedAnswerError, match=r"users/\$count answered with something that is not a number"):
        bench.read(server)


def test_an_object_on_two_pages_counts_once(bench: GraphBench) -> None:
    graph = company(people=4, page_size=2)
    graph.lists[USERS].insert(2, person(2, displayName="Renamed"))

    people = bench.read(bench.server(graph)).people

    assert [p.display_name for p in people] == ["Person 1", "Renamed", "Person 3", "Person 4"]


def test_a_few_unreadable_people_are_kept_and_say_what_is_missing(bench: GraphBench) -> None:
    graph = company(people=4)
    graph.lists[USERS][1] = person(2, accountEnabled=None)
    del graph.lists[USERS][2]["assignedPlans"]

    directory = bench.read(bench.server(graph))

    assert [p.missing_properties for p in directory.people] == [(), ("accountEnabled",), ("assignedPlans",), ()]
    assert directory.certificate.unreadable_people == 2


def test_a_null_account_enabled_is_never_taken_as_enabled(bench: GraphBench) -> None:
    graph = company(people=1)
    graph.lists[USERS][0]["accountEnabled"] = None

    (only,) = bench.read(bench.server(graph)).people

    assert (only.account_enabled, only.missing_properties) == (False, ("accountEnabled",))


def test_many_unreadable_people_name_the_missing_permission(bench: GraphBench) -> None:
    graph = ScriptedGraph(people=[person(number, accountEnabled=None) for number in range(1, 9)])
    tokens = FixedTokens(frozenset({"User.ReadBasic.All", "GroupMember.Read.All"}))

    with pytest.raises(PermissionMissingError, match=r"accountEnabled of 8 people: .* User\.Read\.All is missing"):
        bench.read(bench.server(graph), tokens=tokens)


def test_many_unreadable_people_fail_the_read_although_the_permission_is_held(bench: GraphBench) -> None:
    graph = ScriptedGraph(people=[person(number, proxyAddresses=None) for number in range(1, 9)])

    with pytest.raises(IncompleteReadError, match="left out proxyAddresses of 8 people"):
        bench.read(bench.server(graph))


@pytest.mark.parametrize(
    ("path", "permission"),
    [(USERS, "User.Read.All"), (GROUPS, "GroupMember.Read.All"), (DELETED, "User.Read.All")],
)
def test_a_missing_permission_is_named_with_what_is_granted(bench: GraphBench, path: str, permission: str) -> None:
    graph = company()
    graph.faults[path, 1] = [refusal(403, "Authorization_RequestDenied")]
    tokens = FixedTokens(GRANTED - {permission})

    with pytest.raises(PermissionMissingError) as caught:
        bench.read(bench.server(graph), tokens=tokens)
    assert f"{path}: the application permission {permission} is missing (granted: {', '.join(tokens.roles)})" in str(
        caught.value
    )


def test_after_a_denial_the_cached_token_is_dropped_and_the_message_says_to_wait(bench: GraphBench) -> None:
    graph = company()
    graph.faults[USERS, 1] = [refusal(403, "Authorization_RequestDenied")]
    tokens = FixedTokens()

    with pytest.raises(PermissionMissingError, match=r"although the token holds User\.Read\.All.*minutes ago"):
        bench.read(bench.server(graph), tokens=tokens)
    assert tokens.number == 2


def test_a_wider_permission_is_as_good(bench: GraphBench) -> None:
    graph = ScriptedGraph(people=[person(number, accountEnabled=None) for number in range(1, 9)])
    tokens = FixedTokens(frozenset({"Directory.Read.All"}))

    with pytest.raises(IncompleteReadError):
        bench.read(bench.server(graph), tokens=tokens)


def test_a_token_that_expires_in_mid_run_is_made_anew_once(bench: GraphBench) -> None:
    graph = company(page_size=2)
    graph.refused_tokens.add("token-1")
    tokens = FixedTokens()

    assert len(bench.read(bench.server(graph), tokens=tokens).people) == 7
    assert tokens.number == 2


def test_a_fresh_token_that_is_refused_ends_the_read(bench: GraphBench) -> None:
    graph = company()
    graph.refused_tokens.update(f"token-{number}" for number in range(1, 20))
    server = bench.server(graph)

    with pytest.raises(EntraCredentialError, match="InvalidAuthenticationToken"):
        bench.read(server)
    assert sum(asked.path == USERS for asked in server.asked) <= 2


@pytest.mark.parametrize("fault", [Drop(), HalfBody(b'{"value": []}'), Reply(status=504), Reply(status=429)])
def test_a_passing_fault_costs_a_repetition_and_nothing_else(bench: GraphBench, fault: Behaviour) -> None:
    graph = company(page_size=2)
    graph.faults[USERS, 2] = [fault]

    assert len(bench.read(bench.server(graph)).people) == 7


def test_half_a_body_to_the_end_fails_the_read(bench: GraphBench) -> None:
    graph = company(page_size=2)
    graph.faults[USERS, 2] = [HalfBody(b'{"value": []}')] * 4

    with pytest.raises(UnreachableError, match=r"/v1\.0/users: the connection was dropped"):
        bench.read(bench.server(graph))


def test_throttling_beyond_a_calls_patience_is_no_failure_but_a_wait(bench: GraphBench) -> None:
    graph = company()
    graph.faults[GROUPS, 1] = [Reply(status=429, headers={"Retry-After": "300"})]

    with pytest.raises(ThrottledError) as caught:
        bench.read(bench.server(graph))
    assert caught.value.retry_after_seconds == 300


def lost_token(_asked: object = None) -> Reply:
    return refusal(400, "DirectoryPageTokenNotFoundException")


def test_a_next_link_out_of_a_repeated_request_is_made_good_by_asking_that_page_again(bench: GraphBench) -> None:
    graph = company(people=8, page_size=2)
    graph.faults[USERS, 2] = [Reply(status=503)]
    graph.faults[USERS, 3] = [lost_token()]
    server = bench.server(graph)

    assert [p.id for p in bench.read(server).people] == [guid(number) for number in range(1, 9)]
    pages = [asked.query.get("$skiptoken", "first") for asked in server.asked if asked.path == USERS]
    assert pages == ["first", "at-2", "at-2", "at-4", "at-2", "at-4", "at-6"]


def test_a_next_link_that_expired_sends_the_list_back_to_its_beginning(bench: GraphBench) -> None:
    graph = company(people=6, page_size=2)
    graph.faults[USERS, 3] = [refusal(400, "Directory_ExpiredPageToken")]
    server = bench.server(graph)

    assert len(bench.read(server).people) == 6
    pages = [asked.query.get("$skiptoken", "first") for asked in server.asked if asked.path == USERS]
    assert pages == ["first", "at-2", "at-4", "first", "at-2", "at-4"]


def test_a_next_link_that_is_lost_again_and_again_fails_the_read(bench: GraphBench) -> None:
    graph = company(people=6, page_size=2)
    graph.faults[USERS, 3] = [lost_token() for _ in range(9)]

    with pytest.raises(UnexpectedAnswerError, match="DirectoryPageTokenNotFoundException"):
        bench.read(bench.server(graph))


def test_a_failure_of_one_list_is_told_as_it_is_and_not_as_the_stop_of_the_others(bench: GraphBench) -> None:
    graph = company(people=40, groups=40, page_size=1)
    graph.faults[GROUPS, 1] = [Reply(status=400)]

    with pytest.raises(UnexpectedAnswerError, match=r"/v1\.0/groups answered 400"):
        bench.read(bench.server(graph))


def test_progress_is_one_stage_that_ends_at_all_that_is_counted(bench: GraphBench) -> None:
    bench.read(bench.server(company(people=9, groups=4, page_size=3)))

    assert {stage for stage, _, _ in bench.progress} == {"reading_directory"}
    assert bench.progress[-1][1] == 13
    assert [done for _, done, _ in bench.progress] == sorted(done for _, done, _ in bench.progress)


def test_an_error_of_progress_ends_the_read_as_it_is(bench: GraphBench) -> None:
    class Cancelled(Exception):  # noqa: N818
        pass

    def cancel(_stage: str, _done: int, _total: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        bench.reader(bench.server(company())).read(scope_groups=(), progress=cancel)


def test_equal_lists_of_plans_are_kept_once_however_many_people_have_them(bench: GraphBench) -> None:
    people = bench.read(bench.server(company(people=50, page_size=20))).people

    assert people[0].exchange_plans == (AssignedPlan(plan_id=guid(900_002), state=PlanState.ENABLED),)
    assert len({id(p.exchange_plans) for p in people}) == 1
    assert len({id(p.sku_ids) for p in people}) == 1


def test_a_list_that_graph_refuses_says_the_code(bench: GraphBench) -> None:
    graph = company()
    graph.faults[USERS, 1] = [reply({"error": {"code": "Request_UnsupportedQuery", "message": "secret"}}, 400)]

    with pytest.raises(UnexpectedAnswerError, match=r"users answered 400 \(Request_UnsupportedQuery\)") as caught:
        bench.read(bench.server(graph))
    assert "secret" not in str(caught.value)


def test_the_next_page_is_asked_for_before_the_page_in_hand_is_made_into_people(bench: GraphBench) -> None:
    graph = company(people=6, page_size=3)
    second_was_asked = Event()

    def script(asked: Asked) -> Behaviour:
        if "$skiptoken" in asked.query:
            second_was_asked.set()
        return graph(asked)

    listing = all_people()

    def convert(json: PersonJson) -> Person:
        assert second_was_asked.wait(timeout=10)
        return listing.convert(json)

    client = bench.client(bench.server(script), FixedTokens())
    people = read_chain(client, replace(listing, convert=convert), noticed=lambda _done: None)

    assert len(people) == 6


def test_a_page_that_is_not_whole_fails_the_read_though_the_next_one_was_asked_for(bench: GraphBench) -> None:
    graph = company(people=6, page_size=3)
    graph.faults[USERS, 1] = [lambda body: {"@odata.nextLink": body["@odata.nextLink"]}]

    with pytest.raises(IncompleteReadError, match="page 1"):
        bench.read(bench.server(graph))
