"""Rules 1 to 8: versions, tokens, permissions, errors, decoding, strictness."""

import pytest

from tests.simulator_graph.company import (
    ANNA,
    APP_ID,
    CARLA,
    GONE_GROUP,
    GONE_USER,
    OPS,
    ORIGIN,
    SALES,
    TENANT_ID,
    Client,
    object_id,
)

EVERY_PATH = (
    "/users",
    "/users/$count",
    "/users/delta",
    f"/users/{ANNA}",
    f"/users/{ANNA}/memberOf",
    f"/users/{ANNA}/mailboxSettings",
    "/groups",
    "/groups/$count",
    "/groups/delta",
    f"/groups/{OPS}/members",
    f"/groups/{OPS}/transitiveMembers",
    "/directory/deletedItems/microsoft.graph.user",
    "/organization",
    "/subscribedSkus",
)


@pytest.mark.parametrize("path", ["/users", "/beta/users", "/v2.0/users", "/", "/v1.0"])
def test_a_path_without_the_version_is_404_in_json(graph: Client, path: str) -> None:
    """Rule 1."""
    answer = graph.send("GET", path)
    assert answer.status == 404
    assert answer.code == "ResourceNotFound"


@pytest.mark.parametrize("path", ["/nope", "/users/x/calendar", "/groups/x/owners", "/Users", f"/groups/{OPS}/"])
def test_a_path_that_is_not_implemented_is_an_error_not_an_empty_list(graph: Client, path: str) -> None:
    """Rule 1."""
    answer = graph.get(path)
    assert answer.status == 400
    assert answer.json["error"]["message"].startswith("Resource not found for the segment")


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE"])
def test_a_method_that_the_path_does_not_take_is_405(graph: Client, method: str) -> None:
    """Rule 1."""
    assert graph.send(method, f"/v1.0/users/{ANNA}").status == 405


@pytest.mark.parametrize("path", EVERY_PATH)
def test_every_path_needs_a_token(graph: Client, path: str) -> None:
    """Rule 2."""
    answer = graph.send("GET", f"/v1.0{path}", headers={"Authorization": ""})
    assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_malformed_token_is_refused(graph: Client) -> None:
    """Rule 2."""
    assert graph.send("GET", "/v1.0/users", token="not-a-token").code == "InvalidAuthenticationToken"


def test_a_token_for_another_resource_is_refused(graph: Client) -> None:
    """Rule 2."""
    foreign = graph.token(audience="https://vault.azure.net")
    assert graph.send("GET", "/v1.0/users", token=foreign).status == 401


def test_a_token_is_refused_once_its_time_is_over(graph: Client) -> None:
    """Rule 2."""
    token = graph.token()
    graph.world.clock.advance(3_600)
    assert graph.send("GET", "/v1.0/users", token=token).status == 401


def test_next_links_delta_links_and_batches_need_a_token_too(graph: Client) -> None:
    """Rule 2."""
    next_link = graph.get("/users?$top=1").json["@odata.nextLink"]
    delta_link = graph.get("/users/delta").json["@odata.deltaLink"]
    for method, target in (("GET", next_link), ("GET", delta_link), ("POST", "/v1.0/$batch")):
        assert graph.send(method, target, headers={"Authorization": ""}).status == 401


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/users", "User.ReadBasic.All"),
        ("/users", "User.Read.All"),
        ("/users", "Directory.Read.All"),
        ("/users/delta", "User.Read.All"),
        (f"/users/{ANNA}", "User.Read.All"),
        ("/groups", "Group.ReadBasic.All"),
        ("/groups", "GroupMember.Read.All"),
        ("/groups", "Group.Read.All"),
        ("/groups", "Directory.Read.All"),
        ("/groups/delta", "GroupMember.Read.All"),
        (f"/groups/{OPS}/members", "GroupMember.ReadBasic.All"),
        (f"/groups/{OPS}/members", "GroupMember.Read.All"),
        (f"/groups/{OPS}/transitiveMembers", "Directory.Read.All"),
        ("/subscribedSkus", "LicenseAssignment.Read.All"),
        ("/subscribedSkus", "Organization.Read.All"),
        ("/subscribedSkus", "Directory.Read.All"),
        (f"/users/{ANNA}/mailboxSettings", "MailboxSettings.Read"),
        (f"/users/{ANNA}/mailboxSettings/userPurpose", "MailboxSettings.Read"),
        ("/organization", "User.Read.All"),
        ("/organization", "Organization.Read.All"),
        ("/directory/deletedItems/microsoft.graph.user", "User.Read.All"),
        ("/directory/deletedItems/microsoft.graph.group", "Group.Read.All"),
        (f"/directory/deletedItems/{GONE_USER}", "User.Read.All"),
        (f"/directory/deletedItems/{GONE_GROUP}", "Group.Read.All"),
    ],
)
def test_each_accepted_role_opens_the_path_by_itself(graph: Client, path: str, role: str) -> None:
    """Rule 3."""
    graph.roles = [role]
    assert graph.get(path).status == 200


