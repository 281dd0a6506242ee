"""Every question that evidence is asked for, beside the path of the item that a test spoils, and a small Entra to ask it of."""

import json
from collections.abc import Callable, Sequence

import pytest

from shared.graph import GraphEvidence
from shared.graph.tokens import TokenSource
from shared.model import EntraId
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import (
    BATCH,
    Json,
    ScriptedGraph,
    group,
    guid,
    person,
)

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
