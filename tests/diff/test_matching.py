"""Matching: how accounts are indexed and counted, and what a match says; who belongs to whom is told by the rows of plans."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diff.ledger import Ledger
from shared.diff.matching import indexed
from shared.diff.options import SyncOptions
from shared.diff.situation import Situation, situate
from shared.diff.subject import Wish
from shared.diff.updates import account_rows
from shared.model import AccountType, Directory, Organization
from tests.builders.ledger import entry, knowing
from tests.builders.sides import NOW, account, directory, entra_id, organization, person
from tests.builders.worlds import directories, ledgers, options, organizations
from tests.laws import law


def situation_of(
    people: Directory, accounts: Organization, ledger: Ledger, chosen: SyncOptions | None = None
) -> Situation:
    """Both sides a day after they were read, with nothing exempt."""
    return situate(
        directory=people,
        organization=accounts,
        ledger=ledger,
        exemptions=(),
        options=chosen or SyncOptions(),
        now=NOW + timedelta(days=1),
    )


@given(organization=organizations())
def test_accounts_are_counted_as_they_are(organization: Organization) -> None:
    accounts = indexed(organization.accounts, own=organization.certificate.own_account)

    assert accounts.by_type == Counter(account.type for account in organization.accounts)
    assert list(accounts.by_type) == [kind for kind in AccountType if kind in accounts.by_type]
    assert accounts.active == len([account for account in organization.accounts if account.is_active])
    assert accounts.seats_used == organization.seats_used


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_no_row_is_about_an_account_that_is_as_wished(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    situation = situation_of(directory, organization, data.draw(ledgers(organization)), options)

    for subject in situation.subjects.values():
        found = situation.match_of(subject)
        if found is not None and found.is_as_wished and isinstance(subject.verdict, Wish):
            assert account_rows(subject, subject.verdict, found, situation) == []


ANN = account(11, "ann", aliases=("of.ann@example.com",))


@pytest.mark.parametrize(
    "differing",
    [
        {"primary_email": "of.ann@example.com", "alias_emails": ("ann@example.com",)},
        {"alias_emails": ()},
        {"alias_emails": ("of.ann@example.com", "other.ann@example.com")},
        {"firstname": "Other"},
        {"surname": "Other"},
        {"type": AccountType.FUNCTIONAL_ACCOUNT},
        {"is_active": False},
    ],
    ids=lambda differing: next(iter(differing)),
)
def test_an_account_is_as_wished_until_anything_differs(differing: Mapping[str, object]) -> None:
    people = directory([person(1, "ann", aliases=("of.ann@example.com",))])
    changed = replace(ANN, **differing)  # type: ignore[arg-type]

    for now, is_as_wished in ((ANN, True), (changed, False)):
        situation = situation_of(people, organization([now]), knowing({1: now}))
        (found,) = situation.matching.in_order
        assert found is not None
        assert found.is_as_wished is is_as_wished


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_each_account_is_one_objects_or_nobodys(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    matching = situation_of(directory, organization, data.draw(ledgers(organization)), options).matching

    matched = {found.account.uid: entra_id for entra_id, found in matching.by_object.items()}
    assert matched == matching.object_of
    assert len(matched) == len(matching.by_object)
    assert {*matched, *(a.uid for a in matching.unmatched)} == {a.uid for a in organization.accounts}
    assert matched.keys().isdisjoint(a.uid for a in matching.unmatched)


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_matches_in_order_are_those_by_object(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    situation = situation_of(directory, organization, data.draw(ledgers(organization)), options)

    assert list(situation.matching.in_order) == [situation.match_of(s) for s in situation.subjects.values()]


@pytest.mark.parametrize("missing", [1, 2])
def test_an_account_that_the_ledger_gives_to_two_objects_is_the_living_ones(missing: int) -> None:
    living = 3 - missing
    people = directory([person(living, "ann", aliases=("of.ann@example.com",))])
    ledger = Ledger(entries={entra_id(1): entry(ANN), entra_id(2): entry(ANN)})

    matching = situation_of(people, organization([ANN]), ledger).matching

    assert matching.object_of == {ANN.uid: entra_id(living)}
    assert not matching.recycled


def test_an_account_that_the_ledger_gives_to_two_living_objects_is_the_first_ones_by_id() -> None:
    people = directory([person(1, "ann"), person(2, "bob")])
    ledger = Ledger(entries={entra_id(2): entry(ANN), entra_id(1): entry(ANN)})

    matching = situation_of(people, organization([ANN]), ledger).matching

    assert matching.object_of == {ANN.uid: entra_id(1)}
    assert matching.conflicts == {entra_id(2): ANN.uid}
