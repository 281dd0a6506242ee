"""What reading and writing an organization means, for the real client on the simulated service and for the twin in memory."""

from dataclasses import replace

import pytest

from shared.errors import RefusedError
from shared.model import AccountEdit, AccountType, Address, Created, NotCreated
from tests.builders.sides import organization
from tests.proofpoint.essentials_under_test import (
    ANN,
    BOB,
    NEW,
    PRESENT,
    SALES,
    SEATS,
    EssentialsUnderTest,
    new_account,
)

SMITH = Address("a.smith@example.com")
OWN = Address("api-sync@example.com")


def test_the_organization_is_read_whole(each: EssentialsUnderTest) -> None:
    expected = organization(PRESENT, seats=SEATS)
    read = each.organization()

    assert replace(read, certificate=expected.certificate) == expected
    assert read.certificate.accounts_read == 4
    assert read.certificate.own_account == OWN
    assert read.certificate.primary_domain == "example.com"


def test_progress_ends_with_all_of_it(each: EssentialsUnderTest) -> None:
    told: list[tuple[str, int, int]] = []
    each.reader.read(progress=lambda stage, done, total: told.append((stage, done, total)))

    assert {stage for stage, _, _ in told} == {"reading_organization"}
    assert told[-1][1] == told[-1][2]


def test_an_account_is_fetched_by_its_primary_address(each: EssentialsUnderTest) -> None:
    fetched = each.writer.fetch(ANN)

    assert fetched is not None
    assert fetched.account == PRESENT[0]


def test_nothing_is_fetched_by_an_alias(each: EssentialsUnderTest) -> None:
    assert each.writer.fetch(SMITH) is None


def test_nothing_is_fetched_where_there_is_no_account(each: EssentialsUnderTest) -> None:
    assert each.writer.fetch(NEW) is None


@pytest.mark.parametrize("kind", [AccountType.END_USER, AccountType.SILENT_USER, AccountType.FUNCTIONAL_ACCOUNT])
def test_a_new_account_is_as_it_was_asked_for(each: EssentialsUnderTest, kind: AccountType) -> None:
    (outcome,) = each.writer.create([new_account(aliases=("n@example.com",), kind=kind)])

    created = each.account(NEW)
    assert created is not None
    assert outcome == Created(primary_email=NEW, uid=created.uid)
    assert (created.type, created.is_active, created.firstname, created.surname) == (kind, True, "New", "Example")
    assert created.alias_emails == ("n@example.com",)


def test_an_account_that_is_made_again_has_its_lists_of_senders(each: EssentialsUnderTest) -> None:
    lists = {"white_list_senders": ("*@partner.example",), "black_list_senders": ("spam.example",)}
    each.writer.create([replace(new_account(), sender_lists=lists)])

    fetched = each.writer.fetch(NEW)
    assert fetched is not None
    assert {name: tuple(fetched.body[name]) for name in lists} == lists  # type: ignore[arg-type]  # lists of text


def test_a_batch_is_created_in_the_order_given(each: EssentialsUnderTest) -> None:
    accounts = [new_account(f"new{number}") for number in (3, 1, 2)]
    outcomes = each.writer.create(accounts)

    assert [type(outcome) for outcome in outcomes] == [Created] * 3
    assert [outcome.primary_email for outcome in outcomes] == [a.primary_email for a in accounts]
    assert all(each.account(a.primary_email) is not None for a in accounts)


def test_one_refused_account_of_a_batch_does_not_stop_the_others(each: EssentialsUnderTest) -> None:
    accounts = [new_account("one"), new_account("two", aliases=(SMITH,)), new_account("three")]
    one, two, three = each.writer.create(accounts)

    assert isinstance(one, Created)
    assert isinstance(two, NotCreated)
    assert (two.primary_email, two.status) == ("two@example.com", 409)
    assert isinstance(three, Created)
    assert each.account("two@example.com") is None


@pytest.mark.parametrize("name", ["ann", "a.smith"])
def test_an_address_in_use_is_refused(each: EssentialsUnderTest, name: str) -> None:
    (outcome,) = each.writer.create([new_account(name)])

    assert isinstance(outcome, NotCreated)
    assert outcome.status == 409


def test_an_unregistered_domain_is_refused(each: EssentialsUnderTest) -> None:
    (outcome,) = each.writer.create([new_account(aliases=("new@elsewhere.example",))])

    assert isinstance(outcome, NotCreated)
    assert outcome.status == 400


def test_without_a_seat_no_user_is_created_but_a_functional_account_is(each: EssentialsUnderTest) -> None:
    each.set_seats(2)
    user, functional = each.writer.create([new_account("one"), new_account("two", kind=AccountType.FUNCTIONAL_ACCOUNT)])

    assert isinstance(user, NotCreated)
    assert user.status == 403
    assert isinstance(functional, Created)


def test_without_a_seat_a_single_user_is_refused_and_nothing_else_is_wrong(each: EssentialsUnderTest) -> None:
    each.set_seats(2)
    (outcome,) = each.writer.create([new_account("one")])

    assert isinstance(outcome, NotCreated)
    assert outcome.status == 403


