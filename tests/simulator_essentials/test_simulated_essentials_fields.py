"""What the fields of an account may be, and what goes with them."""

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


def test_nobody_has_a_group_field(essentials: Client) -> None:
    """Rule 15."""
    assert not any("group" in name for row in essentials.get("/users").json["users"] for name in row)


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
