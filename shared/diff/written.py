"""What was written: changes that are done, as notes for the ledger."""

from collections.abc import Iterable
from dataclasses import replace

from shared.diff.ledger import ALIAS_NOTE, SentAndRead, Written
from shared.diff.plan import ADDS, Change, ObjectKind
from shared.model import Account, EntraId, Organization


def written(done: Iterable[Change], already: Iterable[Change], organization: Organization) -> list[Written]:
    """What these changes wrote to the accounts of their objects, as ``organization``, read afterwards, shows it.

    Only of a change that was ``done`` can it be said that Essentials reads a value otherwise than it was sent.
    """
    by_uid = {a.uid: a for a in organization.accounts}
    by_address = {address: a for a in organization.accounts for address in a.addresses}
    found = []
    for change, reads_back in [*((c, True) for c in done), *((c, False) for c in already)]:
        account = by_uid.get(change.uid) if change.uid is not None else by_address.get(change.address)
        if account is not None and change.entra_id is not None and change.kind is not None:
            noted = _one_written(change, change.entra_id, change.kind, account)
            found.append(replace(noted, read_otherwise=_read_otherwise(change, account)) if reads_back else noted)
    return found


def _one_written(change: Change, entra_id: EntraId, kind: ObjectKind, account: Account) -> Written:
    after = change.after
    given = set(after.alias_emails or ())
    if after.primary_email is not None:
        given.add(after.primary_email)
    return Written(
        entra_id=entra_id,
        kind=kind,
        uid=account.uid,
        address=account.primary_email,
        given=tuple(sorted(given)),
        taken=change.before.alias_emails or (),
        type=after.type,
        former_type=change.before.type,
        is_active=after.is_active,
        is_created=change.category in ADDS,
    )


def _read_otherwise(change: Change, account: Account) -> dict[str, SentAndRead]:
    """Values that Essentials took and reads back otherwise."""
    after = change.after
    notes: dict[str, SentAndRead] = {}
    for field in ("primary_email", "firstname", "surname"):
        sent, read = getattr(after, field), getattr(account, field)
        if sent is not None and sent != read:
            notes[field] = SentAndRead(sent=sent, read=read)
    for alias in after.alias_emails or ():
        if alias not in account.addresses:
            notes[f"{ALIAS_NOTE}{alias}"] = SentAndRead(sent=alias, read="")
    return notes
