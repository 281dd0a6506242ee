"""Search: reads both sides, makes a plan and stores it. Changes nothing in Essentials."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.diff.guard import judge
from shared.diff.ledger import Ledger, forget_states, note_exempt, note_presence
from shared.diff.options import SyncOptions
from shared.diff.plan import NATIVE_KEY, Plan, SkipReason
from shared.diff.situation import Situation, situate
from shared.engine.collecting import without_collecting
from shared.engine.directory_reading import DirectoryReading, ticked_takings
from shared.engine.last_read import LastReadStore
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.native_exemptions import take_over_exemptions
from shared.engine.notices.notices import Notices
from shared.engine.notices.wording import NATIVE_KEY_CAUSE, native_key_due
from shared.engine.parts import Parts
from shared.engine.plan_record import PlanRecord
from shared.engine.planning import planned
from shared.engine.ports import Progress
from shared.engine.purposes import PurposeMemory
from shared.engine.reading import check_size
from shared.engine.records import LedgerStore, Plans, ended_native_exemptions, exemptions
from shared.engine.run import Acceptance, Narrowing, Problem, Run
from shared.model import Directory, Organization
from shared.settings import Settings, options_fingerprint

PLAN_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryChanged:
    """The tenant or the organization is not the one of the ledger: nothing is planned until a person accepts it."""

    problem: Problem


def narrowed(options: SyncOptions, narrowing: Narrowing) -> SyncOptions:
    """The options in force, less what this search leaves out."""
    return replace(
        options,
        what=options.what if narrowing.what is None else narrowing.what,
        how=options.how if narrowing.how is None else narrowing.how,
        default_role=narrowing.default_role or options.default_role,
    )


class Search:
    """Reads, plans and stores, under the lease."""

    def __init__(self, parts: Parts, settings: Settings, keeper: LeaseKeeper, progress: Progress) -> None:
        self._parts = parts
        self._settings = settings
        self._keeper = keeper
        self._progress = progress
        self._ledger_store = LedgerStore(parts.documents)

    def carry_out(self, run: Run) -> PlanRecord | DirectoryChanged:
        """The stored plan of the run; what a certified read shows as missing is noted in the ledger.

        Raises what the readers raise, and IncompleteReadError where the organization shrank by more than half.
        """
        options = narrowed(self._settings.options, run.narrowing)
        memory = PurposeMemory(self._parts.documents, self._parts.clock.now())
        reading = DirectoryReading(self._parts, options, self._progress, lambda: memory.known)
        directory, organization = self._read_both_sides(run, reading, memory)
        ledger, etag = self._ledger_store.read()
        changed = self._directory_changed(ledger, directory, organization)
        if changed is not None:
            if Acceptance.DIRECTORY_CHANGED not in run.narrowing.accept:
                return changed
            ledger = Ledger()
        if Acceptance.SMALLER_ORGANIZATION not in run.narrowing.accept:
            check_size(organization, before=ledger.accounts_last_read)
        if organization.native_sync.writes_users:
            ledger = forget_states(ledger)
        take_over_exemptions(self._parts.documents, organization)
        situation, plan = self._planned(run, options, directory, organization, ledger)
        if not reading.is_enough_for(plan):
            # Neither is needed again, and two of each would not fit beside one another for a large company.
            del situation, plan, directory
            directory = reading.whole_after_all(run)
            memory.remember(directory.people)
            situation, plan = self._planned(run, options, directory, organization, ledger)
        record = self._record(run, plan, options)
        if any(NATIVE_KEY in (c.after.settings or ()) for c in record.plan.changes):
            self._parts.announce(
                "native_sync.key_due", {"run_id": run.id, "was_written": bool(ledger.native_key_version)}
            )
            if ledger.native_key_version:
                Notices(self._parts).lasts(NATIVE_KEY_CAUSE, native_key_due())
        self._progress("storing", 0, 0)
        self._keeper.require()
        # The ledger first: a plan that is found stored after a crash is used without searching again.
        self._ledger_store.write(_noted(ledger, situation), etag)
        LastReadStore(self._parts.documents).keep(directory, organization, ticked_takings(record.plan))
        return Plans(self._parts.documents).store(record)

    def _read_both_sides(
        self, run: Run, reading: DirectoryReading, memory: PurposeMemory
    ) -> tuple[Directory, Organization]:
        organization_reader = self._parts.organization_reader()
        with ThreadPoolExecutor(max_workers=2, thread_name_prefix="read") as pool:
            directory_part = pool.submit(lambda: reading.for_search(run))
            organization = pool.submit(lambda: organization_reader.read(progress=self._progress))
            directory = directory_part.result()
            memory.remember(directory.people)
            return directory, organization.result()

    def _planned(
        self, run: Run, options: SyncOptions, directory: Directory, organization: Organization, ledger: Ledger
    ) -> tuple[Situation, Plan]:
        self._progress("planning", 0, 0)
        with without_collecting():
            situation = situate(
                directory=directory,
                organization=organization,
                ledger=ledger,
                exemptions=exemptions(self._parts.documents),
                ended_native_exemptions=ended_native_exemptions(self._parts.documents),
                options=options,
                now=self._parts.clock.now(),
                native=self._parts.native_application(),
            )
        return situation, planned(self._parts, situation, undoes=run.undoes)

    def _directory_changed(
        self, ledger: Ledger, directory: Directory, organization: Organization
    ) -> DirectoryChanged | None:
        tenant_id = directory.certificate.tenant_id
        is_same_tenant = ledger.tenant_id in ("", tenant_id)
        domains = {domain.name for domain in organization.domains} | {organization.primary_domain}
        is_same_organization = not ledger.primary_domain or ledger.primary_domain in domains
        if is_same_tenant and is_same_organization:
            return None
        was = ledger.primary_domain if is_same_tenant else ledger.tenant_id
        now_is = organization.primary_domain if is_same_tenant else tenant_id
        return DirectoryChanged(
            problem=Problem(
                code="directory_changed",
                detail=f"The ledger belongs to {was}, but {now_is} was read.",
                fix="Correct the settings, or search again and accept directory_changed: then the ledger starts anew.",
            )
        )

    def _record(self, run: Run, plan: Plan, options: SyncOptions) -> PlanRecord:
        now = self._parts.clock.now()
        return PlanRecord(
            id=run.id,
            created_at=now,
            expires_at=now + PLAN_LIFE,
            run_id=run.id,
            narrowing=run.narrowing,
            options_fingerprint=options_fingerprint(self._settings.options),
            guard=judge(
                (c for c in plan.changes if c.ticked),
                accounts=plan.accounts,
                active_accounts=plan.active_accounts,
                options=options,
            ),
            plan=plan,
            undoes=run.undoes,
        )


def _noted(ledger: Ledger, situation: Situation) -> Ledger:
    noted = note_presence(
        ledger,
        present={s.id: s.kind for s in situation.subjects.values()},
        listed=frozenset(situation.listed_by),
        out_of_scope=frozenset(s.id for s in situation.subjects.values() if s.verdict is SkipReason.OUT_OF_SCOPE),
        now=situation.now,
    )
    noted = note_exempt(noted, situation.exempt, situation.listed_by)
    native_sync = situation.organization.native_sync
    return replace(
        noted,
        accounts_last_read=len(situation.organization.accounts),
        native_sync_wrote_users=native_sync.writes_users if native_sync.is_shown else noted.native_sync_wrote_users,
    )
