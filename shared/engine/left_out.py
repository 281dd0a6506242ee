"""What is left out: the selected changes that are not to be carried out any more, and why."""

from collections.abc import Iterable, Mapping, Sequence

from shared.diff.closings import is_closing
from shared.diff.exempt import exempt_addresses, frozen_objects
from shared.diff.plan import REMOVALS, Change
from shared.engine.account_steps import is_reached, result_of
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.recheck import no_longer_held
from shared.engine.records import LedgerStore, ended_native_exemptions, exemptions
from shared.engine.run import Outcome, Result
from shared.model import Account, Address, Organization
from shared.settings import Settings

_LOST = (Outcome.EXCLUDED, Outcome.DRIFTED)


def left_out_now(
    parts: Parts,
    settings: Settings,
    record: PlanRecord,
    due: Sequence[Change],
    organization: Organization,
    outcomes: Mapping[str, Outcome],
) -> dict[str, Result]:
    """Results of those among ``due`` that are left out, by the change's id; raises what the readers raise.

    ``organization`` is as if what a chain has freed and nobody taken yet were back; ``outcomes`` are those journalled so far.
    """
    frozen = _frozen(parts, record, due, organization)
    found = {c.id: result_of(c, Outcome.EXCLUDED, "An exemption freezes this account.") for c in frozen}
    due = [c for c in due if c.id not in found]
    stale = no_longer_held(parts, settings, record, due, organization)
    by_uid = {a.uid: a for a in organization.accounts}
    found |= {c.id: _stale(c, by_uid.get(c.uid) if c.uid else None) for c in due if c.id in stale}
    so_far = {**outcomes, **{change_id: result.outcome for change_id, result in found.items()}}
    return found | {result.change_id: result for result in _parted(record.plan.changes, so_far)}


def _frozen(parts: Parts, record: PlanRecord, due: Iterable[Change], organization: Organization) -> list[Change]:
    """The changes of objects and accounts that an exemption freezes now."""
    book = parts.documents
    exempt = exempt_addresses(
        exemptions(book), organization, parts.clock.now(), ended_native=ended_native_exemptions(book)
    )
    ledger, _ = LedgerStore(book).read()
    known = frozen_objects(exempt, ledger)
    accounts_of_known = {ledger.entries[i].uid for i in known if i in ledger.entries} - {None}
    of_account = {a.uid: a.addresses for a in organization.accounts}
    return [
        c
        for c in due
        if c.entra_id in known
        or c.uid in accounts_of_known
        or not exempt.isdisjoint(_addresses(c, of_account.get(c.uid, ()) if c.uid else (), record))
    ]


def _stale(change: Change, account: Account | None) -> Result:
    """The result of a change that a plan made now would not hold: also one that was written before a crash is none of its."""
    is_removal = change.category in REMOVALS
    if (is_removal and account is None) or (not is_removal and account is not None and is_reached(change, account)):
        return result_of(change, Outcome.ALREADY)
    return result_of(change, Outcome.DRIFTED, "A plan made now would not take this.")


def _parted(changes: Iterable[Change], outcomes: Mapping[str, Outcome]) -> list[Result]:
    """Results of the rest of chains that lost a row: what is freed, taken or ended with them stays as it is.

    A chain whose ending row alone is lost goes on without it.
    """
    chains: dict[str, list[Change]] = {}
    for change in changes:
        if change.chain is not None:
            chains.setdefault(change.chain, []).append(change)
    return [
        result_of(change, Outcome.DRIFTED, "Another row of its chain is left out.")
        for chain in chains.values()
        if any(outcomes.get(c.id) in _LOST and not is_closing(c, chain) for c in chain)
        for change in chain
        if change.id not in outcomes
    ]


def _addresses(change: Change, of_account: tuple[Address, ...], record: PlanRecord) -> set[Address]:
    """All addresses of the account, of the object, and of the change itself."""
    of_object = record.plan.listed.get(change.entra_id, ()) if change.entra_id is not None else ()
    return {change.address, *(change.after.alias_emails or ()), *of_account, *of_object}
