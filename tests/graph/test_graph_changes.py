"""Reading what changed: it ends as a whole read would, or says that a whole read is needed (scripted answers, broken ones among them)."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from shared.errors import EntraCredentialError, ThrottledError
from shared.model import Directory, EntraId, MembersOnly, WholeReadNeeded, WholeReadReason
from tests.graph.conftest import GraphBench
from tests.graph.scripted_graph import (
    GONE,
    GROUPS,
    GROUPS_DELTA,
    USERS,
    USERS_DELTA,
    FixedTokens,
    Json,
    ScriptedGraph,
    emptied,
    group,
    guid,
    member,
    person,
    refusal,
    reply,
)
from tests.transport.scripted_server import Drop, HalfBody, Reply

REMOVED: Json = {"@removed": {"reason": "changed"}}


def silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody looks."""


class Tenant:
    """A scripted directory that was read whole, and is read again by what changed."""

    def __init__(self, bench: GraphBench, people: int = 30, groups: int = 3, **more: Any) -> None:
        self.graph = ScriptedGraph(
            people=[person(number) for number in range(1, people + 1)],
            groups=[group(number) for number in range(101, 101 + groups)],
            **more,
        )
        self.server = bench.server(self.graph)
        self.reader = bench.reader(self.server)
        self.known = self.reader.read(scope_groups=(), progress=silent)
        self.server.asked.clear()

    def change(self, number: int, **changes: Any) -> None:
        """Somebody changes, and the delta tells the changed properties."""
        person_json = next(one for one in self.graph.lists[USERS] if one["id"] == guid(number))
        person_json.update(changes)
        self.graph.lists[USERS_DELTA].append({"id": guid(number), **changes})

    def hire(self, number: int) -> None:
        self.graph.lists[USERS].append(person(number))
        self.graph.lists[USERS_DELTA].append(person(number))

    def remove(self, number: int) -> None:
        self.graph.lists[USERS] = [one for one in self.graph.lists[USERS] if one["id"] != guid(number)]
        self.graph.lists[USERS_DELTA].append({"id": guid(number), **REMOVED})

    def read_changes(self, *scope_groups: str) -> Directory | WholeReadNeeded:
        return self.reader.read_changes(
            self.known, scope_groups=[EntraId(one) for one in scope_groups], progress=silent
        )

    def whole(self, *scope_groups: str) -> Directory:
        return self.reader.read(scope_groups=[EntraId(one) for one in scope_groups], progress=silent)


@pytest.fixture
def tenant(bench: GraphBench) -> Tenant:
    return Tenant(bench)


def directory(told: Directory | WholeReadNeeded) -> Directory:
    assert isinstance(told, Directory)
    return told


def reason(told: Directory | WholeReadNeeded) -> WholeReadReason:
    assert isinstance(told, WholeReadNeeded)
    return told.reason


def of_that_certificate(found: Directory, other: Directory) -> Directory:
    return replace(found, certificate=other.certificate)


def test_a_whole_read_leaves_a_link_for_people_and_one_for_groups_made_before_its_lists(bench: GraphBench) -> None:
    tenant = Tenant(bench)
    server = bench.server(tenant.graph)

    links = bench.read(server).delta_links

    assert links is not None
    assert (links.people, links.groups) == (
        f"{server.url}{USERS_DELTA}?$deltatoken=now",
        f"{server.url}{GROUPS_DELTA}?$deltatoken=now",
    )
    order = [asked.path for asked in server.asked]
    assert order.index(USERS_DELTA) < order.index(USERS)
    assert order.index(GROUPS_DELTA) < order.index(GROUPS)


@pytest.mark.parametrize(
    "answer",
    [
        refusal(400, "Request_UnsupportedQuery"),
        refusal(403, "Authorization_RequestDenied"),
        Reply(status=302, headers={"Location": "https://elsewhere.example.com/"}),
        reply({"value": []}),
        reply({"value": [], "@odata.deltaLink": "https://elsewhere.example.com/v1.0/users/delta?x"}),
    ],
)
def test_where_graph_gives_no_link_the_whole_read_stands_and_leaves_none(bench: GraphBench, answer: Reply) -> None:
    tenant = Tenant(bench)
    tenant.graph.faults[USERS_DELTA, 1] = [answer]

    found = tenant.whole()

    assert (len(found.people), found.delta_links) == (30, None)
    tenant.known = found
    assert reason(tenant.read_changes()) is WholeReadReason.ANOTHER_QUESTION


