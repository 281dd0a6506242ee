"""What must not pass for evidence: other 404s, refusals, half answers, batches that lack an item."""

from collections.abc import Callable
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
from tests.graph.conftest import GraphBench
from tests.graph.evidence_questions import (
    CHECK_PATH,
    GROUP_PATH,
    PERSON_PATH,
    Ask,
    asked,
    entra,
    every_question,
    memberships_of_a_person,
    readability_of_a_group,
    whereabouts_of_a_group,
    whereabouts_of_a_person,
)
from tests.graph.scripted_graph import (
    BATCH,
    DELETED,
    GONE,
    Json,
    group,
    guid,
    refusal,
)
from tests.transport.scripted_server import Behaviour, Drop, HalfBody, Reply


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
