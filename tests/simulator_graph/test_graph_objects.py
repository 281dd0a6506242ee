"""Rules 9 to 18: objects, their properties, members, hidden membership, soft deletion, mailboxes."""

import pytest

from simulator.graph import HiddenMembership, LeaveDate, delete_object, purge_object, restore_object
from tests.simulator_graph.company import (
    ALL_STAFF,
    ANNA,
    BEN,
    CARLA,
    CONTACT,
    DEVICE,
    DORA,
    EMPTY,
    GONE_GROUP,
    GONE_USER,
    GUEST,
    HIDDEN,
    MAIL_SECURITY,
    OPS,
    RING_A,
    RING_B,
    ROBOT,
    SALES,
    SHARED,
    SKU,
    Client,
    object_id,
)

USER_DEFAULT = {
    "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
    "preferredLanguage", "surname", "userPrincipalName",
}  # fmt: skip
GROUP_NOT_DEFAULT = {
    "assignedLicenses", "assignedLabels", "hideFromAddressLists", "allowExternalSenders", "licenseProcessingState", "members",
}  # fmt: skip


def test_an_id_survives_deletion_and_restoration(graph: Client) -> None:
    """Rule 9."""
    delete_object(graph.world, ANNA)
    restore_object(graph.world, ANNA)
    assert graph.get(f"/users/{ANNA}").json["id"] == ANNA


def test_people_come_with_exactly_eleven_properties_by_default(graph: Client) -> None:
    """Rule 10."""
    assert {frozenset(row) for row in graph.get("/users").json["value"]} == {frozenset(USER_DEFAULT)}


def test_groups_come_with_their_wide_default_but_not_with_all(graph: Client) -> None:
    """Rule 11."""
    row = graph.get("/groups").json["value"][0]
    assert {"id", "displayName", "mail", "groupTypes", "proxyAddresses", "visibility", "securityIdentifier"} <= set(row)
    assert not GROUP_NOT_DEFAULT & set(row)


def test_a_selection_gives_only_what_was_selected(graph: Client) -> None:
    """Rule 12."""
    assert set(graph.get("/users?$select=mail,accountEnabled").json["value"][0]) == {"mail", "accountEnabled"}


def test_lists_may_add_the_id_to_a_selection(graph: Client) -> None:
    """Rule 12."""
    graph.switches.select_adds_id = True
    assert set(graph.get("/users?$select=mail").json["value"][0]) == {"mail", "id"}


def test_a_selected_null_is_null_and_an_empty_list_is_a_list(graph: Client) -> None:
    """Rule 12."""
    row = graph.get(f"/users/{CARLA}?$select=mail,proxyAddresses,otherMails,employeeId").json
    assert {name: row[name] for name in ("mail", "proxyAddresses", "otherMails", "employeeId")} == {
        "mail": None,
        "proxyAddresses": [],
        "otherMails": [],
        "employeeId": None,
    }


def test_a_withheld_property_is_absent_although_it_was_selected(graph: Client) -> None:
    """Design rule 2: people who lack a selected property."""
    graph.switches.withheld[BEN] = frozenset({"accountEnabled"})
    rows = {row["id"]: row for row in graph.get("/users?$select=id,accountEnabled").json["value"]}
    assert "accountEnabled" not in rows[BEN]
    assert rows[ANNA]["accountEnabled"] is True


def test_the_basic_role_shows_names_only_and_nulls_for_the_rest(graph: Client) -> None:
    """Graph.md 1.8."""
    graph.roles = ["User.ReadBasic.All"]
    row = graph.get(f"/users/{ANNA}?$select=displayName,mail,accountEnabled,proxyAddresses").json
    assert (row["displayName"], row["mail"]) == ("Anna Adler", "anna@contoso.example")
    assert (row["accountEnabled"], row["proxyAddresses"]) == (None, None)


def test_the_leave_date_needs_a_role_of_its_own(graph: Client) -> None:
    """Graph.md 1.7."""
    assert graph.get("/users?$select=id,employeeLeaveDateTime").status == 403
    graph.roles = ["User.Read.All", "User-LifeCycleInfo.Read.All"]
    assert graph.get("/users?$select=id,employeeLeaveDateTime").status == 200


