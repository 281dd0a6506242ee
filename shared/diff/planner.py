"""The planner: both sides, the ledger, the exemptions and the options in; a plan out. Pure."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable

from shared.diff.adds import add_row
from shared.diff.handovers import with_handovers
from shared.diff.matching import Match, MatchedBy
from shared.diff.options import SyncOptions
from shared.diff.ordering import printed
from shared.diff.organization_settings import organization_setting_rows
from shared.diff.plan import ADDS, Adoption, Change, Plan, Skipped, SkipReason
from shared.diff.plan_warnings import may_write_users, plan_warnings
from shared.diff.removals import removal_rows
from shared.diff.seats import seat
from shared.diff.situation import Situation
from shared.diff.subject import ActivityWish, Subject, TypeWish, Wish
from shared.diff.updates import account_rows
from shared.model import AccountType, Address, EntraId, Organization


def make_plan(situation: Situation) -> Plan:
    """The plan that makes the organization true to the directory; the order of what was read does not change it."""
    organization = situation.organization
    changes: list[Change] = []
    skipped: list[Skipped] = []
    adoptions: list[Adoption] = []
    for subject in situation.subjects.values():
        if isinstance(subject.verdict, SkipReason):
            skipped.append(_skipped(subject, subject.verdict))
            continue
        changes += _rows_of(subject, subject.verdict, situation)
        adopted = _adoption(subject, subject.verdict, situation)
        if adopted is not None:
            adoptions.append(adopted)
    changes += removal_rows(situation)
    changed = with_handovers(changes, situation) + organization_setting_rows(situation)
    seated, seats = seat(changed, organization)
    ordered = printed(seated)
    mails = welcome_emails((c for c in ordered if c.ticked), situation.options)
    return Plan(
        digest=digest(ordered),
        changes=ordered,
        skipped=tuple(skipped),
        adoptions=tuple(adoptions),
        listed=listed_of(ordered, situation),
        directory_certificate=situation.directory.certificate,
        organization_certificate=organization.certificate,
        accounts=len(organization.accounts),
        accounts_by_type=accounts_by_type(organization),
        active_accounts=sum(1 for a in organization.accounts if a.is_active),
        seats=seats,
        native_sync_writes_users=organization.native_sync.writes_users,
        native_sync_may_write_users=may_write_users(situation),
        welcome_emails=mails,
        warnings=plan_warnings(situation, welcome_emails=mails),
        protected=protected_of(organization),
    )


def accounts_by_type(organization: Organization) -> dict[AccountType, int]:
    """How many accounts of each type there are, those that there are none of left out; in the order of the types."""
    counted = Counter(account.type for account in organization.accounts)
    return {kind: counted[kind] for kind in AccountType if counted[kind]}


def protected_of(organization: Organization) -> tuple[Address, ...]:
    """Addresses of administrators and of the app's own account, sorted."""
    own = organization.certificate.own_account
    accounts = (a for a in organization.accounts if a.type.is_protected or own in a.addresses)
    return tuple(sorted({address for account in accounts for address in account.addresses}))


def digest(changes: Iterable[Change]) -> str:
    """SHA-256 over what a plan or a selection does: ids in printed order, with tick and block of each."""
    content = [[c.id, c.ticked, c.blocked] for c in printed(changes)]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def welcome_emails(selection: Iterable[Change], options: SyncOptions) -> int:
    """How many welcome mails a selection sends: one for each new end user, where the option asks for them."""
    return sum(1 for c in selection if sends_welcome_email(c, options))


def sends_welcome_email(change: Change, options: SyncOptions) -> bool:
    """Whether the creation of this account asks for a welcome mail; silent users and functional accounts get none."""
    return options.welcome_email and change.category in ADDS and change.after.type is AccountType.END_USER


def _rows_of(subject: Subject, wish: Wish, situation: Situation) -> list[Change]:
    account = situation.account_of(subject)
    if account is not None:
        if account.uid in situation.untouchable:
            return []
        return account_rows(subject, wish, account, situation)
    added = add_row(subject, wish, situation)
    return [] if added is None else [added]


def _skipped(subject: Subject, reason: SkipReason) -> Skipped:
    return Skipped(
        entra_id=subject.id,
        address=subject.addresses.primary if subject.addresses else None,
        name=subject.name,
        kind=subject.kind,
        reason=reason,
    )


def _adoption(subject: Subject, wish: Wish, situation: Situation) -> Adoption | None:
    """The match as the ledger will note it; a match by alias only where the primary address is not registered."""
    found = situation.matching.by_object.get(subject.id)
    if found is None or subject.addresses is None or found.account.uid in situation.untouchable:
        return None
    if found.by is MatchedBy.ALIAS and subject.addresses.is_primary_registered:
        return None
    return Adoption(
        entra_id=subject.id,
        kind=subject.kind,
        uid=found.account.uid,
        address=found.account.primary_email,
        entra_addresses=subject.addresses.listed,
        type=found.account.type if _type_is_right(wish, found) else None,
        is_active=found.account.is_active if _activity_is_right(wish, found) else None,
    )


def _type_is_right(wish: Wish, found: Match) -> bool:
    match wish.type:
        case TypeWish.AS_IT_IS:
            # Nobody set it: noted, it would hide what was changed by hand, and let the next plan deactivate it.
            return False
        case TypeWish.USER:
            return found.account.type.is_user
        case TypeWish.FUNCTIONAL:
            return found.account.type is AccountType.FUNCTIONAL_ACCOUNT


def _activity_is_right(wish: Wish, found: Match) -> bool:
    match wish.activity:
        case ActivityWish.AS_IT_IS:
            return False
        case ActivityWish.ACTIVE:
            return found.account.is_active
        case ActivityWish.INACTIVE:
            return not found.account.is_active


def listed_of(changes: Iterable[Change], situation: Situation) -> dict[EntraId, tuple[Address, ...]]:
    """All addresses that Entra lists for each object that has a change."""
    concerned = {c.entra_id for c in changes if c.entra_id is not None}
    subjects = (situation.subjects[i] for i in sorted(concerned) if i in situation.subjects)
    return {s.id: s.addresses.listed for s in subjects if s.addresses is not None}
