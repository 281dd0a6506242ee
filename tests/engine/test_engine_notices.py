"""Notices: who is told what, once per cause, again while it lasts, and that it is over."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from shared.diff.options import Mode, SyncOptions
from shared.engine.commands import SecretStatus
from shared.engine.notices.book import MOST_WAITING, BookStore, NoticeBook, Waiting
from shared.engine.notices.notice import HIDDEN, Notice, Topic
from shared.engine.notices.notices import Notices
from shared.engine.run import Narrowing, RunState
from shared.errors import (
    EssentialsCredentialError,
    IncompleteReadError,
    StorageUnavailableError,
    UnreachableError,
)
from tests.builders.sides import NOW, directory, person
from tests.engine.frame import PERSON, PROGRAM, Frame
from tests.engine.steps import executed, exempt, scheduled

BLOCKED = "A scheduled run was held back"
FAILED = "A scheduled run failed"
AGAIN = "A scheduled run succeeded again"


@pytest.fixture
def telling(frame: Frame) -> Frame:
    """The frame with a webhook configured."""
    frame.environment["NOTIFY_WEBHOOK_SECRET_NAME"] = "notify-webhook"
    return frame


def slot(frame: Frame) -> None:
    """The next scheduled run, carried out."""
    frame.clock.advance(3600)
    scheduled(frame)


def open_gate(frame: Frame) -> None:
    assert executed(frame).state is RunState.SUCCEEDED


def read_fails(frame: Frame) -> None:
    def fail() -> None:
        raise IncompleteReadError("The page of ann@example.com broke off.", "Search again.")

    frame.directory.before_reading = fail


def read_works(frame: Frame) -> None:
    frame.directory.before_reading = lambda: None


def test_a_closed_gate_is_told_with_what_to_do_and_a_way_to_the_page(telling: Frame) -> None:
    slot(telling)

    (message,) = telling.receiver.taken
    assert message.organization == "example.com"
    assert message.review_page == "https://sync.example.com/api/review"
    assert message.notice.topic is Topic.RUN_NOT_SUCCEEDED
    assert message.notice.title == BLOCKED
    assert message.notice.detail == "No person has executed a plan yet."
    assert "execute it" in message.notice.fix
    assert message.notice.run_id


def test_a_cause_that_lasts_a_month_is_told_with_growing_pauses_and_not_every_hour() -> None:
    notice = Notice(topic=Topic.LATE, title="", detail="", fix="")
    book = NoticeBook()
    hours = range(31 * 24)
    for hour in hours:
        book = book.raised("late", Waiting(id=str(hour), at=NOW + timedelta(hours=hour), notice=notice))

    assert [int(waiting.id) // 24 for waiting in book.waiting] == [0, 1, 4, 11, 18, 25]


def test_another_cause_is_told_at_once_and_one_that_returns_with_it_is_not_told_again(telling: Frame) -> None:
    slot(telling)
    read_fails(telling)
    slot(telling)
    read_works(telling)
    slot(telling)

    assert telling.receiver.titles == [BLOCKED, FAILED]


def test_that_runs_succeed_again_is_told_once(telling: Frame) -> None:
    open_gate(telling)
    read_fails(telling)
    slot(telling)
    read_works(telling)
    slot(telling)
    slot(telling)

    assert telling.receiver.titles == [FAILED, AGAIN]


def test_a_cause_that_comes_back_after_a_success_is_told_anew(telling: Frame) -> None:
    open_gate(telling)
    for _ in range(2):
        read_fails(telling)
        slot(telling)
        read_works(telling)
        slot(telling)

    assert telling.receiver.titles == [FAILED, AGAIN, FAILED, AGAIN]


def test_a_run_that_failed_in_part_is_told_with_its_counts(telling: Frame) -> None:
    open_gate(telling)
    telling.directory.directory = directory([person(1, "ann", aliases=("a.smith@example.com",)), person(8, "new")])
    telling.essentials.fail("new@example.com", UnreachableError("No answer.", "Look."), times=100)
    slot(telling)

    (message,) = telling.receiver.taken
    assert message.notice.title == "A scheduled run failed in part"
    assert message.notice.counts["failed"] == 1


def test_addresses_are_hidden_from_the_channel(telling: Frame) -> None:
    open_gate(telling)
    read_fails(telling)
    slot(telling)

    assert telling.receiver.taken[0].notice.detail == f"The page of {HIDDEN} broke off."


def test_runs_of_people_are_not_told_and_those_of_programs_are(telling: Frame) -> None:
    read_fails(telling)
    telling.search()
    assert telling.receiver.taken == []
    telling.deliver(telling.engine.start_search(Narrowing(), PROGRAM))

    assert telling.receiver.titles == ["A search failed"]


def test_nothing_is_noted_where_no_webhook_is_configured(frame: Frame) -> None:
    slot(frame)

    assert frame.receiver.taken == []
    assert not (frame.path / "default" / "notices.json").exists()


@pytest.mark.parametrize(
    "failure", [UnreachableError("No answer.", "Look."), ValueError("https://hooks.example.com/the-signature")]
)
def test_a_receiver_that_fails_fails_no_run_and_gets_the_message_at_a_later_look(
    telling: Frame, failure: Exception
) -> None:
    telling.receiver.failure = failure
    slot(telling)
    assert telling.engine.runs(limit=1)[0].state is RunState.BLOCKED
    assert "the-signature" not in str(telling.events)
    assert {"notice.undelivered", "notice.lost"} & {event for event, _ in telling.events}
    telling.receiver.failure = None
    telling.clock.advance(600)
    telling.engine.on_timer()

    assert telling.receiver.titles == [BLOCKED]


def test_what_a_dead_receiver_missed_is_bounded_to_the_newest(telling: Frame) -> None:
    telling.options = SyncOptions(every_hours=0)
    telling.receiver.failure = UnreachableError("No answer.", "Look.")
    notices = Notices(telling.engine._parts)  # the parts that the engine was made of
    for number in range(MOST_WAITING + 5):
        notices.tell(Notice(topic=Topic.NATIVE_KEY_DUE, title=f"{number}", detail="", fix=""))
    telling.receiver.failure = None
    for _ in range(MOST_WAITING):
        telling.clock.advance(600)
        telling.engine.on_timer()

    assert telling.receiver.titles == [f"{number}" for number in range(5, MOST_WAITING + 5)]


def test_a_message_that_the_receiver_refuses_for_good_holds_up_nobody(telling: Frame) -> None:
    telling.options = SyncOptions(every_hours=0)
    telling.receiver.refused = frozenset({"0"})
    notices = Notices(telling.engine._parts)  # the parts that the engine was made of
    for number in range(3):
        notices.tell(Notice(topic=Topic.NATIVE_KEY_DUE, title=f"{number}", detail="", fix=""))
    for _ in range(3):
        telling.clock.advance(600)
        telling.engine.on_timer()

    assert telling.receiver.titles == ["1", "2"]
    assert [w.notice.title for w in BookStore(telling.state.documents).read().waiting] == ["0"]
    telling.receiver.refused = frozenset()
    telling.clock.advance(600)
    telling.engine.on_timer()
    assert telling.receiver.titles == ["1", "2", "0"]


def test_a_receiver_that_refuses_everything_for_a_while_gets_all_of_it_later(telling: Frame) -> None:
    telling.options = SyncOptions(every_hours=0)
    telling.receiver.refused = frozenset({"0", "1", "2"})
    notices = Notices(telling.engine._parts)  # the parts that the engine was made of
    for number in range(3):
        notices.tell(Notice(topic=Topic.NATIVE_KEY_DUE, title=f"{number}", detail="", fix=""))
    for _ in range(2):
        telling.clock.advance(600)
        telling.engine.on_timer()
    telling.receiver.refused = frozenset()
    telling.clock.advance(600)
    telling.engine.on_timer()

    assert set(telling.receiver.titles) == {"0", "1", "2"}


def test_a_message_under_way_in_one_worker_is_not_sent_by_another(telling: Frame) -> None:
    other = telling.engine
    seen: list[int] = []

    class Slow:
        def send(self, message: object) -> None:  # noqa: ARG002  # only that one is sent matters
            seen.append(1)
            telling.clock.advance(10)
            other.on_timer()

    telling.receiver = Slow()  # type: ignore[assignment]
    slot(telling)

    assert len(seen) == 1


def test_a_state_that_cannot_be_written_fails_no_look_of_the_timer(
    telling: Frame, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise StorageUnavailableError("No storage.", "Look.")

    monkeypatch.setattr(BookStore, "update", down)
    assert telling.engine.on_timer().enqueued is not None
    assert ("notice.lost", {"code": "storage_unavailable"}) in telling.events


def test_a_late_sync_is_told_and_that_it_is_no_longer_late(telling: Frame) -> None:
    open_gate(telling)
    slot(telling)
    telling.clock.advance(4 * 3600)
    scheduled(telling)
    telling.clock.advance(600)
    telling.engine.on_timer()

    assert telling.receiver.titles == ["The sync is late", "The sync is no longer late"]
    assert "3 hours" in telling.receiver.taken[0].notice.detail


def test_a_dead_run_that_the_timer_found_is_told(telling: Frame) -> None:
    telling.options = SyncOptions(every_hours=0)
    telling.engine.start_search(Narrowing(), PERSON)
    telling.queue.sent.clear()
    telling.clock.advance(900)
    telling.engine.on_timer()

    assert telling.receiver.titles == ["A run stood still"]


def secrets_with(telling: Frame, days_left: int | None) -> list[str]:
    """What the looks of six hours tell with so many days left."""
    before = len(telling.receiver.taken)
    telling.options = SyncOptions(every_hours=0)
    telling.secrets = (SecretStatus(name="proofpoint-password", days_left=days_left),)
    for _ in range(7):
        telling.clock.advance(3600)
        telling.engine.on_timer()
    return telling.receiver.titles[before:]


def test_a_secret_is_announced_30_7_and_1_days_before_its_end_and_when_it_ended_once_each(telling: Frame) -> None:
    told = {days: secrets_with(telling, days) for days in (31, 30, 29, 8, 7, 2, 1, 0, -1, -2)}

    assert {days: titles for days, titles in told.items() if titles} == {
        30: ["A secret expires in 30 days"],
        7: ["A secret expires in 7 days"],
        1: ["A secret expires in 1 day"],
        -1: ["A secret has expired"],
    }


def test_a_renewed_secret_is_announced_anew_and_one_that_cannot_be_read_is_not(telling: Frame) -> None:
    told = [secrets_with(telling, days) for days in (5, None, 5, 180, 6)]

    assert told == [["A secret expires in 5 days"], [], [], [], ["A secret expires in 6 days"]]


@pytest.mark.parametrize(
    ("loosen", "said"),
    [
        (lambda o: replace(o, guard_removals=50), "GUARD_REMOVALS from 20 to 50"),
        (lambda o: replace(o, guard_removals_percent=50), "GUARD_REMOVALS_PERCENT from 5 to 50"),
        (lambda o: replace(o, guard_changes_percent=100), "GUARD_CHANGES_PERCENT from 30 to 100"),
        (lambda o: replace(o, guard_removals=1, guard_removals_percent=1, guard_changes_percent=1), None),
    ],
)
def test_a_guard_that_was_loosened_is_told_once_and_one_that_was_tightened_is_not(
    telling: Frame, loosen: Callable[[SyncOptions], SyncOptions], said: str | None
) -> None:
    telling.options = SyncOptions(every_hours=0)
    telling.engine.on_timer()
    telling.options = loosen(telling.options)
    telling.engine.on_timer()
    telling.engine.on_timer()

    assert [m.notice.detail for m in telling.receiver.taken] == ([f"Limits were raised: {said}."] if said else [])


def test_a_report_is_told_when_the_plan_is_another_and_at_most_once_a_day(telling: Frame) -> None:
    telling.options = SyncOptions(mode=Mode.REPORT)
    for hour in range(72):
        if hour % 30 == 0:
            people = [person(1, "ann"), *(person(20 + n, f"new{n}") for n in range(hour // 30 + 1))]
            telling.directory.directory = directory(people)
        slot(telling)

    assert telling.receiver.titles[0].startswith("Report: ")
    assert {m.notice.topic for m in telling.receiver.taken} == {Topic.REPORT}
    assert len(telling.receiver.taken) == 3
    at = [m.at for m in telling.receiver.taken]
    assert all(later - earlier >= timedelta(days=1) for earlier, later in pairwise(at))


def refuse_login(frame: Frame) -> None:
    def refuse() -> None:
        raise EssentialsCredentialError("Essentials refuses the password.", "Store the present one.")

    frame.directory.before_reading = refuse


def mend_by_new_secret(frame: Frame) -> None:
    frame.login = "login-2"


def mend_by_search(frame: Frame) -> None:
    read_works(frame)
    assert frame.search().state is RunState.SUCCEEDED


@pytest.mark.parametrize("mend", [mend_by_new_secret, mend_by_search])
def test_after_a_401_nothing_scheduled_tries_again_until_somebody_mends_it(
    telling: Frame, mend: Callable[[Frame], None]
) -> None:
    refuse_login(telling)
    slot(telling)
    for _ in range(30):
        telling.clock.advance(3600)
        assert telling.engine.on_timer().enqueued is None
    read_works(telling)
    mend(telling)
    telling.clock.advance(3600)

    assert telling.engine.on_timer().enqueued is not None
    assert telling.receiver.titles == [FAILED]


def test_after_a_401_a_search_by_a_program_does_not_let_scheduled_runs_try_again(telling: Frame) -> None:
    refuse_login(telling)
    slot(telling)
    read_works(telling)
    assert telling.deliver(telling.engine.start_search(Narrowing(), PROGRAM)).state is RunState.SUCCEEDED
    telling.clock.advance(3600)

    assert telling.engine.on_timer().enqueued is None


def test_the_end_of_a_run_is_one_structured_event_without_an_address(telling: Frame) -> None:
    read_fails(telling)
    slot(telling)

    (fields,) = [fields for event, fields in telling.events if event == "run.finished"]
    assert (fields["kind"], fields["state"], fields["code"]) == ("scheduled", "failed", "incomplete_read")
    assert "@" not in str(fields)


def test_an_exemption_that_ended_by_itself_is_told_once(telling: Frame) -> None:
    telling.options = SyncOptions(every_hours=0)
    exempt(telling, "ann@example.com", until=telling.clock.now() + timedelta(hours=2))
    telling.engine.on_timer()
    for _ in range(4):
        telling.clock.advance(3600)
        telling.engine.on_timer()

    assert [title for title in telling.receiver.titles if "exemption" in title] == ["An exemption has ended"]
    assert [fields for name, fields in telling.events if name == "exemptions.ended"] == [{"count": 1}]
    assert "ann@" not in str(telling.events)
