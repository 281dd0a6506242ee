"""How many searches may be started, by people and by programs."""

import pytest

from shared.engine.refusals import TooManySearchesError
from shared.engine.run import Actor, ActorKind, Narrowing, RunState
from shared.engine.search_allowance import PEOPLE, PROGRAMS, Rate, SearchAllowance
from shared.state.protocols import ETag
from tests.engine.frame import PERSON, PROGRAM, Frame


def searched(frame: Frame, actor: Actor) -> None:
    run = frame.engine.start_search(Narrowing(), actor)
    assert frame.deliver(run).state is RunState.SUCCEEDED


def used_up(frame: Frame, actor: Actor, rate: Rate) -> TooManySearchesError:
    for _ in range(rate.most):
        searched(frame, actor)
    with pytest.raises(TooManySearchesError) as refused:
        frame.engine.start_search(Narrowing(), actor)
    return refused.value


def test_a_program_that_searches_in_a_loop_is_told_when_to_try_again(frame: Frame) -> None:
    refused = used_up(frame, PROGRAM, PROGRAMS)
    assert refused.retry_after_seconds == 300
    assert "300 seconds" in refused.fix
    frame.clock.advance(299)
    with pytest.raises(TooManySearchesError):
        frame.engine.start_search(Narrowing(), PROGRAM)
    frame.clock.advance(1)
    searched(frame, PROGRAM)


def test_a_program_takes_no_search_from_people(frame: Frame) -> None:
    used_up(frame, PROGRAM, PROGRAMS)

    searched(frame, PERSON)


def test_somebody_who_clicks_without_end_waits_a_minute(frame: Frame) -> None:
    assert used_up(frame, PERSON, PEOPLE).retry_after_seconds == 60


def test_a_person_who_searches_every_minute_is_never_refused(frame: Frame) -> None:
    for _ in range(PEOPLE.most + 20):
        frame.clock.advance(60)
        searched(frame, PERSON)


def test_a_search_that_is_refused_because_another_runs_takes_nothing(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(), PROGRAM)
    before = (frame.path / "default" / "searches.json").read_bytes()
    with pytest.raises(Exception, match="not finished"):
        frame.engine.start_search(Narrowing(), PROGRAM)

    assert (frame.path / "default" / "searches.json").read_bytes() == before
    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_scheduled_runs_need_none_of_it(frame: Frame) -> None:
    used_up(frame, PROGRAM, PROGRAMS)

    assert frame.engine.on_timer().enqueued is not None


def test_two_workers_that_take_the_last_one_at_once_get_one(frame: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = frame.state.documents
    for _ in range(PROGRAMS.most - 1):
        SearchAllowance(documents, frame.clock).take(ActorKind.APPLICATION)
    replace = documents.replace
    raced: list[str] = []

    def replace_after_another(path: str, body: object, etag: ETag) -> ETag:
        if not raced:
            raced.append(path)
            SearchAllowance(frame.state.documents, frame.clock).take(ActorKind.APPLICATION)
        return replace(path, body, etag)

    monkeypatch.setattr(documents, "replace", replace_after_another)
    with pytest.raises(TooManySearchesError):
        SearchAllowance(documents, frame.clock).take(ActorKind.APPLICATION)
