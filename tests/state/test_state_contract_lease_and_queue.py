"""What holds for the lease and the queue in both stores."""

import pytest

from shared.errors import LeaseLostError
from shared.state import LeaseGrant
from tests.state.stores_under_test import StoreUnderTest, new_id


def test_the_first_lease_of_all_has_no_predecessor_to_wait_for(each: StoreUnderTest) -> None:
    lease_id = new_id()

    assert not each.state.lease.is_held()
    assert LeaseGrant(id=lease_id, previous_was_released=True) == each.state.lease.acquire(lease_id)
    assert each.state.lease.is_held()


def test_a_held_lease_is_given_to_nobody_else(each: StoreUnderTest) -> None:
    each.state.lease.acquire(new_id())

    assert each.open_again().lease.acquire(new_id()) is None


def test_the_holder_who_asks_again_is_granted_again(each: StoreUnderTest) -> None:
    lease_id = new_id()
    each.state.lease.acquire(lease_id)

    # The one before may be anybody for all the store can tell.
    assert LeaseGrant(id=lease_id, previous_was_released=False) == each.state.lease.acquire(lease_id)


def test_a_released_lease_is_given_to_the_next_who_needs_not_wait(each: StoreUnderTest) -> None:
    first, second = new_id(), new_id()
    each.state.lease.acquire(first)
    each.state.lease.release(first)

    assert not each.state.lease.is_held()
    assert LeaseGrant(id=second, previous_was_released=True) == each.open_again().lease.acquire(second)


def test_the_holder_renews(each: StoreUnderTest) -> None:
    lease_id = new_id()
    each.state.lease.acquire(lease_id)

    each.state.lease.renew(lease_id)

    assert each.state.lease.is_held()


def test_nobody_else_renews(each: StoreUnderTest) -> None:
    each.state.lease.acquire(new_id())

    with pytest.raises(LeaseLostError):
        each.state.lease.renew(new_id())


def test_a_released_lease_is_not_renewed(each: StoreUnderTest) -> None:
    lease_id = new_id()
    each.state.lease.acquire(lease_id)
    each.state.lease.release(lease_id)

    with pytest.raises(LeaseLostError):
        each.state.lease.renew(lease_id)


def test_a_lease_that_nobody_ever_had_is_not_renewed(each: StoreUnderTest) -> None:
    with pytest.raises(LeaseLostError):
        each.state.lease.renew(new_id())


def test_releasing_what_is_not_ours_changes_nothing(each: StoreUnderTest) -> None:
    holder = new_id()
    each.state.lease.release(new_id())
    each.state.lease.acquire(holder)

    each.state.lease.release(new_id())

    assert each.state.lease.is_held()
    each.state.lease.renew(holder)


def test_releasing_twice_is_no_error(each: StoreUnderTest) -> None:
    lease_id = new_id()
    each.state.lease.acquire(lease_id)

    each.state.lease.release(lease_id)
    each.state.lease.release(lease_id)

    assert not each.state.lease.is_held()


@pytest.mark.parametrize("text", ['{"run_id": "5f0c", "n": 1}', "<&> 'ö' \"漢\""])
def test_a_message_is_taken_as_it_was_sent(each: StoreUnderTest, text: str) -> None:
    each.state.queue.send(text)

    assert [text] == each.visible_texts()


def test_messages_are_all_kept(each: StoreUnderTest) -> None:
    for number in range(3):
        each.state.queue.send(str(number))
    each.open_again().queue.send("same")
    each.state.queue.send("same")

    assert sorted(each.visible_texts()) == ["0", "1", "2", "same", "same"]


def test_a_delayed_message_is_not_seen_yet(each: StoreUnderTest) -> None:
    each.state.queue.send("later", delay_seconds=30)
    each.state.queue.send("now")

    assert each.visible_texts() == ["now"]
