"""Open questions about addresses, in every position: renaming, taking, reserving, letter case, aliases."""

import pytest

from simulator.essentials import (
    AddressInUse,
    LetterCase,
    Rename,
)
from tests.simulator_essentials.organization import ADMIN, Client, user

DANA = "dana.reyes@contoso.example"
QUIET = "quiet@contoso.example"
LEE = "lee@contoso.example"


def test_another_primary_address_renames(essentials: Client) -> None:
    assert essentials.put(DANA, {"primary_email": LEE}).status == 204
    assert essentials.account(LEE)["uid"] == 2
    assert essentials.get(f"/users/{DANA}").status == 404
    assert essentials.post(user(DANA)).status == 201


def test_another_primary_address_is_refused(essentials: Client) -> None:
    essentials.switches.rename = Rename.REFUSED
    assert essentials.put(DANA, {"primary_email": LEE, "firstname": "D"}).status == 400
    assert essentials.account(DANA)["firstname"] == "Dana"
    assert essentials.put(DANA, {"primary_email": DANA.upper()}).status == 204


def test_another_primary_address_is_passed_over(essentials: Client) -> None:
    essentials.switches.rename = Rename.IGNORED
    assert essentials.put(DANA, {"primary_email": LEE, "firstname": "D"}).status == 204
    assert essentials.account(DANA)["firstname"] == "D"
    assert essentials.get(f"/users/{LEE}").status == 404


def test_an_address_in_use_is_refused(essentials: Client) -> None:
    assert essentials.put(QUIET, {"alias_emails": [DANA]}).status == 409


def test_an_alias_in_use_moves(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.put(QUIET, {"alias_emails": ["d.reyes@contoso.example"]}).status == 204
    assert essentials.account(DANA)["alias_emails"] == ["dana@fabrikam.example"]


def test_a_primary_in_use_moves_and_its_account_goes_on_under_its_alias(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.put(QUIET, {"alias_emails": [DANA]}).status == 204
    moved = essentials.account("d.reyes@contoso.example")
    assert (moved["uid"], moved["alias_emails"]) == (2, ["dana@fabrikam.example"])


def test_an_account_that_loses_its_only_address_is_gone(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.post(user(LEE, alias_emails=["scanner@contoso.example"])).status == 201
    assert 3 not in essentials.organization.users


def test_an_administrators_address_does_not_move(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.put(QUIET, {"alias_emails": [ADMIN]}).status == 409


def test_an_alias_of_an_inactive_account_stays_reserved(essentials: Client) -> None:
    assert essentials.put(QUIET, {"alias_emails": ["gone-alias@contoso.example"]}).status == 409


def test_an_alias_of_an_inactive_account_is_free(essentials: Client) -> None:
    essentials.switches.deactivation_frees_aliases = True
    assert essentials.put(QUIET, {"alias_emails": ["gone-alias@contoso.example"]}).status == 204
    assert essentials.account("gone@contoso.example")["alias_emails"] == []
    assert essentials.post(user("gone@contoso.example")).status == 409
    assert essentials.put(QUIET, {"alias_emails": ["dana@fabrikam.example"]}).status == 409


def test_an_address_of_a_deleted_account_is_free_at_once(essentials: Client) -> None:
    essentials.delete(DANA)
    assert essentials.post(user(DANA)).status == 201


def test_an_address_of_a_deleted_account_is_free_later(essentials: Client) -> None:
    essentials.switches.deletion_reserves_seconds = 600
    essentials.delete(DANA)
    assert essentials.post(user(DANA)).status == 409
    assert essentials.put(QUIET, {"alias_emails": ["d.reyes@contoso.example"]}).status == 409
    essentials.advance(minutes=10)
    assert essentials.post(user(DANA)).status == 201


@pytest.mark.parametrize(("letter_case", "kept"), [(LetterCase.KEPT, "Lee@Contoso.example"), (LetterCase.LOWERED, LEE)])
def test_letter_case_is_kept_or_lowered(essentials: Client, letter_case: LetterCase, kept: str) -> None:
    essentials.switches.letter_case = letter_case
    shown = essentials.post(user("Lee@Contoso.example", alias_emails=["L@contoso.example"])).json
    assert shown["primary_email"] == kept
    assert shown["alias_emails"] == ["L@contoso.example" if letter_case is LetterCase.KEPT else "l@contoso.example"]
    assert essentials.account(LEE)["uid"] == 100


def test_an_alias_finds_nobody(essentials: Client) -> None:
    assert essentials.get("/users/dana@fabrikam.example").status == 404


def test_an_alias_finds_the_account_for_reading(essentials: Client) -> None:
    essentials.switches.alias_finds_account = True
    assert essentials.account("DANA@fabrikam.example")["uid"] == 2
    assert essentials.put("dana@fabrikam.example", {"firstname": "D"}).status == 404
    assert essentials.get("/users/nobody@contoso.example").status == 404
