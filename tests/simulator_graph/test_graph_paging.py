"""Rules 19 to 23: pages, nextLinks, counts, advanced queries, the index that lags behind."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.graph import delete_object
from simulator.tokens import TokenAuthority
from simulator.world import WorldClock
from tests.simulator_graph.company import (
    ANNA,
    APP_ID,
    BEN,
    CARLA,
    DORA,
    EVENTUAL,
    GUEST,
    OPS,
    ORIGIN,
    RING_A,
    SALES,
    SHARED,
    Client,
    company,
    object_id,
    user,
)

EVERYBODY = [ANNA, BEN, CARLA, DORA, GUEST, SHARED]


def add_people(graph: Client, number: int) -> None:
    """So many more people in the company, all of them in Ops."""
    for n in range(number):
        key = object_id(1_000 + n)
        graph.world.tenant.users[key] = user(key, f"Extra{n} Person")
        graph.world.tenant.members[OPS].append(key)


def ids_of(graph: Client, path: str, **headers: str) -> list[str]:
    """All ids of a list, over all pages."""
    pages = graph.pages(path, {name.replace("_", "-"): value for name, value in headers.items()})
    return list(itertools.chain.from_iterable(page.ids for page in pages))


def test_a_page_holds_a_hundred_by_default(graph: Client) -> None:
    """Rule 19."""
    add_people(graph, 150)
    assert [len(page.ids) for page in graph.pages("/users")] == [100, 56]


def test_a_page_holds_999_at_most(graph: Client) -> None:
    """Rule 19."""
    add_people(graph, 1_100)
    assert [len(page.ids) for page in graph.pages("/users?$top=999")] == [999, 107]


@pytest.mark.parametrize("path", ["/users", "/groups", f"/groups/{OPS}/members", f"/groups/{OPS}/transitiveMembers"])
@pytest.mark.parametrize("largest", [1, 2])
def test_pages_can_be_made_small_everywhere(graph: Client, path: str, largest: int) -> None:
    """Rule 19."""
    whole = ids_of(graph, path)
    graph.switches.largest_page = largest
    pages = list(graph.pages(f"{path}?$top=999"))
    assert {len(page.ids) for page in pages[:-1]} == {largest}
    assert ids_of(graph, f"{path}?$top=999") == whole


def test_expanded_members_stop_at_twenty_without_saying_so(graph: Client) -> None:
    """Rule 19."""
    add_people(graph, 30)
    rows = {row["id"]: row for row in graph.get("/groups?$select=id&$expand=members").json["value"]}
    assert len(rows[OPS]["members"]) == 20
    assert set(rows[OPS]) == {"id", "members"}
    assert set(graph.get(f"/groups/{OPS}?$select=id&$expand=members($select=id)").json["members"][0]) == {
        "@odata.type",
        "id",
    }


def test_expanding_shrinks_the_outer_page_to_a_hundred(graph: Client) -> None:
    """Rule 19."""
    for n in range(150):
        graph.world.tenant.groups[object_id(2_000 + n)] = dict(graph.world.tenant.groups[OPS], id=object_id(2_000 + n))
    assert len(graph.get("/groups?$top=999&$expand=members").ids) == 100


def test_a_next_link_is_absolute_and_its_token_opaque(graph: Client) -> None:
    """Rule 20."""
    link = graph.get("/users?$select=id&$top=2").json["@odata.nextLink"]
    assert link.startswith(f"{ORIGIN}/v1.0/users?$select=id&$top=2&$skiptoken=")
    assert not link.rpartition("=")[2].isdigit()


def test_the_last_page_has_no_next_link(graph: Client) -> None:
    """Rule 20."""
    assert "@odata.nextLink" not in list(graph.pages("/users?$top=3"))[-1].json


@pytest.mark.parametrize("at", [0, 10, 20, -1])
def test_an_edited_skiptoken_is_400(graph: Client, at: int) -> None:
    """Rule 20."""
    link, _, token = graph.get("/users?$top=2").json["@odata.nextLink"].rpartition("=")
    other = "A" if token[at] != "A" else "B"
    edited = token[:at] + other + (token[at + 1 :] if at != -1 else "")
    answer = graph.send("GET", f"{link}={edited}")
    assert (answer.status, answer.code) == (400, "Request_BadRequest")


@pytest.mark.parametrize("token", ["", "2", "AAAA", "not base64!", "%00"])
def test_an_invented_skiptoken_is_400(graph: Client, token: str) -> None:
    """Rule 20."""
    assert graph.get(f"/users?$skiptoken={token}").status == 400


def test_a_skiptoken_without_the_rest_of_its_query_is_400(graph: Client) -> None:
    """Rule 20."""
    token = graph.get("/users?$select=id&$top=2").json["@odata.nextLink"].rpartition("=")[2]
    assert graph.get(f"/users?$skiptoken={token}").status == 400
    assert graph.get(f"/users?$select=id,mail&$top=2&$skiptoken={token}").status == 400


def test_a_skiptoken_of_one_list_does_not_serve_another(graph: Client) -> None:
    """Rule 20."""
    token = graph.get("/users?$top=2").json["@odata.nextLink"].rpartition("=")[2]
    assert graph.get(f"/groups?$top=2&$skiptoken={token}").status == 400


def test_a_skiptoken_of_one_application_does_not_serve_another(graph: Client) -> None:
    """Rule 20."""
    link = graph.get("/users?$top=2").json["@odata.nextLink"]
    assert graph.send("GET", link, token=graph.token(app_id=APP_ID.replace("b", "c"))).status == 400


def test_a_page_may_be_asked_again(graph: Client) -> None:
    """Rule 20."""
    link = graph.get("/users?$top=2").json["@odata.nextLink"]
    assert graph.send("GET", link).ids == graph.send("GET", link).ids == [CARLA, DORA]


def test_the_link_out_of_a_retried_page_may_be_refused(graph: Client) -> None:
    """Rule 20."""
    graph.switches.retried_page_breaks_chain = True
    link = graph.get("/users?$top=2").json["@odata.nextLink"]
    good, bad = (graph.send("GET", link).json["@odata.nextLink"] for _ in range(2))
    assert graph.send("GET", good).ids == [GUEST, SHARED]
    assert graph.send("GET", bad).code == "DirectoryPageTokenNotFoundException"


def test_an_empty_page_with_a_next_link_is_not_the_end(graph: Client) -> None:
    """Rule 20."""
    graph.switches.empty_pages = True
    pages = list(graph.pages("/users?$top=2"))
    assert [len(page.ids) for page in pages] == [2, 0, 2, 0, 2]


def test_somebody_deleted_meanwhile_is_missing_from_the_later_pages(graph: Client) -> None:
    """Rule 18."""
    pages = graph.pages("/users?$top=2")
    next(pages)
    delete_object(graph.world, CARLA)
    assert next(pages).ids == [DORA]


def test_the_count_comes_on_the_first_page_only_and_only_when_asked(graph: Client) -> None:
    """Rule 21."""
    counted = [page.json.get("@odata.count") for page in graph.pages("/users?$top=2&$count=true", EVENTUAL)]
    assert counted == [6, None, None]
    assert "@odata.count" not in graph.advanced("/users").json


def test_an_advanced_page_asked_without_the_header_is_400(graph: Client) -> None:
    """Rule 21."""
    link = graph.advanced("/users?$top=2&$count=true").json["@odata.nextLink"]
    assert graph.send("GET", link).status == 400
    assert graph.send("GET", link, headers=EVENTUAL).status == 200


ADVANCED = (
    "$filter=userType ne 'Guest'",
    "$filter=not(userType eq 'Guest')",
    "$filter=endswith(mail,'contoso.example')",
    "$filter=assignedLicenses/$count ne 0",
    "$filter=assignedPlans/any(p:p/capabilityStatus eq 'Enabled')",
    "$filter=accountEnabled eq true&$orderby=displayName",
)


@pytest.mark.parametrize("query", ADVANCED)
def test_an_advanced_query_needs_the_header_and_the_count(graph: Client, query: str) -> None:
    """Rule 22."""
    assert graph.get(f"/users?{query}").code == "Request_UnsupportedQuery"
    assert graph.advanced(f"/users?{query}").code == "Request_UnsupportedQuery"
    assert graph.get(f"/users?{query}&$count=true").status == 400
    assert graph.advanced(f"/users?{query}&$count=true").status == 200


@pytest.mark.parametrize("path", ["/users/$count", "/groups/$count", f"/groups/{OPS}/members/$count"])
def test_a_count_needs_the_header(graph: Client, path: str) -> None:
    """Rule 22."""
    assert graph.get(path).status == 400
    assert graph.advanced(path).status == 200


def test_the_count_takes_filters_but_no_pages(graph: Client) -> None:
    """Rule 22."""
    assert graph.advanced("/users/$count?$filter=userType eq 'Guest'").body == b"1"
    assert graph.advanced("/users/$count?$top=5").status == 400


def test_searching_is_refused_plainly_and_not_implemented_otherwise(graph: Client) -> None:
    """Rules 1 and 22."""
    assert graph.get('/users?$search="displayName:a"').status == 400
    assert graph.advanced('/users?$search="displayName:a"&$count=true').status == 501


def test_a_cast_of_members_is_an_advanced_query(graph: Client) -> None:
    """Rule 22."""
    path = f"/groups/{SALES}/members/microsoft.graph.user?$select=id"
    assert graph.get(path).code == "Request_UnsupportedQuery"
    assert graph.advanced(path).code == "Request_UnsupportedQuery"
    assert graph.advanced(f"{path}&$count=true").ids == [BEN]


def test_a_cast_of_deleted_items_is_not(graph: Client) -> None:
    """Rule 22."""
    assert graph.get("/directory/deletedItems/microsoft.graph.user?$filter=userType eq 'Member'").status == 200


def test_expanding_does_not_work_in_an_advanced_query(graph: Client) -> None:
    """Rule 22."""
    assert graph.advanced("/groups?$expand=members&$count=true").status == 400


def test_members_are_not_filtered_by_being_enabled(graph: Client) -> None:
    """Rule 22."""
    path = f"/groups/{SALES}/members/microsoft.graph.user?$count=true&$filter="
    assert graph.advanced(f"{path}accountEnabled eq true").status == 400
    assert graph.advanced(f"{path}startswith(displayName,'B')").ids == [BEN]
    assert graph.get(f"/groups/{SALES}/members?$filter=displayName eq 'x'").status == 400


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("accountEnabled eq false", [BEN, SHARED]),
        ("userType eq 'Guest' or displayName eq 'anna adler'", [ANNA, GUEST]),
        ("displayName in ('Anna Adler','Ben Brandt')", [ANNA, BEN]),
        ("startswith(userPrincipalName,'D')", [DORA]),
        ("mail eq null", [CARLA]),
        ("proxyAddresses/any(p:p eq 'smtp:a.adler@contoso.example')", [ANNA]),
        ("proxyAddresses/any(p:startswith(p,'x500:'))", [ANNA]),
        ("assignedLicenses/any(l:l/skuId eq 05e9a617-0261-4cee-bb44-138d3ef5d965)", [ANNA, BEN, DORA]),
        (f"id eq '{DORA}'", [DORA]),
        ("(accountEnabled eq false and userType eq 'Member') or userType eq 'Guest'", [BEN, GUEST, SHARED]),
    ],
)
def test_a_default_filter_finds_what_it_says(graph: Client, condition: str, found: list[str]) -> None:
    """Rule 22 and graph.md 1.2."""
    assert ids_of(graph, f"/users?$select=id&$filter={condition}") == found


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("userType ne 'Member'", [DORA, GUEST]),
        ("not(accountEnabled eq true)", [BEN, SHARED]),
        ("endswith(displayName,'dietz')", [DORA]),
        ("assignedLicenses/$count eq 0", [CARLA, GUEST, SHARED]),
        ("assignedPlans/any(p:p/service eq 'exchange' and p/capabilityStatus eq 'Enabled')", [ANNA, BEN, DORA]),
    ],
)
def test_an_advanced_filter_finds_what_it_says(graph: Client, condition: str, found: list[str]) -> None:
    """Rule 22."""
    assert graph.advanced(f"/users?$select=id&$count=true&$filter={condition}").ids == found


def test_a_list_can_be_sorted_by_name(graph: Client) -> None:
    """Graph.md 1.2."""
    assert ids_of(graph, "/users?$select=id&$top=2&$orderby=displayName desc") == [
        SHARED,
        GUEST,
        DORA,
        CARLA,
        BEN,
        ANNA,
    ]


@pytest.mark.parametrize("path", [f"/groups/{OPS}/members", f"/users/{DORA}/memberOf"])
def test_members_are_sorted_in_advanced_queries_only(graph: Client, path: str) -> None:
    """Rule 22."""
    assert graph.get(f"{path}?$orderby=displayName").status == 400
    assert graph.advanced(f"{path}?$orderby=displayName&$count=true").status == 200


def test_advanced_results_lag_behind_writes(graph: Client) -> None:
    """Rule 23."""
    graph.switches.index_lag_seconds = 60
    assert graph.advanced("/users/$count").body == b"6"
    delete_object(graph.world, ANNA)
    assert graph.advanced("/users/$count").body == b"6"
    assert ANNA in graph.advanced("/users?$count=true").ids
    assert ANNA not in graph.get("/users").ids
    graph.world.clock.advance(61)
    assert graph.advanced("/users/$count").body == b"5"


def test_a_plain_list_does_not_lag(graph: Client) -> None:
    """Rule 23."""
    graph.switches.index_lag_seconds = 60
    graph.advanced("/users/$count")
    delete_object(graph.world, ANNA)
    assert ANNA not in graph.advanced("/users").ids


@settings(deadline=None)
@given(top=st.integers(1, 999), largest=st.integers(1, 999), has_blanks=st.booleans())
def test_pages_always_add_up_to_the_list(
    clock: WorldClock, authority: TokenAuthority, top: int, largest: int, *, has_blanks: bool
) -> None:
    """Rules 19 and 20."""
    graph = Client(company(clock), authority)
    graph.switches.largest_page = largest
    graph.switches.empty_pages = has_blanks
    assert ids_of(graph, f"/users?$top={top}&$select=id") == EVERYBODY


def test_a_cycle_of_groups_pages_to_its_end(graph: Client) -> None:
    """Rule 15."""
    assert len(ids_of(graph, f"/groups/{RING_A}/transitiveMembers?$top=1")) == 3
