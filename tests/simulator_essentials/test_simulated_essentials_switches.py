"""Open questions about writes and lists, in every position: what is done by default, and what otherwise."""

import pytest

from simulator.essentials import (
    BatchBody,
    CreatedBody,
    EmptyAliases,
    PutMeaning,
    RetryAfter,
)
from tests.simulator_essentials.organization import ADMIN, CURRENT, Client, user

DANA = "dana.reyes@contoso.example"
QUIET = "quiet@contoso.example"
LEE, KIM = "lee@contoso.example", "kim@contoso.example"


def test_a_put_keeps_what_it_does_not_name(essentials: Client) -> None:
    before = essentials.account(DANA)
    essentials.put(DANA, {"firstname": "D"})
    assert essentials.account(DANA) == {**before, "firstname": "D"}


def test_a_replacing_put_resets_what_it_does_not_name(essentials: Client) -> None:
    essentials.switches.put = PutMeaning.REPLACE
    before = essentials.account(DANA)
    essentials.put(DANA, {"firstname": "D", "type": "silent_user"})
    after = essentials.account(DANA)
    assert (after["surname"], after["alias_emails"], after["safe_list_senders"]) == ("", [], [])
    assert (after["firstname"], after["type"], after["is_active"]) == ("D", "silent_user", True)
    same = ("uid", "primary_email", "creation_date")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_a_replacing_put_of_a_whole_object_changes_one_field(essentials: Client) -> None:
    essentials.switches.put = PutMeaning.REPLACE
    before = essentials.account(DANA)
    assert essentials.put(DANA, {**before, "is_active": False}).status == 204
    assert essentials.account(DANA) == {**before, "is_active": False}


@pytest.mark.parametrize(
    ("items", "status"),
    [([LEE, KIM], 201), ([LEE, ADMIN], 207), ([DANA, ADMIN], 207)],
)
def test_a_batch_answers_201_or_207(essentials: Client, items: list[str], status: int) -> None:
    assert essentials.post([user(address) for address in items]).status == status


@pytest.mark.parametrize(
    ("items", "status"),
    [([LEE, KIM], 200), ([LEE, ADMIN], 202), ([DANA, ADMIN], 400)],
)
def test_a_batch_answers_as_the_switches_say(essentials: Client, items: list[str], status: int) -> None:
    switches = essentials.switches
    switches.batch_created_status, switches.batch_mixed_status, switches.batch_failed_status = 200, 202, 400
    assert essentials.post([user(address) for address in items]).status == status


def test_a_mixed_batch_answers_users_and_errors(essentials: Client) -> None:
    assert set(essentials.post([user(LEE), user(ADMIN)]).json) == {"users", "errors"}


def test_a_mixed_batch_answers_a_bare_array(essentials: Client) -> None:
    essentials.switches.batch_body = BatchBody.ITEMS
    assert essentials.post([user(ADMIN), user(LEE)]).json == [
        {"status": 409, "success": False, "email": ADMIN, "message": "Address is already in use"},
        {"status": 201, "success": True, "email": LEE, "message": "Created"},
    ]


@pytest.mark.parametrize("body", [user(LEE), [user(LEE)]])
def test_a_creation_answers_nothing(essentials: Client, body: object) -> None:
    essentials.switches.created_body = CreatedBody.EMPTY
    answer = essentials.post(body)
    assert (answer.status, answer.body) == (201, b"")
    assert essentials.account(LEE)["uid"] == 100


def test_a_batch_may_be_as_long_as_one_likes(essentials: Client) -> None:
    essentials.organization.user_licences = 1_000
    assert essentials.post([user(f"u{n}@contoso.example") for n in range(500)]).status == 201


def test_a_batch_is_limited(essentials: Client) -> None:
    essentials.switches.most_batch_items = 2
    assert essentials.post([user(LEE), user(KIM)]).status == 201
    assert essentials.post([user(f"u{n}@contoso.example") for n in range(3)]).status == 413
    assert len(essentials.organization.users) == 8


def test_a_body_is_limited(essentials: Client) -> None:
    essentials.switches.largest_body_bytes = 300
    assert essentials.post(user(LEE)).status == 201
    assert essentials.post(user(KIM, firstname="K" * 300)).status == 413


def test_requests_are_limited_by_caller_and_minute(essentials: Client) -> None:
    essentials.switches.requests_per_minute = 2
    assert [essentials.get("/users").status for _ in range(3)] == [200, 200, 429]
    essentials.user = "reader@contoso.example"
    assert essentials.get("/users").status == 200
    essentials.user = ADMIN
    essentials.advance(minutes=1)
    assert essentials.get("/users").status == 200


