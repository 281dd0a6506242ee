"""Evidence about single objects: where they are, which groups hold them, and when absence proves nothing."""

import pytest

from shared.errors import (
    IncompleteReadError,
    PermissionMissingError,
)
from shared.model import EntraId, Whereabouts
from tests.graph.conftest import GraphBench
from tests.graph.evidence_questions import (
    CHECK_PATH,
    GROUP,
    GROUP_PATH,
    OTHER,
    PERSON,
    PERSON_PATH,
    Ask,
    asked,
    entra,
    ids,
    memberships_of_a_person,
    readability_of_a_group,
    whereabouts_of_a_group,
    whereabouts_of_a_person,
)
from tests.graph.scripted_graph import (
    BATCH,
    DELETED,
    GRANTED,
    GROUPS,
    FixedTokens,
    Json,
    ScriptedGraph,
    guid,
    person,
)


def test_people_are_living_deleted_or_not_found(bench: GraphBench) -> None:
    found, _ = asked(bench, entra(), lambda evidence: evidence.whereabouts(ids(1, 90, 91), []))

    assert found == {
        guid(1): Whereabouts.LIVING,
        guid(90): Whereabouts.DELETED,
        guid(91): Whereabouts.NOT_FOUND,
    }


def test_groups_are_living_or_not_found_and_deleted_items_are_not_asked_for_them(bench: GraphBench) -> None:
    server = bench.server(entra())

    found = bench.evidence(server).whereabouts([], ids(101, 199))

    assert found == {guid(101): Whereabouts.LIVING, guid(199): Whereabouts.NOT_FOUND}
    assert {one.path for one in server.asked} == {BATCH}


def test_somebody_in_deleted_items_who_answers_by_id_was_restored_and_lives(bench: GraphBench) -> None:
    graph = entra()
    graph.lists[DELETED].append({"id": guid(1), "deletedDateTime": "2026-11-24T10:00:00Z"})

    assert asked(bench, graph, lambda it: it.whereabouts(ids(1), []))[0] == {guid(1): Whereabouts.LIVING}


def test_deleted_items_are_read_to_their_end(bench: GraphBench) -> None:
    graph = entra()
    graph.page_size = 3
    graph.lists[DELETED] = [{"id": guid(number), "deletedDateTime": None} for number in range(200, 210)]

    found, _ = asked(bench, graph, lambda evidence: evidence.whereabouts(ids(*range(200, 210)), []))

    assert found == dict.fromkeys(ids(*range(200, 210)), Whereabouts.DELETED)


def test_ids_in_any_case_and_twice_are_asked_once(bench: GraphBench) -> None:
    mixed = EntraId(guid(1).replace("4000", "4abc"))
    graph = entra()
    graph.lists["/v1.0/users"].append(person(1, id=mixed))

    found, batches = asked(bench, graph, lambda it: it.whereabouts([EntraId(mixed.upper()), mixed], []))

    assert found == {mixed: Whereabouts.LIVING}
    assert [len(batch) for batch in batches] == [1]