@pytest.mark.parametrize(
    ("path", "role"),
    [
        ("/users", "GroupMember.Read.All"),
        ("/users/delta", "User.ReadBasic.All"),
        ("/groups", "User.Read.All"),
        (f"/groups/{OPS}/members", "User.Read.All"),
        ("/subscribedSkus", "User.Read.All"),
        (f"/users/{ANNA}/mailboxSettings", "User.Read.All"),
        (f"/users/{ANNA}/memberOf", "User.Read.All"),
        ("/directory/deletedItems/microsoft.graph.user", "Group.Read.All"),
        ("/directory/deletedItems/microsoft.graph.group", "GroupMember.Read.All"),
        (f"/directory/deletedItems/{GONE_GROUP}", "User.Read.All"),
        ("/organization", "GroupMember.Read.All"),
    ],
)
def test_a_role_that_is_not_enough_is_403(graph: Client, path: str, role: str) -> None:
    """Rule 3."""
    graph.roles = [role]
    answer = graph.get(path)
    assert (answer.status, answer.code) == (403, "Authorization_RequestDenied")
    assert answer.json["error"]["message"] == "Insufficient privileges to complete the operation."


def test_a_token_without_roles_opens_nothing(graph: Client) -> None:
    """Rule 3."""
    graph.roles = []
    assert {graph.get(path).status for path in EVERY_PATH} == {403}


def test_checking_member_groups_takes_the_rights_to_people_and_to_groups(graph: Client) -> None:
    """Rule 3 and graph.md 1.8."""
    statuses = {}
    for roles in (
        ["User.Read.All"],
        ["GroupMember.Read.All"],
        ["User.Read.All", "GroupMember.Read.All"],
        ["Directory.Read.All"],
    ):
        graph.roles = roles
        answer = graph.send("POST", f"/v1.0/users/{ANNA}/checkMemberGroups", body={"groupIds": [OPS]})
        statuses[tuple(roles)] = answer.status
    assert list(statuses.values()) == [403, 403, 200, 200]


def test_the_error_envelope_is_graphs_own(graph: Client) -> None:
    """Rule 4."""
    answer = graph.get("/users/nobody@contoso.example", client_request_id="my-id")
    error = answer.json["error"]
    assert set(error) == {"code", "message", "innerError"}
    assert set(error["innerError"]) == {"date", "request-id", "client-request-id"}
    assert error["innerError"]["client-request-id"] == answer.headers["client-request-id"] == "my-id"
    assert error["innerError"]["request-id"] == answer.headers["request-id"]


def test_the_inner_error_may_be_lower_case(graph: Client) -> None:
    """Rule 4."""
    graph.switches.lower_case_inner_error = True
    assert "innererror" in graph.get("/nope").json["error"]


@pytest.mark.parametrize(
    "query",
    [
        "$filter=userType eq 'Member' and accountEnabled eq true",
        "$filter=userType+eq+'Member'+and+accountEnabled+eq+true",
        "%24filter=userType%20eq%20%27Member%27%20and%20accountEnabled%20eq%20true",
    ],
)
def test_percent_encoding_is_decoded_before_parsing(graph: Client, query: str) -> None:
    """Rule 5."""
    assert graph.get(f"/users?{query}").ids == [ANNA, CARLA]


def test_header_names_are_read_in_any_case(graph: Client) -> None:
    """Rule 5."""
    assert graph.send("GET", "/v1.0/users/$count", headers={"CONSISTENCYLEVEL": "eventual"}).body == b"6"


