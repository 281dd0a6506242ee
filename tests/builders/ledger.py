"""Builders of what the ledger knows."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry
from shared.diff.plan import ObjectKind
from shared.model import Account
from tests.builders.sides import NOW, entra_id


def entry(owned: Account, **fields: object) -> LedgerEntry:
    """What the ledger has of an active person whose account was last written as it is now; ``fields`` replace its own."""
    known = LedgerEntry(
        kind=ObjectKind.ACTIVE_USER,
        uid=owned.uid,
        address=owned.primary_email,
        addresses={a: AddressNote(origin=AddressOrigin.ENTRA) for a in owned.addresses},
        type=owned.type,
        is_active=owned.is_active,
        first_seen_at=NOW - timedelta(days=90),
        last_seen_at=NOW - timedelta(hours=1),
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def knowing(accounts: Mapping[int, Account], **fields: object) -> Ledger:
    """A ledger of such entries, by the numbers of the objects."""
    return Ledger(entries={entra_id(number): entry(owned, **fields) for number, owned in accounts.items()})
