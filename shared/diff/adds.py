"""Rows for objects that have no account yet."""

from shared.diff.options import How, Onmicrosoft
from shared.diff.plan import Blocked, Category, Change, Values
from shared.diff.proofs import how_gone, is_gone
from shared.diff.rows import NO_PROOF, change, in_words, listing, newcomer, target
from shared.diff.situation import Situation
from shared.diff.subject import ONMICROSOFT_SUFFIX, Addresses, Subject, TypeWish, Wish
from shared.model import AccountType, Address


def add_rows(subject: Subject, wish: Wish, situation: Situation) -> list[Change]:
    """The row that creates the account of a subject that has none; none where options say that none is made."""
    how = How.ADD_GROUPS if subject.is_group else How.ADD_USERS
    if how not in situation.options.how or not wish.may_add or subject.addresses is None:
        return []
    if subject.id in situation.matching.recycled:
        return _recycled_rows(subject, situation)
    primary, obstacle = _primary(subject, subject.addresses, situation)
    if isinstance(obstacle, Blocked):
        return [_blocked_row(subject, primary, obstacle, situation)]
    return [_added_row(subject, subject.addresses, wish, primary, situation)]


def _added_row(subject: Subject, addresses: Addresses, wish: Wish, primary: Address, situation: Situation) -> Change:
    values = add_values(subject, addresses, wish, primary, situation)
    aliases = values.alias_emails or ()
    return change(
        newcomer(subject, primary),
        _category(subject),
        before=Values(),
        after=values,
        reason=f"Entra has this {in_words(subject.kind)}, and no account has any of its addresses as primary.",
        mail_impact=f"Mail to {listing((primary, *aliases))} is accepted, within 60 minutes of the creation.",
        warnings=_warnings(subject, addresses, wish, primary, situation),
    )


def add_values(subject: Subject, addresses: Addresses, wish: Wish, primary: Address, situation: Situation) -> Values:
    """The account that an addition makes: with every registered address that is free and the subject's own."""
    aliases = tuple(
        a
        for a in addresses.registered
        if a != primary and a not in situation.holders and situation.is_claimed_by(a, subject)
    )
    return Values(
        primary_email=primary,
        type=new_type(wish, situation),
        is_active=True,
        firstname=subject.firstname,
        surname=subject.surname,
        alias_emails=aliases,
    )


def new_type(wish: Wish, situation: Situation) -> AccountType:
    """The type that a new account gets; where nothing decides it, a user's."""
    return AccountType.FUNCTIONAL_ACCOUNT if wish.type is TypeWish.FUNCTIONAL else situation.options.default_role


def _recycled_rows(subject: Subject, situation: Situation) -> list[Change]:
    """The row that hands the account of an object that is gone, with all its lists, to the new object at its address."""
    uid = situation.matching.recycled[subject.id]
    if uid in situation.untouchable:
        return []
    account = situation.accounts[uid]
    owner = situation.matching.ledger_owners[uid]
    gone = is_gone(owner, situation)
    whom = target(account, subject)
    return [
        change(
            whom,
            whom.update,
            before=Values(),
            after=Values(),
            reason=f"{account.primary_email} belonged to the Entra object {owner}, and a new object has it now."
            + ("" if gone else f" {NO_PROOF}"),
            proof=how_gone(owner, situation) if gone else "",
            mail_impact="None: the account goes on, with its lists, for the new object.",
            ticked=False,
            blocked=None if gone else Blocked.NO_PROOF,
            takes=True,
        )
    ]


def _category(subject: Subject) -> Category:
    return Category.ADD_GROUP if subject.is_group else Category.ADD_USER


def _primary(subject: Subject, addresses: Addresses, situation: Situation) -> tuple[Address, Blocked | None]:
    """The primary address of the new account, and what stands in its way."""
    if not addresses.registered:
        return addresses.primary, Blocked.UNREGISTERED_DOMAIN
    if subject.id in situation.matching.conflicts:
        return addresses.primary, Blocked.CONFLICT
    candidates = (addresses.primary,) if addresses.is_primary_registered else addresses.registered
    for address in candidates:
        if address not in situation.holders and situation.is_claimed_by(address, subject):
            return address, None
    address = candidates[0]
    return address, Blocked.ADDRESS_IN_USE if address in situation.holders else Blocked.CONFLICT


def _blocked_row(subject: Subject, primary: Address, obstacle: Blocked, situation: Situation) -> Change:
    return change(
        newcomer(subject, primary),
        _category(subject),
        before=Values(),
        after=Values(primary_email=primary),
        reason=_why_blocked(subject, primary, obstacle, situation),
        blocked=obstacle,
        mail_impact=f"None now: mail to {primary} goes where it went before.",
    )


def _why_blocked(subject: Subject, primary: Address, obstacle: Blocked, situation: Situation) -> str:
    match obstacle:
        case Blocked.UNREGISTERED_DOMAIN:
            domain = primary.rpartition("@")[2]
            if domain.endswith(ONMICROSOFT_SUFFIX) and situation.options.onmicrosoft is Onmicrosoft.SKIP:
                return f"All its addresses are in {domain}, which SYNC_ONMICROSOFT skips."
            return f"No address of this object is in a registered domain. Register {domain} in Essentials."
        case Blocked.ADDRESS_IN_USE:
            return f"{primary} belongs to the account {situation.holders[primary].primary_email}."
        case _:
            other = _rival(subject, primary, situation)
            return f"{primary} is also an address of {other.name} ({other.id})."


def _rival(subject: Subject, primary: Address, situation: Situation) -> Subject:
    """The living object that has what the subject wants: the account, or else the claim to the address."""
    uid = situation.matching.conflicts.get(subject.id)
    return _claimant(primary, situation) if uid is None else situation.subjects[situation.matching.object_of[uid]]


def _claimant(address: Address, situation: Situation) -> Subject:
    """The subject that may get an address, of which another one that wants it is told."""
    claimant = situation.claimant_of(address)
    if claimant is None:
        raise AssertionError(f"{address} is wanted, and nobody may get it")
    return claimant


def _warnings(
    subject: Subject, addresses: Addresses, wish: Wish, primary: Address, situation: Situation
) -> tuple[str, ...]:
    warnings = [wish.warning] if wish.warning else []
    warnings += address_warnings(subject, addresses, situation)
    if primary != addresses.primary:
        warnings.append(f"{addresses.primary} is not synced: {primary} becomes the primary address.")
    return tuple(warnings)


def address_warnings(subject: Subject, addresses: Addresses, situation: Situation) -> list[str]:
    """What is to be said of the addresses that the account does not get."""
    warnings: list[str] = []
    if addresses.differs_from_mail:
        warnings.append(
            f"mail and the primary SMTP address differ in Entra: both count, {addresses.primary} is the primary."
        )
    if addresses.left_out:
        warnings.append(f"Not in a registered domain, left off: {listing(addresses.left_out)}.")
    own = situation.account_of(subject)
    for address in addresses.registered:
        holder = situation.holders.get(address)
        if holder is not None and (own is None or holder.uid != own.uid):
            warnings.append(f"{address} belongs to the account {holder.primary_email} and is left off.")
        elif holder is None and not situation.is_claimed_by(address, subject):
            warnings.append(f"{address} is also an address of {_claimant(address, situation).name} and is left off.")
    return warnings