def test_nothing_changed_takes_three_requests(tenant: Tenant) -> None:
    found = directory(tenant.read_changes())

    assert len(tenant.server.asked) == 3
    assert of_that_certificate(found, tenant.known) == tenant.known


def test_a_hire_and_a_change_take_one_request_more_and_a_removal_the_list_of_deleted_people(tenant: Tenant) -> None:
    tenant.hire(31)
    tenant.change(2, displayName="Other Name", surname="Name")
    tenant.read_changes()
    without_removal = len(tenant.server.asked)
    tenant.remove(3)

    found = directory(tenant.read_changes())

    assert (without_removal, len(tenant.server.asked) - without_removal) == (4, 5)
    assert of_that_certificate(found, tenant.known) == of_that_certificate(tenant.whole(), tenant.known)


def test_the_certificate_says_when_everything_was_last_read(bench: GraphBench, tenant: Tenant) -> None:
    read_at = tenant.known.certificate.read_at
    bench.clock.sleep(3600)
    tenant.known = directory(tenant.read_changes())
    bench.clock.sleep(3600)

    certificate = directory(tenant.read_changes()).certificate

    assert (certificate.whole_read_at, certificate.is_whole) == (read_at, False)
    assert certificate.read_at == bench.clock.now()
    assert (certificate.people_read, certificate.people_counted) == (30, 30)
    assert (certificate.groups_read, certificate.groups_counted) == (3, 3)


def test_what_is_told_twice_on_two_pages_counts_once(tenant: Tenant) -> None:
    tenant.graph.page_size = 2
    tenant.change(2, displayName="Other Name")
    tenant.hire(31)
    tenant.change(2, displayName="Other Name")
    tenant.remove(3)
    tenant.graph.lists[USERS_DELTA].append({"id": guid(3), **REMOVED})

    found = directory(tenant.read_changes())

    assert of_that_certificate(found, tenant.known) == of_that_certificate(tenant.whole(), tenant.known)


def test_an_empty_page_with_a_live_next_link_is_followed(tenant: Tenant) -> None:
    tenant.graph.page_size = 1
    tenant.change(2, displayName="Other Name")
    tenant.change(4, displayName="Third Name")
    tenant.graph.faults[USERS_DELTA, 1] = [lambda body: {**body, "value": []}]

    names = {one.id: one.display_name for one in directory(tenant.read_changes()).people}

    assert (names[EntraId(guid(2))], names[EntraId(guid(4))]) == ("Person 2", "Third Name")


def test_changes_of_groups_are_read_and_members_are_never_taken_from_a_delta(bench: GraphBench) -> None:
    members = {guid(101): [member(1)], guid(102): [member(2)]}
    tenant = Tenant(bench, members=members)
    tenant.known = tenant.whole(guid(101))
    tenant.graph.lists[f"{GROUPS}/{guid(101)}/members"] = [member(1), member(2)]
    tenant.graph.lists[GROUPS][1]["displayName"] = "Other Name"
    tenant.graph.lists[GROUPS_DELTA].append({"id": guid(102), "displayName": "Other Name"})

    found = directory(tenant.read_changes(guid(101)))

    assert found.scope == MembersOnly(
        group_ids=(EntraId(guid(101)),), people=frozenset({EntraId(guid(1)), EntraId(guid(2))})
    )
    assert [one.display_name for one in found.groups] == ["Group 101", "Other Name", "Group 103"]
    assert all("members" not in asked.query.get("$select", "") for asked in tenant.server.asked)


def test_a_new_scope_group_that_is_not_told_yet_needs_a_whole_read(tenant: Tenant) -> None:
    assert reason(tenant.read_changes(guid(190))) is WholeReadReason.NOT_TOLD


