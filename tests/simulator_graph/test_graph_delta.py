"""Rules 26 to 29: delta."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from simulator.graph import delete_object, purge_object, restore_object
from simulator.tokens import TokenAuthority
from tests.simulator_graph.company import (
    ALL_STAFF,
    ANNA,
    APP_ID,
    BEN,
    CARLA,
    EMPTY,
    GONE_GROUP,
    GONE_USER,
    HIDDEN,
    MAIL_SECURITY,
    OPS,
    ORIGIN,
    SALES,
    TENANT_ID,
    Answer,
    Client,
    company,
    object_id,
    user,
)
from tests.twins.still_world_clock import StillWorldClock

Row = dict[str, Any]
GROUPS = "/groups/delta?$select=id,displayName,members"


def round_of(graph: Client, target: str) -> tuple[list[Row], str]:
    """All rows of a round, and the link to the next one."""
    rows: list[Row] = []
    while True:
        page = graph.send("GET", target)
        assert page.status == 200, page.body
        assert ("@odata.nextLink" in page.json) != ("@odata.deltaLink" in page.json)
        rows += page.json["value"]
        if "@odata.deltaLink" in page.json:
            return rows, str(page.json["@odata.deltaLink"])
        target = page.json["@odata.nextLink"]


def first_round(graph: Client, path: str) -> tuple[dict[str, Row], str]:
    """The rows of the first round by id, and the link to the next one."""
    rows, link = round_of(graph, f"/v1.0{path}")
    return {row["id"]: row for row in rows}, link


def later_round(graph: Client, link: str) -> tuple[dict[str, Row], str]:
    """The rows of a later round by id, and the link to the next one."""
    rows, onward = round_of(graph, link)
    return {row["id"]: row for row in rows}, onward


def refused(graph: Client, target: str) -> Answer:
    """An answer that is an error."""
    answer = graph.send("GET", target)
    assert answer.status >= 400
    return answer


@pytest.mark.parametrize("name", ["delta", "delta()", "microsoft.graph.delta", "microsoft.graph.delta()"])
@pytest.mark.parametrize("collection", ["users", "groups"])
def test_every_spelling_of_the_function_is_accepted(graph: Client, collection: str, name: str) -> None:
    """Rule 26."""
    assert graph.get(f"/{collection}/{name}").status == 200


def test_every_page_has_either_a_next_link_or_a_delta_link(graph: Client) -> None:
    """Rule 26."""
    graph.switches.delta_page_size = 2
    page = graph.get("/users/delta?$select=id")
    assert "@odata.nextLink" in page.json
    assert "@odata.deltaLink" not in page.json
    rows, link = round_of(graph, "/v1.0/users/delta?$select=id")
    assert len(rows) == 7
    assert link.startswith(f"{ORIGIN}/v1.0/users/delta?$deltatoken=")


def test_the_page_size_cannot_be_asked_for(graph: Client) -> None:
    """Rule 26."""
    graph.world.tenant.users |= {object_id(n): user(object_id(n), "Some Body") for n in range(1_000, 1_300)}
    assert len(graph.get("/users/delta?$select=id&$top=5").json["value"]) == 200
    assert len(graph.get("/users/delta?$select=id&$top=999").json["value"]) == 200


@pytest.mark.parametrize(
    "query",
    [
        "$expand=members",
        "$orderby=displayName",
        "$count=true",
        "$search=x",
        "$select=nope",
        "$filter=displayName eq 'Ops'",
        f"$filter=id eq '{OPS}' and id eq '{SALES}'",
        "$filter=" + " or ".join(f"id eq '{object_id(n)}'" for n in range(51)),
        "$deltatoken=invented",
        "$skiptoken=invented",
    ],
)
def test_other_options_are_400(graph: Client, query: str) -> None:
    """Rule 26."""
    assert graph.get(f"/groups/delta?{query}").status == 400


def test_members_of_people_cannot_be_selected(graph: Client) -> None:
    """Rule 26."""
    assert graph.get("/users/delta?$select=id,members").status == 400


def test_a_filter_on_ids_limits_all_rounds(graph: Client) -> None:
    """Rule 26."""
    rows, link = first_round(graph, f"/groups/delta?$select=displayName&$filter=id eq '{OPS}' or id eq '{SALES}'")
    assert set(rows) == {OPS, SALES}
    for key in (OPS, EMPTY):
        graph.world.tenant.groups[key]["displayName"] = "Renamed"
    assert set(later_round(graph, link)[0]) == {OPS}


def test_options_count_in_the_first_request_only(graph: Client) -> None:
    """Rule 26."""
    _, link = first_round(graph, "/users/delta?$select=displayName")
    graph.world.tenant.users[ANNA] |= {"displayName": "Anna Neu", "jobTitle": "Chief"}
    assert later_round(graph, link)[0] == {ANNA: {"id": ANNA, "displayName": "Anna Neu"}}
    assert refused(graph, f"{link}&$select=jobTitle").status == 400


def test_the_first_round_holds_everything_whole(graph: Client) -> None:
    """Rule 27."""
    graph.switches.delta_first_round_has_removed = False
    rows, _ = first_round(graph, "/users/delta?$select=displayName,mail")
    assert set(rows) == set(graph.world.tenant.users)
    assert all(set(row) == {"id", "displayName", "mail"} for row in rows.values())


@pytest.mark.parametrize(("path", "gone"), [("/users/delta", GONE_USER), ("/groups/delta", GONE_GROUP)])
def test_the_first_round_may_already_hold_removed_objects(graph: Client, path: str, gone: str) -> None:
    """Rule 27."""
    assert first_round(graph, path)[0][gone] == {"id": gone, "@removed": {"reason": "changed"}}


def test_a_later_round_holds_what_changed_and_no_more(graph: Client) -> None:
    """Rule 27."""
    _, link = first_round(graph, "/users/delta?$select=displayName,mail,proxyAddresses")
    graph.world.tenant.users[ANNA]["proxyAddresses"].append("smtp:new@contoso.example")
    new = object_id(77)
    graph.world.tenant.users[new] = user(new, "Nora New")
    rows, link = later_round(graph, link)
    assert set(rows) == {ANNA, new}
    assert set(rows[ANNA]) == {"id", "proxyAddresses"}
    assert set(rows[new]) == {"id", "displayName", "mail", "proxyAddresses"}
    assert later_round(graph, link)[0] == {}


def test_a_delta_link_may_be_followed_again(graph: Client) -> None:
    """Rule 27: replays."""
    _, link = first_round(graph, "/users/delta?$select=displayName")
    graph.world.tenant.users[ANNA]["displayName"] = "Anna Neu"
    assert later_round(graph, link)[0] == later_round(graph, link)[0] != {}


def test_rows_may_be_told_twice(graph: Client) -> None:
    """Rule 27."""
    _, link = first_round(graph, "/users/delta?$select=displayName")
    for person in graph.world.tenant.users.values():
        person["displayName"] = "Renamed"
    graph.switches.delta_page_size = 2
    graph.switches.delta_replays = True
    ids = [row["id"] for row in round_of(graph, link)[0]]
    assert len(ids) > len(set(ids)) == 6


def test_empty_pages_come_between(graph: Client) -> None:
    """Rule 27."""
    graph.switches.delta_page_size = 4
    graph.switches.empty_pages = True
    page = graph.get("/users/delta?$select=id")
    assert graph.send("GET", page.json["@odata.nextLink"]).json["value"] == []
    assert len(round_of(graph, "/v1.0/users/delta?$select=id")[0]) == 7


def test_changes_may_come_late(graph: Client) -> None:
    """Rule 27."""
    graph.switches.delta_lag_seconds = 300
    _, link = first_round(graph, "/users/delta?$select=displayName")
    graph.world.tenant.users[ANNA]["displayName"] = "Anna Neu"
    rows, link = later_round(graph, link)
    assert rows == {}
    graph.world.clock.advance(301)
    assert set(later_round(graph, link)[0]) == {ANNA}


def test_changes_of_single_objects_may_come_later_than_those_of_others(graph: Client) -> None:
    """Rule 27."""
    _, link = first_round(graph, "/users/delta?$select=displayName")
    tenant, newcomer = graph.world.tenant, object_id(20)
    tenant.users[ANNA]["displayName"] = "Anna Neu"
    tenant.deleted_users[BEN] = tenant.users.pop(BEN)
    tenant.users[newcomer] = user(newcomer, "New Comer")
    graph.switches.delta_held_back = {BEN, newcomer}
    rows, link = later_round(graph, link)
    assert set(rows) == {ANNA}
    rows, link = later_round(graph, link)
    assert set(rows) == set()
    graph.switches.delta_held_back = set()
    rows, _ = later_round(graph, link)
    assert set(rows) == {BEN, newcomer}
    assert rows[BEN]["@removed"] == {"reason": "changed"}


def test_a_latest_token_tells_nothing_of_the_past(graph: Client) -> None:
    """Rule 27."""
    rows, link = first_round(graph, "/users/delta?$select=displayName&$deltaToken=latest")
    assert rows == {}
    graph.world.tenant.users[BEN]["displayName"] = "Ben Neu"
    assert set(later_round(graph, link)[0]) == {BEN}


def test_members_come_without_a_selection_or_when_selected(graph: Client) -> None:
    """Rule 28."""
    assert "members@delta" in first_round(graph, "/groups/delta")[0][SALES]
    assert "members@delta" in first_round(graph, GROUPS)[0][SALES]
    assert "members@delta" not in first_round(graph, "/groups/delta?$select=id,displayName")[0][SALES]


def test_members_are_direct_and_absent_where_there_are_none(graph: Client) -> None:
    """Rule 28."""
    rows, _ = first_round(graph, GROUPS)
    assert {member["id"] for member in rows[OPS]["members@delta"]} == {ANNA, SALES, object_id(202), object_id(203)}
    assert all(member["@odata.type"].startswith("#microsoft.graph.") for member in rows[OPS]["members@delta"])
    assert "members@delta" not in rows[EMPTY]


def test_hidden_members_are_absent_without_their_role(graph: Client) -> None:
    """Rules 16 and 28."""
    assert "members@delta" not in first_round(graph, GROUPS)[0][HIDDEN]
    graph.roles = [*graph.roles, "Member.Read.Hidden"]
    assert [member["id"] for member in first_round(graph, GROUPS)[0][HIDDEN]["members@delta"]] == [CARLA]


def test_a_large_group_comes_again_with_its_other_members(graph: Client) -> None:
    """Rule 28."""
    graph.switches.delta_members_per_entry = 2
    rows, _ = round_of(graph, f"/v1.0{GROUPS}")
    parts = [row for row in rows if row["id"] == OPS]
    assert [len(row["members@delta"]) for row in parts] == [2, 2]
    assert set(parts[1]) == {"id", "members@delta"}


def test_joining_and_leaving_are_told_apart(graph: Client) -> None:
    """Rule 28."""
    _, link = first_round(graph, GROUPS)
    graph.world.tenant.members[ALL_STAFF] = [ANNA, CARLA]
    rows, _ = later_round(graph, link)
    assert set(rows) == {ALL_STAFF}
    moves = {member["id"]: member.get("@removed") for member in rows[ALL_STAFF]["members@delta"]}
    assert moves[CARLA] is None
    assert moves[BEN] == {"reason": "deleted"}
    assert ANNA not in moves


def test_a_soft_deleted_object_is_changed_and_a_purged_one_deleted(graph: Client) -> None:
    """Rule 28."""
    _, link = first_round(graph, "/users/delta?$select=id")
    for key in (ANNA, BEN):
        delete_object(graph.world, key)
    purge_object(graph.world, BEN)
    rows, _ = later_round(graph, link)
    assert rows[ANNA] == {"id": ANNA, "@removed": {"reason": "changed"}}
    assert rows[BEN] == {"id": BEN, "@removed": {"reason": "deleted"}}


def test_a_security_group_is_deleted_for_good(graph: Client) -> None:
    """Rules 18 and 28."""
    _, link = first_round(graph, GROUPS)
    delete_object(graph.world, MAIL_SECURITY)
    assert later_round(graph, link)[0][MAIL_SECURITY]["@removed"] == {"reason": "deleted"}


def test_a_restored_object_comes_whole(graph: Client) -> None:
    """Rules 9 and 27."""
    delete_object(graph.world, ANNA)
    _, link = first_round(graph, "/users/delta?$select=displayName,mail")
    restore_object(graph.world, ANNA)
    assert set(later_round(graph, link)[0][ANNA]) == {"id", "displayName", "mail"}


@pytest.mark.parametrize("is_told", [True, False])
def test_the_membership_of_a_deleted_person_may_end_in_silence(graph: Client, *, is_told: bool) -> None:
    """Graph.md 1.4."""
    graph.switches.delta_tells_deleted_members = is_told
    _, link = first_round(graph, GROUPS)
    delete_object(graph.world, BEN)
    moves = later_round(graph, link)[0].get(SALES, {}).get("members@delta", [])
    assert [member["id"] for member in moves] == ([BEN] if is_told else [])


def test_a_token_is_too_old_after_seven_days(graph: Client) -> None:
    """Rule 29."""
    _, link = first_round(graph, "/users/delta?$select=id")
    graph.world.clock.advance(timedelta(days=7).total_seconds())
    assert later_round(graph, link)[0] == {}
    graph.world.clock.advance(1)
    assert refused(graph, link).code == "syncStateNotFound"


def test_maintenance_makes_every_token_gone(graph: Client) -> None:
    """Rule 29."""
    _, link = first_round(graph, "/users/delta?$select=id")
    graph.switches.delta_is_gone = True
    answer = refused(graph, link)
    assert (answer.status, answer.code) == (410, "resyncRequired")
    assert answer.headers["location"] == f"{ORIGIN}/v1.0/users/delta?$deltatoken="
    assert graph.send("GET", answer.headers["location"]).status == 200


def test_a_token_of_one_collection_does_not_serve_the_other(graph: Client) -> None:
    """Rule 29."""
    _, link = first_round(graph, "/users/delta?$select=id")
    assert refused(graph, link.replace("/users/", "/groups/")).status == 400


def test_a_token_of_one_application_does_not_serve_another(graph: Client) -> None:
    """Rule 29."""
    _, link = first_round(graph, "/users/delta?$select=id")
    assert graph.send("GET", link, token=graph.token(app_id=APP_ID.replace("b", "c"))).status == 400


def test_an_edited_token_is_refused(graph: Client) -> None:
    """Rule 29."""
    _, link = first_round(graph, "/users/delta?$select=id")
    assert refused(graph, link[:-1] + ("A" if link[-1] != "A" else "B")).status == 400


class MergingReader(RuleBasedStateMachine):
    """A client that merges every round by id, and forgets what was removed, has after each round what the directory has."""

    @initialize(page=st.integers(1, 5), members=st.integers(1, 3), replays=st.booleans(), blanks=st.booleans())
    def begin(self, page: int, members: int, *, replays: bool, blanks: bool) -> None:
        """Read the first round, under any of the moods."""
        self.graph = Client(company(CLOCK), AUTHORITY)
        self.graph.switches.delta_page_size = page
        self.graph.switches.delta_members_per_entry = members
        self.graph.switches.delta_replays = replays
        self.graph.switches.empty_pages = blanks
        self.names: dict[str, str] = {}
        self.members: dict[str, set[str]] = {}
        self.link = f"/v1.0{GROUPS}"
        self.is_behind = True

    @rule(key=st.sampled_from([OPS, SALES, EMPTY, ALL_STAFF]), name=st.text("abc", min_size=1))
    def rename(self, key: str, name: str) -> None:
        """A group gets another name, if it exists."""
        if key in self.graph.world.tenant.groups:
            self.graph.world.tenant.groups[key]["displayName"] = name
            self.is_behind = True

    @rule(
        key=st.sampled_from([OPS, SALES, EMPTY, ALL_STAFF]),
        members=st.lists(st.sampled_from([ANNA, BEN, CARLA]), unique=True),
    )
    def regroup(self, key: str, members: list[str]) -> None:
        """A group gets other members, if it exists."""
        if key in self.graph.world.tenant.groups:
            self.graph.world.tenant.members[key] = members
            self.is_behind = True

    @rule(key=st.sampled_from([ALL_STAFF, SALES]))
    def delete(self, key: str) -> None:
        """A group is deleted, if it exists."""
        if key in self.graph.world.tenant.groups:
            delete_object(self.graph.world, key)
            self.is_behind = True

    @precondition(lambda self: self.is_behind)
    @rule()
    def read(self) -> None:
        """Read a round and merge it."""
        rows, self.link = round_of(self.graph, self.link)
        for row in rows:
            if "@removed" in row:
                self.names.pop(row["id"], None)
                self.members.pop(row["id"], None)
                for held in self.members.values():
                    held.discard(row["id"])
                continue
            self.names[row["id"]] = row.get("displayName", self.names.get(row["id"], ""))
            held = self.members.setdefault(row["id"], set())
            for member in row.get("members@delta", []):
                (held.discard if "@removed" in member else held.add)(member["id"])
        self.is_behind = False

    @invariant()
    def holds_what_the_directory_holds(self) -> None:
        """Names and direct members are those of the directory."""
        if self.is_behind:
            return
        tenant = self.graph.world.tenant
        assert self.names == {key: group["displayName"] for key, group in tenant.groups.items()}
        shown = {key: set(tenant.members.get(key, ())) for key in tenant.groups if key != HIDDEN}
        assert {key: held for key, held in self.members.items() if key != HIDDEN} == {
            key: {member for member in members if member in self.existing()} for key, members in shown.items()
        }

    def existing(self) -> set[str]:
        """Ids of all objects."""
        tenant = self.graph.world.tenant
        return set(tenant.users) | set(tenant.groups) | set(tenant.others)


CLOCK = StillWorldClock()
AUTHORITY = TokenAuthority(tenant_id=TENANT_ID, clock=CLOCK)
MergingReader.TestCase.settings = settings(max_examples=40, stateful_step_count=15, deadline=None)
TestMergingReader = MergingReader.TestCase
