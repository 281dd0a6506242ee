"""Rows for accounts without a living object in scope: leavers, people who left the scope, and strays."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.diff.conversions import is_functional_by_hand
from shared.diff.ledger import LedgerEntry, scope_fingerprint
from shared.diff.mapping import MANAGED_BY
from shared.diff.matched import MatchedBy
from shared.diff.options import How, Leavers
from shared.diff.plan import Blocked, Category, Change, ObjectKind, SkipReason, Values
from shared.diff.proofs import how_gone, is_gone, rival_of
from shared.diff.rows import INVISIBLE_TO_GRAPH, NO_PROOF, Target, change, listing
from shared.diff.situation import Situation
from shared.model import Account, AccountType, EntraId

GROUPS = frozenset(
    {
        ObjectKind.DISTRIBUTION_GROUP,
        ObjectKind.SECURITY_GROUP,
        ObjectKind.MICROSOFT365_GROUP,
        ObjectKind.OTHER_GROUP,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaver:
    """An account whose object is gone or out of scope, after the grace, and what the options make of it."""

    account: Account
    entra_id: EntraId
    entry: LedgerEntry
    since: datetime
    is_living: bool
    """Whether the object is there and only left the scope."""
    treatment: Leavers

    @property
    def is_group(self) -> bool:
        """Whether the object was a group: it counts as what it was last seen as."""
        return self.entry.kind in GROUPS


def leavers(situation: Situation) -> Iterator[Leaver]:
    """The leavers that something would be done to; what is done needs a proof of its own."""
    out_of_scope = (s for s in situation.subjects.values() if s.verdict is SkipReason.OUT_OF_SCOPE)
    theirs = (account for s in out_of_scope if (account := situation.account_of(s)) is not None)
    found = (_leaver(account, situation) for account in (*situation.matching.unmatched, *theirs))
    yield from (leaver for leaver in found if leaver is not None)


def leaver_rows(account: Account, situation: Situation) -> list[Change]:
    """The row of one account, where it is a leaver's that something would be done to."""
    leaver = _leaver(account, situation)
    return [] if leaver is None else [_leaver_row(leaver, situation)]


def removal_rows(situation: Situation) -> list[Change]:
    """Rows for leavers and strays, where the options ask for removals."""
    rows = [_leaver_row(leaver, situation) for leaver in leavers(situation)]
    for account in situation.matching.unmatched:
        if account.uid not in situation.matching.ledger_owners and account.uid not in situation.untouchable:
            rows += _stray_row(account, situation)
    return rows


def _leaver(account: Account, situation: Situation) -> Leaver | None:
    if account.uid in situation.untouchable:
        return None
    entra_id = situation.matching.object_of.get(account.uid)
    owner = situation.matching.ledger_owners.get(account.uid)
    found: Leaver | None = None
    if entra_id is not None:
        found = _who_left_the_scope(account, entra_id, situation)
    elif owner is not None and owner not in situation.subjects:
        found = _who_is_missing(account, owner, situation.ledger.entries[owner], situation)
    return found if found is not None and _needs_change(found) else None


def _asks_for_removal(situation: Situation, *, is_group: bool) -> bool:
    how = How.REMOVE_DELETED_GROUPS if is_group else How.REMOVE_DELETED_USERS
    return how in situation.options.how


def _who_is_missing(account: Account, entra_id: EntraId, entry: LedgerEntry, situation: Situation) -> Leaver | None:
    is_group = entry.kind in GROUPS
    if MANAGED_BY.get(entry.kind) not in situation.options.what:
        return None
    since = situation.deleted_at.get(entra_id) or entry.missing_since or situation.now
    if not _asks_for_removal(situation, is_group=is_group) or _is_waiting(since, situation):
        return None
    treatment = Leavers.REMOVE if is_group else situation.options.leavers
    return Leaver(account=account, entra_id=entra_id, entry=entry, since=since, is_living=False, treatment=treatment)


def _who_left_the_scope(account: Account, entra_id: EntraId, situation: Situation) -> Leaver | None:
    """A person whom an execution synced under the very same scope, and who is in none of its groups now."""
    subject = situation.subjects[entra_id]
    entry = situation.entry_of(subject)
    if MANAGED_BY.get(subject.kind) not in situation.options.what:
        return None
    if subject.verdict is not SkipReason.OUT_OF_SCOPE or entry is None:
        return None
    if situation.matching.by_object[entra_id].by is not MatchedBy.LEDGER:
        return None
    since = entry.left_scope_since or situation.now
    was_in_this_scope = bool(entry.scope) and entry.scope == scope_fingerprint(situation.options.group_scope)
    if not was_in_this_scope or not _asks_for_removal(situation, is_group=False) or _is_waiting(since, situation):
        return None
    return Leaver(
        account=account,
        entra_id=entra_id,
        entry=entry,
        since=since,
        is_living=True,
        treatment=situation.options.leavers,
    )


