"""Confirmation: notes in the ledger what is there now, and whether the gate opens."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from shared.diff.ledger import Gate, Ledger, adopt, note_writes, scope_fingerprint
from shared.diff.plan import NATIVE_KEY, REMOVALS, Adoption, Change
from shared.diff.written import written
from shared.engine.freed import HANDED_OVER, is_made_again
from shared.engine.journal import ResultJournal
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.records import LedgerStore, Removed
from shared.engine.run import ActorKind, Outcome, Run, Selection
from shared.engine.selection import opens_gate, selected
from shared.model import Account, FetchedAccount, Organization, Uid
from shared.settings import Settings, options_fingerprint


def confirm(
    parts: Parts,
    settings: Settings,
    keeper: LeaseKeeper,
    run: Run,
    record: PlanRecord,
    selection: Selection,
    journal: ResultJournal,
    organization: Organization,
) -> None:
    """Note matches, what was written and how it reads back in ``organization``, listed after the last write."""
    outcomes = {r.change_id: r.outcome for r in journal.results}
    chosen = selected(record.plan, selection)
    done = [c for c in chosen if outcomes.get(c.id) is Outcome.DONE]
    already = [c for c in chosen if outcomes.get(c.id) is Outcome.ALREADY]
    now = parts.clock.now()
    store = LedgerStore(parts.documents)
    before, etag = store.read()
    scope = scope_fingerprint(record.plan.directory_certificate.scope_groups_read)
    ledger = adopt(before, _still_true(record.plan.adoptions, organization, before), scope=scope, now=now)
    ledger = note_writes(ledger, written(done, already, organization), scope=scope, now=now)
    ledger = _with_made_again(ledger, chosen, outcomes, Removed(parts.documents).of(run.id), organization, now)
    ledger = replace(
        ledger,
        tenant_id=record.plan.directory_certificate.tenant_id,
        primary_domain=organization.primary_domain,
        accounts_last_read=len(organization.accounts),
        native_key_version=_native_key_version(ledger, done),
        native_sync_wrote_users=_native_sync_wrote_users(ledger, organization, run),
        gate=_gate(parts, settings, run, record, selection, ledger, journal),
    )
    keeper.require()
    store.write(ledger, etag)


def _with_made_again(
    ledger: Ledger,
    chosen: Iterable[Change],
    outcomes: Mapping[str, Outcome],
    kept: Iterable[FetchedAccount],
    organization: Organization,
    now: datetime,
) -> Ledger:
    """The ledger with the new uid of each account that was removed for its address and made again, as nobody took it."""
    not_removed = {c.uid for c in chosen if c.category in REMOVALS and outcomes.get(c.id) not in HANDED_OVER}
    owned = {entry.uid for entry in ledger.entries.values()}
    there = {a.primary_email: a for a in organization.accounts}
    uids = {a.uid for a in organization.accounts}
    again: dict[Uid, Account] = {}
    for fetched in kept:
        removed, account = fetched.account, there.get(fetched.account.primary_email)
        if removed.uid not in not_removed or removed.uid in uids or account is None or account.uid in owned:
            continue
        if is_made_again(removed, account):
            again[removed.uid] = account
    entries = {
        entra_id: replace(entry, uid=again[entry.uid].uid, created_at=now) if entry.uid in again else entry
        for entra_id, entry in ledger.entries.items()
    }
    return replace(ledger, entries=entries)


def _native_sync_wrote_users(ledger: Ledger, organization: Organization, run: Run) -> bool:
    """What counts from now on: a person who executes although the settings are not shown has looked for themselves."""
    if organization.native_sync.is_shown:
        return organization.native_sync.writes_users
    return ledger.native_sync_wrote_users and run.by.kind is not ActorKind.PERSON


def _native_key_version(ledger: Ledger, done: Iterable[Change]) -> str:
    """The version that was written last; none after a write without a key, which may have cleared it."""
    version = ledger.native_key_version
    for change in done:
        settings = change.after.settings or {}
        if NATIVE_KEY in settings:
            version = settings[NATIVE_KEY].removeprefix("version ")
        elif change.switches_native_sync:
            version = ""
    return version


def _gate(
    parts: Parts,
    settings: Settings,
    run: Run,
    record: PlanRecord,
    selection: Selection,
    ledger: Ledger,
    journal: ResultJournal,
) -> Gate | None:
    if record.undoes is not None:
        return ledger.gate  # closed before the first write
    fingerprint = options_fingerprint(settings.options)
    was_stopped = bool(journal.counts()[Outcome.NOT_REACHED])
    if run.by.kind is not ActorKind.PERSON or was_stopped or not opens_gate(record, selection, fingerprint):
        return ledger.gate
    return Gate(options_fingerprint=fingerprint, opened_at=parts.clock.now(), opened_by=run.by.by)


def _still_true(adoptions: Iterable[Adoption], organization: Organization, ledger: Ledger) -> list[Adoption]:
    """The adoptions whose account is there and was not given to the object anew, with what still holds of each."""
    accounts = {a.uid: a for a in organization.accounts}
    still: list[Adoption] = []
    for adoption in adoptions:
        account = accounts.get(adoption.uid)
        entry = ledger.entries.get(adoption.entra_id)
        is_superseded = entry is not None and entry.uid != adoption.uid and entry.uid in accounts
        if account is None or is_superseded:
            continue
        still.append(
            replace(
                adoption,
                address=account.primary_email,
                type=adoption.type if adoption.type is account.type else None,
                is_active=adoption.is_active if adoption.is_active is account.is_active else None,
            )
        )
    return still
