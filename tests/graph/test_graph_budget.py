"""The resource budget: whatever is sent, no window holds more than seven tenths of the limit, and nothing waits for ever."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.graph.budget import LEAST_SHARE, MOST_SHARE, WINDOW_SECONDS, Charge, ResourceBudget, limit_of
from tests.laws import law
from tests.twins.still_clock import StillClock

LARGE = 600
"""People of a tenant of the largest limit."""
BATCH_UNITS = 30
"""Ten groups, each with its count."""


def budgeted(people: int = LARGE) -> tuple[ResourceBudget, StillClock]:
    clock = StillClock()
    budget = ResourceBudget(clock=clock)
    budget.serves(people=people)
    return budget, clock


def fits(budget: ResourceBudget, clock: StillClock) -> int:
    """How many units go out at once, in tens; they are used up afterwards."""
    sent = 0
    while (charge := budget.charge(10)).at == clock.monotonic():
        sent += 10
    budget.withdraw(charge)
    return sent


def in_window(charges: list[Charge], last: Charge) -> list[Charge]:
    """What was sent in the window that ends with this one, itself included."""
    return [one for one in charges if one.at <= last.at < one.at + WINDOW_SECONDS]


@dataclass(kw_only=True)
class Sent:
    """What a made-up sequence of requests sent."""

    clock: StillClock
    budget: ResourceBudget
    charges: list[Charge] = field(default_factory=list)
    expected: list[int] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def send(self, units: int, *, waits: bool) -> None:
        """Charge a request; with ``waits`` it is sent before the next one is charged."""
        charge = self.budget.charge(units)
        self.charges.append(charge)
        self.expected.append(units)
        self.waited.append(charge.at - self.clock.monotonic())
        if waits:
            self.clock.sleep(charge.at - self.clock.monotonic())


UNITS = st.integers(min_value=1, max_value=700)
PAUSES = st.floats(min_value=0, max_value=25)
USED = st.one_of(st.just(0.0), st.floats(min_value=0.8, max_value=1.8))


@law
@given(steps=st.lists(st.tuples(PAUSES, UNITS, USED, st.booleans()), max_size=60))
def test_no_window_exceeds_seven_tenths_of_the_limit(steps: list[tuple[float, int, float, bool]]) -> None:
    budget, clock = budgeted()
    sent = Sent(clock=clock, budget=budget)
    for pause, units, used, waits in steps:
        clock.sleep(pause)
        budget.told(used)
        sent.send(units, waits=waits)

    most = MOST_SHARE * limit_of(LARGE)
    for charge in sent.charges:
        assert sum(one.units for one in in_window(sent.charges, charge)) <= most


@law
@given(steps=st.lists(st.tuples(PAUSES, UNITS, st.integers(min_value=0, max_value=1_500), st.booleans()), max_size=60))
def test_costs_that_turn_out_higher_exceed_it_by_what_was_under_way_alone(
    steps: list[tuple[float, int, int, bool]],
) -> None:
    budget, clock = budgeted()
    sent = Sent(clock=clock, budget=budget)
    late: dict[int, list[int]] = {}
    unanswered: list[tuple[int, int]] = []
    for number, (pause, units, truth, waits) in enumerate(steps):
        clock.sleep(pause)
        sent.send(units, waits=waits)
        unanswered.append((number, truth))
        late[number] = [one for one, _ in unanswered]
        if waits:
            for one, cost in unanswered:
                budget.correct(sent.charges[one], cost)
            unanswered.clear()

    most = MOST_SHARE * limit_of(LARGE)
    for number, charge in enumerate(sent.charges):
        window = in_window(sent.charges[: number + 1], charge)
        surprise = sum(max(0, sent.charges[one].units - sent.expected[one]) for one in late[number])
        assert len(window) == 1 or sum(one.units for one in window) <= most + surprise


@law
@given(steps=st.lists(st.tuples(PAUSES, UNITS, USED), max_size=60))
def test_nobody_waits_longer_than_a_window_for_those_who_were_sent_before(
    steps: list[tuple[float, int, float]],
) -> None:
    budget, clock = budgeted(people=0)
    sent = Sent(clock=clock, budget=budget)
    for pause, units, used in steps:
        clock.sleep(pause)
        budget.told(used)
        sent.send(units, waits=True)

    assert max(sent.waited, default=0) <= WINDOW_SECONDS * 1.001


@law
@given(
    costs=st.lists(st.integers(min_value=1, max_value=120), max_size=80),
    people=st.integers(min_value=0, max_value=10**6),
)
def test_what_costs_less_than_the_smallest_tenants_budget_never_waits(costs: list[int], people: int) -> None:
    budget, clock = budgeted(people)
    sent = 0
    for cost in costs:
        if (sent := sent + cost) <= MOST_SHARE * limit_of(0):
            assert budget.charge(cost).at == clock.monotonic()


def test_those_who_wait_are_served_in_order_and_as_fast_as_the_budget_allows() -> None:
    budget, clock = budgeted()
    places = [budget.charge(BATCH_UNITS).at - clock.monotonic() for _ in range(1_000)]

    in_a_window = 5_600 // BATCH_UNITS
    assert places == [number // in_a_window * WINDOW_SECONDS for number in range(1_000)]


def test_nobody_overtakes_those_who_wait_where_the_limit_rises() -> None:
    budget, clock = budgeted(people=0)
    for _ in range(2):
        budget.charge(2_450)
    budget.serves(people=LARGE)

    assert budget.charge(1).at == clock.monotonic() + WINDOW_SECONDS


def test_one_request_that_costs_more_than_the_budget_has_a_window_of_its_own() -> None:
    budget, clock = budgeted()
    places = [budget.charge(units).at - clock.monotonic() for units in (1, 9_000, 1)]

    assert places == [0, WINDOW_SECONDS, 2 * WINDOW_SECONDS]


def test_the_place_of_a_request_that_is_not_sent_is_free_again() -> None:
    budget, clock = budgeted()
    budget.withdraw(budget.charge(5_600))

    assert budget.charge(5_600).at == clock.monotonic()


@pytest.mark.parametrize(
    ("people", "most"), [(0, 2_450), (49, 2_450), (50, 3_500), (500, 3_500), (501, 5_600), (1_000_000, 5_600)]
)
def test_the_budget_follows_the_number_of_people(people: int, most: int) -> None:
    assert fits(*budgeted(people)) == most


def test_until_people_are_counted_the_smallest_tenants_limit_holds() -> None:
    clock = StillClock()
    budget = ResourceBudget(clock=clock)

    assert fits(budget, clock) == 2_450
    budget.serves(people=LARGE)
    assert fits(budget, clock) == 5_600 - 2_450


def test_a_share_that_graph_tells_lowers_it_to_what_was_sent_less_what_all_are_above_seven_tenths() -> None:
    budget, clock = budgeted()
    budget.charge(4_000)
    for _ in range(3):
        budget.told(1.4)
        clock.sleep(2.0)

    assert fits(budget, clock) == 0
    clock.sleep(4.0)
    assert fits(budget, clock) == 2_000


def test_what_waits_for_its_place_is_not_taken_for_sent() -> None:
    budget, clock = budgeted()
    for _ in range(4):
        budget.charge(2_800)
    budget.told(1.4)

    clock.sleep(2 * WINDOW_SECONDS)
    assert fits(budget, clock) == 2_800 + 2 * 800


def test_a_share_below_what_graph_tells_changes_nothing() -> None:
    budget, clock = budgeted()
    budget.told(0.0)
    budget.told(MOST_SHARE)

    assert fits(budget, clock) == 5_600


def test_it_never_falls_below_a_tenth_of_the_limit() -> None:
    budget, clock = budgeted()
    for _ in range(50):
        budget.told(1.8)

    assert fits(budget, clock) == LEAST_SHARE * 8_000


def test_it_is_raised_for_every_window_in_which_nothing_is_told_and_never_above_seven_tenths() -> None:
    budget, clock = budgeted()
    budget.told(1.0)
    rooms = []
    for _ in range(8):
        clock.sleep(WINDOW_SECONDS)
        rooms.append(fits(budget, clock))

    assert rooms == [1_600, 2_400, 3_200, 4_000, 4_800, 5_600, 5_600, 5_600]
