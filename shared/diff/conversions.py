"""Rows that change an account's type or activity, in place."""

from dataclasses import dataclass

from shared.diff.adds import new_type
from shared.diff.ledger import LedgerEntry
from shared.diff.matched import Match
from shared.diff.plan import Blocked, Category, Change, ObjectKind, Values
from shared.diff.proofs import rival_of
from shared.diff.rows import change, listing, target, with_article
from shared.diff.situation import Situation
from shared.diff.subject import ActivityWish, Subject, TypeWish, Wish
from shared.model import Account, AccountType


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversion:
    before: Values
    after: Values
    is_by_hand: bool
    is_ticked: bool
    takes: bool
    impact: str
    rival: str = ""
    """Who else has an address of an account that would be deactivated; empty where nobody has."""


def conversion_rows(subject: Subject, wish: Wish, found: Match, situation: Situation) -> list[Change]:
    """What differs in type and activity; one row where one decision covers both."""
    account, entry = found.account, found.entry
    differing = (_type(wish, account, entry, situation), _activity(subject, wish, account, entry, situation))
    conversions = [c for c in differing if c is not None]
    if not conversions:
        return []
    if len(conversions) == 2 and _go_together(*conversions):
        conversions = [_both(*conversions)]
    whom = target(account, subject)
    return [
        change(
            whom,
            Category.CONVERT_USER,
            before=c.before,
            after=c.after,
            reason=_why_converted(subject, c),
            proof=_policy(subject, situation) if c.takes else "",
            mail_impact=c.impact,
            ticked=c.is_ticked,
            blocked=Blocked.ADDRESS_IN_USE if c.rival else None,
            takes=c.takes,
        )
        for c in conversions
    ]


def _type(wish: Wish, account: Account, entry: LedgerEntry | None, situation: Situation) -> _Conversion | None:
    noted = entry.type if entry is not None else None
    if wish.type is TypeWish.FUNCTIONAL and account.type.is_user:
        after, takes = AccountType.FUNCTIONAL_ACCOUNT, True
    elif wish.type is TypeWish.USER and not account.type.is_user:
        # A former user gets the role it had.
        after, takes = _former_role(entry) or new_type(wish, situation), False
    else:
        return None
    # A noted type that is neither the account's nor the wished one was changed by hand; never noted is never by hand.
    is_by_hand = noted is not None and noted.is_user != account.type.is_user
    return _Conversion(
        before=Values(type=account.type),
        after=Values(type=after),
        is_by_hand=is_by_hand,
        is_ticked=not is_by_hand and (takes or noted is not None),
        takes=takes,
        impact="Mail goes on; the account takes no seat any more."
        if takes
        else "Mail goes on; the account takes a seat.",
    )


def _former_role(entry: LedgerEntry | None) -> AccountType | None:
    if entry is None:
        return None
    return entry.user_type or (entry.type if entry.type is not None and entry.type.is_user else None)


def _activity(
    subject: Subject, wish: Wish, account: Account, entry: LedgerEntry | None, situation: Situation
) -> _Conversion | None:
    noted = entry.is_active if entry is not None else None
    if wish.activity is ActivityWish.AS_IT_IS or account.is_active == (wish.activity is ActivityWish.ACTIVE):
        return None
    is_by_hand = noted is not None and noted != account.is_active
    is_deactivation = wish.activity is ActivityWish.INACTIVE
    return _Conversion(
        before=Values(is_active=account.is_active),
        after=Values(is_active=not is_deactivation),
        is_by_hand=is_by_hand,
        is_ticked=not is_by_hand and not (is_deactivation and is_functional_by_hand(account, entry)),
        takes=is_deactivation,
        rival=rival_of(account, owner=subject.id, situation=situation) if is_deactivation else "",
        impact=f"Mail to {listing(situation.kept_by(account))} {'is rejected' if is_deactivation else 'is accepted again'}.",
    )


def _go_together(first: _Conversion, second: _Conversion) -> bool:
    """Whether one decision covers both: neither is blocked or unticked without the other."""
    return first.is_ticked == second.is_ticked and bool(first.rival) == bool(second.rival)


def _both(first: _Conversion, second: _Conversion) -> _Conversion:
    return _Conversion(
        before=Values(type=first.before.type, is_active=second.before.is_active),
        after=Values(type=first.after.type, is_active=second.after.is_active),
        is_by_hand=first.is_by_hand or second.is_by_hand,
        is_ticked=first.is_ticked,
        takes=first.takes or second.takes,
        rival=first.rival or second.rival,
        impact=f"{first.impact} {second.impact}",
    )


def _why_converted(subject: Subject, conversion: _Conversion) -> str:
    if conversion.is_by_hand:
        return f"Kept by hand: changed in Essentials since it was last written, though Entra has {with_article(subject.kind)}."
    if conversion.rival:
        return f"Entra has {with_article(subject.kind)}. {conversion.rival}"
    if not conversion.is_ticked:
        return (
            f"Entra has {with_article(subject.kind)}, but nothing was ever written here: it may be as it is on purpose."
        )
    return f"Entra has {with_article(subject.kind)}."


def is_functional_by_hand(account: Account, entry: LedgerEntry | None) -> bool:
    """Whether the account is functional while nobody noted that it should be: it is not removed or deactivated unticked."""
    noted = entry.type if entry is not None else None
    return account.type is AccountType.FUNCTIONAL_ACCOUNT and noted is not AccountType.FUNCTIONAL_ACCOUNT


def _policy(subject: Subject, situation: Situation) -> str:
    """The policy that names the subject's state, which Entra itself says."""
    match subject.kind:
        case ObjectKind.DISABLED_USER:
            return f"Entra says accountEnabled false; SYNC_DISABLED_AS is {situation.options.disabled_as}."
        case ObjectKind.UNLICENSED_USER:
            return f"Entra lists no mailbox plan; SYNC_UNLICENSED_AS is {situation.options.unlicensed_as}."
        case _:
            return f"Entra has {with_article(subject.kind)}, which is a functional account."
