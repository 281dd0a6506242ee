"""A write has its effect once, whatever becomes of its answer."""

from dataclasses import replace
from typing import Any

import pytest

from shared.errors import (
    EssentialsCredentialError,
    NotConfiguredError,
    PermissionMissingError,
    RefusedError,
    SyncError,
    UnexpectedAnswerError,
    UnreachableError,
)
from shared.model import AccountEdit, Address, Created, NotCreated, Unconfirmed
from simulator.effects import DropAfter, DropBefore, HtmlAnswer, LateStatusFault, Redirect, StatusFault
from tests.proofpoint.essentials_under_test import (
    ANN,
    NEW,
    OWN,
    PASSWORD,
    SimulatedEssentials,
    new_account,
)

TAKES_EFFECT = [DropAfter(), LateStatusFault(status=500), LateStatusFault(status=504)]
TAKES_NONE = [
    (DropBefore(), UnreachableError),
    (StatusFault(status=500), UnexpectedAnswerError),
    (StatusFault(status=503, retry_after="1"), UnexpectedAnswerError),
    (HtmlAnswer(), UnexpectedAnswerError),
    (Redirect(location="https://elsewhere.example/"), UnexpectedAnswerError),
    (StatusFault(status=401), EssentialsCredentialError),
]


def writes(simulated: SimulatedEssentials) -> int:
    return sum(1 for entry in simulated.journal.entries() if entry.method in ("POST", "PUT", "DELETE"))


def edit(simulated: SimulatedEssentials, address: Address, change: AccountEdit) -> None:
    writer = simulated.writer()
    fetched = writer.fetch(address)
    assert fetched is not None
    writer.update(fetched, change)


@pytest.mark.parametrize("effect", TAKES_EFFECT)
@pytest.mark.parametrize(
    "change",
    [AccountEdit(firstname="Anna", alias_emails=()), AccountEdit(primary_email=NEW, alias_emails=(ANN,))],
)
def test_an_update_whose_answer_is_lost_is_settled_by_looking(
    simulated: SimulatedEssentials, effect: Any, change: AccountEdit
) -> None:
    simulated.hit("PUT", "/users/*", effect)
    edit(simulated, ANN, change)

    assert writes(simulated) == 1


@pytest.mark.parametrize("effect", TAKES_EFFECT)
def test_a_creation_whose_answer_is_lost_is_settled_by_looking(simulated: SimulatedEssentials, effect: Any) -> None:
    simulated.hit("POST", "/users", effect)
    outcomes = simulated.writer().create([new_account("one"), new_account("bob"), new_account("two")])

    assert [isinstance(outcome, Created) for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1], Unconfirmed), "the account there is another"
    assert all(outcome.uid is not None for outcome in outcomes if isinstance(outcome, Created))
    assert writes(simulated) == 1


@pytest.mark.parametrize("effect", TAKES_EFFECT)
def test_a_removal_whose_answer_is_lost_is_settled_by_looking(simulated: SimulatedEssentials, effect: Any) -> None:
    simulated.hit("DELETE", "/users/*", effect)
    simulated.writer().delete(ANN)

    assert simulated.writer().fetch(ANN) is None
    assert writes(simulated) == 1


@pytest.mark.parametrize(("effect", "error"), TAKES_NONE)
def test_an_update_without_effect_is_an_error(
    simulated: SimulatedEssentials, effect: Any, error: type[SyncError]
) -> None:
    simulated.hit("PUT", "/users/*", effect, times=2)
    with pytest.raises(error):
        edit(simulated, ANN, AccountEdit(firstname="Anna"))

    assert simulated.user(ANN)["firstname"] == "Ann"
    assert writes(simulated) == 1


@pytest.mark.parametrize(("effect", "error"), TAKES_NONE)
def test_a_creation_without_effect_is_an_error(
    simulated: SimulatedEssentials, effect: Any, error: type[SyncError]
) -> None:
    simulated.hit("POST", "/users", effect, times=2)
    with pytest.raises(error):
        simulated.writer().create([new_account("one"), new_account("two")])

    assert len(simulated.there.users) == 4
    assert writes(simulated) == 1


