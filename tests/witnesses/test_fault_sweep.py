"""Every fault at every place of both readings: exactly the same, or one of our errors; never a shorter picture.

Essentials may answer 403 or 404 for good where the native sync is outside the package or was never set up: the picture then says
that it is not shown.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from shared.errors import SyncError
from shared.model import Directory, MembersOnly, Organization
from shared.proofpoint.decode import NOT_SHOWN
from tests.rules.summary import CELL
from tests.witnesses.fault_cells import Cell, Fate, cells, is_of_essentials
from tests.witnesses.sweep_bench import SweepBench, swept

CELLS = list(cells())


@dataclass(frozen=True, slots=True, kw_only=True)
class Undisturbed:
    """The bench, and what it reads when nothing is wrong."""

    bench: SweepBench
    directory: Directory
    organization: Organization


@pytest.fixture(scope="module")
def undisturbed() -> Iterator[Undisturbed]:
    with pytest.MonkeyPatch.context() as environment, swept() as bench:
        environment.setenv("REQUESTS_CA_BUNDLE", str(bench.estate.ca_bundle))
        yield Undisturbed(bench=bench, directory=bench.directory(), organization=bench.organization())


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.name)
def test_a_reading_recovers_exactly_or_fails_loudly(
    undisturbed: Undisturbed, cell: Cell, record_property: Callable[[str, object], None]
) -> None:
    bench = undisturbed.bench
    bench.estate.faults.clear()
    bench.estate.faults.add(cell.fault)
    fate = fate_of_organization(undisturbed) if is_of_essentials(cell.place) else fate_of_directory(undisturbed)
    (record,) = bench.estate.faults.records()

    assert record.hits > 0, "the fault hit nothing, so the cell means nothing"
    assert fate is cell.fate
    record_property(CELL, fate.value)


def fate_of_directory(undisturbed: Undisturbed) -> Fate:
    try:
        read = undisturbed.bench.directory()
    except SyncError as error:
        assert_loud(error)
        return Fate.REFUSED
    whole = undisturbed.directory
    # Counts are evidence, not content: a wrong one that is found out is in no picture.
    read = replace(read, certificate=whole.certificate)
    assert read == whole, "a shorter picture"
    return Fate.RECOVERED


def fate_of_organization(undisturbed: Undisturbed) -> Fate:
    try:
        read = undisturbed.bench.organization()
    except SyncError as error:
        assert_loud(error)
        return Fate.REFUSED
    whole = undisturbed.organization
    if read == whole:
        return Fate.RECOVERED
    assert read.native_sync == NOT_SHOWN
    assert replace(read, native_sync=whole.native_sync) == whole
    return Fate.NOT_SHOWN


def assert_loud(error: SyncError) -> None:
    """The error says what is wrong and what to do, and it is one of the leaves of our tree."""
    assert error.code != SyncError.code
    assert error.detail
    assert error.fix


def test_the_picture_is_of_several_pages_everywhere(undisturbed: Undisturbed) -> None:
    directory = undisturbed.directory
    assert isinstance(directory.scope, MembersOnly)
    parts = (directory.people, directory.groups, directory.deleted_people, directory.scope.people)
    assert all(len(part) > 45 for part in parts)
    assert undisturbed.organization.native_sync.is_configured
    assert len(undisturbed.organization.accounts) > 40


def test_every_cell_has_a_name_of_its_own() -> None:
    assert len({cell.name for cell in CELLS}) == len(CELLS)
