"""Which requests a fault hits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.effects import DropBefore, StatusFault
from simulator.faults import Fault, FaultBook

_BUSY = StatusFault(status=429)


@given(nth=st.integers(1, 6), times=st.integers(1, 6) | st.none(), asked=st.integers(0, 15))
def test_a_fault_hits_so_many_requests_from_the_nth_on(nth: int, times: int | None, asked: int) -> None:
    book = FaultBook()
    book.add(Fault(service="graph", nth=nth, times=times, effect=_BUSY))
    hits = [book.take("graph", "GET", "/v1.0/users") is not None for _ in range(asked)]
    last = asked if times is None else nth + times - 1
    assert hits == [nth <= number <= last for number in range(1, asked + 1)]


@pytest.mark.parametrize(
    ("path", "target", "is_hit"),
    [
        ("*", "/v1.0/users", True),
        ("/v1.0/users", "/v1.0/users?$top=999", True),
        ("/v1.0/users", "/v1.0/users/$count", False),
        ("/v1.0/groups/*/members", "/v1.0/groups/7/members?$select=id", True),
        ("/v1.0/users?*$skiptoken=*", "/v1.0/users?$top=9&$skiptoken=x", True),
        ("/v1.0/users?*$skiptoken=*", "/v1.0/users?$top=9", False),
        ("/api/v1/orgs/a.b/users", "/api/v1/orgs/axb/users", False),
    ],
)
def test_a_pattern_is_held_against_the_path_or_with_a_question_mark_also_the_query(
    path: str, target: str, is_hit: bool
) -> None:
    book = FaultBook()
    book.add(Fault(service="graph", path=path, effect=_BUSY))
    assert (book.take("graph", "GET", target) is not None) is is_hit


def test_a_fault_keeps_to_its_method(book: FaultBook) -> None:
    book.add(Fault(service="essentials", method="PUT", effect=_BUSY))
    assert book.take("essentials", "GET", "/x") is None
    assert book.take("essentials", "PUT", "/x") is _BUSY


def test_a_fault_keeps_to_its_service(book: FaultBook) -> None:
    book.add(Fault(service="essentials", effect=_BUSY))
    assert book.take("graph", "GET", "/x") is None


def test_the_first_of_two_faults_hits_and_both_count(book: FaultBook) -> None:
    book.add(Fault(service="graph", effect=_BUSY))
    book.add(Fault(service="graph", nth=2, effect=StatusFault(status=500)))
    effects = [book.take("graph", "GET", "/x") for _ in range(3)]
    assert effects == [_BUSY, StatusFault(status=500), None]
    assert [record.matched for record in book.records()] == [3, 3]


def test_an_item_of_a_batch_is_hit_like_a_request(book: FaultBook) -> None:
    book.add(Fault(service="graph", path="/v1.0/groups/*/members", nth=2, effect=_BUSY))
    targets = ["/v1.0/groups/1/members", "/v1.0/groups/2/members", "/v1.0/groups/3/members"]
    assert [book.item_fault("graph", "GET", target) for target in targets] == [None, _BUSY, None]


def test_a_fault_of_the_connection_passes_items_by(book: FaultBook) -> None:
    book.add(Fault(service="graph", effect=DropBefore()))
    assert book.item_fault("graph", "GET", "/v1.0/users") is None
    assert book.take("graph", "GET", "/v1.0/users") == DropBefore()


def test_a_removed_fault_hits_nothing(book: FaultBook) -> None:
    book.remove(book.add(Fault(service="graph", effect=_BUSY)))
    assert book.take("graph", "GET", "/x") is None


def test_removing_an_unknown_fault_is_an_error(book: FaultBook) -> None:
    with pytest.raises(KeyError):
        book.remove(1)


def test_clearing_ends_faults_and_latency(book: FaultBook) -> None:
    book.add(Fault(service="graph", effect=_BUSY))
    book.set_latency("graph", 2)
    book.clear()
    assert (book.records(), book.latency_seconds("graph")) == ((), 0)


@pytest.mark.parametrize("seconds", [-1, 31])
def test_a_latency_out_of_bounds_is_refused(book: FaultBook, seconds: float) -> None:
    with pytest.raises(ValueError, match="not within"):
        book.set_latency("graph", seconds)


@pytest.fixture
def book() -> FaultBook:
    return FaultBook()