@pytest.mark.parametrize(("effect", "error"), TAKES_NONE)
def test_a_removal_without_effect_is_an_error(
    simulated: SimulatedEssentials, effect: Any, error: type[SyncError]
) -> None:
    simulated.hit("DELETE", "/users/*", effect, times=2)
    with pytest.raises(error):
        simulated.writer().delete(ANN)

    assert len(simulated.there.users) == 4
    assert writes(simulated) == 1


def test_a_404_for_an_account_that_is_still_there_is_no_removal(simulated: SimulatedEssentials) -> None:
    simulated.hit("DELETE", "/users/*", StatusFault(status=404))
    with pytest.raises(RefusedError):
        simulated.writer().delete(ANN)

    assert len(simulated.there.users) == 4


def test_where_looking_fails_too_the_lost_answer_is_the_error(simulated: SimulatedEssentials) -> None:
    writer = simulated.writer()
    fetched = writer.fetch(ANN)
    assert fetched is not None
    simulated.hit("PUT", "/users/*", DropAfter())
    simulated.hit("GET", "/users/*", StatusFault(status=502), times=None)

    with pytest.raises(UnreachableError, match="PUT"):
        writer.update(fetched, AccountEdit(firstname="Anna"))


def test_a_throttled_write_is_repeated_as_it_had_no_effect(simulated: SimulatedEssentials) -> None:
    simulated.hit("POST", "/users", StatusFault(status=429, retry_after="3"))
    (outcome,) = simulated.writer().create([new_account()])

    assert isinstance(outcome, Created)
    assert simulated.clock.slept == [3.0]


def test_a_password_rotated_meanwhile_does_not_stop_a_write(simulated: SimulatedEssentials) -> None:
    simulated.secrets.value, simulated.secrets.rotated = "old", PASSWORD
    (outcome,) = simulated.writer().create([new_account()])

    assert isinstance(outcome, Created)


def test_a_read_only_administrator_is_told_what_it_lacks(simulated: SimulatedEssentials) -> None:
    simulated.user(OWN)["read_only_user"] = True
    writer = simulated.writer()

    with pytest.raises(PermissionMissingError, match="read-only"):
        writer.create([new_account()])
    with pytest.raises(PermissionMissingError):
        writer.delete(ANN)
    with pytest.raises(PermissionMissingError):
        edit(simulated, ANN, AccountEdit(firstname="Anna"))


def test_whether_the_account_may_write_at_all_is_asked_once(simulated: SimulatedEssentials) -> None:
    simulated.there.user_licences = 0
    writer = simulated.writer()
    outcomes = [writer.create([new_account(f"new{number}")])[0] for number in range(3)]

    assert [type(outcome) for outcome in outcomes] == [NotCreated] * 3
    assert sum(1 for entry in simulated.journal.entries() if entry.path.endswith("/me")) == 1


def test_an_organization_that_vanished_is_no_refusal_of_an_account(simulated: SimulatedEssentials) -> None:
    writer = simulated.writer()
    simulated.hit("POST", "/users", StatusFault(status=404))

    with pytest.raises(NotConfiguredError):
        writer.create([new_account()])


def test_a_page_of_something_in_between_is_not_taken_for_a_missing_account(simulated: SimulatedEssentials) -> None:
    simulated.hit("GET", "/users/*", HtmlAnswer())

    with pytest.raises(UnexpectedAnswerError, match="not JSON"):
        simulated.writer().fetch(ANN)


@pytest.mark.parametrize("name", ["o'neil+test", "a/b", "50%", "ann#1", "a?b", "grüße"])
def test_an_address_with_any_characters_reaches_its_account(simulated: SimulatedEssentials, name: str) -> None:
    address = Address(f"{name}@example.com")
    writer = simulated.writer()
    (outcome,) = writer.create([new_account(name)])
    fetched = writer.fetch(address)

    assert isinstance(outcome, Created)
    assert fetched is not None
    writer.update(fetched, AccountEdit(firstname="Anna"))
    assert simulated.user(address)["firstname"] == "Anna"
    writer.delete(address)
    assert writer.fetch(address) is None


@pytest.mark.parametrize("wanted", [True, False])
def test_the_welcome_mail_is_always_decided_explicitly(simulated: SimulatedEssentials, wanted: bool) -> None:
    simulated.writer().create([replace(new_account(), send_welcome_email=wanted)])

    assert bool(simulated.there.welcome_mails) is wanted
