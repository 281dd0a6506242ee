"""Whatever happens in Entra, and however late, twice or brokenly it tells so, searches by changes end where whole reads do.

On the way no account loses what its living object has in Entra at that moment.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test

from shared.diff.options import How, Leavers, SyncOptions
from shared.diff.plan import Plan
from shared.engine.engine import Engine
from shared.engine.last_read import LastReadStore
from shared.engine.refusals import GuardTrippedError
from shared.engine.run import Narrowing, Reading, Run, RunState, Selection
from shared.errors import IncompleteReadError
from shared.model import Account, AccountType, EntraId, Uid
from simulator.tokens import TokenAuthority
from tests.builders.sides import TENANT, directory, organization
from tests.engine.changing_directory import CLOCK, HOUR, MINUTE, SCOPE, ChangingDirectory, company, listed
from tests.engine.entra_in_process import EntraInProcess
from tests.engine.frame import PERSON, Frame
from tests.laws import EXAMPLES
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials

AUTHORITY = TokenAuthority(tenant_id=TENANT, clock=CLOCK)
"""One for all: its key takes long to make."""


class FollowedDirectory(ChangingDirectory):
    """The app that follows a directory in which anything happens."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self._plan_id = ""

    @initialize(grace_days=st.sampled_from((0, 0, 7)), leavers=st.sampled_from(Leavers), has_scope=st.booleans())
    def begin(self, grace_days: int, leavers: Leavers, *, has_scope: bool) -> None:
        """The company is in sync."""
        self.world = company()
        self.entra = EntraInProcess(self.world, AUTHORITY, CLOCK.clock)
        self.switches = self.entra.service.switches
        self.essentials = MemoryEssentials(organization())
        self.frame = Frame(
            path=Path(self._folder.name),
            directory=MemoryDirectory(directory()),
            essentials=self.essentials,
            clock=CLOCK.clock,
            read_whole_up_to=0,
        )
        scope = (EntraId(SCOPE),) if has_scope else ()
        self.frame.options = SyncOptions(how=frozenset(How), grace_days=grace_days, leavers=leavers, group_scope=scope)
        self.accounts: dict[Uid, Account] = {}
        self.essentials.after_write = self.check_write
        self._searched(is_whole=True)
        self._executed()

    def teardown(self) -> None:
        self._folder.cleanup()

    # What the app does.

    @rule(is_whole=st.sampled_from((False, False, False, True)))
    def search(self, *, is_whole: bool) -> None:
        """A search; one whose counts lag too far behind fails and says so."""
        run = self._searched(is_whole=is_whole)
        if run.state is not RunState.SUCCEEDED:
            assert run.problem is not None
            assert run.problem.code == IncompleteReadError.code, run.problem
            assert self.switches.index_lag_seconds

    @precondition(lambda self: self._plan_id)
    @rule()
    def execute(self) -> None:
        """Everything that the last plan ticks is carried out, unless it is too old."""
        if CLOCK.clock.now() < self._engine().plan(self._plan_id).expires_at:
            self._executed()

    @rule()
    def sync(self) -> None:
        """A search, and at once the execution of all that it ticks."""
        if self._searched(is_whole=False).plan_id:
            self._executed()

    @rule()
    def settle(self) -> None:
        """Everything is told at last: one search more, carried out, leaves nothing that a whole read would change."""
        self.switches.delta_held_back, self.switches.delta_is_gone = set(), False
        self.switches.delta_lag_seconds = self.switches.index_lag_seconds = 0
        CLOCK.clock.advance(HOUR + MINUTE)
        assert self._searched(is_whole=False).plan_id
        event(f"settled by a read of {'everything' if self._last_read().certificate.is_whole else 'changes'}")
        assert self._executed().state is RunState.SUCCEEDED
        assert self._ticked(self._searched(is_whole=False)) == []
        by_changes = self._last_read()
        assert self._ticked(self._searched(is_whole=True)) == []
        whole = self._last_read()
        assert by_changes.people == whole.people
        assert by_changes.groups == whole.groups
        assert by_changes.deleted_people == whole.deleted_people
        assert by_changes.people_in_scope == whole.people_in_scope

    def check_write(self) -> None:
        """No account of a living object lost what the object has in Entra now."""
        before, self.accounts = self.accounts, {a.uid: a for a in self.essentials.organization.accounts}
        for key, entry in self.frame.ledger().items():
            assert isinstance(entry, dict)
            one, old = self.objects.get(key), before.get(entry["uid"])
            if one is None or old is None:
                continue
            new = self.accounts.get(old.uid)
            assert new is not None, f"{old.primary_email} was removed"
            assert not (set(old.addresses) & listed(one)) - set(new.addresses), f"{old} became {new}"
            is_user = one.get("accountEnabled") and one["assignedPlans"] and self._is_in_scope(key)
            assert not is_user or new.is_active or not old.is_active, f"{old} was deactivated"
            assert not is_user or not is_functional(new) or is_functional(old), f"{old} was converted"

    def _is_in_scope(self, key: str) -> bool:
        return not self.frame.options.group_scope or key in self.tenant.members[SCOPE]

    def _searched(self, *, is_whole: bool) -> Run:
        CLOCK.clock.advance(MINUTE)
        narrowing = Narrowing(read=Reading.WHOLE) if is_whole else Narrowing()
        run = self._delivered(self._engine().start_search(narrowing, PERSON))
        self._plan_id = run.plan_id or ""
        return run

    def _executed(self) -> Run:
        plan_id, self._plan_id = self._plan_id, ""
        selection = Selection(digest=self._plan(plan_id).digest)
        self.accounts = {a.uid: a for a in self.essentials.organization.accounts}
        try:
            run = self._engine().execute(plan_id, selection, PERSON)
        except GuardTrippedError as stopped:
            approved = Selection(digest=selection.digest, approve=stopped.selection_digest)
            run = self._engine().execute(plan_id, approved, PERSON)
        return self._delivered(run)

    def _engine(self) -> Engine:
        parts = replace(self.frame.parts, directory_reader=lambda: self.entra, evidence_reader=lambda: self.entra)
        return Engine(parts)

    def _delivered(self, run: Run) -> Run:
        while self.frame.queue.sent:
            self._engine().on_message(self.frame.queue.take())
        return self._engine().run(run.id)

    def _plan(self, plan_id: str) -> Plan:
        return self._engine().plan(plan_id).plan

    def _ticked(self, run: Run) -> list[Any]:
        assert run.plan_id, run.problem
        return [change for change in self._plan(run.plan_id).changes if change.ticked]

    def _last_read(self) -> Any:
        return LastReadStore(self.frame.parts.documents).read()


def is_functional(one: Account) -> bool:
    return one.type is AccountType.FUNCTIONAL_ACCOUNT


def test_searches_by_changes_end_where_whole_reads_do_and_take_nothing_on_the_way() -> None:
    tried = settings(max_examples=max(25, EXAMPLES // 20), stateful_step_count=40, deadline=None)
    run_state_machine_as_test(FollowedDirectory, settings=tried)