def test_a_throttled_answer_says_when_to_come_back_or_does_not(essentials: Client) -> None:
    essentials.switches.requests_per_minute = 1
    essentials.get("/users")
    essentials.advance(minutes=0.25)
    assert "Retry-After" not in essentials.get("/users").headers
    essentials.switches.retry_after = RetryAfter.SECONDS
    assert essentials.get("/users").headers["Retry-After"] == "45"


def test_nothing_is_allowed_where_no_request_is(essentials: Client) -> None:
    essentials.switches.requests_per_minute = 0
    essentials.switches.retry_after = RetryAfter.SECONDS
    answer = essentials.get("/users")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_duplicate_has_the_status_that_the_switch_says(essentials: Client, status: int) -> None:
    essentials.switches.duplicate_status = status
    assert essentials.post(user(ADMIN)).status == status
    assert essentials.post([user(ADMIN)]).error["status"] == status


@pytest.mark.parametrize("status", [400, 422])
def test_an_invalid_field_has_the_status_that_the_switch_says(essentials: Client, status: int) -> None:
    essentials.switches.invalid_status = status
    assert essentials.post(user(LEE, type="person")).status == status
    assert essentials.put(DANA, {"type": "person"}).status == status


@pytest.mark.parametrize("headers", [{}, CURRENT])
def test_the_list_leaves_sender_lists_out(essentials: Client, headers: dict[str, str]) -> None:
    names = {"safe_list_senders", "block_list_senders", "white_list_senders", "black_list_senders"}
    whole = essentials.send("GET", "/orgs/contoso.example/users", headers=headers).json["users"][1]
    assert len(names & set(whole)) == 2
    essentials.switches.list_has_sender_lists = False
    short = essentials.send("GET", "/orgs/contoso.example/users", headers=headers).json["users"][1]
    assert not names & set(short)
    assert set(essentials.account(DANA)) & names


@pytest.mark.parametrize(
    ("empty_aliases", "shown"),
    [(EmptyAliases.LIST, []), (EmptyAliases.NULL, None), (EmptyAliases.ABSENT, "absent")],
)
def test_the_list_shows_no_aliases_in_one_of_three_ways(
    essentials: Client, empty_aliases: EmptyAliases, shown: object
) -> None:
    essentials.switches.empty_aliases = empty_aliases
    rows = essentials.get("/users").json["users"]
    assert rows[0].get("alias_emails", "absent") == shown
    assert len(rows[1]["alias_emails"]) == 2
    assert essentials.put(ADMIN, rows[0]).status == 204
    assert essentials.account(ADMIN)["alias_emails"] == []


def test_the_caller_may_go(essentials: Client) -> None:
    essentials.switches.own_account_may_go = True
    assert essentials.put(ADMIN, {"firstname": "S", "type": "organization_admin"}).status == 204
    assert essentials.delete(ADMIN).status == 204
    assert essentials.get("/users").status == 401


def test_a_demoted_caller_is_forbidden(essentials: Client) -> None:
    essentials.switches.own_account_may_go = True
    assert essentials.put(ADMIN, {"type": "end_user"}).status == 204
    assert essentials.get("/users").status == 403


@pytest.mark.parametrize("sends", [False, True])
def test_a_silent_user_who_becomes_an_end_user_gets_a_welcome_mail(essentials: Client, sends: bool) -> None:
    essentials.switches.promotion_sends_welcome_mail = sends
    assert essentials.put(QUIET, {"type": "end_user"}).status == 204
    assert [mail["to"] for mail in essentials.organization.welcome_mails] == ([QUIET] if sends else [])


@pytest.mark.parametrize("is_needed", [False, True])
def test_a_functional_account_needs_a_name(essentials: Client, is_needed: bool) -> None:
    essentials.switches.functional_account_needs_name = is_needed
    body = {"primary_email": LEE, "type": "functional_account"}
    assert essentials.post(body).status == (400 if is_needed else 201)
    assert essentials.put(DANA, {"type": "functional_account", "firstname": ""}).status == (400 if is_needed else 204)
    assert essentials.post({**body, "primary_email": KIM, "firstname": "List"}).status == 201


@pytest.mark.parametrize("status", [403, 402, 409])
def test_a_reached_cap_has_the_status_that_the_switch_says(essentials: Client, status: int) -> None:
    essentials.organization.user_licences = 4
    essentials.switches.user_cap_status = status
    assert essentials.post(user(LEE)).status == status
    assert essentials.post([user(LEE)]).error["status"] == status


def test_licences_may_be_overshot_without_a_cap(essentials: Client) -> None:
    essentials.organization.user_licences = 4
    essentials.switches.is_user_capped = False
    assert essentials.post(user(LEE)).status == 201
