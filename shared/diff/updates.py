"""Rows for accounts that belong to an object that is managed and in scope."""

from shared.diff.adds import address_warnings
from shared.diff.conversions import conversion_rows
from shared.diff.ledger import ALIAS_NOTE, LedgerEntry
from shared.diff.matched import Match
from shared.diff.options import How
from shared.diff.plan import Blocked, Change, Values
from shared.diff.proofs import Standing, Verdict, address_verdict
from shared.diff.rows import INVISIBLE_TO_GRAPH, Target, change, listing, target
from shared.diff.situation import Situation
from shared.diff.subject import Addresses, Subject, Wish
from shared.model import Account, Address


def account_rows(subject: Subject, wish: Wish, found: Match, situation: Situation) -> list[Change]:
    """What differs between the subject and its account, a row for each decision that can be taken alone."""
    how = How.UPDATE_GROUPS if subject.is_group else How.UPDATE_USERS
    if how not in situation.options.how or subject.addresses is None:
        return []
    primary = _new_primary(subject, subject.addresses, found, situation)
    rows = _given(subject, subject.addresses, wish, found, primary, situation)
    rows += _taken(subject, found, situation)
    if primary is not None:
        rows += _old_primary(subject, found, situation)
    rows += conversion_rows(subject, wish, found, situation)
    return rows


def is_settled(entry: LedgerEntry | None, field: str, sent: str, read: str) -> bool:
    """Whether Essentials took ``sent`` before and reads it back as ``read``: then it is no difference."""
    if entry is None:
        return False
    note = entry.read_otherwise.get(field)
    return note is not None and note.sent == sent and note.read == read


def _given(
    subject: Subject, addresses: Addresses, wish: Wish, found: Match, primary: Address | None, situation: Situation
) -> list[Change]:
    account, entry = found.account, found.entry
    given = tuple(
        [
            a
            for a in found.lacking
            if a != primary
            and a not in situation.holders
            and situation.is_claimed_by(a, subject)
            and not is_settled(entry, f"{ALIAS_NOTE}{a}", a, "")
        ]
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


def _new_primary(subject: Subject, addresses: Addresses, found: Match, situation: Situation) -> Address | None:
    """The address that becomes the primary; None where it is already, or cannot be had."""
    wanted, account = addresses.primary, found.account
    if not addresses.is_primary_registered or wanted == account.primary_email:
        return None
    holder = situation.holders.get(wanted)
    if (holder is not None and holder.uid != account.uid) or not situation.is_claimed_by(wanted, subject):
        return None
    if is_settled(found.entry, "primary_email", wanted, account.primary_email):
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


def _taken(subject: Subject, found: Match, situation: Situation) -> list[Change]:
    """Aliases of the account that Entra does not list: the proven, the strays and the blocked apart."""
    by_verdict: dict[tuple[Standing, Blocked | None], list[tuple[Address, Verdict]]] = {}
    for alias in found.surplus:
        if not _is_to_be_taken(alias, subject, situation):
            continue
        verdict = address_verdict(alias, owner=subject.id, entry=found.entry, taker=None, situation=situation)
        if verdict.standing is not Standing.WAITING:
            by_verdict.setdefault((verdict.standing, verdict.blocked), []).append((alias, verdict))
    if not by_verdict:
        return []
    whom = target(found.account, subject)
    kinds = sorted(by_verdict, key=lambda kind: (kind[0], kind[1] or ""))
    return [_taken_row(whom, standing, blocked, by_verdict[standing, blocked]) for standing, blocked in kinds]


def _old_primary(subject: Subject, found: Match, situation: Situation) -> list[Change]:
    """The primary address that a rename leaves behind as an alias, where it is proven that nobody has it any more."""
    old = found.account.primary_email
    if old in subject.listed or not _is_to_be_taken(old, subject, situation):
        return []
    verdict = address_verdict(old, owner=subject.id, entry=found.entry, taker=None, situation=situation)
    if verdict.standing is not Standing.PROVEN:
        return []  # it stays as an alias, and the next search says what becomes of it
    return [_taken_row(target(found.account, subject), verdict.standing, None, [(old, verdict)])]


def _is_to_be_taken(address: Address, subject: Subject, situation: Situation) -> bool:
    """Whether the address is taken alone, if proven: outside the registered domains nothing is touched, and what somebody else
    may get is handed over, a row of its own in a chain."""
    if address.rpartition("@")[2] not in situation.domains:
        return False
    claimant = situation.claimant_of(address)
    return claimant is None or claimant.id == subject.id


def _taken_row(
    whom: Target, standing: Standing, blocked: Blocked | None, found: list[tuple[Address, Verdict]]
) -> Change:
    aliases = tuple(alias for alias, _ in found)
    reason = {
        Standing.PROVEN: "Entra gave these addresses once and does not list them any more.",
        Standing.STRAY: "Strays: neither Entra nor the ledger gives these addresses to this object.",
    }.get(standing, "Entra does not list these addresses for this object.")
    return change(
        whom,
        whom.update,
        before=Values(alias_emails=aliases),
        after=Values(alias_emails=()),
        reason=" ".join([reason, *(v.reason for _, v in found if v.reason)]),
        proof=" ".join(v.proof for _, v in found if v.proof),
        mail_impact=f"Mail to {listing(aliases)} stops.",
        ticked=standing is Standing.PROVEN,
        blocked=blocked,
        warnings=(INVISIBLE_TO_GRAPH,),
        takes=True,
    )
