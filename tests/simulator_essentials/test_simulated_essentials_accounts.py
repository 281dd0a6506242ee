"""Accounts over the API: read, made, changed, removed."""

import pytest

from tests.simulator_essentials.organization import ADMIN, CURRENT, Client, user

DANA = "dana.reyes@contoso.example"
USERS = "/orgs/contoso.example/users"


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


def test_an_error_says_status_message_and_identifier(essentials: Client) -> None:
    """Rule 14."""
    answer = essentials.get("/users/nobody@contoso.example")
    assert answer.error == {
        "status": 404,
        "error_message": "User was not found",
        "identifier": "nobody@contoso.example",
    }


def test_a_write_is_read_back_at_once(essentials: Client) -> None:
    """Rule 19."""
    essentials.post(user("lee@contoso.example"))
    assert essentials.account("lee@contoso.example")["uid"] == 100
    assert essentials.get("/users").json["users"][-1]["uid"] == 100


def test_the_caller_cannot_go(essentials: Client) -> None:
    assert essentials.delete(ADMIN).status == 403
    assert essentials.put(ADMIN, {"type": "end_user"}).status == 403
    assert essentials.put(ADMIN, {"is_active": False}).status == 403
    assert essentials.delete("reader@contoso.example").status == 204