@pytest.mark.parametrize("count", [1, 20, 21, 45])
def test_one_request_for_every_twenty_objects_and_one_for_deleted_items(bench: GraphBench, count: int) -> None:
    server = bench.server(entra())

    bench.evidence(server).whereabouts(ids(*range(1, count + 1)), ids(*range(101, 101 + count)))

    paths = [one.path for one in server.asked]
    assert paths.count(BATCH) == 2 * -(-count // 20)
    assert paths.count(DELETED) == 1


def test_single_objects_are_asked_with_their_id_alone(bench: GraphBench) -> None:
    _, batches = asked(bench, entra(), lambda evidence: evidence.whereabouts(ids(1), ids(101)))

    assert [item["url"] for batch in batches for item in batch] == [
        f"{PERSON_PATH}?$select=id",
        f"{GROUP_PATH}?$select=id",
    ]


def test_at_most_twenty_groups_are_asked_in_one_call_and_the_answers_are_put_together(bench: GraphBench) -> None:
    graph = entra()
    graph.memberships = {PERSON: [guid(101), guid(125), guid(145)], OTHER: []}
    groups = ids(*range(101, 146))

    found, batches = asked(bench, graph, lambda evidence: evidence.scope_memberships([PERSON, OTHER], groups))

    assert found == {PERSON: frozenset(ids(101, 125, 145)), OTHER: frozenset()}
    calls = [item for batch in batches for item in batch if item["method"] == "POST"]
    assert [len(item["body"]["groupIds"]) for item in calls] == [20, 20, 5, 20, 20, 5]
    assert len(batches) == 1 + 3


def test_forty_people_of_one_scope_group_take_three_requests(bench: GraphBench) -> None:
    _, batches = asked(bench, entra(), lambda evidence: evidence.scope_memberships(ids(*range(1, 41)), [GROUP]))

    assert len(batches) == 3


def test_group_ids_in_capitals_are_the_same_groups(bench: GraphBench) -> None:
    graph = entra()
    graph.items[CHECK_PATH] = [{"status": 200, "body": {"value": [guid(101).upper()]}}]

    found, _ = asked(bench, graph, lambda it: it.scope_memberships([PERSON], [EntraId(guid(101).upper())]))

    assert found == {PERSON: frozenset({GROUP})}


def test_a_person_who_goes_in_between_is_not_in_the_answer_at_all(bench: GraphBench) -> None:
    graph = entra()
    graph.items[CHECK_PATH] = [
        {"status": 200, "body": {"value": [GROUP]}},
        {"status": 404, "body": {"error": {"code": "Request_ResourceNotFound"}}},
    ]

    found, _ = asked(bench, graph, lambda it: it.scope_memberships([PERSON, OTHER], ids(*range(101, 131))))

    assert found == {OTHER: frozenset()}


def test_groups_are_looked_at_after_the_people_so_that_one_that_vanishes_meanwhile_is_found_out(
    bench: GraphBench,
) -> None:
    graph = entra()
    graph.faults[BATCH, 1] = [lambda body: _without_group(graph, body)]

    with pytest.raises(IncompleteReadError, match=f"group {GROUP} does not exist"):
        asked(bench, graph, memberships_of_a_person)


def _without_group(graph: ScriptedGraph, body: Json) -> Json:
    """The batch as it is; the group is gone from then on."""
    graph.lists[GROUPS] = [one for one in graph.lists[GROUPS] if one["id"] != GROUP]
    return body


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"visibility": "HiddenMembership", "groupTypes": ["Unified"]},
            "membership of the group 'Group 101' .* hidden",
        ),
        ({"proxyAddresses": None}, "the group .*101: Graph left out proxyAddresses"),
        ({"mailEnabled": None, "groupTypes": None}, "mailEnabled, groupTypes"),
    ],
)
def test_absence_from_a_hidden_or_half_shown_group_is_worth_nothing(bench: GraphBench, change: Json, says: str) -> None:
    graph = entra()
    graph.lists[GROUPS][0] |= change

    with pytest.raises(IncompleteReadError, match=says):
        asked(bench, graph, memberships_of_a_person)


def test_a_group_of_unknown_visibility_proves_nobodys_absence(bench: GraphBench) -> None:
    graph = entra()
    del graph.lists[GROUPS][0]["visibility"]

    with pytest.raises(IncompleteReadError, match="Graph left out visibility"):
        asked(bench, graph, memberships_of_a_person)


def test_a_group_that_the_permission_shows_by_name_only_names_the_permission(bench: GraphBench) -> None:
    graph = entra()
    graph.lists[GROUPS][0] |= {"mailEnabled": None, "securityEnabled": None, "groupTypes": None}
    tokens = FixedTokens(frozenset({"User.Read.All", "Group.ReadBasic.All"}))

    with pytest.raises(PermissionMissingError, match=r"GroupMember\.Read\.All is missing"):
        asked(bench, graph, memberships_of_a_person, tokens)


@pytest.mark.parametrize(
    ("ask", "path", "missing"),
    [
        (whereabouts_of_a_person, PERSON_PATH, "User.Read.All"),
        (whereabouts_of_a_group, GROUP_PATH, "GroupMember.Read.All"),
        (memberships_of_a_person, CHECK_PATH, "User.Read.All"),
        (memberships_of_a_person, CHECK_PATH, "GroupMember.Read.All"),
        (readability_of_a_group, GROUP_PATH, "GroupMember.Read.All"),
    ],
)
def test_a_denial_names_the_permission_that_is_missing(bench: GraphBench, ask: Ask, path: str, missing: str) -> None:
    graph = entra()
    graph.items[path] = [{"status": 403, "body": {"error": {"code": "Authorization_RequestDenied"}}}]
    tokens = FixedTokens(GRANTED - {missing})

    with pytest.raises(PermissionMissingError, match=missing.replace(".", r"\.") + " is missing"):
        asked(bench, graph, ask, tokens)
    assert tokens.number == 2, "the token is dropped: the right may be granted meanwhile"