def test_the_leave_date_may_be_null_without_its_role(graph: Client) -> None:
    """Graph.md 1.7."""
    graph.world.tenant.users[ANNA]["employeeLeaveDateTime"] = "2026-12-31T00:00:00Z"
    graph.switches.leave_date = LeaveDate.NULL
    assert graph.get(f"/users/{ANNA}?$select=employeeLeaveDateTime").json["employeeLeaveDateTime"] is None


def test_members_say_their_type(graph: Client) -> None:
    """Rule 13."""
    graph.roles = ["Directory.Read.All"]
    rows = graph.get(f"/groups/{OPS}/members?$select=id").json["value"]
    assert {row["id"]: row["@odata.type"] for row in rows} == {
        ANNA: "#microsoft.graph.user",
        SALES: "#microsoft.graph.group",
        DEVICE: "#microsoft.graph.device",
        ROBOT: "#microsoft.graph.servicePrincipal",
    }


def test_a_selection_of_members_may_lose_their_type(graph: Client) -> None:
    """Rule 13."""
    graph.roles = ["Directory.Read.All"]
    graph.switches.members_keep_type = False
    assert graph.get(f"/groups/{OPS}/members?$select=id").json["value"][0] == {"id": ANNA}


def test_members_of_a_type_that_the_caller_may_not_read_come_with_type_and_id_only(graph: Client) -> None:
    """Rule 14."""
    rows = {row["id"]: row for row in graph.get(f"/groups/{SALES}/members?$select=id,displayName,mail").json["value"]}
    assert rows[CONTACT] == {
        "@odata.type": "#microsoft.graph.orgContact",
        "id": CONTACT,
        "displayName": None,
        "mail": None,
    }
    assert rows[BEN]["mail"] == "ben@contoso.example"


def test_members_are_direct_only(graph: Client) -> None:
    """Rule 15."""
    assert graph.get(f"/groups/{SALES}/members?$select=id").ids == [BEN, CONTACT, MAIL_SECURITY]


def test_transitive_members_are_the_closure_with_nested_groups_each_once(graph: Client) -> None:
    """Rule 15."""
    ids = graph.get(f"/groups/{OPS}/transitiveMembers?$select=id").ids
    assert sorted(ids) == sorted([ANNA, SALES, DEVICE, ROBOT, BEN, CONTACT, MAIL_SECURITY, DORA])


def test_transitive_members_end_on_a_cycle(graph: Client) -> None:
    """Rule 15."""
    assert sorted(graph.get(f"/groups/{RING_A}/transitiveMembers?$select=id").ids) == sorted([RING_B, ANNA, BEN])


def test_a_cast_filters_members(graph: Client) -> None:
    """Rule 15."""
    path = f"/groups/{OPS}/transitiveMembers/microsoft.graph.user?$select=id&$count=true"
    answer = graph.advanced(path)
    assert sorted(answer.ids) == sorted([ANNA, BEN, DORA])
    assert answer.json["@odata.count"] == 3


def test_a_cast_to_what_the_group_cannot_hold_is_400(graph: Client) -> None:
    """Rule 15."""
    answer = graph.advanced(f"/groups/{ALL_STAFF}/members/microsoft.graph.group?$count=true")
    assert (answer.status, answer.code) == (400, "Request_UnsupportedQuery")


def test_a_cast_to_what_is_no_member_type_is_400(graph: Client) -> None:
    """Rule 15."""
    assert graph.advanced(f"/groups/{OPS}/members/microsoft.graph.team?$count=true").status == 400


@pytest.mark.parametrize(
    ("path", "number"),
    [
        (f"/groups/{SALES}/members/$count", b"3"),
        (f"/groups/{OPS}/transitiveMembers/$count", b"8"),
        (f"/groups/{OPS}/transitiveMembers/microsoft.graph.user/$count", b"3"),
        (f"/groups/{EMPTY}/members/$count", b"0"),
    ],
)
def test_members_are_counted_as_a_bare_number(graph: Client, path: str, number: bytes) -> None:
    """Rule 22."""
    answer = graph.advanced(path)
    assert (answer.body, answer.headers["content-type"]) == (number, "text/plain")


