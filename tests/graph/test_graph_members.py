"""The scope is read whole, nested and safe on cycles; a group that cannot be read fails the read by name."""

from collections.abc import Callable
from typing import Any

import pytest

from shared.errors import (
    IncompleteReadError,
    NotConfiguredError,
    PermissionMissingError,
    ThrottledError,
    UnexpectedAnswerError,
)
from shared.model import MembersOnly
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import (
    BATCH,
    GROUPS,
    FixedTokens,
    Json,
    ScriptedGraph,
    cut_off,
    emptied,
    group,
    guid,
    member,
    person,
)
from tests.transport.scripted_server import Reply


def company(members: dict[int, list[Json]], **more: Any) -> ScriptedGraph:
    """People 1 to 9 and groups 101 to 199 with the members given."""
    return ScriptedGraph(
        people=[person(number) for number in range(1, 10)],
        groups=[group(number) for number in range(101, 200)],
        members={guid(number): members.get(number, []) for number in range(101, 200)},
        **more,
    )


def path(number: int) -> str:
    return f"/groups/{guid(number)}/members"


def scope(bench: GraphBench, graph: ScriptedGraph, *groups: int) -> set[int]:
    directory = bench.read(bench.server(graph), *(guid(number) for number in groups))
    assert isinstance(directory.scope, MembersOnly)
    assert directory.scope.group_ids == tuple(guid(number) for number in groups)
    assert directory.certificate.scope_groups_read == directory.scope.group_ids
    return {int(person_id[-12:]) for person_id in directory.scope.people}


def test_members_of_nested_groups_are_in_scope(bench: GraphBench) -> None:
    graph = company(
        {
            101: [member(1), member(102, "group")],
            102: [member(2), member(103, "group"), member(104, "group")],
            103: [member(3)],
            104: [member(3), member(4)],
            105: [member(9)],
        }
    )

    assert scope(bench, graph, 101) == {1, 2, 3, 4}


def test_a_cycle_of_groups_ends(bench: GraphBench) -> None:
    graph = company(
        {
            101: [member(102, "group")],
            102: [member(103, "group"), member(2)],
            103: [member(101, "group"), member(103, "group")],
        }
    )
    server = bench.server(graph)

    directory = bench.read(server, guid(101))

    assert isinstance(directory.scope, MembersOnly)
    assert directory.scope.people == {guid(2)}
    assert sum(asked.path == BATCH for asked in server.asked) == 3


