"""Recheck: would a plan made now still hold what a taking change takes?"""

from collections.abc import Iterable

from shared.diff.plan import Change
from shared.diff.situation import situate
from shared.engine.collecting import without_collecting
from shared.engine.directory_reading import DirectoryReading
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.planning import planned
from shared.engine.purposes import PurposeMemory
from shared.engine.reading import silent
from shared.engine.records import LedgerStore, ended_native_exemptions, exemptions
from shared.engine.search import narrowed
from shared.model import Account, Organization
from shared.settings import Settings


def no_longer_held(
    parts: Parts, settings: Settings, record: PlanRecord, due: Iterable[Change], organization: Organization
) -> frozenset[str]:
    """Ids of the taking changes among ``due`` that a plan made now would not hold unblocked.

    The directory is read again, under the options in force and the search's own narrowing; ``organization`` is as if what a
    chain has freed and nobody taken yet were back, since that is what the change was planned on. Raises what the readers raise.
    """
    taking = [change for change in due if change.takes]
    if not taking:
        return frozenset()
    options = narrowed(settings.options, record.narrowing)
    ledger, _ = LedgerStore(parts.documents).read()
    # Whole: what changes are told may be minutes old.
    directory = DirectoryReading(parts, options, silent).whole()
    # Everybody was asked anew: where the search went by an older answer, the next one knows better.
    PurposeMemory(parts.documents, parts.clock.now()).replace(directory.people)
    with without_collecting():
        situation = situate(
            directory=directory,
            organization=organization,
            ledger=ledger,
            exemptions=exemptions(parts.documents),
            ended_native_exemptions=ended_native_exemptions(parts.documents),
            options=options,
            now=parts.clock.now(),
        )
    plan = planned(parts, situation, undoes=record.undoes)
    held = {_content(change): change for change in plan.changes if change.takes and change.blocked is None}
    accounts = {a.uid: a for a in organization.accounts}
    return frozenset(
        change.id
        for change in taking
        if not _is_held(change, held.get(_content(change)))
        and not _is_on_its_way(change, accounts.get(change.uid) if change.uid else None)
    )


def _is_held(change: Change, now: Change | None) -> bool:
    """Whether the plan made now takes the same, and gives it to nobody whom the selection does not know of."""
    return now is not None and (now.chain is None or change.chain is not None)


def _is_on_its_way(change: Change, account: Account | None) -> bool:
    """Whether what the change frees was handed over in an earlier slice: a state that the plan itself passes through."""
    if change.chain is None:
        return False
    if account is None:
        return True
    freed = change.before.alias_emails or ()
    return bool(freed) and set(freed).isdisjoint(account.addresses)


def _content(change: Change) -> tuple[object, ...]:
    """What the change does, whatever the account's address is by now."""
    return (change.category, change.entra_id, change.uid, change.before, change.after)
