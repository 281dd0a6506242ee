"""The planner: both sides, the ledger, the exemptions and the options in; a plan out. Pure."""

from collections.abc import Iterable

from shared.diff.adds import add_rows
from shared.diff.handovers import with_handovers
from shared.diff.matching import Match, MatchedBy
from shared.diff.options import SyncOptions
from shared.diff.ordering import printed
from shared.diff.organization_settings import organization_setting_rows
from shared.diff.plan import ADDS, Adoption, Change, Plan, Skipped, SkipReason
from shared.diff.plan_assembly import assemble_plan
from shared.diff.plan_warnings import plan_warnings
from shared.diff.removals import removal_rows
from shared.diff.seats import seat
from shared.diff.situation import Situation
from shared.diff.subject import ActivityWish, Subject, TypeWish, Wish
from shared.diff.updates import account_rows
from shared.model import AccountType


def make_plan(situation: Situation) -> Plan:
    """The plan that makes the organization true to the directory; the order of what was read does not change it."""
    changes: list[Change] = []
    skipped: list[Skipped] = []
    adoptions: list[Adoption] = []
    # By object: a subject's own id is at hand, the uid of its account lies far off in memory.
    untouchable = {situation.matching.object_of.get(uid) for uid in situation.untouchable}
    for subject in situation.subjects.values():
        found = situation.match_of(subject)
        if isinstance(subject.verdict, SkipReason):
            skipped.append(_skipped(subject, subject.verdict))
        elif found is None:
            changes += add_rows(subject, subject.verdict, situation)
        elif subject.id not in untouchable:
            changes += account_rows(subject, subject.verdict, found, situation)
            adoptions += _adoptions(subject, subject.verdict, found)
    changes += removal_rows(situation)
    changed = with_handovers(changes, situation) + organization_setting_rows(situation)
    seated, seats = seat(changed, situation)
    ordered = printed(seated)
    mails = welcome_emails((c for c in ordered if c.ticked), situation.options)
    return assemble_plan(
        situation,
        changes=ordered,
        seats=seats,
        skipped=tuple(skipped),
        adoptions=tuple(adoptions),
        welcome_emails=mails,
        warnings=plan_warnings(situation, welcome_emails=mails),
    )


def welcome_emails(selection: Iterable[Change], options: SyncOptions) -> int:
    """How many welcome mails a selection sends: one for each new end user, where the option asks for them."""
    return sum(1 for c in selection if sends_welcome_email(c, options))


def sends_welcome_email(change: Change, options: SyncOptions) -> bool:
    """Whether the creation of this account asks for a welcome mail; silent users and functional accounts get none."""
    return options.welcome_email and change.category in ADDS and change.after.type is AccountType.END_USER


def _skipped(subject: Subject, reason: SkipReason) -> Skipped:
    return Skipped(
        entra_id=subject.id,
        address=subject.addresses.primary if subject.addresses else None,
        name=subject.name,
        kind=subject.kind,
        reason=reason,
    )


def _adoptions(subject: Subject, wish: Wish, found: Match) -> list[Adoption]:
    """The match as the ledger will note it; a match by alias only where the primary address is not registered."""
    if subject.addresses is None:
        return []
    if found.by is MatchedBy.ALIAS and subject.addresses.is_primary_registered:
        return []
    return [
        Adoption(
            entra_id=subject.id,
            kind=subject.kind,
            uid=found.account.uid,
            address=found.account.primary_email,
            entra_addresses=subject.listed,
            type=found.account.type if _type_is_right(wish, found) else None,
            is_active=found.account.is_active if _activity_is_right(wish, found) else None,
        )
    ]


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
