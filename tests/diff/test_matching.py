"""Matching: how accounts are indexed and counted; who belongs to whom is told by the rows of plans."""

from collections import Counter

from hypothesis import given

from shared.diff.matching import indexed
from shared.model import AccountType, Organization
from tests.builders.worlds import organizations


@given(organization=organizations())
def test_accounts_are_counted_as_they_are(organization: Organization) -> None:
    accounts = indexed(organization.accounts, own=organization.certificate.own_account)

    assert accounts.by_type == Counter(account.type for account in organization.accounts)
    assert list(accounts.by_type) == [kind for kind in AccountType if kind in accounts.by_type]
    assert accounts.active == len([account for account in organization.accounts if account.is_active])
    assert accounts.seats_used == organization.active_users
