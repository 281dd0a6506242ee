"""What a search keeps of its read, while another one keeps its own."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from threading import Semaphore, Thread
from typing import TypeVar, cast
from uuid import uuid4

import pytest

from shared.diff.plan import Change
from shared.engine.engine import Engine
from shared.engine.last_read import DELTA_PATH, LAST_READ_PATH, LastReadStore
from shared.engine.run import Narrowing, Reading, Run, RunState
from shared.model import DeltaLinks
from shared.state import folder_state
from shared.state.protocols import LEASE_SECONDS, Documents, ETag
from tests.builders.sides import NOW, directory, organization, person
from tests.engine.frame import PERSON, Frame
from tests.twins.still_clock import StillClock

T = TypeVar("T")
HOUR = 3600


class TakingTurns:
    """Documents that wait for their turn before each write and removal."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._turn, self._done = Semaphore(0), Semaphore(0)
        self.is_finished = False

    def start(self, work: Callable[[Documents], None]) -> Thread:
        """The work, begun in a thread of its own."""

        def worked() -> None:
            work(cast("Documents", self))
            self.is_finished = True
            self._done.release()

        thread = Thread(target=worked)
        thread.start()
        return thread

    def step(self) -> None:
        """One write or removal is done, or the work is."""
        if not self.is_finished:
            self._turn.release()
            self._done.acquire()

    def create(self, path: str, body: object) -> ETag:
        return self._in_turn(lambda: self._documents.create(path, body))

    def delete(self, path: str) -> None:
        self._in_turn(lambda: self._documents.delete(path))

    def _in_turn(self, work: Callable[[], T]) -> T:
        self._turn.acquire()
        try:
            return work()
        finally:
            self._done.release()


def test_the_links_of_one_search_are_never_kept_with_the_directory_of_another(tmp_path: Path) -> None:
    """Two searches keep their reads, their four steps in every order."""
    kept: Counter[str] = Counter()
    for number, anns in enumerate(combinations(range(8), 4)):
        documents = folder_state(tmp_path / str(number), clock=StillClock(), new_id=lambda: str(uuid4())).documents
        keepers = {"ann": TakingTurns(documents), "bob": TakingTurns(documents)}
        threads = [keeper.start(keeping(name)) for name, keeper in keepers.items()]
        for step in range(8):
            keepers["ann" if step in anns else "bob"].step()
        for keeper, thread in zip(keepers.values(), threads, strict=True):
            while not keeper.is_finished:
                keeper.step()
            thread.join()
        known = LastReadStore(documents).to_update(NOW, more_than=0)
        if known is not None and known.directory.delta_links is not None:
            (person_read,) = known.directory.people
            assert known.taking == {known.directory.delta_links.people} == {person_read.given_name}
            kept.update(known.taking)

    assert kept.keys() == {"Ann", "Bob"}


def keeping(name: str) -> Callable[[Documents], None]:
    """Keeps a read of one person with links and changes of that name."""
    links = DeltaLinks(people=name.title(), groups=name, question="all")
    read = replace(directory([person(1, name)]), delta_links=links)
    return lambda documents: LastReadStore(documents).keep(read, organization(), frozenset({name.title()}))


class Killed(BaseException):
    """The worker is no more."""


class DyingDocuments:
    """Documents whose worker is killed right before its ``number``-th removal or creation of what is kept of a read."""

    def __init__(self, documents: Documents, number: int) -> None:
        self._documents = documents
        self._left = number

    def __getattr__(self, name: str) -> object:
        return getattr(self._documents, name)

    def create(self, path: str, body: object) -> ETag:
        self._count(path)
        return self._documents.create(path, body)

    def delete(self, path: str) -> None:
        self._count(path)
        self._documents.delete(path)

    def _count(self, path: str) -> None:
        is_plan = path.startswith("plans/")
        self._left -= is_plan or path in (DELTA_PATH, LAST_READ_PATH)
        if not self._left:
            raise Killed


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("is_first", [True, False])
def test_a_search_killed_while_it_keeps_its_read_is_carried_out_again_and_finds_the_same(
    frame: Frame, number: int, *, is_first: bool
) -> None:
    """Between any two of the four steps, and before the plan is stored."""
    frame.read_whole_up_to = 0
    if not is_first:
        frame.search()
        frame.clock.advance(HOUR)
    known = frame.directory.directory
    frame.directory.directory = directory([*known.people[1:], person(7, "hired")], known.groups)
    run = frame.engine.start_search(Narrowing(), PERSON)
    parts = frame.parts
    with pytest.raises(Killed):
        Engine(replace(parts, documents=cast("Documents", DyingDocuments(parts.documents, number)))).on_message(
            frame.queue.sent[0][0]
        )
    frame.clock.advance(LEASE_SECONDS + 1)

    again = frame.deliver(run)

    assert again.state is RunState.SUCCEEDED
    assert changes(frame, again) == changes(frame, frame.search()) == changes(frame, frame.search(WHOLE)) != ()


WHOLE = Narrowing(read=Reading.WHOLE)


def changes(frame: Frame, run: Run) -> tuple[Change, ...]:
    return frame.engine.plan(run.plan_id or "").plan.changes
