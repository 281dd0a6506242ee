"""Every fault at every place of a search by changes: the plan of a whole read, or one of our errors; never a change that only it takes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from shared.diff.plan import Plan
from shared.engine.run import Run, RunState
from simulator.effects import EmptyPage
from simulator.world import Tenant
from tests.rules.summary import CELL
from tests.witnesses.delta_bench import GIVER, HIRED, HOUR, LEAVER, TAKER, DeltaBench, Searches, delta_bench
from tests.witnesses.delta_cells import DeltaCell, DeltaFate, delta_cells, is_of_whole_reads

CELLS = list(delta_cells())
EMPTY_PAGES = [cell for cell in CELLS if isinstance(cell.effect, EmptyPage)]
DAY = 24 * HOUR


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """The bench, and the plans of whole reads of what changed."""

    bench: DeltaBench
    giving: Plan
    taking: Plan


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    with delta_bench(tmp_path_factory.mktemp("company")) as bench:
        plans = [_whole_plan(bench, tenant) for tenant in (bench.giving, bench.taking)]
        yield Undisturbed(bench=bench, giving=plans[0], taking=plans[1])


def _whole_plan(bench: DeltaBench, tenant: Tenant) -> Plan:
    with bench.again() as searches:
        bench.at.world.tenant = tenant
        return searches.plan(searches.search(is_whole=True))


def takings(plan: Plan) -> set[str]:
    return {change.id for change in plan.changes if change.takes and change.ticked}


def fate(searches: Searches, run: Run, expected: Plan) -> DeltaFate:
    """What came of a search by changes; nothing is ticked to be taken that a whole read does not take."""
    if run.state is not RunState.SUCCEEDED:
        return DeltaFate.REFUSED
    plan = searches.plan(run)
    assert takings(plan) <= takings(expected)
    if plan != expected:
        return DeltaFate.NOT_TOLD
    return DeltaFate.WHOLE if searches.last_read().certificate.is_whole else DeltaFate.BY_CHANGES


def assert_goes_on(searches: Searches) -> None:
    """The next search, whichever way it reads, finds what one finds that reads everything."""
    assert searches.plan(searches.search()) == searches.plan(searches.search(is_whole=True))


def test_the_two_changes_of_the_company_are_of_both_kinds(undisturbed: Undisturbed) -> None:
    assert takings(undisturbed.giving) == set()
    assert len(takings(undisturbed.taking)) >= 3
    assert len({change.category for change in undisturbed.giving.changes}) >= 4


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_search_by_changes_has_the_plan_of_a_whole_read_or_fails_loudly(
    undisturbed: Undisturbed, cell: DeltaCell, record_property: Callable[[str, object], None]
) -> None:
    bench = undisturbed.bench
    with bench.again() as searches:
        is_of_first = is_of_whole_reads(cell.place)
        bench.at.world.tenant = bench.before if is_of_first else bench.giving
        bench.at.faults.add(cell.fault)
        run = searches.search(is_whole=is_of_first)
        (record,) = bench.at.faults.records()
        assert record.hits > 0, "the fault hit nothing, so the cell means nothing"
        bench.at.faults.clear()
        bench.at.world.tenant = bench.giving
        if not is_of_first:
            found = fate(searches, run, undisturbed.giving)
        elif run.state is RunState.SUCCEEDED:
            found = DeltaFate.LINKED if searches.has_links else DeltaFate.UNLINKED
        else:
            found = DeltaFate.REFUSED
        assert found is cell.fate
        if found is DeltaFate.REFUSED:
            searches.carry_on(run)
        if found is DeltaFate.NOT_TOLD:
            searches.frame.clock.advance(DAY)
        assert_goes_on(searches)
    record_property(CELL, found.value)


@pytest.mark.parametrize("cell", EMPTY_PAGES, ids=lambda cell: cell.name)
def test_what_a_page_of_changes_kept_back_takes_nothing(undisturbed: Undisturbed, cell: DeltaCell) -> None:
    bench = undisturbed.bench
    with bench.again() as searches:
        bench.at.world.tenant = bench.taking
        bench.at.faults.add(cell.fault)
        run = searches.search()
        bench.at.faults.clear()

        assert takings(searches.plan(run)) <= takings(undisturbed.taking)
        searches.frame.clock.advance(DAY)
        assert_goes_on(searches)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """How Graph tells of changes."""

    switches: Mapping[str, object] = field(default_factory=dict)
    older_by: timedelta = timedelta()
    giving: DeltaFate
    """What becomes of a search where nothing is taken."""
    taking: DeltaFate = DeltaFate.WHOLE


MOODS = {
    "replays": Mood(switches={"delta_replays": True}, giving=DeltaFate.BY_CHANGES),
    "blanks": Mood(switches={"empty_pages": True}, giving=DeltaFate.BY_CHANGES),
    "single": Mood(switches={"delta_page_size": 1, "delta_replays": True}, giving=DeltaFate.BY_CHANGES),
    "maintenance": Mood(switches={"delta_is_gone": True}, giving=DeltaFate.WHOLE),
    "too_old": Mood(older_by=timedelta(days=7, seconds=1), giving=DeltaFate.WHOLE),
    "late_newcomer": Mood(switches={"delta_held_back": {HIRED}}, giving=DeltaFate.LATE),
    "late_giver": Mood(switches={"delta_held_back": {GIVER}}, giving=DeltaFate.LATE),
    "late_taker": Mood(switches={"delta_held_back": {TAKER}}, giving=DeltaFate.LATE),
    "late_leaver": Mood(switches={"delta_held_back": {LEAVER}}, giving=DeltaFate.BY_CHANGES),
}


@pytest.mark.parametrize("takes", [False, True], ids=["giving", "taking"])
@pytest.mark.parametrize("name", MOODS)
def test_what_is_told_late_or_twice_or_no_more_ends_as_a_whole_read(
    undisturbed: Undisturbed, name: str, record_property: Callable[[str, object], None], *, takes: bool
) -> None:
    bench, mood = undisturbed.bench, MOODS[name]
    plan = undisturbed.taking if takes else undisturbed.giving
    with bench.again() as searches:
        bench.at.world.tenant = bench.taking if takes else bench.giving
        clock, switches = bench.at.world.clock, bench.at.service.switches
        for switch, value in mood.switches.items():
            setattr(switches, switch, value)
        clock.offset += mood.older_by
        try:
            found = fate(searches, searches.search(), plan)
        finally:
            clock.offset -= mood.older_by
        switches.delta_held_back = set()
        assert_goes_on(searches)
    if found is DeltaFate.NOT_TOLD:
        found = DeltaFate.LATE
    assert found is (mood.taking if takes else mood.giving)
    record_property(CELL, found.value)


def test_every_cell_has_a_name_of_its_own() -> None:
    assert len({cell.name for cell in CELLS}) == len(CELLS)