def test_a_hidden_membership_is_empty_without_its_role(graph: Client) -> None:
    """Rule 16."""
    assert graph.get(f"/groups/{HIDDEN}/members").ids == []


def test_a_hidden_membership_may_be_refused_without_its_role(graph: Client) -> None:
    """Rule 16."""
    graph.switches.hidden_membership = HiddenMembership.FORBIDDEN
    assert graph.get(f"/groups/{HIDDEN}/members").status == 403


@pytest.mark.parametrize("mood", HiddenMembership)
def test_a_hidden_membership_is_shown_to_its_role(graph: Client, mood: HiddenMembership) -> None:
    """Rule 16."""
    graph.switches.hidden_membership = mood
    graph.roles = ["User.Read.All", "GroupMember.Read.All", "Member.Read.Hidden"]
    assert graph.get(f"/groups/{HIDDEN}/members").ids == [CARLA]


def test_a_hidden_membership_stays_hidden_through_every_other_door(graph: Client) -> None:
    """Rule 16 and graph.md 1.1."""
    assert graph.get(f"/users/{CARLA}/memberOf").ids == []
    assert HIDDEN not in graph.get(f"/users/{CARLA}/transitiveMemberOf").ids
    check = graph.send("POST", f"/v1.0/users/{CARLA}/checkMemberGroups", body={"groupIds": [HIDDEN]})
    assert check.json["value"] == []
    graph.world.tenant.members[OPS] = [HIDDEN]
    assert graph.get(f"/groups/{OPS}/transitiveMembers").ids == [HIDDEN]


def test_a_deleted_person_moves_to_the_deleted_items_and_leaves_everything_else(graph: Client) -> None:
    """Rule 18."""
    delete_object(graph.world, ANNA)
    assert ANNA not in graph.get("/users").ids
    assert ANNA not in graph.get(f"/groups/{OPS}/members").ids
    assert ANNA not in graph.advanced("/users?$count=true&$filter=userType ne 'Guest'").ids
    rows = graph.get("/directory/deletedItems/microsoft.graph.user?$select=id,deletedDateTime").json["value"]
    assert {row["id"] for row in rows} == {GONE_USER, ANNA}
    assert all(row["deletedDateTime"] for row in rows)


def test_a_restored_person_is_a_member_again(graph: Client) -> None:
    """Rule 18."""
    delete_object(graph.world, ANNA)
    restore_object(graph.world, ANNA)
    assert ANNA in graph.get(f"/groups/{OPS}/members").ids


def test_a_purged_person_is_nowhere(graph: Client) -> None:
    """Rule 18."""
    delete_object(graph.world, ANNA)
    purge_object(graph.world, ANNA)
    assert graph.get(f"/directory/deletedItems/{ANNA}").status == 404
    assert ANNA not in graph.world.tenant.members[OPS]


def test_a_deleted_microsoft_365_group_can_be_restored(graph: Client) -> None:
    """Rule 18."""
    graph.roles = ["Group.Read.All"]
    delete_object(graph.world, ALL_STAFF)
    assert graph.get("/directory/deletedItems/microsoft.graph.group?$select=id").ids == [GONE_GROUP, ALL_STAFF]


def test_a_deleted_security_group_is_gone_at_once(graph: Client) -> None:
    """Rule 18."""
    graph.roles = ["Group.Read.All"]
    delete_object(graph.world, OPS)
    assert graph.get(f"/directory/deletedItems/{OPS}").status == 404


def test_a_deleted_security_group_may_be_kept(graph: Client) -> None:
    """Rule 18."""
    graph.roles = ["Group.Read.All"]
    delete_object(graph.world, OPS, keeps_security_groups=True)
    assert graph.get(f"/directory/deletedItems/{OPS}").json["@odata.type"] == "#microsoft.graph.group"


def test_deleted_items_need_a_cast(graph: Client) -> None:
    """Rule 18."""
    assert graph.get("/directory/deletedItems").status == 400
    assert graph.get("/directory/deletedItems/microsoft.graph.application").status == 501


def test_the_groups_of_a_person_are_direct_or_transitive(graph: Client) -> None:
    """Graph.md 1.1."""
    assert graph.get(f"/users/{DORA}/memberOf").ids == [ALL_STAFF, MAIL_SECURITY]
    assert sorted(graph.get(f"/users/{DORA}/transitiveMemberOf").ids) == sorted([ALL_STAFF, MAIL_SECURITY, SALES, OPS])