def test_scope_groups_in_any_case_and_twice_are_read_once(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    server = bench.server(graph)

    directory = bench.read(server, guid(101).upper(), guid(101))

    assert directory.certificate.scope_groups_read == (guid(101),)
    assert sum(asked.path == BATCH for asked in server.asked) == 1


def test_contacts_devices_and_service_principals_are_no_people(bench: GraphBench) -> None:
    graph = company(
        {101: [member(1), member(501, "orgContact"), member(502, "device"), member(503, "servicePrincipal")]}
    )

    assert scope(bench, graph, 101) == {1}


def test_members_are_told_apart_where_select_id_drops_their_type(bench: GraphBench) -> None:
    graph = company({101: [{"id": guid(1)}, {"id": guid(102)}, {"id": guid(501)}], 102: [{"id": guid(2)}]})

    assert scope(bench, graph, 101) == {1, 2}


def test_members_are_asked_in_batches_of_twenty_with_select_and_top(bench: GraphBench) -> None:
    graph = company({number: [member(1)] for number in range(101, 146)})
    server = bench.server(graph)

    bench.read(server, *(guid(number) for number in range(101, 146)))

    batches = [asked.body for asked in server.asked if asked.path == BATCH]
    assert sorted(body.count(b"/members?$select=id&$top=999") for body in batches) == [5, 10, 10, 10, 10]
    assert all(body.count(b"/members?$select=id&$top=1&$count=true") == body.count(b"$top=999") for body in batches)


@pytest.mark.parametrize("harm", [emptied, cut_off])
def test_a_lost_page_of_members_that_comes_again_is_read_again(bench: GraphBench, harm: Callable[[Json], Json]) -> None:
    graph = company({101: [member(number) for number in range(1, 10)]}, page_size=3)
    graph.faults[f"{GROUPS}/{guid(101)}/members", 1] = [harm]

    assert scope(bench, graph, 101) == set(range(1, 10))


def test_a_list_of_members_that_stays_shorter_than_counted_fails_the_read_and_names_the_group(
    bench: GraphBench,
) -> None:
    graph = company({101: [member(number) for number in range(1, 5)]})
    graph.counts[f"{GROUPS}/{guid(101)}/members"] = [10]

    with pytest.raises(IncompleteReadError, match=r"'Group 101'.*4 were read where 10 are counted"):
        scope(bench, graph, 101)


def test_a_nested_group_without_members_fails_the_read_where_some_are_counted(bench: GraphBench) -> None:
    graph = company({101: [member(1), {"id": guid(102), "@odata.type": "#microsoft.graph.group"}], 102: []})
    graph.counts[f"{GROUPS}/{guid(102)}/members"] = [1]

    with pytest.raises(IncompleteReadError, match=r"'Group 102'.*0 were read where 1 are counted"):
        scope(bench, graph, 101)


def test_an_index_that_lags_behind_members_who_just_left_is_tolerated(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.counts[f"{GROUPS}/{guid(101)}/members"] = [6]

    assert scope(bench, graph, 101) == {1}


@pytest.mark.parametrize("body", [{"value": []}, {"@odata.count": "many", "value": []}, "12"])
def test_a_count_of_members_that_is_none_fails_the_read(bench: GraphBench, body: object) -> None:
    graph = company({101: [member(1)]})
    graph.items[path(101)] = [{"status": 200, "body": {"value": [member(1)]}}, {"status": 200, "body": body}]

    with pytest.raises(IncompleteReadError, match=r"'Group 101'.*the count"):
        scope(bench, graph, 101)


def test_no_batch_is_sent_where_everybody_is_in_scope(bench: GraphBench) -> None:
    server = bench.server(company({}))

    bench.read(server)

    assert all(asked.path != BATCH for asked in server.asked)


def test_next_links_inside_a_batch_are_followed(bench: GraphBench) -> None:
    graph = company({101: [member(number) for number in range(1, 9)]}, page_size=3)

    assert scope(bench, graph, 101) == {1, 2, 3, 4, 5, 6, 7, 8}


def test_a_foreign_next_link_inside_a_batch_fails_the_read(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.items[path(101)] = [
        {"status": 200, "body": {"value": [], "@odata.nextLink": "https://evil.example/v1.0/groups?$skiptoken=x"}}
    ]

    with pytest.raises(IncompleteReadError, match=r"members of the group 'Group 101'.*no address on the configured"):
        scope(bench, graph, 101)


@pytest.mark.parametrize("status", [429, 500, 503, 504])
def test_a_throttled_item_inside_a_batch_of_status_200_is_asked_again_alone(bench: GraphBench, status: int) -> None:
    graph = company({101: [member(1)], 102: [member(2)], 103: [member(3)]})
    throttled: Json = {
        "status": status,
        "headers": {"retry-after": "7"},
        "body": {"error": {"code": "TooManyRequests"}},
    }
    graph.items[path(102)] = [throttled]
    graph.items[path(103)] = [throttled | {"headers": {"Retry-After": "11"}}]
    server = bench.server(graph)

    directory = bench.read(server, guid(101), guid(102), guid(103))

    assert isinstance(directory.scope, MembersOnly)
    assert directory.scope.people == {guid(1), guid(2), guid(3)}
    assert [asked.body.count(b"/members") for asked in server.asked if asked.path == BATCH] == [6, 2]
    assert bench.clock.slept == [11.0]


def test_an_item_that_stays_throttled_is_a_wait_and_never_an_empty_group(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.items[path(101)] = [{"status": 429, "headers": {"Retry-After": "20"}, "body": {}}] * 9

    with pytest.raises(ThrottledError) as caught:
        scope(bench, graph, 101)
    assert caught.value.retry_after_seconds == 20


def test_an_item_that_stays_broken_fails_the_read(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.items[path(101)] = [{"status": 503, "headers": {}, "body": {}}] * 9

    with pytest.raises(UnexpectedAnswerError, match=f"{path(101)} answered 503 again and again"):
        scope(bench, graph, 101)


def test_the_order_of_answers_inside_a_batch_does_not_matter(bench: GraphBench) -> None:
    # The scripted batch answers in reverse.
    graph = company({101: [member(1)], 102: [member(2)]})
    graph.items[path(102)] = [{"status": 403, "headers": {}, "body": {"error": {"code": "Denied"}}}]

    with pytest.raises(IncompleteReadError, match="'Group 102'"):
        scope(bench, graph, 101, 102)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: {"responses": body["responses"][1:]}, id="one is missing"),
        pytest.param(lambda body: {"responses": [body["responses"][0], body["responses"][0]]}, id="one comes twice"),
        pytest.param(lambda body: {"responses": [*body["responses"], {"id": "x", "status": 200}]}, id="one too many"),
        pytest.param(lambda _: {"responses": []}, id="none"),
        pytest.param(lambda _: {}, id="no responses"),
        pytest.param(lambda body: {"responses": [r | {"status": "200"} for r in body["responses"]]}, id="text status"),
    ],
)
def test_a_batch_that_does_not_answer_every_item_fails_the_read(bench: GraphBench, change: Any) -> None:
    graph = company({101: [member(1)], 102: [member(2)]})
    graph.faults[BATCH, 1] = [change]

    with pytest.raises(IncompleteReadError, match=r"/v1\.0/\$batch"):
        scope(bench, graph, 101, 102)


def test_a_batch_of_html_fails_the_read(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.faults[BATCH, 1] = [Reply(headers={"Content-Type": "text/html"}, body=b"<html>")]

    with pytest.raises(IncompleteReadError, match="not JSON"):
        scope(bench, graph, 101)


@pytest.mark.parametrize("body", [{"other": 1}, "<html>", None, {"value": None}, {"value": [{"type": "x"}]}])
def test_an_item_without_a_member_list_is_never_no_members(bench: GraphBench, body: object) -> None:
    graph = company({101: [member(1)]})
    graph.items[path(101)] = [{"status": 200, "headers": {}, "body": body}]

    with pytest.raises(IncompleteReadError, match="members of the group 'Group 101'"):
        scope(bench, graph, 101)


@pytest.mark.parametrize("status", [400, 403, 404, 424])
def test_a_403_or_404_on_one_group_is_not_read_as_no_members(bench: GraphBench, status: int) -> None:
    graph = company({101: [member(1)], 102: [member(2)]})
    graph.items[path(102)] = [{"status": status, "headers": {}, "body": {"error": {"code": "Some_Code"}}}]

    with pytest.raises(IncompleteReadError, match=f"members of the group 'Group 102' \\({guid(102)}\\)"):
        scope(bench, graph, 101, 102)


def test_a_missing_permission_for_members_is_named(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.items[path(101)] = [
        {"status": 403, "headers": {}, "body": {"error": {"code": "Authorization_RequestDenied"}}}
    ]
    tokens = FixedTokens(frozenset({"User.Read.All", "Group.ReadBasic.All"}))

    with pytest.raises(PermissionMissingError, match=r"GroupMember\.Read\.All is missing"):
        bench.read(bench.server(graph), guid(101), tokens=tokens)


def test_a_scope_group_that_does_not_exist_is_named(bench: GraphBench) -> None:
    with pytest.raises(NotConfiguredError, match=f"SYNC_GROUP_SCOPE names the group {guid(7_000)}"):
        scope(bench, company({101: [member(1)]}), 101, 7_000)


def test_hidden_membership_is_not_read_as_empty(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.lists[GROUPS][0] = group(101, visibility="HiddenMembership", groupTypes=["Unified"])

    with pytest.raises(IncompleteReadError, match=r"membership of the group 'Group 101' .* is hidden"):
        scope(bench, graph, 101)


def test_a_hidden_group_nested_in_the_scope_fails_the_read(bench: GraphBench) -> None:
    graph = company({101: [member(1), member(102, "group")], 102: [member(2)]})
    graph.lists[GROUPS][1] = group(102, visibility="HiddenMembership", groupTypes=["Unified"])

    with pytest.raises(IncompleteReadError, match=r"membership of the group 'Group 102' .* is hidden"):
        scope(bench, graph, 101)


def test_a_group_of_unknown_visibility_fails_the_read(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    del graph.lists[GROUPS][0]["visibility"]

    with pytest.raises(IncompleteReadError, match=r"whether the group 'Group 101' .* hides its members"):
        scope(bench, graph, 101)


def test_a_nested_group_that_vanished_fails_the_read(bench: GraphBench) -> None:
    graph = company({101: [member(1), member(7_000, "group")]})

    with pytest.raises(IncompleteReadError, match=f"'Group 101' .* holds the group {guid(7_000)}"):
        scope(bench, graph, 101)


@pytest.mark.parametrize(
    "members",
    [
        pytest.param({102: [member(1)]}, id="nobody"),
        pytest.param({101: [member(501, "orgContact")], 102: [member(1)]}, id="contacts alone"),
        pytest.param({101: [member(103, "group")], 102: [member(1)]}, id="an empty group alone"),
    ],
)
def test_a_scope_group_without_people_fails_the_read(bench: GraphBench, members: dict[int, list[Json]]) -> None:
    with pytest.raises(IncompleteReadError, match=r"scope group 'Group 101' .* has no people"):
        scope(bench, company(members), 101, 102)


def test_an_empty_group_nested_in_the_scope_is_legal(bench: GraphBench) -> None:
    assert scope(bench, company({101: [member(1), member(103, "group")]}), 101) == {1}


def test_an_unreadable_group_outside_the_scope_is_not_asked(bench: GraphBench) -> None:
    graph = company({101: [member(1)]})
    graph.lists[GROUPS][1] = group(102, visibility="HiddenMembership", groupTypes=["Unified"])

    assert scope(bench, graph, 101) == {1}
