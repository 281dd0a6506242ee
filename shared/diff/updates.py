"""Rows for accounts that belong to an object that is managed and in scope."""

from dataclasses import dataclass

from shared.diff.adds import address_warnings, new_type
from shared.diff.handovers import handover_rows
from shared.diff.ledger import ALIAS_NOTE, LedgerEntry
from shared.diff.options import How
from shared.diff.plan import Blocked, Category, Change, Values
from shared.diff.rows import NO_PROOF_YET, change, listing, target
from shared.diff.situation import Situation
from shared.diff.subject import ActivityWish, Addresses, Subject, TypeWish, Wish
from shared.model import Account, AccountType, Address


def account_rows(subject: Subject, wish: Wish, account: Account, situation: Situation) -> list[Change]:
    """What differs between the subject and its account, a row for each decision that can be taken alone."""
    how = How.UPDATE_GROUPS if subject.is_group else How.UPDATE_USERS
    if how not in situation.options.how or subject.addresses is None or account.uid in situation.untouchable:
        return []
    rows = _given(subject, subject.addresses, wish, account, situation)
    rows += _taken(subject, subject.addresses, account, situation)
    rows += _converted(subject, wish, account, situation)
    rows += handover_rows(subject, None, situation)
    return rows


def is_settled(entry: LedgerEntry | None, field: str, sent: str, read: str) -> bool:
    """Whether Essentials took ``sent`` before and reads it back as ``read``: then it is no difference."""
    if entry is None:
        return False
    note = entry.read_otherwise.get(field)
    return note is not None and note.sent == sent and note.read == read


def _given(subject: Subject, addresses: Addresses, wish: Wish, account: Account, situation: Situation) -> list[Change]:
    entry = situation.entry_of(subject)
    primary = _new_primary(subject, addresses, account, situation)
    given = tuple(
        a
        for a in addresses.registered
        if a != primary
        and a not in account.addresses
        and a not in situation.holders
        and situation.is_claimed_by(a, subject)
        and not is_settled(entry, f"{ALIAS_NOTE}{a}", a, "")
    )
    firstname = _new_name("firstname", subject.firstname, account.firstname, entry)
    surname = _new_name("surname", subject.surname, account.surname, entry)
    if primary is None and not given and firstname is None and surname is None:
        return []
    whom = target(account, subject)
    return [
        change(
            whom,
            whom.update,
            before=Values(
                primary_email=account.primary_email if primary is not None else None,
                firstname=account.firstname if firstname is not None else None,
                surname=account.surname if surname is not None else None,
                alias_emails=() if given else None,
            ),
            after=Values(
                primary_email=primary, firstname=firstname, surname=surname, alias_emails=given if given else None
            ),
            reason=_why_given(primary, given, account, named=firstname is not None or surname is not None),
            mail_impact=_impact_of_given(primary, given, account),
            warnings=tuple(([wish.warning] if wish.warning else []) + address_warnings(subject, addresses, situation)),
        )
    ]


def _new_primary(subject: Subject, addresses: Addresses, account: Account, situation: Situation) -> Address | None:
    """The address that becomes the primary; None where it is already, or cannot be had."""
    wanted = addresses.primary
    if not addresses.is_primary_registered or wanted == account.primary_email:
        return None
    holder = situation.holders.get(wanted)
    if (holder is not None and holder.uid != account.uid) or not situation.is_claimed_by(wanted, subject):
        return None
    if is_settled(situation.entry_of(subject), "primary_email", wanted, account.primary_email):
        return None
    return wanted


def _new_name(field: str, wanted: str, present: str, entry: LedgerEntry | None) -> str | None:
    """The name to write; None where it is right already, or where Entra has none: that never erases one."""
    if not wanted or wanted == present or is_settled(entry, field, wanted, present):
        return None
    return wanted


def _why_given(primary: Address | None, given: tuple[Address, ...], account: Account, *, named: bool) -> str:
    reasons = []
    if primary is not None:
        reasons.append(f"Entra's primary address is {primary}, the account's is {account.primary_email}.")
    if given:
        reasons.append(f"Entra lists {listing(given)}, which the account lacks.")
    if named:
        reasons.append("The name differs from Entra's.")
    return " ".join(reasons)