@pytest.mark.parametrize("number", [31, 2])
def test_somebody_told_of_who_does_not_answer_needs_a_whole_read(tenant: Tenant, number: int) -> None:
    """Else somebody new whom a lagging replica does not have yet would be left out until the next whole read."""
    tenant.graph.lists[USERS_DELTA].append({"id": guid(number), "displayName": f"Person {number}"})
    tenant.graph.items[f"/users/{guid(number)}"] = [{"status": 404, "body": json.loads(GONE.body)}]

    assert reason(tenant.read_changes()) is WholeReadReason.CONTRADICTED


def test_somebody_told_gone_who_answers_needs_a_whole_read(tenant: Tenant) -> None:
    tenant.graph.lists[USERS_DELTA].append({"id": guid(2), **REMOVED})

    assert reason(tenant.read_changes()) is WholeReadReason.CONTRADICTED


def test_somebody_who_is_not_as_told_needs_a_whole_read(tenant: Tenant) -> None:
    """The answer by id may come from a replica that does not have the change yet, and the link would not tell it again."""
    tenant.graph.lists[USERS_DELTA].append({"id": guid(2), "proxyAddresses": ["SMTP:new@example.com"]})

    assert reason(tenant.read_changes()) is WholeReadReason.CONTRADICTED


def test_the_order_inside_a_list_of_a_property_is_no_contradiction(tenant: Tenant) -> None:
    tenant.change(2, proxyAddresses=["SMTP:person2@example.com", "smtp:a@example.com", "smtp:b@example.com"])
    tenant.graph.lists[USERS_DELTA][0]["proxyAddresses"] = [
        "smtp:b@example.com",
        "smtp:a@example.com",
        "SMTP:person2@example.com",
    ]

    found = directory(tenant.read_changes())

    assert found.people[1].smtp_aliases == ("a@example.com", "b@example.com")


def test_of_two_values_told_in_no_order_the_present_one_may_be_either(tenant: Tenant) -> None:
    tenant.change(2, displayName="Second Name")
    tenant.graph.lists[USERS_DELTA].append({"id": guid(2), "displayName": "First Name"})

    assert directory(tenant.read_changes()).people[1].display_name == "Second Name"


@pytest.mark.parametrize("difference", [-6, 6])
def test_another_count_than_the_changes_leave_needs_a_whole_read(tenant: Tenant, difference: int) -> None:
    tenant.graph.counts[USERS] = [30 + difference]

    assert reason(tenant.read_changes()) is WholeReadReason.COUNTED_OTHERWISE


def test_more_changes_than_a_whole_read_is_worth_are_not_read(tenant: Tenant) -> None:
    for number in range(1, 22):
        tenant.change(number, displayName="Other Name")

    assert reason(tenant.read_changes()) is WholeReadReason.TOO_MUCH_CHANGED
    assert not [asked for asked in tenant.server.asked if b"displayName" in asked.body]


def test_pages_without_end_are_given_up(bench: GraphBench) -> None:
    tenant = Tenant(bench)
    ever_on = [link_to(f"{tenant.server.url}{USERS_DELTA}?$token={number}") for number in range(99)]
    tenant.graph.faults[USERS_DELTA, 1] = list(ever_on)

    assert reason(tenant.read_changes()) is WholeReadReason.TOO_MUCH_CHANGED
    assert len(tenant.server.asked) < 60


def link_to(link: str, name: str = "@odata.nextLink") -> Callable[[Json], Json]:
    return lambda body: {"value": body["value"], name: link}


BROKEN = {
    "expired": refusal(400, "syncStateNotFound"),
    "maintenance": Reply(
        status=410,
        headers={"Location": "https://graph.example.com/v1.0/users/delta?$deltatoken="},
        body=refusal(410, "resyncRequired").body,
    ),
    "unknown token": refusal(400, "Request_BadRequest"),
    "forbidden": refusal(403, "Authorization_RequestDenied"),
    "not found": refusal(404, "Request_ResourceNotFound"),
    "html": Reply(body=b"<html>", headers={"Content-Type": "text/html"}),
    "no value": lambda body: {"@odata.deltaLink": body["@odata.deltaLink"]},
    "no link": emptied,
    "both links": lambda body: {**body, "@odata.nextLink": body["@odata.deltaLink"]},
    "foreign nextLink": link_to("https://elsewhere.example.com/v1.0/users/delta?$skiptoken=1"),
    "foreign deltaLink": link_to("https://elsewhere.example.com/v1.0/users/delta?$deltatoken=1", "@odata.deltaLink"),
    "nextLink to itself": lambda body: {"value": [], "@odata.nextLink": body["@odata.deltaLink"]},
    "an id that is a number": lambda body: {**body, "value": [{"id": 7}]},
    "half a body": HalfBody(b"{}"),
    "no answer": Drop(),
}


