"""What Essentials would hold after some changes of a plan: written from the meaning of a change, not with the app's code."""

from collections.abc import Iterable
from dataclasses import replace

from shared.diff.plan import ADDS, REMOVALS, Change
from shared.model import Account, Address, Organization, Uid


def after(organization: Organization, changes: Iterable[Change]) -> Organization:
    """The organization once these changes are made, in this order."""
    accounts = {a.uid: a for a in organization.accounts}
    made = 0
    for change in changes:
        if change.category in ADDS:
            made += 1
            new = created(change, Uid(f"new-{change.address}-{made}"))
            accounts[new.uid] = new
        elif change.category in REMOVALS:
            assert change.uid is not None
            del accounts[change.uid]
        else:
            uid = change.uid or next(a.uid for a in accounts.values() if a.primary_email == change.address)
            accounts[uid] = changed(accounts[uid], change)
    ordered = tuple(sorted(accounts.values(), key=lambda a: a.primary_email))
    return replace(organization, accounts=ordered)


def chain_in_order(organization: Organization, chain: Iterable[Change]) -> list[Change]:
    """The changes of a chain so that each address is free when it is taken; fails where there is no such order."""
    chain = list(chain)
    takers = [c for c in chain if c.after.primary_email or c.after.alias_emails]
    givers = [c for c in chain if c not in takers]
    ordered: list[Change] = []
    while takers:
        now = after(organization, ordered)
        held = {address for a in now.accounts for address in a.addresses}
        for taker in takers:
            wanted = {*(taker.after.alias_emails or ()), *filter(None, (taker.after.primary_email,))}
            own = {x for a in now.accounts if a.uid == taker.uid for x in a.addresses}
            free_first = [g for g in givers if g not in ordered and wanted & set(freed_by(g))]
            still_primary = {a.primary_email for a in now.accounts} - {
                g.before.primary_email for g in free_first if g.category in REMOVALS
            }
            if any(set(freed_by(g)) & still_primary for g in free_first):
                continue
            if (wanted & held) - own <= {x for g in free_first for x in freed_by(g)}:
                ordered += [*free_first, taker]
                takers.remove(taker)
                break
        else:
            raise AssertionError(f"no order for {chain}")
    return ordered + [g for g in givers if g not in ordered]


def freed_by(change: Change) -> tuple[Address, ...]:
    """The addresses that a giving change frees."""
    if change.before.primary_email is not None:
        return (change.before.primary_email,)
    return change.before.alias_emails or ()


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
