"""Answers in every form that somebody has met, or may meet, read without a socket."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model import AccountType, Created, CreateOutcome, NotCreated, NotJudged, Unconfirmed
from shared.proofpoint.decode import (
    UnreadableError,
    account_of,
    bare_items_of,
    domain_of,
    exemptions_of,
    items_of,
    licences_of,
    native_sync_of,
)
from shared.proofpoint.outcomes import outcomes_of
from shared.proofpoint.refusals import item_errors, message_of
from shared.transport import Answer
from tests.proofpoint.essentials_under_test import new_account

THREE = [new_account("one"), new_account("two", aliases=("second@example.com",)), new_account("three")]
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.just("one@example.com"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["users", "errors", "error", "status", "message", "primary_email", "uid", "identifier", "email", "x"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


def answer(body: object, status: int = 207) -> Answer:
    return Answer(
        status=status, headers={}, body=json.dumps(body).encode(), where="POST https://example.net/users", attempts=1
    )


def kinds(outcomes: Sequence[CreateOutcome]) -> list[str]:
    return [type(outcome).__name__ for outcome in outcomes]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"errors": [{"status": 404, "error_message": "User was not found", "identifier": "x"}]}, "User was not found"),
        ({"errors": [{"error_message": "One"}, {"error_message": "Two"}]}, "One Two"),
        ({"errors": ["One", "Two"]}, "One Two"),
        ({"errors": {"error_message": "One"}}, "One"),
        ({"error_message": "Flat"}, "Flat"),
        ({"message": "Flat"}, "Flat"),
        ({"error": "Flat"}, "Flat"),
        ({"error": {"message": "Nested"}}, "Nested"),
        ({"detail": "Flat"}, "Flat"),
        ([{"status": 400, "message": "Listed"}], "Listed"),
        ("Just text", "Just text"),
        ({"errors": []}, "status 400 without a reason"),
        ({}, "status 400 without a reason"),
        ({"message": "two\r\nlines\x00"}, "two lines"),
    ],
)
def test_a_refusal_is_understood_in_every_form(body: object, message: str) -> None:
    assert message_of(answer(body, 400)) == message


def test_a_long_message_is_cut() -> None:
    assert len(message_of(answer({"message": "x" * 5000}, 400))) < 400


def test_the_status_of_an_item_may_be_text() -> None:
    (error,) = item_errors(answer({"errors": [{"status": "422", "error_message": "No", "identifier": "A@B.example"}]}))

    assert (error.status, error.identifier) == (422, "a@b.example")


def test_an_error_that_names_an_alias_is_about_the_account_that_asked_for_it() -> None:
    body = {
        "users": [{"uid": 1, "primary_email": "One@example.com"}, {"uid": 3, "primary_email": "three@example.com"}],
        "errors": [{"status": 409, "error_message": "In use", "identifier": "second@example.com"}],
    }

    assert outcomes_of(answer(body), THREE) == (
        Created(primary_email=THREE[0].primary_email, uid="1"),  # type: ignore[arg-type]
        NotCreated(primary_email=THREE[1].primary_email, status=409, message="In use"),
        Created(primary_email=THREE[2].primary_email, uid="3"),  # type: ignore[arg-type]
    )


def test_an_error_that_names_nobody_is_about_the_one_account_that_is_left() -> None:
    body = {
        "users": [{"primary_email": "one@example.com"}, {"primary_email": "three@example.com"}],
        "errors": [{"status": 400, "error_message": "Odd"}],
    }

    assert isinstance(outcomes_of(answer(body), THREE)[1], NotCreated)


def test_an_error_that_names_nobody_is_not_guessed_at_where_two_are_left() -> None:
    body = {"users": [{"primary_email": "one@example.com"}], "errors": [{"status": 400, "error_message": "Odd"}]}
    outcomes = outcomes_of(answer(body), THREE)

    assert kinds(outcomes) == ["Created", "Unconfirmed", "Unconfirmed"]
    assert isinstance(outcomes[1], Unconfirmed)
    assert outcomes[1].message == "Odd"


def test_an_account_that_is_not_mentioned_is_neither_made_nor_refused() -> None:
    body = {"users": [{"primary_email": "one@example.com"}]}

    assert kinds(outcomes_of(answer(body, 201), THREE)) == ["Created", "Unconfirmed", "Unconfirmed"]


def test_a_bare_list_without_names_is_read_in_order() -> None:
    body = [{"status": 201, "uid": 7}, {"status": 409, "message": "In use"}, {"status": 201}]
    one, two, three = outcomes_of(answer(body), THREE)

    assert one == Created(primary_email=THREE[0].primary_email, uid="7")  # type: ignore[arg-type]
    assert isinstance(two, NotCreated)
    assert isinstance(three, Created)


def test_a_bare_list_without_names_that_lacks_one_is_not_guessed_at() -> None:
    body = [{"status": 201}, {"status": 409, "message": "In use"}]

    assert {type(outcome) for outcome in outcomes_of(answer(body), THREE)} == {Unconfirmed}


def test_a_list_of_users_inside_items_is_read() -> None:
    body = [{"status": 201, "user": {"uid": 7, "primary_email": "two@example.com"}}]

    assert kinds(outcomes_of(answer(body), THREE)) == ["Unconfirmed", "Created", "Unconfirmed"]


def test_a_refusal_of_the_whole_request_says_nothing_against_an_account() -> None:
    assert {type(o) for o in outcomes_of(answer({"message": "Too large"}, 413), THREE)} == {NotJudged}
    assert isinstance(outcomes_of(answer({"message": "Odd"}, 400), THREE[:1])[0], NotCreated)


@given(body=ANYTHING, status=st.sampled_from([200, 201, 204, 207, 400, 409, 413]))
def test_every_account_has_an_outcome_of_its_own_whatever_is_answered(body: Any, status: int) -> None:
    outcomes = outcomes_of(answer(body, status), THREE)

    assert [outcome.primary_email for outcome in outcomes] == [account.primary_email for account in THREE]


@given(body=ANYTHING)
def test_whatever_is_no_account_is_unreadable_and_nothing_worse(body: Any) -> None:
    try:
        account = account_of(body)
    except UnreadableError:
        return
    assert account.primary_email == account.primary_email.lower()
    assert account.uid


@pytest.mark.parametrize("uid", [480112, "480112", " 480112 "])
def test_a_uid_is_number_or_text(uid: object) -> None:
    assert account_of({"uid": uid, "primary_email": "a@example.com"}).uid == "480112"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"uid": 1},
        {"uid": 1, "primary_email": None},
        {"uid": 1, "primary_email": "  "},
        {"primary_email": "a@example.com"},
        {"uid": True, "primary_email": "a@example.com"},
        {"uid": None, "primary_email": "a@example.com"},
    ],
)
def test_an_account_that_cannot_be_told_from_others_is_unreadable(body: object) -> None:
    with pytest.raises(UnreadableError):
        account_of(body)


def test_an_account_with_the_least_that_is_needed_is_active_and_of_unknown_type() -> None:
    account = account_of({"uid": 1, "primary_email": "A@Example.com"})

    assert (account.type, account.is_active, account.firstname, account.alias_emails) == (
        AccountType.UNKNOWN,
        True,
        "",
        (),
    )


@pytest.mark.parametrize(
    ("aliases", "expected"),
    [
        (None, ()),
        ([], ()),
        (["B@example.com", "a@example.com", "b@example.com"], ("a@example.com", "b@example.com")),
        (["own@example.com", "b@example.com"], ("b@example.com",)),
        ([{"email": "b@example.com"}], ("b@example.com",)),
        (["odd"], ("odd",)),
        ([None, 3, ""], ()),
        ("b@example.com", ()),
    ],
)
def test_aliases_are_lower_case_sorted_and_without_the_primary(aliases: object, expected: tuple[str, ...]) -> None:
    body = {"uid": 1, "primary_email": "own@example.com", "alias_emails": aliases}

    assert account_of(body).alias_emails == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(True, True), (False, False), ("true", True), ("False", False), (0, False), ("1", True), (None, False)],
)
def test_a_switch_of_the_native_sync_may_be_text(value: object, expected: bool) -> None:
    assert native_sync_of({"add_users": value}).add_users is expected


@pytest.mark.parametrize(
    ("value", "hours"),
    [(6, 6), ("6", 6), ("6 hours", 6), (0, 0), ("0", 0), ("", 0), (None, 0), ("never", 0), ("Off", 0), ("hourly", 1)],
)
def test_the_frequency_of_the_native_sync_is_off_only_where_it_says_so(value: object, hours: int) -> None:
    assert native_sync_of({"sync_frequency": value}).frequency_hours == hours


@pytest.mark.parametrize("body", [[{"email": "A@example.com"}], ["a@example.com"], {"exemptions": ["a@example.com"]}])
def test_exemptions_are_read_in_every_form(body: object) -> None:
    assert exemptions_of(body) == ("a@example.com",)


@pytest.mark.parametrize("body", [None, {}, "users", {"users": None}, {"users": {}}])
def test_a_list_that_is_missing_is_unreadable(body: object) -> None:
    with pytest.raises(UnreadableError, match="no list users"):
        items_of(body, "users")
    with pytest.raises(UnreadableError):
        bare_items_of(body, "users")


@pytest.mark.parametrize("item", [None, "example.com", {}, {"name": ""}])
def test_a_domain_without_a_name_is_unreadable(item: object) -> None:
    with pytest.raises(UnreadableError):
        domain_of(item)


def test_licences_that_nobody_tells_have_no_limit() -> None:
    assert licences_of({}, {}).limit is None
    assert licences_of({"license_count": "50"}, {"user_licenses": 9}).limit == 50
    assert licences_of({}, {"user_licenses": 9}).limit == 9
