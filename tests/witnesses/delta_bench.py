"""Searches by changes of a simulated directory on real sockets, from the same beginning each time."""

import copy
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path

import pytest

from shared.diff.options import How, SyncOptions
from shared.diff.plan import Plan
from shared.engine.engine import Engine
from shared.engine.last_read import LastRead, LastReadStore
from shared.engine.refusals import GuardTrippedError
from shared.engine.run import Narrowing, Reading, Run, RunState, Selection
from shared.model import EntraId, Organization
from simulator.graph import GraphSwitches
from simulator.tokens import TokenAuthority
from simulator.world import Tenant, World
from tests.builders.sides import directory, organization
from tests.engine.frame import PERSON, Frame
from tests.graph.scripted_graph import group, guid, person
from tests.graph.simulated import Simulated, small_world
from tests.transport.scripted_server import Authority
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials
from tests.twins.still_clock import StillClock

HOUR = 3600
SCOPE = guid(101)
OPTIONS = SyncOptions(how=frozenset(How), grace_days=0, group_scope=(EntraId(SCOPE),))
HIRED, RENAMED, GIVER, TAKER, LEAVER, MARRIED, EXCLUDED, INCLUDED = (
    guid(number) for number in (31, 2, 3, 4, 5, 6, 7, 8)
)
ENTRIES_A_PAGE = 2
HANDED = "smtp:handed@example.com"


@dataclass(slots=True, kw_only=True)
class DeltaBench:
    """A directory that was read whole and synced, and in which people and groups changed since."""

    at: Simulated
    path: Path
    before: Tenant
    giving: Tenant
    """Somebody comes, and some get names and addresses."""
    taking: Tenant
    """Besides somebody leaves, an alias goes to somebody else, and somebody is out of scope."""
    synced: Organization

    @contextmanager
    def again(self) -> Iterator["Searches"]:
        """The app as it was after the sync, in a directory without the changes, without faults and moods."""
        self.at.world.tenant = self.before
        self.at.faults.clear()
        calm = GraphSwitches(delta_page_size=ENTRIES_A_PAGE)
        for switch in fields(GraphSwitches):
            setattr(self.at.service.switches, switch.name, getattr(calm, switch.name))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state"
            shutil.copytree(self.path, path)
            searches = Searches(at=self.at, frame=_frame(path, self.synced))
            # Links made just now: the simulator forgets older ones.
            searches.search(is_whole=True)
            yield searches


@dataclass(slots=True, kw_only=True)
class Searches:
    """One app, and what its searches find."""

    at: Simulated
    frame: Frame

    def search(self, *, is_whole: bool = False) -> Run:
        """One slice of a search."""
        engine = self._engine()
        run = engine.start_search(Narrowing(read=Reading.WHOLE if is_whole else Reading.CHANGES), PERSON)
        engine.on_message(self.frame.queue.take())
        return engine.run(run.id)

    def carry_on(self, run: Run) -> None:
        """A run that was put off goes on; one that failed has said why."""
        if run.state.is_final:
            assert run.problem is not None
            return
        self._engine().on_message(self.frame.queue.take())
        assert self._engine().run(run.id).state is RunState.SUCCEEDED

    def plan(self, run: Run) -> Plan:
        """The plan of a search, less what it says of the reading."""
        assert run.plan_id is not None, run.problem
        plan = self._engine().plan(run.plan_id).plan
        return replace(plan, digest="", directory_certificate=directory().certificate)

    def last_read(self) -> LastRead:
        """What was kept."""
        return LastReadStore(self.frame.parts.documents).read()

    @property
    def has_links(self) -> bool:
        """Whether the next search may read by changes."""
        return (self.frame.path / "default" / "delta.json").exists()

    def execute(self, run: Run) -> Run:
        """The execution of what the search found, the guard approved."""
        engine, plan_id = self._engine(), run.plan_id or ""
        selection = Selection(digest=engine.plan(plan_id).plan.digest)
        try:
            execution = engine.execute(plan_id, selection, PERSON)
        except GuardTrippedError as stopped:
            execution = engine.execute(plan_id, replace(selection, approve=stopped.selection_digest), PERSON)
        while self.frame.queue.sent:
            engine.on_message(self.frame.queue.take())
        return engine.run(execution.id)

    def _engine(self) -> Engine:
        reader, evidence = self.at.reader(), self.at.evidence()
        return Engine(replace(self.frame.parts, directory_reader=lambda: reader, evidence_reader=lambda: evidence))


@contextmanager
def delta_bench(path: Path) -> Iterator[DeltaBench]:
    """A directory of 34 objects, synced, and two others in which much of it changed."""
    world = _company()
    before, nobody = world.tenant, organization()
    with ExitStack() as stack:
        authority = Authority(path)
        stack.enter_context(pytest.MonkeyPatch.context()).setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
        tokens = TokenAuthority(tenant_id=before.id, clock=world.clock)
        at = Simulated(world, authority, tokens, stack)
        giving = _giving(before)
        bench = DeltaBench(
            at=at, path=path / "state", before=before, giving=giving, taking=_taking(giving), synced=nobody
        )
        searches = Searches(at=at, frame=_frame(bench.path, nobody))
        execution = searches.execute(searches.search())
        assert execution.state is RunState.SUCCEEDED, execution.problem
        bench.synced = searches.frame.essentials.organization
        yield bench


def _frame(path: Path, known: Organization) -> Frame:
    clock = StillClock()
    if path.exists():
        # The accounts are no longer new.
        clock.advance(2 * HOUR)
    essentials, twin = MemoryEssentials(known), MemoryDirectory(directory())
    return Frame(path=path, directory=twin, essentials=essentials, clock=clock, options=OPTIONS, read_whole_up_to=0)


def _company() -> World:
    world = small_world()
    tenant = world.tenant
    tenant.members[SCOPE] = [*sorted(tenant.users.keys() - {INCLUDED}), guid(102)]
    tenant.members[guid(102)] = []
    tenant.users[GIVER]["proxyAddresses"] += [HANDED]
    return world


def _giving(before: Tenant) -> Tenant:
    tenant = copy.deepcopy(before)
    users, groups = tenant.users, tenant.groups
    users[HIRED], users[guid(32)] = person(31), person(32)
    for key in (RENAMED, GIVER):
        users[key]["surname"] = "Other"
    users[TAKER]["proxyAddresses"].append("smtp:more@example.com")
    married = {"mail": "new6@example.com", "proxyAddresses": ["SMTP:new6@example.com", "smtp:person6@example.com"]}
    users[MARRIED] |= married
    for number in (101, 102, 103, 104):
        groups[guid(number)]["displayName"] = f"Other {number}"
    groups[guid(105)] = group(105)
    tenant.members[SCOPE] += [HIRED, guid(32), INCLUDED]
    return tenant


def _taking(giving: Tenant) -> Tenant:
    tenant = copy.deepcopy(giving)
    users = tenant.users
    users[GIVER]["proxyAddresses"].remove(HANDED)
    users[TAKER]["proxyAddresses"].append(HANDED)
    tenant.deleted_users[LEAVER] = {**users.pop(LEAVER), "deletedDateTime": "2026-11-24T10:00:00Z"}
    tenant.members[SCOPE].remove(EXCLUDED)
    return tenant