def _impact_of_given(primary: Address | None, given: tuple[Address, ...], account: Account) -> str:
    gained = [*given] + ([primary] if primary is not None and primary not in account.addresses else [])
    parts = [f"Mail to {listing(sorted(gained))} starts to be accepted."] if gained else []
    if primary is not None:
        parts.append(f"{account.primary_email} stays as an alias.")
    return " ".join(parts)


def _taken(subject: Subject, addresses: Addresses, account: Account, situation: Situation) -> list[Change]:
    """Aliases of the account that Entra does not list: those that the ledger knows apart from the strays."""
    known: list[Address] = []
    stray: list[Address] = []
    entry = situation.entry_of(subject)
    for alias in account.alias_emails:
        if alias in addresses.listed or alias.rpartition("@")[2] not in situation.domains:
            continue
        if situation.claims.get(alias, subject.id) != subject.id:
            continue  # handed over: a row of its own, in a chain
        (known if entry is not None and alias in entry.addresses else stray).append(alias)
    rows = []
    for aliases, reason in (
        (tuple(known), "Entra gave these addresses once and does not list them any more."),
        (tuple(stray), "Neither Entra nor the ledger gives these addresses to this object."),
    ):
        if aliases:
            whom = target(account, subject)
            rows.append(
                change(
                    whom,
                    whom.update,
                    before=Values(alias_emails=aliases),
                    after=Values(alias_emails=()),
                    reason=f"{reason} {NO_PROOF_YET}",
                    mail_impact=f"Mail to {listing(aliases)} stops.",
                    blocked=Blocked.NO_PROOF,
                    takes=True,
                )
            )
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Conversion:
    before: Values
    after: Values
    is_by_hand: bool
    is_ticked: bool
    takes: bool
    impact: str


def _converted(subject: Subject, wish: Wish, account: Account, situation: Situation) -> list[Change]:
    entry = situation.entry_of(subject)
    conversions = [c for c in (_type(wish, account, entry, situation), _activity(wish, account, entry)) if c]
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
            mail_impact=c.impact,
            ticked=c.is_ticked,
            blocked=Blocked.NO_PROOF if c.takes else None,
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
        after, takes = noted if noted is not None and noted.is_user else new_type(wish, situation), False
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


def _activity(wish: Wish, account: Account, entry: LedgerEntry | None) -> _Conversion | None:
    noted = entry.is_active if entry is not None else None
    if wish.activity is ActivityWish.AS_IT_IS or account.is_active == (wish.activity is ActivityWish.ACTIVE):
        return None
    is_by_hand = noted is not None and noted != account.is_active
    is_deactivation = wish.activity is ActivityWish.INACTIVE
    return _Conversion(
        before=Values(is_active=account.is_active),
        after=Values(is_active=not is_deactivation),
        is_by_hand=is_by_hand,
        is_ticked=not is_by_hand,
        takes=is_deactivation,
        impact=f"Mail to {listing(account.addresses)} {'is rejected' if is_deactivation else 'is accepted again'}.",
    )


def _go_together(first: _Conversion, second: _Conversion) -> bool:
    """Whether one decision covers both: neither is blocked or unticked without the other."""
    return first.is_ticked == second.is_ticked and first.takes == second.takes


def _both(first: _Conversion, second: _Conversion) -> _Conversion:
    return _Conversion(
        before=Values(type=first.before.type, is_active=second.before.is_active),
        after=Values(type=first.after.type, is_active=second.after.is_active),
        is_by_hand=first.is_by_hand or second.is_by_hand,
        is_ticked=first.is_ticked,
        takes=first.takes or second.takes,
        impact=f"{first.impact} {second.impact}",
    )


def _why_converted(subject: Subject, conversion: _Conversion) -> str:
    if conversion.is_by_hand:
        return f"Kept by hand: changed in Essentials since it was last written, though Entra has a {_kind(subject)}."
    if conversion.takes:
        return f"Entra has a {_kind(subject)}. {NO_PROOF_YET}"
    if not conversion.is_ticked:
        return f"Entra has a {_kind(subject)}, but nothing was ever written here: it may be functional on purpose."
    return f"Entra has a {_kind(subject)}."


def _kind(subject: Subject) -> str:
    return subject.kind.replace("_", " ")
