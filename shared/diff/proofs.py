"""Proofs: nothing is taken without one. Entra itself must say that an address, an account or a state is no longer wanted.

Not a proof: a kind that is not managed, an unregistered or inactive domain, a filter, a hidden membership, a changed setting.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from shared.diff.ledger import LedgerEntry
from shared.diff.plan import Blocked
from shared.diff.situation import Situation
from shared.model import Account, Address, EntraId


class Standing(StrEnum):
    """What a taking change may be."""

    PROVEN = "proven"
    STRAY = "stray"
    """Neither Entra nor the ledger knows of it: a person may tick it, nothing unattended ever does."""
    WAITING = "waiting"
    """It is missing, but not for long enough: no row at all."""
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The standing of one taking change, with the proof or with what stands against it."""

    standing: Standing
    blocked: Blocked | None = None
    proof: str = ""
    reason: str = ""


def address_verdict(
    address: Address, *, owner: EntraId | None, entry: LedgerEntry | None, taker: EntraId | None, situation: Situation
) -> Verdict:
    """Whether an address may be taken from the account of ``owner``; ``taker`` is the object whose account its chain gives it.

    Proven where the ledger says that it came from Entra or from us, and no object read has it, of any kind, managed or not,
    in scope or not, save the taker.
    """
    others = [i for i in situation.listed_by.get(address, ()) if i not in (owner, taker)]
    if others:
        name = situation.subjects[others[0]].name
        return Verdict(
            standing=Standing.BLOCKED,
            blocked=Blocked.ADDRESS_IN_USE,
            reason=f"{address} is an address of {name} ({others[0]}).",
        )
    if situation.has_unknown_addresses:
        return Verdict(
            standing=Standing.BLOCKED,
            blocked=Blocked.NO_PROOF,
            reason="Somebody's addresses could not be read: nothing proves that no object has this one.",
        )
    note = entry.addresses.get(address) if entry is not None else None
    if note is None:
        return Verdict(standing=Standing.STRAY)
    missing_since = note.missing_since or situation.now
    if taker is None and situation.now < missing_since + timedelta(days=situation.options.grace_days):
        return Verdict(standing=Standing.WAITING)
    if taker is None:
        proof = f"Came from {note.origin}; no object in Entra has {address} since {missing_since:%Y-%m-%d}."
    else:
        proof = f"Came from {note.origin}; in Entra only {situation.subjects[taker].name} has {address}."
    return Verdict(standing=Standing.PROVEN, proof=proof)


def rival_of(account: Account, *, owner: EntraId | None, situation: Situation) -> str:
    """Who else has an address of the account, in words; empty where nobody has.

    An account is removed, deactivated or, as a leaver's, converted only where nobody has, or its chain gives them there.
    """
    for address in situation.kept_by(account):
        for entra_id in situation.listed_by.get(address, ()):
            if entra_id != owner:
                return f"{address} is an address of {situation.subjects[entra_id].name} ({entra_id})."
    if situation.has_unknown_addresses:
        return "Somebody's addresses could not be read, so one of the account's may be theirs."
    return ""


def is_gone(entra_id: EntraId, situation: Situation) -> bool:
    """Whether Entra says that the object is gone: it is in deleted items, or its id answers 404."""
    return entra_id in situation.deleted_at or entra_id in situation.evidence.gone


def how_gone(entra_id: EntraId, situation: Situation) -> str:
    """The proof that an object is gone, in words."""
    if entra_id in situation.deleted_at:
        at = situation.deleted_at[entra_id]
        return "In Entra's deleted items" + (f" since {at:%Y-%m-%d}." if at is not None else ".")
    return "Entra answers 404 for its object id."
