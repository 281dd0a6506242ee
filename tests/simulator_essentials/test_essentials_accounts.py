"""Accounts over the API: read, made, changed, removed."""

import pytest

from tests.simulator_essentials.organization import ADMIN, CURRENT, Client, user

DANA = "dana.reyes@contoso.example"
USERS = "/orgs/contoso.example/users"
TYPES = [
    "oem_partner_admin",
    "strategic_partner_admin",
    "channel_admin",
    "organization_admin",
    "end_user",
    "silent_user",
    "functional_account",
]


def test_the_list_is_whole(essentials: Client) -> None:
    """Rule 4."""
    rows = essentials.get("/users").json["users"]
    assert [row["uid"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert {row["is_active"] for row in rows} == {True, False}
    assert "functional_account" in {row["type"] for row in rows}


@pytest.mark.parametrize("query", ["?email=quiet@contoso.example", "?page=2&page_size=1", "?is_active=true"])
def test_the_list_knows_no_query(essentials: Client, query: str) -> None:
    """Rule 4."""
    assert essentials.get(f"/users{query}").json == essentials.get("/users").json


def test_one_account_is_the_bare_object(essentials: Client) -> None:
    """Rule 5."""
    assert essentials.account(DANA) == {
        "uid": 2,
        "primary_email": "Dana.Reyes@contoso.example",
        "is_active": True,
        "type": "end_user",
        "firstname": "Dana",
        "surname": "Reyes",
        "alias_emails": ["d.reyes@contoso.example", "dana@fabrikam.example"],
        "safe_list_senders": ["*@partner.example"],
        "block_list_senders": ["spam.example"],
        "is_billable": True,
        "odin_settings": {"can_impersonate": False, "is_imitable": False},
        "read_only_user": False,
        "creation_date": "2024-05-06 07:08:09",
        "last_login": "",
    }


@pytest.mark.parametrize("address", ["nobody@contoso.example", "d.reyes@contoso.example"])
def test_an_address_that_is_no_primary_is_not_found(essentials: Client, address: str) -> None:
    """Rule 5."""
    answer = essentials.get(f"/users/{address}")
    assert answer.status == 404
    assert answer.error["identifier"] == address


def test_one_object_is_created_with_defaults(essentials: Client) -> None:
    """Rule 6."""
    answer = essentials.post({"primary_email": "lee@contoso.example"})
    assert answer.status == 201
    assert answer.json == {
        **essentials.account("quiet@contoso.example"),
        "uid": 100,
        "primary_email": "lee@contoso.example",
        "type": "end_user",
        "firstname": "",
        "creation_date": "2026-11-21 12:00:00",
    }


def test_a_batch_of_good_items_is_created(essentials: Client) -> None:
    """Rule 6."""
    answer = essentials.post([user("lee@contoso.example"), user("kim@contoso.example")])
    assert answer.status == 201
    assert [row["uid"] for row in answer.json["users"]] == [100, 101]


def test_each_item_of_a_batch_is_judged_alone(essentials: Client) -> None:
    """Rule 6."""
    answer = essentials.post([user("lee@contoso.example"), user(DANA), "nothing", user("lee@contoso.example")])
    assert answer.status == 207
    assert [row["primary_email"] for row in answer.json["users"]] == ["lee@contoso.example"]
    errors = answer.json["errors"]
    assert [(entry["status"], entry["identifier"]) for entry in errors] == [
        (409, DANA),
        (400, ""),
        (409, "lee@contoso.example"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"users": [user("lee@contoso.example")]},
        {"email": "lee@contoso.example"},
        {"primary_email": None},
        {"primary_email": 7},
        {"primary_email": "lee"},
        "lee@contoso.example",
        [],
        None,
    ],
)
def test_what_is_no_user_is_refused(essentials: Client, body: object) -> None:
    """Rule 6."""
    assert essentials.post(body).status == 400
    assert len(essentials.organization.users) == 6


@pytest.mark.parametrize(("content_type", "body"), [("text/plain", b"{}"), ("application/json", b"{nope")])
def test_a_body_that_is_no_json_is_refused(essentials: Client, content_type: str, body: bytes) -> None:
    headers = {"X-User": essentials.user, "X-Password": essentials.password, "Content-Type": content_type}
    answer = essentials.raw("POST", f"/api/v1{USERS}", body, headers=headers)
    assert answer.status == 400


def test_a_put_answers_nothing(essentials: Client) -> None:
    """Rule 7."""
    answer = essentials.put(DANA, {"firstname": "Danielle"})
    assert (answer.status, answer.body) == (204, b"")
    assert essentials.account(DANA)["firstname"] == "Danielle"


@pytest.mark.parametrize("headers", [{}, CURRENT])
def test_what_was_read_can_be_put_back(essentials: Client, headers: dict[str, str]) -> None:
    """Rule 7."""
    before = {uid: dict(account) for uid, account in essentials.organization.users.items()}
    for address in (DANA, ADMIN, "scanner@contoso.example", "gone@contoso.example"):
        body = essentials.send("GET", f"{USERS}/{address}", headers=headers).json
        answer = essentials.send("PUT", f"{USERS}/{address}", {**body, "unheard_of": [1]}, headers=headers)
        assert answer.status == 204
    assert essentials.organization.users == before


def test_what_others_left_invalid_can_be_put_back(essentials: Client) -> None:
    """Rule 7."""
    account = essentials.organization.users[6]
    account.update(alias_emails=["old@unregistered.example", "no address"], type="retired_type", firstname=None)
    body = essentials.account("quiet@contoso.example")
    assert essentials.put("quiet@contoso.example", {**body, "surname": "Quill"}).status == 204
    assert (account["surname"], account["type"], account["firstname"]) == ("Quill", "retired_type", None)


def test_read_only_fields_are_not_written(essentials: Client) -> None:
    """Rule 7."""
    before = essentials.account(DANA)
    assert essentials.put(DANA, {"uid": 9, "creation_date": "now", "last_login": "now"}).status == 204
    assert essentials.account(DANA) == before


def test_a_deleted_account_is_gone(essentials: Client) -> None:
    """Rule 8."""
    answer = essentials.delete(DANA)
    assert (answer.status, answer.body) == (204, b"")
    assert essentials.get(f"/users/{DANA}").status == 404
    assert essentials.delete(DANA).status == 404


def test_a_deletion_may_have_a_body(essentials: Client) -> None:
    """Rule 8."""
    answer = essentials.send("DELETE", f"{USERS}/{DANA}", {"primary_email": "scanner@contoso.example"})
    assert answer.status == 204
    assert essentials.get("/users/scanner@contoso.example").status == 200


@pytest.mark.parametrize("kind", TYPES)
def test_each_of_the_seven_types_is_taken(essentials: Client, kind: str) -> None:
    """Rule 9."""
    assert essentials.post(user("lee@contoso.example", type=kind)).json["type"] == kind


@pytest.mark.parametrize("kind", ["functional_acount", "End_User", "", None, 3])
def test_another_type_is_refused(essentials: Client, kind: object) -> None:
    """Rule 9."""
    assert essentials.post(user("lee@contoso.example", type=kind)).status == 400
    assert essentials.put(DANA, {"type": kind}).status == 400


def test_another_type_keeps_uid_and_lists(essentials: Client) -> None:
    """Rule 9."""
    before = essentials.account(DANA)
    assert essentials.put(DANA, {"type": "functional_account"}).status == 204
    assert essentials.account(DANA) == {**before, "type": "functional_account"}


@pytest.mark.parametrize("fields", [{"primary_email": "lee@else.example"}, {"alias_emails": ["lee@else.example"]}])
def test_an_address_in_a_domain_that_is_not_registered_is_refused(
    essentials: Client, fields: dict[str, object]
) -> None:
    """Rule 10."""
    assert essentials.post({**user("lee@contoso.example"), **fields}).error["identifier"] == "lee@else.example"
    answer = essentials.put(DANA, fields)
    assert (answer.status, answer.error["identifier"]) == (400, "lee@else.example")


@pytest.mark.parametrize(
    "taken", ["SCANNER@contoso.example", "d.reyes@contoso.example", "gone-alias@contoso.example", ADMIN]
)
def test_an_address_that_somebody_has_is_refused(essentials: Client, taken: str) -> None:
    """Rule 10."""
    for body in (user(taken), user("lee@contoso.example", alias_emails=[taken])):
        answer = essentials.post(body)
        assert (answer.status, answer.error["identifier"]) == (409, taken)
    for fields in ({"primary_email": taken}, {"alias_emails": [taken]}):
        answer = essentials.put("quiet@contoso.example", fields)
        assert (answer.status, answer.error["identifier"]) == (409, taken)


@pytest.mark.parametrize(
    "aliases",
    [
        ["a@contoso.example", "A@contoso.example"],
        ["quiet@contoso.example"],
        ["a@contoso.example", "QUIET@contoso.example"],
    ],
)
def test_an_account_has_an_address_once(essentials: Client, aliases: list[str]) -> None:
    """Rule 10."""
    assert essentials.put("quiet@contoso.example", {"alias_emails": aliases}).status == 409


def test_the_own_alias_becomes_the_primary_where_it_leaves_the_aliases(essentials: Client) -> None:
    """Rule 10."""
    assert essentials.put(DANA, {"primary_email": "d.reyes@contoso.example"}).status == 409
    body = {"primary_email": "d.reyes@contoso.example", "alias_emails": [DANA, "dana@fabrikam.example"]}
    assert essentials.put(DANA, body).status == 204
    assert essentials.account("d.reyes@contoso.example")["alias_emails"] == [DANA, "dana@fabrikam.example"]


def test_an_address_that_was_given_up_is_free(essentials: Client) -> None:
    """Rule 10."""
    assert essentials.put(DANA, {"alias_emails": []}).status == 204
    assert essentials.post(user("d.reyes@contoso.example")).status == 201
    assert essentials.delete("scanner@contoso.example").status == 204
    assert essentials.put(DANA, {"alias_emails": ["scanner@contoso.example"]}).status == 204


def test_addresses_changed_around_the_api_are_known(essentials: Client) -> None:
    """Rule 10."""
    assert essentials.post(user("first@contoso.example")).status == 201
    essentials.organization.users[6]["alias_emails"].append("by-hand@contoso.example")
    assert essentials.post(user("by-hand@contoso.example")).status == 409
    essentials.organization.users[6]["primary_email"] = "renamed@contoso.example"
    assert essentials.get("/users/renamed@contoso.example").status == 200
    assert essentials.get("/users/quiet@contoso.example").status == 404


def test_a_refused_write_changes_nothing(essentials: Client) -> None:
    before = essentials.account(DANA)
    answer = essentials.put(DANA, {"firstname": "X", "alias_emails": ["new@contoso.example", ADMIN]})
    assert answer.status == 409
    assert essentials.account(DANA) == before
    assert essentials.post(user("new@contoso.example")).status == 201


def test_every_writable_field_is_written(essentials: Client) -> None:
    """Rule 11."""
    news = {
        "firstname": "Q",
        "surname": "Uiet",
        "alias_emails": ["q@fabrikam.example"],
        "is_active": False,
        "type": "end_user",
        "safe_list_senders": ["*@good.example"],
        "block_list_senders": ["bad@example.net"],
        "is_billable": False,
        "odin_settings": {"can_impersonate": True, "is_imitable": False},
        "read_only_user": True,
    }
    before = essentials.account("quiet@contoso.example")
    assert essentials.put("quiet@contoso.example", news).status == 204
    assert essentials.account("quiet@contoso.example") == {**before, **news}


def test_lastname_is_no_field(essentials: Client) -> None:
    """Rule 11."""
    sent = {"primary_email": "lee@contoso.example", "firstname": "Lee", "lastname": "Lang"}
    shown = essentials.post(sent).json
    assert "lastname" not in shown
    assert shown["surname"] == ""


def test_a_password_is_never_shown_and_opens_the_api(essentials: Client) -> None:
    """Rule 11."""
    body = user("lee@contoso.example", type="organization_admin", password="let me in")
    assert b"let me in" not in essentials.post(body).body
    assert b"let me in" not in essentials.get("/users").body
    essentials.user, essentials.password = "lee@contoso.example", "let me in"
    assert essentials.put("lee@contoso.example", {"password": "changed"}).status == 204
    assert essentials.get("/users").status == 401


def test_a_renamed_administrator_keeps_the_password(essentials: Client) -> None:
    assert essentials.put(ADMIN, {"primary_email": "robot@contoso.example"}).status == 204
    assert essentials.get("/users").status == 401
    essentials.user = "robot@contoso.example"
    assert essentials.get("/users").status == 200


@pytest.mark.parametrize(
    ("fields", "sent"),
    [
        ({"type": "end_user"}, True),
        ({"type": "silent_user"}, False),
        ({"type": "functional_account"}, False),
        ({"type": "end_user", "send_welcome_email": False}, False),
        ({"type": "silent_user", "send_welcome_email": True}, True),
        ({"type": "functional_account", "send_welcome_email": True}, False),
    ],
)
def test_a_welcome_mail_is_sent_by_type_unless_the_post_says_otherwise(
    essentials: Client, fields: dict[str, object], sent: bool
) -> None:
    """Rule 11."""
    essentials.post({"primary_email": "lee@contoso.example", **fields})
    expected = [{"to": "lee@contoso.example", "at": "2026-11-21 12:00:00"}] if sent else []
    assert essentials.organization.welcome_mails == expected


def test_no_welcome_mail_is_sent_where_the_organization_sends_none(essentials: Client) -> None:
    """Rule 11."""
    essentials.send("PATCH", "/orgs/contoso.example", {"send_welcome_email": False})
    essentials.post(user("lee@contoso.example", type="end_user", send_welcome_email=True))
    assert essentials.organization.welcome_mails == []


def test_a_put_sends_no_welcome_mail(essentials: Client) -> None:
    """Rule 11."""
    essentials.put("quiet@contoso.example", {"type": "end_user", "send_welcome_email": True})
    assert essentials.organization.welcome_mails == []
    assert "send_welcome_email" not in essentials.account("quiet@contoso.example")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("firstname", 1),
        ("is_active", "true"),
        ("is_active", None),
        ("alias_emails", "a@contoso.example"),
        ("alias_emails", ["a b@contoso.example"]),
        ("safe_list_senders", [1]),
        ("odin_settings", {"can_fly": True}),
        ("read_only_user", 0),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(essentials: Client, field: str, value: object) -> None:
    assert essentials.put(DANA, {field: value}).status == 400
    assert essentials.post(user("lee@contoso.example", **{field: value})).status == 400


def test_a_second_account_that_is_not_billed_is_refused(essentials: Client) -> None:
    """Rule 12."""
    assert essentials.put(ADMIN, {"is_billable": False}).status == 204
    assert essentials.put(ADMIN, {"is_billable": False, "surname": "Robot"}).status == 204
    assert essentials.put(DANA, {"is_billable": False}).status == 400
    assert essentials.post(user("lee@contoso.example", is_billable=False)).status == 400


def test_sender_lists_have_their_former_names_unless_the_caller_knows_the_new_terms(essentials: Client) -> None:
    """Rule 13."""
    former = essentials.send("GET", f"{USERS}/{DANA}").json
    assert former["white_list_senders"] == ["*@partner.example"]
    assert former["black_list_senders"] == ["spam.example"]
    assert not {"safe_list_senders", "block_list_senders"} & set(former)
    listed = essentials.send("GET", USERS, headers={"X-Terms-Update": "TRUE"}).json["users"][1]
    assert listed["safe_list_senders"] == ["*@partner.example"]
    assert not {"white_list_senders", "black_list_senders"} & set(listed)


@pytest.mark.parametrize("headers", [{}, CURRENT])
@pytest.mark.parametrize("name", ["white_list_senders", "safe_list_senders"])
def test_either_name_of_a_sender_list_is_written(essentials: Client, headers: dict[str, str], name: str) -> None:
    """Rule 13."""
    assert essentials.send("PUT", f"{USERS}/{DANA}", {name: ["new.example"]}, headers=headers).status == 204
    assert essentials.account(DANA)["safe_list_senders"] == ["new.example"]


def test_an_error_says_status_message_and_identifier(essentials: Client) -> None:
    """Rule 14."""
    answer = essentials.get("/users/nobody@contoso.example")
    assert answer.error == {
        "status": 404,
        "error_message": "User was not found",
        "identifier": "nobody@contoso.example",
    }


def test_nobody_has_a_group_field(essentials: Client) -> None:
    """Rule 15."""
    assert not any("group" in name for row in essentials.get("/users").json["users"] for name in row)


def test_a_write_is_read_back_at_once(essentials: Client) -> None:
    """Rule 19."""
    essentials.post(user("lee@contoso.example"))
    assert essentials.account("lee@contoso.example")["uid"] == 100
    assert essentials.get("/users").json["users"][-1]["uid"] == 100


def test_no_account_becomes_an_active_user_beyond_the_licences(essentials: Client) -> None:
    """Rule 20."""
    essentials.organization.user_licences = 4
    answer = essentials.post(user("lee@contoso.example"))
    assert (answer.status, answer.error["identifier"]) == (403, "lee@contoso.example")
    assert essentials.put("gone@contoso.example", {"is_active": True}).status == 403
    assert essentials.put("scanner@contoso.example", {"type": "end_user"}).status == 403
    assert essentials.post(user("list@contoso.example", type="functional_account")).status == 201
    assert essentials.put(DANA, {"type": "silent_user"}).status == 204


def test_a_freed_seat_can_be_taken(essentials: Client) -> None:
    """Rule 20."""
    essentials.organization.user_licences = 4
    assert essentials.put(DANA, {"type": "functional_account"}).status == 204
    answer = essentials.post([user("lee@contoso.example"), user("kim@contoso.example")])
    assert answer.status == 207
    assert answer.error["status"] == 403


def test_the_caller_cannot_go(essentials: Client) -> None:
    assert essentials.delete(ADMIN).status == 403
    assert essentials.put(ADMIN, {"type": "end_user"}).status == 403
    assert essentials.put(ADMIN, {"is_active": False}).status == 403
    assert essentials.delete("reader@contoso.example").status == 204