@pytest.mark.parametrize(
    "query",
    [
        "$select=id,nickname",
        "$select=ID",
        "$select=",
        "$select=members",
        "$select=*",
        "$select=mailboxSettings/userPurpose",
        "$filter=nickname eq 'x'",
        "$filter=aboutMe eq 'x'",
        "$filter=accountEnabled eq 'true'",
        "$filter=displayName gt 'x'",
        "$filter=contains(displayName,'x')",
        "$filter=displayName eq 'x",
        "$filter=",
        "$orderby=mail",
        "$orderby=displayName up",
        "$skip=10",
        "$format=json",
        "$expand=manager",
        "$count=yes",
        "$count=true",
        "top=10",
        "colour=red",
        "$top=10&$top=20",
        "$top=0",
        "$top=-1",
        "$top=1000",
        "$top=many",
        "$skiptoken=100",
    ],
)
def test_what_a_list_does_not_know_is_400_and_never_ignored(graph: Client, query: str) -> None:
    """Rule 6."""
    answer = graph.get(f"/users?{query}")
    assert answer.status == 400
    assert answer.code in {"Request_BadRequest", "Request_UnsupportedQuery"}


def test_a_page_size_out_of_range_says_so_in_graphs_words(graph: Client) -> None:
    """Rule 6 and graph.md 1.1."""
    answer = graph.get("/groups?$top=1000")
    assert answer.code == "Request_UnsupportedQuery"
    assert (
        answer.json["error"]["message"] == "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive."
    )


def test_subscribed_skus_take_no_page_size(graph: Client) -> None:
    """Rule 6 and graph.md 1.1."""
    graph.roles = ["Organization.Read.All"]
    assert graph.get("/subscribedSkus?$top=5").status == 400


@pytest.mark.parametrize("name", ["mailboxSettings", "aboutMe", "skills"])
def test_a_property_of_single_objects_is_501_in_a_list(graph: Client, name: str) -> None:
    """Rule 6 and graph.md 1.7."""
    assert graph.get(f"/users?$select=id,{name}").status == 501


@pytest.mark.parametrize(
    "path",
    [
        f"/users/{object_id(999)}",
        "/users/nobody@contoso.example",
        f"/users/{GONE_USER}",
        f"/users/{GONE_USER}/memberOf",
        f"/users/{OPS}",
        f"/groups/{object_id(999)}",
        f"/groups/{GONE_GROUP}/members",
        f"/groups/{GONE_GROUP}/transitiveMembers",
        f"/groups/{ANNA}/members",
        f"/directory/deletedItems/{ANNA}",
    ],
)
def test_an_id_that_no_object_has_is_404(graph: Client, path: str) -> None:
    """Rule 7."""
    answer = graph.get(path)
    assert (answer.status, answer.code) == (404, "Request_ResourceNotFound")


def test_a_group_deleted_between_list_and_members_is_404(graph: Client) -> None:
    """Rule 7."""
    assert SALES in graph.get("/groups").ids
    del graph.world.tenant.groups[SALES]
    assert graph.get(f"/groups/{SALES}/members").status == 404


def test_there_is_no_control_route_on_the_graph_paths(graph: Client) -> None:
    """Rule 8."""
    assert graph.send("GET", "/_control").status == 404
    assert graph.get("/_control").status == 400


def test_the_organization_is_the_tenant(graph: Client) -> None:
    """Graph.md 1.8."""
    (organization,) = graph.get("/organization?$select=id,displayName,verifiedDomains").json["value"]
    assert organization["id"] == TENANT_ID
    assert [domain["name"] for domain in organization["verifiedDomains"]] == [
        "contoso.example",
        "contoso.onmicrosoft.com",
    ]


def test_a_person_is_found_by_sign_in_name_in_any_case(graph: Client) -> None:
    """Graph.md 1.1."""
    assert graph.get("/users/ANNA@contoso.example?$select=id").json["id"] == ANNA


def test_a_guests_sign_in_name_must_be_percent_encoded(graph: Client) -> None:
    """Rule 5: an unencoded ``#`` ends the path."""
    assert graph.get("/users/gus_other.example%23EXT%23@contoso.example").status == 200
    assert graph.send("GET", "/v1.0/users/gus_other.example").status == 404


def test_the_same_seed_gives_the_same_answers(graph: Client) -> None:
    """Rule 8."""
    again = Client(graph.world, graph.authority)
    first, second = graph.get("/users?$top=1"), again.get("/users?$top=1")
    assert first.body == second.body
    assert first.headers == second.headers
    assert first.json["@odata.nextLink"].startswith(f"{ORIGIN}/v1.0/users?")
    assert APP_ID not in first.body.decode()
