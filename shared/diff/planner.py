"""The planner: both sides, the ledger, the exemptions and the options in; a plan out. Pure."""

from collections.abc import Iterable

from shared.diff.adds import add_rows
from shared.diff.handovers import with_handovers
from shared.diff.options import SyncOptions
from shared.diff.ordering import printed
from shared.diff.organization_settings import organization_setting_rows
from shared.diff.plan import ADDS, Adoption, Change, Plan, Skipped, SkipReason
from shared.diff.plan_assembly import assemble_plan
from shared.diff.plan_warnings import plan_warnings
from shared.diff.removals import removal_rows
from shared.diff.seats import seat
from shared.diff.situation import Situation
from shared.diff.subject import Subject
from shared.diff.updates import account_rows
from shared.model import AccountType


def make_plan(situation: Situation) -> Plan:
    """The plan that makes the organization true to the directory; the order of what was read does not change it."""
    changes: list[Change] = []
    skipped: list[Skipped] = []
    adoptions: list[Adoption] = []
    # By object: a subject's own id is at hand, the uid of its account lies far off in memory.
    untouchable = {situation.matching.object_of.get(uid) for uid in situation.untouchable}
    for subject, found in zip(situation.subjects.values(), situation.matching.in_order, strict=True):
        if isinstance(subject.verdict, SkipReason):
            skipped.append(_skipped(subject, subject.verdict))
        elif found is None:
            changes += add_rows(subject, subject.verdict, situation)
        elif subject.id not in untouchable:
            if not found.is_as_wished:
                changes += account_rows(subject, subject.verdict, found, situation)
            if found.adoption is not None:
                adoptions.append(found.adoption)
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