@pytest.mark.parametrize("count", [0, 26])
def test_a_batch_has_one_to_twenty_five_accounts(each: EssentialsUnderTest, count: int) -> None:
    with pytest.raises(ValueError, match=f"{count} accounts"):
        each.writer.create([new_account(f"new{number}") for number in range(count)])


@pytest.mark.parametrize("kind", [AccountType.ORGANIZATION_ADMIN, AccountType.UNKNOWN])
def test_no_administrator_is_ever_created(each: EssentialsUnderTest, kind: AccountType) -> None:
    with pytest.raises(ValueError, match="never becomes"):
        each.writer.create([new_account(kind=kind)])


def test_no_account_ever_becomes_an_administrator(each: EssentialsUnderTest) -> None:
    with pytest.raises(ValueError, match="never becomes"):
        each.update(ANN, AccountEdit(type=AccountType.CHANNEL_ADMIN))


@pytest.mark.parametrize(
    "edit",
    [
        AccountEdit(firstname="Anna", surname=""),
        AccountEdit(is_active=False),
        AccountEdit(type=AccountType.FUNCTIONAL_ACCOUNT),
        AccountEdit(alias_emails=()),
        AccountEdit(alias_emails=(SMITH, NEW)),
        AccountEdit(primary_email=NEW),
        AccountEdit(primary_email=SMITH, alias_emails=(ANN,)),
        AccountEdit(primary_email=NEW, type=AccountType.SILENT_USER, firstname="Anna", alias_emails=(ANN, SMITH)),
    ],
)
def test_an_edit_changes_what_it_names_and_keeps_the_rest(each: EssentialsUnderTest, edit: AccountEdit) -> None:
    each.update(ANN, edit)

    before = PRESENT[0]
    assert each.account(edit.primary_email or ANN) == replace(
        before,
        primary_email=edit.primary_email or before.primary_email,
        type=edit.type or before.type,
        is_active=before.is_active if edit.is_active is None else edit.is_active,
        firstname=before.firstname if edit.firstname is None else edit.firstname,
        surname=before.surname if edit.surname is None else edit.surname,
        alias_emails=before.alias_emails if edit.alias_emails is None else tuple(sorted(edit.alias_emails)),
    )


def test_an_edit_of_nothing_changes_nothing(each: EssentialsUnderTest) -> None:
    each.update(BOB, AccountEdit())

    assert each.account(BOB) == PRESENT[1]


@pytest.mark.parametrize(
    ("edit", "status"),
    [
        (AccountEdit(alias_emails=(SMITH, SALES)), 409),
        (AccountEdit(primary_email=BOB), 409),
        (AccountEdit(alias_emails=(Address("ann@elsewhere.example"),)), 400),
    ],
)
def test_a_refused_edit_names_the_account_and_changes_nothing(
    each: EssentialsUnderTest, edit: AccountEdit, status: int
) -> None:
    with pytest.raises(RefusedError) as caught:
        each.update(ANN, edit)

    assert (caught.value.status, caught.value.identifier) == (status, ANN)
    assert each.account(ANN) == PRESENT[0]


def test_an_edit_of_an_account_that_is_gone_is_refused(each: EssentialsUnderTest) -> None:
    fetched = each.writer.fetch(ANN)
    assert fetched is not None
    each.writer.delete(ANN)

    with pytest.raises(RefusedError) as caught:
        each.writer.update(fetched, AccountEdit(firstname="Anna"))
    assert caught.value.status == 404


def test_a_refused_rename_is_an_error_and_an_ignored_one_is_seen_by_fetching(each: EssentialsUnderTest) -> None:
    each.set_renames("refused")
    with pytest.raises(RefusedError):
        each.update(ANN, AccountEdit(primary_email=NEW))

    each.set_renames("ignored")
    each.update(ANN, AccountEdit(primary_email=NEW))
    assert each.writer.fetch(NEW) is None
    assert each.writer.fetch(ANN) is not None


def test_no_seat_is_taken_beyond_the_licences(each: EssentialsUnderTest) -> None:
    each.set_seats(2)
    with pytest.raises(RefusedError) as caught:
        each.update(BOB, AccountEdit(is_active=True))

    assert caught.value.status == 403


def test_a_deleted_account_is_gone_and_its_addresses_are_free(each: EssentialsUnderTest) -> None:
    each.writer.delete(ANN)
    (outcome,) = each.writer.create([new_account("ann", aliases=(SMITH,))])

    assert isinstance(outcome, Created)
    assert outcome.uid != PRESENT[0].uid


def test_to_delete_what_is_not_there_is_no_error(each: EssentialsUnderTest) -> None:
    each.writer.delete(NEW)


def test_the_own_account_cannot_be_deleted_or_deactivated(each: EssentialsUnderTest) -> None:
    with pytest.raises(RefusedError):
        each.writer.delete(OWN)
    with pytest.raises(RefusedError):
        each.update(OWN, AccountEdit(is_active=False))

    assert each.account(OWN) is not None
