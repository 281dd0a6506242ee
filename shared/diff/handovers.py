"""Rows that hand an address from one account to another: two rows that share a chain."""

import hashlib

from shared.diff.plan import Blocked, Change, Values
from shared.diff.rows import NO_PROOF_YET, Target, change, newcomer, target
from shared.diff.situation import Situation
from shared.diff.subject import Subject
from shared.model import Account, Address


def handover_rows(subject: Subject, added_as: Change | None, situation: Situation) -> list[Change]:
    """The addresses that Entra gives to the subject and that other accounts still have as aliases, each chain apart.

    ``added_as`` is the row that creates the subject's account, where it has none yet.
    """
    if subject.addresses is None:
        return []
    account = situation.account_of(subject)
    if account is not None:
        taker = target(account, subject)
    elif added_as is not None and added_as.blocked is None:
        taker = newcomer(subject, added_as.address)
    else:
        return []
    rows: list[Change] = []
    for address in subject.addresses.registered:
        holder = situation.holders.get(address)
        if holder is None or (account is not None and holder.uid == account.uid):
            continue
        if situation.is_claimed_by(address, subject) and _can_be_named(address, holder, situation):
            rows += _chain(address, holder, taker, situation)
    return rows


def _can_be_named(address: Address, holder: Account, situation: Situation) -> bool:
    """Whether freeing the address is a change that this app could ever make: not a primary, not of a protected account."""
    if holder.uid in situation.untouchable or address == holder.primary_email:
        return False
    owner = situation.subject_of(holder)
    return owner is None or owner.addresses is None or address not in owner.addresses.listed


def _chain(address: Address, holder: Account, taker: Target, situation: Situation) -> list[Change]:
    giver = target(holder, situation.subject_of(holder))
    chain = hashlib.sha256(f"{address}|{giver.uid}|{taker.entra_id}".encode()).hexdigest()[:12]
    freed = change(
        giver,
        giver.update,
        before=Values(alias_emails=(address,)),
        after=Values(alias_emails=()),
        reason=f"Entra gives {address} to {taker.name}. {NO_PROOF_YET}",
        mail_impact=f"Mail to {address} goes to {taker.address} instead of {giver.address}.",
        blocked=Blocked.NO_PROOF,
        chain=chain,
        takes=True,
    )
    given = change(
        taker,
        taker.update,
        before=Values(alias_emails=()),
        after=Values(alias_emails=(address,)),
        reason=f"Entra lists {address}, which the account {giver.address} still has.",
        mail_impact=f"Mail to {address} goes to {taker.address} instead of {giver.address}.",
        blocked=Blocked.NO_PROOF,
        chain=chain,
    )
    return [freed, given]
