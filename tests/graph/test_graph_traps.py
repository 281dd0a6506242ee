"""Traps that other programs fell into, where no other test here is named after them; README.md beside this lists them all."""

import json
import re
from pathlib import Path

import pytest

from shared.errors import IncompleteReadError
from shared.model import EntraId, MailboxPurpose, MembersOnly, Whereabouts
from simulator.effects import StatusFault
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import GRANTED, FixedTokens, ScriptedGraph, group, guid, member, person
from tests.graph.simulated import Simulated
from tests.transport.scripted_server import Asked

HERE = Path(__file__).parent
PERMITTED = FixedTokens(GRANTED | {"MailboxSettings.Read"})


def test_every_test_that_the_table_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", (HERE / "README.md").read_text("utf-8")))
    written = {
        name
        for module in HERE.parent.glob("*/test_*.py")
        for name in re.findall(r"^def (test_\w+)", module.read_text("utf-8"), re.MULTILINE)
    }

    assert len(named) > 30
    assert named <= written


def everything_asked(bench: GraphBench) -> list[str]:
    """All paths and queries of a read with scope and purposes, and of both kinds of evidence, batched ones included."""
    graph = ScriptedGraph(
        people=[person(number) for number in range(1, 46)],
        groups=[group(101)],
        members={guid(101): [member(number) for number in range(1, 46)]},
    )
    server = bench.server(graph)
    directory = bench.reader(server, PERMITTED).read(
        scope_groups=[EntraId(guid(101))], progress=lambda *_: None, purpose_of=lambda one: one.account_enabled
    )
    assert isinstance(directory.scope, MembersOnly)
    assert len(directory.scope.people) == 45
    evidence = bench.evidence(server)
    evidence.whereabouts([EntraId(guid(1))], [EntraId(guid(101))])
    evidence.scope_memberships([EntraId(guid(1))], [EntraId(guid(101))])
    return [url for asked in server.asked for url in urls(asked)]


def urls(asked: Asked) -> list[str]:
    query = "&".join(f"{name}={value}" for name, value in asked.query.items())
    inside = [item["url"] for item in json.loads(asked.body)["requests"]] if asked.body else []
    return [f"{asked.path}?{query}", *inside]


def test_members_are_never_expanded_and_so_never_cut_at_twenty(bench: GraphBench) -> None:
    assert not [url for url in everything_asked(bench) if "$expand" in url]


def test_no_list_is_filtered_so_nothing_needs_count_and_nothing_is_hidden(bench: GraphBench) -> None:
    asked = everything_asked(bench)

    lists = [url for url in asked if "$top=999" in url]
    assert not [url for url in asked if re.search(r"\$(filter|search|orderby)", url)]
    assert not [url for url in lists if "$count=" in url]
    assert not [url for url in asked if re.search(r"/microsoft\.graph\.\w+", url.partition("deletedItems")[0])]


def test_everything_is_asked_of_the_configured_host(bench: GraphBench) -> None:
    assert not [url for url in everything_asked(bench) if not url.startswith("/")]


def test_a_group_deleted_between_list_and_members_fails_only_a_read_that_needs_it(at: Simulated) -> None:
    at.hit(f"*/groups/{guid(103)}/members", StatusFault(status=404), times=None)

    with pytest.raises(IncompleteReadError, match="'Group 103'"):
        at.read(guid(103))
    assert isinstance(at.read(guid(102)).scope, MembersOnly)


def test_a_disabled_shared_mailbox_is_told_apart_from_a_leaver(at: Simulated) -> None:
    at.roles.append("MailboxSettings.Read")
    shared, disabled, left = (EntraId(guid(number)) for number in (1, 2, 90))
    for key, purpose in ((shared, "shared"), (disabled, "user")):
        at.world.tenant.users[key] |= {"accountEnabled": False, "assignedLicenses": [], "assignedPlans": []}
        at.world.tenant.purposes[key] = purpose

    directory = at.reader().read(
        scope_groups=(), progress=lambda *_: None, purpose_of=lambda one: not one.account_enabled
    )

    purposes = {one.id: one.purpose for one in directory.people}
    assert (purposes[shared], purposes[disabled]) == (MailboxPurpose.SHARED, MailboxPurpose.USER)
    assert at.evidence().whereabouts([shared, disabled, left], []) == {
        shared: Whereabouts.LIVING,
        disabled: Whereabouts.LIVING,
        left: Whereabouts.DELETED,
    }


def test_a_token_that_expires_between_directory_and_evidence_is_made_anew(bench: GraphBench) -> None:
    graph = ScriptedGraph(people=[person(1)], groups=[group(101)])
    tokens = FixedTokens()
    server = bench.server(graph)
    bench.read(server, tokens=tokens)
    graph.refused_tokens.add("token-1")

    found = bench.evidence(server, tokens).whereabouts([EntraId(guid(1))], [])

    assert found == {guid(1): Whereabouts.LIVING}
    assert tokens.number == 2


def test_people_with_tens_of_plans_keep_those_of_exchange(at: Simulated) -> None:
    plans = [
        {"service": f"service{number}", "servicePlanId": guid(700 + number), "capabilityStatus": "Enabled"}
        for number in range(40)
    ]
    for user in at.world.tenant.users.values():
        user["assignedPlans"] = [*plans, *user["assignedPlans"]]

    people = at.read().people

    assert {tuple(plan.plan_id for plan in one.exchange_plans) for one in people} == {(guid(900_002),)}
