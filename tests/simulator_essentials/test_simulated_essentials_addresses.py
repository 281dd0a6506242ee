"""Which addresses an account may have, over the API and around it."""

import pytest

from tests.simulator_essentials.organization import ADMIN, Client, user

DANA = "dana.reyes@contoso.example"


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
