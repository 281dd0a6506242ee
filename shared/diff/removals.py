"""Rows for accounts without a living object: those of missing objects, and strays."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.diff.ledger import LedgerEntry
from shared.diff.options import How, Leavers
from shared.diff.plan import Blocked, Category, Change, ObjectKind, Values
from shared.diff.rows import NO_PROOF_YET, Target, change, listing
from shared.diff.situation import Situation
from shared.model import Account, AccountType, EntraId, Uid

GROUP_KINDS = frozenset(
    {
        ObjectKind.DISTRIBUTION_GROUP,
        ObjectKind.SECURITY_GROUP,
        ObjectKind.MICROSOFT365_GROUP,
        ObjectKind.OTHER_GROUP,
    }
)


def removal_rows(situation: Situation) -> list[Change]:
    """Rows for the accounts that no living object matches, where the options ask for removals."""
    deleted_at = {d.id: d.deleted_at for d in situation.directory.deleted_people}
    missing = {
        entry.uid: (entra_id, entry)
        for entra_id, entry in situation.ledger.entries.items()
        if entry.uid is not None and entra_id not in situation.subjects
    }
    rows: list[Change] = []
    for account in _unmatched(situation):
        if account.uid in missing:
            entra_id, entry = missing[account.uid]
            rows += _leaver_row(account, entra_id, entry, deleted_at.get(entra_id), situation)
        else:
            rows += _stray_row(account, situation)
    return rows


def _unmatched(situation: Situation) -> Iterable[Account]:
    known: set[Uid] = set(situation.untouchable)
    return (
        a for a in situation.organization.accounts if a.uid not in known and a.uid not in situation.matching.object_of
    )


def _asks_for_removal(category: Category, situation: Situation) -> bool:
    how = How.REMOVE_DELETED_GROUPS if category is Category.REMOVE_GROUP else How.REMOVE_DELETED_USERS
    return how in situation.options.how


def _leaver_row(
    account: Account, entra_id: EntraId, entry: LedgerEntry, deleted_at: datetime | None, situation: Situation
) -> list[Change]:
    is_group = entry.kind in GROUP_KINDS
    removal = Category.REMOVE_GROUP if is_group else Category.REMOVE_USER
    gone_since = deleted_at or entry.missing_since or situation.now
    grace_ends_at = gone_since + timedelta(days=situation.options.grace_days)
    if not _asks_for_removal(removal, situation) or situation.now < grace_ends_at:
        return []
    name = f"{account.firstname} {account.surname}".strip()
    whom = Target(
        entra_id=entra_id, kind=entry.kind, uid=account.uid, address=account.primary_email, name=name, is_group=is_group
    )
    reason = f"Entra does not list this object since {gone_since:%Y-%m-%d}. {NO_PROOF_YET}"
    stops = f"Mail to {listing(account.addresses)} stops."
    leavers = Leavers.REMOVE if is_group else situation.options.leavers
    match leavers:
        case Leavers.REMOVE:
            return [_taking(whom, removal, Values(primary_email=account.primary_email), Values(), reason, stops)]
        case Leavers.INACTIVE:
            if not account.is_active:
                return []
            return [
                _taking(whom, Category.CONVERT_USER, Values(is_active=True), Values(is_active=False), reason, stops)
            ]
        case Leavers.FUNCTIONAL_ACCOUNT:
            if not account.type.is_user:
                return []
            before, after = Values(type=account.type), Values(type=AccountType.FUNCTIONAL_ACCOUNT)
            return [_taking(whom, Category.CONVERT_USER, before, after, reason, "Mail goes on; the seat is freed.")]


def _stray_row(account: Account, situation: Situation) -> list[Change]:
    is_group = not account.type.is_user
    removal = Category.REMOVE_GROUP if is_group else Category.REMOVE_USER
    if not _asks_for_removal(removal, situation):
        return []
    name = f"{account.firstname} {account.surname}".strip()
    whom = Target(
        entra_id=None, kind=None, uid=account.uid, address=account.primary_email, name=name, is_group=is_group
    )
    warnings = (
        ("Graph cannot show mail contacts, dynamic distribution groups and public folders: this account may be one.",)
        if is_group
        else ()
    )
    return [
        _taking(
            whom,
            removal,
            Values(primary_email=account.primary_email),
            Values(),
            "A stray: no Entra object has its primary address, and the ledger does not know it.",
            f"Mail to {listing(account.addresses)} stops.",
            warnings,
        )
    ]


def _taking(
    whom: Target,
    category: Category,
    before: Values,
    after: Values,
    reason: str,
    mail_impact: str,
    warnings: tuple[str, ...] = (),
) -> Change:
    return change(
        whom,
        category,
        before=before,
        after=after,
        reason=reason,
        mail_impact=mail_impact,
        blocked=Blocked.NO_PROOF,
        warnings=warnings,
        takes=True,
    )
