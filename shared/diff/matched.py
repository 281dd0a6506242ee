"""One match: an object and the account that belongs to it, side by side. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from shared.diff.ledger import LedgerEntry
from shared.diff.plan import Adoption
from shared.diff.subject import ActivityWish, Addresses, Subject, TypeWish, Wish
from shared.model import Account, AccountType, Address


class MatchedBy(StrEnum):
    """What a match rests on; the first that fits, in this order."""

    LEDGER = "ledger"
    PRIMARY = "primary"
    ALIAS = "alias"
    """The account's primary address is an alias of the object; its own primary address is no account's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One account that belongs to one object, and in what they differ: mostly in nothing."""

    account: Account
    by: MatchedBy
    entry: LedgerEntry | None
    """What the ledger has of the object with this account; None where that was never noted."""
    lacking: tuple[Address, ...]
    """What may be synced and the account has neither as primary nor as alias, sorted."""
    surplus: tuple[Address, ...]
    """The account's aliases that Entra does not list for the object, sorted."""
    adoption: Adoption | None
    """The match as the ledger will note it; None where the object is skipped or has no primary address, and for a match by alias
    unless the primary address is not registered."""
    is_as_wished: bool
    """Whether the account has the addresses, names, type and activity that are wished for it, and nothing else: no row is about
    it then."""


def matched(subject: Subject, account: Account, by: MatchedBy, entry: LedgerEntry | None) -> Match:
    """The match of the two.

    All that is to be known of the account is looked at here, once: a million accounts are read slowly again once they are out
    of the processor's caches.
    """
    verdict, addresses = subject.verdict, subject.addresses
    primary, aliases, listed = account.primary_email, account.alias_emails, subject.listed
    registered = addresses.registered if addresses is not None else ()
    lacking = tuple([a for a in registered if a != primary and a not in aliases])
    surplus = tuple([alias for alias in aliases if alias not in listed])
    if addresses is None or not isinstance(verdict, Wish):
        return Match(
            account=account, by=by, entry=entry, lacking=lacking, surplus=surplus, adoption=None, is_as_wished=False
        )
    type_, is_active = _right_type(verdict, account), _right_activity(verdict, account)
    adoption = Adoption(
        entra_id=subject.id,
        kind=subject.kind,
        uid=account.uid,
        address=primary,
        entra_addresses=listed,
        type=type_,
        is_active=is_active,
    )
    return Match(
        account=account,
        by=by,
        entry=entry,
        lacking=lacking,
        surplus=surplus,
        adoption=None if by is MatchedBy.ALIAS and addresses.is_primary_registered else adoption,
        is_as_wished=not lacking
        and not surplus
        and (type_ is not None or verdict.type is TypeWish.AS_IT_IS)
        and (is_active is not None or verdict.activity is ActivityWish.AS_IT_IS)
        and _is_named_alike(subject, addresses, account),
    )


def _is_named_alike(subject: Subject, addresses: Addresses, account: Account) -> bool:
    """Whether primary address and names are the same, but for what Entra lacks or may not be synced: that changes none."""
    return (
        (addresses.primary == account.primary_email or not addresses.is_primary_registered)
        and (subject.firstname == account.firstname or not subject.firstname)
        and (subject.surname == account.surname or not subject.surname)
    )


def _right_type(wish: Wish, account: Account) -> AccountType | None:
    """The account's type where it is what is wished for; None where it is not, and where nothing is: noted, a type that nobody
    set would hide what was changed by hand."""
    match wish.type:
        case TypeWish.AS_IT_IS:
            is_right = False
        case TypeWish.USER:
            is_right = account.type.is_user
        case TypeWish.FUNCTIONAL:
            is_right = account.type is AccountType.FUNCTIONAL_ACCOUNT
    return account.type if is_right else None


def _right_activity(wish: Wish, account: Account) -> bool | None:
    """The account's activity where it is what is wished for; None where it is not, and where nothing is: noted, it would let the
    next plan deactivate an account whose activity nobody set."""
    match wish.activity:
        case ActivityWish.AS_IT_IS:
            is_right = False
        case ActivityWish.ACTIVE:
            is_right = account.is_active
        case ActivityWish.INACTIVE:
            is_right = not account.is_active
    return account.is_active if is_right else None
