"""Evidence about single objects: where they are and which groups hold them, and everything that must not pass for an answer."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from shared.errors import (
    IncompleteReadError,
    PermissionMissingError,
    SyncError,
    ThrottledError,
    UnexpectedAnswerError,
    UnreachableError,
)
from shared.graph import GraphEvidence
from shared.graph.tokens import TokenSource
from shared.model import EntraId, Whereabouts
from simulator.effects import DropBefore, Effect, HtmlAnswer, LostNextLink, MissingValue, StatusFault
from simulator.effects import HalfBody as CutAnswer
from simulator.graph import HiddenMembership
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import (
    BATCH,
    DELETED,
    GONE,
    GRANTED,
    GROUPS,
    FixedTokens,
    Json,
    ScriptedGraph,
    group,
    guid,
    person,
    refusal,
)
from tests.graph.simulated import Simulated
from tests.transport.scripted_server import Behaviour, Drop, HalfBody, Reply

PERSON, OTHER, GROUP = EntraId(guid(1)), EntraId(guid(2)), EntraId(guid(101))
PERSON_PATH, GROUP_PATH, CHECK_PATH = f"/users/{PERSON}", f"/groups/{GROUP}", f"/users/{PERSON}/checkMemberGroups"


def ids(*numbers: int) -> list[EntraId]:
    return [EntraId(guid(number)) for number in numbers]


def entra() -> ScriptedGraph:
    """People 1 to 60, of whom 1 is in group 101; groups 101 to 150; person 90 is in deleted items."""
    graph = ScriptedGraph(
        people=[person(number) for number in range(1, 61)],
        groups=[group(number) for number in range(101, 151)],
        deleted=[{"id": guid(90), "deletedDateTime": "2026-11-20T10:00:00Z"}],
    )
    graph.memberships = {PERSON: [GROUP]}
    return graph


def whereabouts_of_a_person(evidence: GraphEvidence) -> object:
    return evidence.whereabouts([OTHER, PERSON], [])


def whereabouts_of_a_group(evidence: GraphEvidence) -> object:
    return evidence.whereabouts([], [EntraId(guid(102)), GROUP])


def memberships_of_a_person(evidence: GraphEvidence) -> object:
    return evidence.scope_memberships([OTHER, PERSON], [GROUP])


def readability_of_a_group(evidence: GraphEvidence) -> object:
    return evidence.scope_memberships([PERSON], [EntraId(guid(102)), GROUP])


Ask = Callable[[GraphEvidence], object]
QUESTIONS: Sequence[tuple[Ask, str]] = [
    (whereabouts_of_a_person, PERSON_PATH),
    (whereabouts_of_a_group, GROUP_PATH),
    (memberships_of_a_person, CHECK_PATH),
    (readability_of_a_group, GROUP_PATH),
]
every_question = pytest.mark.parametrize(("ask", "path"), QUESTIONS, ids=lambda it: getattr(it, "__name__", ""))


def asked(
    bench: GraphBench, graph: ScriptedGraph, ask: Ask, tokens: TokenSource | None = None
) -> tuple[object, list[list[Json]]]:
    """The answer, and the items of each batch that it took."""
    server = bench.server(graph)
    answer = ask(bench.evidence(server, tokens))
    return answer, [json.loads(one.body)["requests"] for one in server.asked if one.path == BATCH]


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


@every_question
@pytest.mark.parametrize(
    "answer",
    [
        pytest.param({"status": 404, "body": "<html>"}, id="html"),
        pytest.param({"status": 404, "body": {}}, id="no envelope"),
        pytest.param({"status": 404}, id="no body"),
        pytest.param({"status": 404, "body": {"error": {"code": "ResourceNotFound"}}}, id="another service"),
        pytest.param({"status": 404, "body": {"error": {"code": "UnknownError"}}}, id="another code"),
        pytest.param({"status": 410, "body": {"error": {"code": "Request_ResourceNotFound"}}}, id="410"),
    ],
)
def test_only_graphs_own_404_is_a_proof(bench: GraphBench, ask: Ask, path: str, answer: Json) -> None:
    graph = entra()
    graph.items[path] = [answer]

    with pytest.raises(IncompleteReadError, match=f"{path.split('/')[2]}: answered 4"):
        asked(bench, graph, ask)


@every_question
@pytest.mark.parametrize("status", [400, 401, 403, 424, 501])
def test_any_other_status_fails_the_read_and_names_the_object(
    bench: GraphBench, ask: Ask, path: str, status: int
) -> None:
    graph = entra()
    graph.items[path] = [{"status": status, "body": {"error": {"code": "Some_Code"}}}]

    with pytest.raises(IncompleteReadError, match=f"{path.split('/')[2]}: answered {status} \\(Some_Code\\)"):
        asked(bench, graph, ask)


@every_question
@pytest.mark.parametrize("body", [{"other": 1}, "<html>", None, [], {"id": None}, {"value": None}, {"value": [1]}])
def test_a_200_that_is_no_answer_fails_the_read(bench: GraphBench, ask: Ask, path: str, body: object) -> None:
    graph = entra()
    graph.items[path] = [{"status": 200, "body": body}]

    with pytest.raises(IncompleteReadError, match=path.split("/")[2]):
        asked(bench, graph, ask)


@pytest.mark.parametrize(
    ("ask", "path", "body"),
    [
        (whereabouts_of_a_person, PERSON_PATH, {"id": guid(2)}),
        (whereabouts_of_a_group, GROUP_PATH, {"id": guid(102)}),
        (readability_of_a_group, GROUP_PATH, group(102)),
    ],
)
def test_an_answer_about_another_object_fails_the_read(bench: GraphBench, ask: Ask, path: str, body: Json) -> None:
    graph = entra()
    graph.items[path] = [{"status": 200, "body": body}]

    with pytest.raises(IncompleteReadError, match="about another object"):
        asked(bench, graph, ask)


def test_groups_that_were_not_asked_about_fail_the_read(bench: GraphBench) -> None:
    graph = entra()
    graph.items[CHECK_PATH] = [{"status": 200, "body": {"value": [guid(150)]}}]

    with pytest.raises(IncompleteReadError, match="names groups that were not asked about"):
        asked(bench, graph, memberships_of_a_person)


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


@every_question
@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_question_that_fails_for_now_is_asked_again(bench: GraphBench, ask: Ask, path: str, status: int) -> None:
    plain, _ = asked(bench, entra(), ask)
    graph = entra()
    graph.items[path] = [{"status": status, "headers": {"Retry-After": "9"}, "body": {}}]

    again, _ = asked(bench, graph, ask)

    assert again == plain
    assert bench.clock.slept == [9.0]


@every_question
@pytest.mark.parametrize(("status", "kind"), [(429, ThrottledError), (500, UnexpectedAnswerError)])
def test_a_question_that_keeps_failing_fails_the_read(
    bench: GraphBench, ask: Ask, path: str, status: int, kind: type[SyncError]
) -> None:
    graph = entra()
    graph.items[path] = [{"status": status, "body": {}}] * 9

    with pytest.raises(kind, match=path):
        asked(bench, graph, ask)


@every_question
@pytest.mark.parametrize("fault", [Drop(), HalfBody(b'{"responses": []}')])
def test_a_batch_without_a_whole_answer_is_sent_again(bench: GraphBench, ask: Ask, path: str, fault: Behaviour) -> None:
    del path
    plain, _ = asked(bench, entra(), ask)
    graph = entra()
    graph.faults[BATCH, 1] = [fault]

    assert asked(bench, graph, ask)[0] == plain

    graph.faults[BATCH, 1] = [fault] * 4
    with pytest.raises(UnreachableError, match="the connection was dropped"):
        asked(bench, graph, ask)


@every_question
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda body: {"responses": body["responses"][1:]}, id="one is missing"),
        pytest.param(lambda body: {"responses": [body["responses"][0]] * 2}, id="one comes twice"),
        pytest.param(lambda _: {"responses": []}, id="none"),
        pytest.param(lambda _: {}, id="no responses"),
    ],
)
def test_a_batch_that_does_not_answer_each_once_fails_the_read(
    bench: GraphBench, ask: Ask, path: str, change: Any
) -> None:
    del path
    graph = entra()
    graph.faults[BATCH, 1] = [change]

    with pytest.raises(IncompleteReadError, match=r"/v1\.0/\$batch"):
        asked(bench, graph, ask)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (lambda _: {"other": 1}, IncompleteReadError),
        (lambda body: body | {"@odata.nextLink": "https://evil.example/x"}, IncompleteReadError),
        (Reply(body=b"<html>"), IncompleteReadError),
        (refusal(400, "Request_UnsupportedQuery"), UnexpectedAnswerError),
        (GONE, UnexpectedAnswerError),
        (refusal(403, "Authorization_RequestDenied"), PermissionMissingError),
    ],
)
def test_deleted_items_that_cannot_be_read_fail_the_read(
    bench: GraphBench, fault: Behaviour | Callable[[Json], Json], kind: type[SyncError]
) -> None:
    graph = entra()
    graph.faults[DELETED, 1] = [fault]

    with pytest.raises(kind, match="deletedItems"):
        asked(bench, graph, whereabouts_of_a_person)


def simulated(at: Simulated) -> Mapping[EntraId, object]:
    evidence = at.evidence()
    where = evidence.whereabouts(ids(1, 90, 91), ids(101, 104, 199))
    return {**where, **evidence.scope_memberships(ids(2, 5, 92), ids(101, 103))}


EXPECTED = {
    guid(1): Whereabouts.LIVING,
    guid(90): Whereabouts.DELETED,
    guid(91): Whereabouts.NOT_FOUND,
    guid(101): Whereabouts.LIVING,
    guid(104): Whereabouts.LIVING,
    guid(199): Whereabouts.NOT_FOUND,
    guid(2): {guid(101)},
    guid(5): {guid(103)},
}


def test_the_simulated_objects_are_told_as_they_are(at: Simulated) -> None:
    assert simulated(at) == EXPECTED


@pytest.mark.parametrize("hidden", list(HiddenMembership))
@pytest.mark.parametrize("roles", [[], ["Member.Read.Hidden"]])
def test_a_hidden_simulated_group_fails_by_name(at: Simulated, hidden: HiddenMembership, roles: list[str]) -> None:
    at.service.switches.hidden_membership = hidden
    at.roles.extend(roles)

    with pytest.raises(IncompleteReadError, match="'Group 104'"):
        at.evidence().scope_memberships(ids(6, 7), ids(101, 104))


@pytest.mark.parametrize("missing", sorted(GRANTED))
def test_a_missing_permission_in_the_simulated_tenant_is_named(at: Simulated, missing: str) -> None:
    at.roles.remove(missing)

    with pytest.raises(PermissionMissingError, match=missing.replace(".", r"\.") + " is missing"):
        at.evidence().scope_memberships(ids(1), ids(101))
    with pytest.raises(PermissionMissingError, match=missing.replace(".", r"\.") + " is missing"):
        at.evidence().whereabouts(ids(1), ids(101))


@pytest.mark.parametrize("withheld", ["visibility", "groupTypes"])
def test_a_simulated_group_of_which_something_is_withheld_proves_nobodys_absence(at: Simulated, withheld: str) -> None:
    at.service.switches.withheld = {guid(101): frozenset({withheld})}

    with pytest.raises(IncompleteReadError, match=f"Graph left out {withheld}"):
        at.evidence().scope_memberships(ids(1), ids(101))


@pytest.mark.parametrize("effect", [DropBefore(), CutAnswer(), StatusFault(status=503), StatusFault(status=429)])
@pytest.mark.parametrize("path", [BATCH, DELETED])
def test_a_passing_fault_in_the_simulated_tenant_changes_no_answer(at: Simulated, path: str, effect: Effect) -> None:
    at.hit(path, effect)

    assert simulated(at) == EXPECTED


@pytest.mark.parametrize("pattern", [f"*/users/{guid(91)}", "*/users/*/checkMemberGroups", f"*/groups/{guid(199)}"])
@pytest.mark.parametrize("status", [429, 500])
def test_a_failing_item_in_the_simulated_tenant_is_never_taken_for_an_object_that_is_gone(
    at: Simulated, pattern: str, status: int
) -> None:
    at.hit(pattern, StatusFault(status=status), times=None)

    with pytest.raises((ThrottledError, UnexpectedAnswerError)):
        simulated(at)


@pytest.mark.parametrize(
    ("path", "effect"),
    [
        (BATCH, HtmlAnswer()),
        (DELETED, HtmlAnswer()),
        (DELETED, MissingValue()),
        (f"*/users/{guid(91)}", StatusFault(status=403)),
        ("*/users/*/checkMemberGroups", MissingValue()),
    ],
)
def test_an_answer_of_the_simulated_tenant_that_is_not_whole_fails_the_read(
    at: Simulated, path: str, effect: Effect
) -> None:
    at.hit(path, effect)

    with pytest.raises(IncompleteReadError):
        simulated(at)


def test_deleted_items_cut_short_leave_a_person_not_found_and_never_living(at: Simulated) -> None:
    at.service.switches.largest_page = 1
    at.world.tenant.deleted_users[guid(91)] = person(91, deletedDateTime="2026-11-21T10:00:00Z")
    at.hit(DELETED, LostNextLink())

    found = at.evidence().whereabouts(ids(90, 91), [])

    assert found == {guid(90): Whereabouts.DELETED, guid(91): Whereabouts.NOT_FOUND}
