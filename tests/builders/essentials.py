"""What Essentials would hold after some changes of a plan: written from the meaning of a change, not with the app's code."""

from collections.abc import Iterable
from dataclasses import replace

from shared.diff.plan import Category, Change
from shared.model import Account, Address, Organization, Uid


def after(organization: Organization, changes: Iterable[Change]) -> Organization:
    """The organization once these changes are made, in this order."""
    accounts = {a.uid: a for a in organization.accounts}
    made = 0
    for change in changes:
        if change.category in (Category.ADD_USER, Category.ADD_GROUP):
            made += 1
            new = created(change, Uid(f"new-{made}"))
            accounts[new.uid] = new
        elif change.category in (Category.REMOVE_USER, Category.REMOVE_GROUP):
            assert change.uid is not None
            del accounts[change.uid]
        else:
            assert change.uid is not None
            accounts[change.uid] = changed(accounts[change.uid], change)
    ordered = tuple(sorted(accounts.values(), key=lambda a: a.primary_email))
    return replace(organization, accounts=ordered)


def created(change: Change, uid: Uid) -> Account:
    """The account that an addition makes."""
    new = change.after
    assert new.primary_email is not None
    assert new.type is not None
    assert new.is_active is not None
    return Account(
        uid=uid,
        primary_email=new.primary_email,
        type=new.type,
        is_active=new.is_active,
        firstname=new.firstname or "",
        surname=new.surname or "",
        alias_emails=new.alias_emails or (),
    )


def changed(account: Account, change: Change) -> Account:
    """The account after an update or a conversion; an old primary address stays as an alias."""
    new = change.after
    aliases = set(account.alias_emails) - set(change.before.alias_emails or ()) | set(new.alias_emails or ())
    primary = new.primary_email or account.primary_email
    if primary != account.primary_email:
        aliases.add(account.primary_email)
    aliases.discard(primary)
    return replace(
        account,
        primary_email=primary,
        type=new.type or account.type,
        is_active=account.is_active if new.is_active is None else new.is_active,
        firstname=account.firstname if new.firstname is None else new.firstname,
        surname=account.surname if new.surname is None else new.surname,
        alias_emails=tuple(sorted(aliases)),
    )


def owners(organization: Organization) -> dict[Address, list[Uid]]:
    """Who has each address."""
    found: dict[Address, list[Uid]] = {}
    for account in organization.accounts:
        for address in account.addresses:
            found.setdefault(address, []).append(account.uid)
    return found