def test_checking_member_groups_sees_through_nesting(graph: Client) -> None:
    """Graph.md 1.1."""
    body = {"groupIds": [OPS.upper(), RING_A, EMPTY, object_id(999)]}
    assert graph.send("POST", f"/v1.0/users/{BEN}/checkMemberGroups", body=body).json["value"] == [OPS, RING_A]


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"groupIds": []},
        {"groupIds": [OPS, "ops"]},
        {"groupIds": [OPS, None]},
        {"groupIds": [OPS], "ids": []},
        {"groupIds": [object_id(n) for n in range(21)]},
    ],
)
def test_a_check_of_member_groups_that_makes_no_sense_fails_as_a_whole(graph: Client, body: object) -> None:
    """Graph.md 1.1."""
    assert graph.send("POST", f"/v1.0/users/{BEN}/checkMemberGroups", body=body).status == 400


def test_a_shared_mailbox_is_known_by_its_purpose(graph: Client) -> None:
    """Graph.md 1.7."""
    graph.roles = ["MailboxSettings.Read"]
    assert graph.get(f"/users/{SHARED}/mailboxSettings/userPurpose").json["value"] == "shared"
    assert graph.get(f"/users/{SHARED}/mailboxSettings").json["userPurpose"] == "shared"


def test_mailbox_settings_come_with_a_person_who_is_asked_for_alone(graph: Client) -> None:
    """Graph.md 1.7."""
    graph.roles = ["User.Read.All", "MailboxSettings.Read"]
    assert graph.get(f"/users/{SHARED}?$select=mailboxSettings").json["mailboxSettings"]["userPurpose"] == "shared"


@pytest.mark.parametrize("person", [CARLA, GUEST])
def test_a_person_without_mailbox_answers_404_with_its_own_code(graph: Client, person: str) -> None:
    """Graph.md 1.7."""
    graph.roles = ["MailboxSettings.Read"]
    answer = graph.get(f"/users/{person}/mailboxSettings/userPurpose")
    assert (answer.status, answer.code) == (404, "MailboxNotEnabledForRESTAPI")


def test_an_access_policy_may_close_one_mailbox(graph: Client) -> None:
    """Design rule 2: 403 for one person."""
    graph.roles = ["MailboxSettings.Read"]
    graph.switches.closed_mailboxes.add(SHARED)
    answer = graph.get(f"/users/{SHARED}/mailboxSettings/userPurpose")
    assert (answer.status, answer.code) == (403, "ErrorAccessDenied")
    assert graph.get(f"/users/{ANNA}/mailboxSettings/userPurpose").status == 200


def test_subscribed_skus_are_those_that_people_have(graph: Client) -> None:
    """Graph.md 1.7."""
    graph.roles = ["LicenseAssignment.Read.All"]
    (sku,) = graph.get("/subscribedSkus").json["value"]
    assert (sku["skuId"], sku["skuPartNumber"], sku["consumedUnits"]) == (SKU, "SPE_E3", 3)


def test_the_company_holds_all_that_makes_directories_hard(graph: Client) -> None:
    """Rule 17."""
    graph.roles = ["Directory.Read.All"]
    people = graph.get(
        "/users?$select=id,mail,userType,userPrincipalName,proxyAddresses,accountEnabled,assignedLicenses"
    )
    rows = people.json["value"]
    assert any(row["mail"] is None for row in rows)
    assert any(row["userType"] is None for row in rows)
    assert any("#EXT#" in row["userPrincipalName"] for row in rows)
    assert any(not row["accountEnabled"] and not row["assignedLicenses"] for row in rows)
    assert {proxy.partition(":")[0] for row in rows for proxy in row["proxyAddresses"]} == {
        "SMTP",
        "smtp",
        "SIP",
        "X500",
    }
    kinds = {
        ("Unified" in row["groupTypes"], row["mailEnabled"], row["securityEnabled"])
        for row in graph.get("/groups").json["value"]
    }
    assert kinds == {
        (True, True, False),
        (False, False, True),
        (False, True, True),
        (False, True, False),
        (False, False, False),
    }
