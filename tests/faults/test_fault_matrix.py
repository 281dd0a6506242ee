"""Every fault at every request of an execution: it succeeds as if nothing had happened, or says what is wrong and loses nothing.

Whatever went wrong, nothing was taken that the undisturbed execution does not take, and the next sync reaches the same end.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.faults.upheaval import (
    WAIT_SECONDS,
    Picture,
    Upheaval,
    carry_on,
    is_whole,
    start,
    sync,
    told,
    upheaval,
)
from tests.faults.write_cells import REMOVALS, RENAMED, UPDATES, Cell, Fate, cells
from tests.rules.summary import WRITE_CELL

pytestmark = pytest.mark.slow

CELLS = list(cells())


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """The company, and what an execution that nothing disturbs makes of it."""

    upheaval: Upheaval
    before: Picture
    after: Picture
    after_another_sync: Picture
    """The ledger has noted then who is gone."""
    updates: Counter[str]
    removals: Counter[str]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Undisturbed]:
    path = tmp_path_factory.mktemp("company")
    with upheaval(path) as company, company.again(path / "undisturbed") as deployment:
        before = company.picture(deployment)
        run = carry_on(deployment, start(deployment, company.plan_id))
        assert is_whole(deployment, run), told(deployment, run)
        after = company.picture(deployment)
        writes = [(method, address.partition("@")[0]) for method, address, _ in company.writes()]
        deployment.clock.advance(WAIT_SECONDS)
        assert is_whole(deployment, sync(deployment))
        yield Undisturbed(
            upheaval=company,
            before=before,
            after=after,
            after_another_sync=company.picture(deployment),
            updates=Counter(name for method, name in writes if method == "PUT"),
            removals=Counter(name for method, name in writes if method == "DELETE"),
        )


def test_the_cells_reach_every_write_of_an_account(undisturbed: Undisturbed) -> None:
    assert undisturbed.updates == Counter(UPDATES | {RENAMED: 1})
    assert undisturbed.removals == Counter(REMOVALS)
    assert undisturbed.before.native_frequency > undisturbed.after.native_frequency == 0


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_an_execution_recovers_or_says_what_is_wrong_and_the_next_sync_reaches_the_same_end(
    undisturbed: Undisturbed, tmp_path: Path, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    company = undisturbed.upheaval
    with company.again(tmp_path / "state") as deployment:
        company.estate.faults.add(cell.fault)
        run = carry_on(deployment, start(deployment, company.plan_id))
        (record,) = company.estate.faults.records()
        assert record.hits > 0, "the fault hit nothing, so the cell means nothing"
        assert_nothing_is_taken_without_need(undisturbed)

        fate, end = Fate.RECOVERED, undisturbed.after
        if not run.state.is_final:
            fate = Fate.WAITED
            company.estate.faults.clear()
            run = carry_on(deployment, run)
        if not is_whole(deployment, run):
            fate, end = Fate.TOLD, undisturbed.after_another_sync
            assert run.state.is_final
            assert told(deployment, run)
            company.estate.faults.clear()
            deployment.clock.advance(WAIT_SECONDS)
            again = sync(deployment)
            assert is_whole(deployment, again), told(deployment, again)
        assert_nothing_is_taken_without_need(undisturbed)
        assert company.picture(deployment) == end
    record_property(WRITE_CELL, fate.value)


def assert_nothing_is_taken_without_need(undisturbed: Undisturbed) -> None:
    """No write asks to take what the undisturbed execution leaves where it is, and no address has two owners."""
    before, after = undisturbed.before.accounts, undisturbed.after.accounts
    company = undisturbed.upheaval.company
    for method, address, body in undisturbed.upheaval.writes():
        name = address.partition("@")[0]
        end = after.get("hal.married" if name == RENAMED else name)
        if method == "DELETE":
            assert end is None, f"{address} was to be removed"
            continue
        assert end is not None, f"{address} is not to be changed"
        start = before.get(name, end)
        kept = set(start["alias_emails"]) & set(end["alias_emails"])
        assert kept <= {*body["alias_emails"], body["primary_email"]}, f"{address} was to lose an address"
        assert body["type"] in (start["type"], end["type"])
        assert body["is_active"] in (start["is_active"], end["is_active"])
    accounts = company.organization.users.values()
    addresses = [a for account in accounts for a in (account["primary_email"], *account["alias_emails"])]
    assert len({a.lower() for a in addresses}) == len(addresses)


def test_every_cell_has_a_name_of_its_own() -> None:
    assert len({cell.name for cell in CELLS}) == len(CELLS)