def _is_waiting(since: datetime, situation: Situation) -> bool:
    return situation.now < since + timedelta(days=situation.options.grace_days)


def _needs_change(leaver: Leaver) -> bool:
    match leaver.treatment:
        case Leavers.REMOVE:
            return True
        case Leavers.INACTIVE:
            return leaver.account.is_active
        case Leavers.FUNCTIONAL_ACCOUNT:
            return leaver.account.type.is_user


def _leaver_row(leaver: Leaver, situation: Situation) -> Change:
    account = leaver.account
    if leaver.is_living:
        is_proven, proof = (
            leaver.entra_id in situation.evidence.left_scope,
            "Entra finds them in none of the scope groups.",
        )
        reason = f"Out of scope since {leaver.since:%Y-%m-%d}."
    else:
        is_proven, proof = is_gone(leaver.entra_id, situation), ""
        proof = how_gone(leaver.entra_id, situation) if is_proven else ""
        reason = f"Entra does not list this object since {leaver.since:%Y-%m-%d}."
    rival = rival_of(account, owner=leaver.entra_id, situation=situation)
    blocked = None
    if not is_proven:
        blocked, reason = Blocked.NO_PROOF, f"{reason} {NO_PROOF}"
    elif rival:
        blocked, reason = Blocked.ADDRESS_IN_USE, f"{reason} {rival}"
    is_by_hand = _was_changed_by_hand(leaver)
    if is_by_hand:
        reason = f"Kept by hand: changed in Essentials since it was last written. {reason}"
    stops = leaver.treatment is not Leavers.FUNCTIONAL_ACCOUNT
    category, before, after = _treated(leaver)
    return change(
        _target(account, leaver.entra_id, leaver.entry.kind, is_group=leaver.is_group),
        category,
        before=before,
        after=after,
        reason=reason,
        proof=proof if is_proven else "",
        mail_impact=f"Mail to {listing(situation.kept_by(account))} stops."
        if stops
        else "Mail goes on; the seat is freed.",
        ticked=not (is_by_hand or (stops and (leaver.is_living or is_functional_by_hand(account, leaver.entry)))),
        blocked=blocked,
        takes=True,
    )


def _was_changed_by_hand(leaver: Leaver) -> bool:
    """Whether the account is neither as the ledger has it nor as it would be made; never noted is never by hand."""
    match leaver.treatment:
        case Leavers.REMOVE:
            return False
        case Leavers.INACTIVE:
            return leaver.account.is_active and leaver.entry.is_active is False
        case Leavers.FUNCTIONAL_ACCOUNT:
            return leaver.account.type.is_user and leaver.entry.type is AccountType.FUNCTIONAL_ACCOUNT


def _treated(leaver: Leaver) -> tuple[Category, Values, Values]:
    account = leaver.account
    match leaver.treatment:
        case Leavers.REMOVE:
            removal = Category.REMOVE_GROUP if leaver.is_group else Category.REMOVE_USER
            return removal, Values(primary_email=account.primary_email), Values()
        case Leavers.INACTIVE:
            return Category.CONVERT_USER, Values(is_active=True), Values(is_active=False)
        case Leavers.FUNCTIONAL_ACCOUNT:
            after = Values(type=AccountType.FUNCTIONAL_ACCOUNT)
            return Category.CONVERT_USER, Values(type=account.type), after


def _stray_row(account: Account, situation: Situation) -> list[Change]:
    is_group = not account.type.is_user
    if not _asks_for_removal(situation, is_group=is_group):
        return []
    rival = rival_of(account, owner=None, situation=situation)
    return [
        change(
            _target(account, None, None, is_group=is_group),
            Category.REMOVE_GROUP if is_group else Category.REMOVE_USER,
            before=Values(primary_email=account.primary_email),
            after=Values(),
            reason=f"A stray: no Entra object matches it, and the ledger does not know it. {rival}".rstrip(),
            mail_impact=f"Mail to {listing(account.addresses)} stops.",
            ticked=False,
            blocked=Blocked.ADDRESS_IN_USE if rival else None,
            warnings=(INVISIBLE_TO_GRAPH,) if is_group else (),
            takes=True,
        )
    ]


def _target(account: Account, entra_id: EntraId | None, kind: ObjectKind | None, *, is_group: bool) -> Target:
    return Target(
        entra_id=entra_id,
        kind=kind,
        uid=account.uid,
        address=account.primary_email,
        name=f"{account.firstname} {account.surname}".strip(),
        is_group=is_group,
    )