@pytest.mark.parametrize("path", [USERS_DELTA, GROUPS_DELTA])
@pytest.mark.parametrize("name", BROKEN)
def test_a_link_that_tells_nothing_whole_needs_a_whole_read(tenant: Tenant, path: str, name: str) -> None:
    broken: Any = BROKEN[name]
    tenant.graph.faults[path, 1] = [broken] * 20

    assert reason(tenant.read_changes()) is WholeReadReason.NOT_TOLD


ITEMS: dict[str, Json] = {
    "another object": {"status": 200, "body": person(5)},
    "no object": {"status": 200, "body": {}},
    "forbidden": {"status": 403, "body": {"error": {"code": "Authorization_RequestDenied"}}},
    "another 404": {"status": 404, "body": {"error": {"code": "ResourceNotFound"}}},
}


@pytest.mark.parametrize("name", ITEMS)
def test_a_broken_answer_by_id_needs_a_whole_read(tenant: Tenant, name: str) -> None:
    tenant.change(2, displayName="Other Name")
    tenant.graph.items[f"/users/{guid(2)}"] = [ITEMS[name]]

    assert reason(tenant.read_changes()) is WholeReadReason.NOT_TOLD


def test_whoever_is_told_to_wait_does_not_read_all_the_more(tenant: Tenant) -> None:
    tenant.graph.faults[USERS_DELTA, 1] = [Reply(status=429, headers={"Retry-After": "9999"})]

    with pytest.raises(ThrottledError):
        tenant.read_changes()


def test_a_refused_credential_fails_at_once(bench: GraphBench) -> None:
    tenant = Tenant(bench)
    tenant.graph.refused_tokens = {f"token-{number}" for number in range(1, 9)}

    with pytest.raises(EntraCredentialError):
        tenant.read_changes()


def test_links_of_another_tenant_or_question_are_not_used(tenant: Tenant) -> None:
    links = tenant.known.delta_links
    assert links is not None
    tenant.known = replace(tenant.known, delta_links=replace(links, question="another"))

    assert reason(tenant.read_changes()) is WholeReadReason.ANOTHER_QUESTION
    assert tenant.server.asked == []


def test_a_token_is_never_sent_to_a_stored_link_of_another_host(bench: GraphBench, tenant: Tenant) -> None:
    elsewhere = bench.server(ScriptedGraph())
    links = tenant.known.delta_links
    assert links is not None
    tenant.known = replace(
        tenant.known, delta_links=replace(links, people=f"{elsewhere.url}{USERS_DELTA}?$deltatoken=now")
    )

    assert reason(tenant.read_changes()) is WholeReadReason.NOT_TOLD
    assert elsewhere.asked == []


def test_purposes_of_an_earlier_read_are_not_taken_over_unless_they_are_known(bench: GraphBench) -> None:
    tenant = Tenant(bench)
    granted = FixedTokens(frozenset({"User.Read.All", "GroupMember.Read.All", "MailboxSettings.Read"}))
    tenant.reader = bench.reader(tenant.server, granted)
    tenant.graph.purposes = {guid(1): "shared", guid(2): "room"}
    tenant.known = tenant.reader.read(scope_groups=(), progress=silent, purpose_of=lambda one: one.id < guid(3))
    tenant.graph.purposes = {guid(1): "user", guid(2): "room"}

    found = tenant.reader.read_changes(
        tenant.known, scope_groups=(), progress=silent, purpose_of=lambda one: one.id == guid(1)
    )

    assert [one.purpose.value for one in directory(found).people[:3]] == ["user", "not_asked", "not_asked"]
