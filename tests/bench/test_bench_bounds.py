"""What the bench counts, held here as well: requests and calls, never times."""

import math
import sys
from collections.abc import Callable
from datetime import timedelta
from types import FrameType

import pytest

from bench.figures import Figure, against, bounded, medians, reported
from bench.large_company import accounts_json, large_directory, large_ledger, large_organization
from bench.scope import requests_of_scope
from bench.tables import table
from bench.writing import requests_of_writing
from shared.diff.options import SyncOptions
from shared.diff.ordering import BATCH_SIZE
from shared.diff.planner import make_plan
from shared.diff.situation import situate
from tests.builders.sides import NOW

ROWS = 110


def test_adds_go_in_batches_updates_take_two_requests_and_renames_one_more() -> None:
    posts, updates, renames = requests_of_writing(ROWS)

    assert posts.value == math.ceil(ROWS / BATCH_SIZE)
    assert (updates.met, renames.met) == (True, True), (updates, renames)


def test_members_and_counts_of_scope_groups_take_a_request_for_every_ten_groups() -> None:
    (figure,) = requests_of_scope(200, 30, 12)

    assert figure.value == figure.target == 3


def test_ten_times_the_people_take_about_ten_times_the_calls_to_plan() -> None:
    assert _calls_to_plan(4_000) / _calls_to_plan(400) == pytest.approx(10, rel=0.1)


def _calls_to_plan(people: int) -> int:
    organization = large_organization(accounts_json(people))
    directory, ledger = large_directory(people), large_ledger(people)

    def work() -> None:
        situation = situate(
            directory=directory,
            organization=organization,
            ledger=ledger,
            exemptions=(),
            options=SyncOptions(),
            now=NOW + timedelta(days=1),
        )
        assert make_plan(situation).changes

    return _calls(work)


def _calls(work: Callable[[], None]) -> int:
    """How many functions it calls, built-in ones included."""
    count = 0

    def note(_frame: FrameType, event: str, _what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def test_a_figure_meets_its_target_by_ratio_where_it_has_a_control_and_by_value_where_not() -> None:
    assert against("a", 2.4, "s", control=2.0, most=1.25).met
    assert not against("a", 2.6, "s", control=2.0, most=1.25).met
    assert bounded("a", 45, "", most=45).met
    assert not bounded("a", 46, "", most=45).met
    assert reported("a", 1e9, "s").met


def test_contender_and_control_take_turns() -> None:
    order: list[str] = []

    def measured(name: str, *values: float) -> Callable[[], float]:
        left = list(values)

        def take() -> float:
            order.append(name)
            return left.pop(0)

        return take

    assert medians(3, {"a": measured("a", 1, 9, 2), "b": measured("b", 5, 5, 6)}) == {"a": 2, "b": 5}
    assert "".join(order) == "abbaab"


def test_the_table_names_what_misses_its_target() -> None:
    figures = [against("slow", 3.0, "s", control=2.0, most=1.25), Figure(name="told", value=12_345.6, unit="rows")]

    lines = table(figures).splitlines()
    assert [cell.strip() for cell in lines[2].split("|")[1:-1]] == ["slow", "3 s", "2 s", "1.5", "x 1.25", "NO"]
    assert [cell.strip() for cell in lines[3].split("|")[1:-1]] == ["told", "12,346 rows", "", "", "", ""]
