"""Execution several steps at a time: nothing but the time differs from one at a time."""

import itertools
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.diff.options import How, Leavers, SyncOptions
from shared.engine.run import Outcome, Run, RunState
from shared.errors import EssentialsCredentialError, UnreachableError
from shared.model import DeletedObject, Directory, Organization, Person, Uid
from shared.state.protocols import LEASE_SECONDS
from tests.builders.essentials import owners
from tests.builders.sides import NOW, account, directory, organization, person
from tests.builders.worlds import directories, options, organizations
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import started
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials

MANY = 30
TOGETHER_SECONDS = 20.0
"""How long a step waits for others before the test fails."""


@pytest.fixture(autouse=True)
def threads_that_take_turns_often() -> Iterator[None]:
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(usual)


def people(stem: str, first: int) -> list[Person]:
    return [person(first + i, f"{stem}{i:02}") for i in range(MANY)]


def company_with_misspelt_names(path: Path) -> Frame:
    """A frame in which every account has one update."""
    known = people("p", 100)
    there = [account(1000 + i, f"p{i:02}", firstname="Wrong") for i in range(MANY)]
    return Frame(
        path=path, directory=MemoryDirectory(directory(known)), essentials=MemoryEssentials(organization(there))
    )


def meet(number: int) -> Callable[[], None]:
    """Returns once ``number`` threads are in it together, the first time; afterwards at once. Fails where they never are."""
    barrier = threading.Barrier(number)
    met = threading.Event()

    def arrive() -> None:
        if not met.is_set():
            barrier.wait(TOGETHER_SECONDS)
            met.set()

    return arrive


def left_behind(frame: Frame, run: Run) -> dict[str, object]:
    """Organization, ledger and results, accounts named by address: who is added first gets the lower number."""
    accounts = frame.essentials.organization.accounts
    names = {str(a.uid): str(a.primary_email) for a in accounts}
    ledger = json.dumps(frame.ledger(), sort_keys=True)
    for uid, name in names.items():
        ledger = ledger.replace(f'"{uid}"', f'"{name}"')
    return {
        "organization": {a.primary_email: replace(a, uid=Uid(a.primary_email)) for a in accounts},
        "ledger": json.loads(ledger),
        "results": {r.change_id: r for r in frame.engine.results(run.id)},
        "state": frame.engine.run(run.id).state,
    }


@settings(max_examples=40)
@given(before=directories(), after=directories(), there=organizations(), chosen=options, refused=st.booleans())
def test_organization_ledger_and_results_are_those_of_one_step_at_a_time(
    before: Directory, after: Directory, there: Organization, chosen: SyncOptions, *, refused: bool
) -> None:
    ends: list[list[dict[str, object]]] = []
    for at_once in (1, 6):
        with tempfile.TemporaryDirectory() as folder:
            frame = Frame(path=Path(folder), directory=MemoryDirectory(before), essentials=MemoryEssentials(there))
            frame.options = chosen
            frame.essentials.at_once = at_once
            if refused:
                frame.essentials.refuse("ann@example.com", status=400, message="no such luck")
            ended: list[dict[str, object]] = []
            for known in (before, after):
                frame.directory.directory = known
                run = started(frame)
                ended.append(left_behind(frame, frame.deliver(run)))
                assert all(len(uids) == 1 for uids in owners(frame.essentials.organization).values())
            ends.append(ended)
    assert ends[0] == ends[1]


def test_updates_are_written_several_at_a_time(tmp_path: Path) -> None:
    frame = company_with_misspelt_names(tmp_path)
    frame.essentials.at_once = 6
    frame.essentials.after_write = meet(6)
    run = frame.deliver(started(frame))

    assert (run.state, run.counts[Outcome.DONE]) == (RunState.SUCCEEDED, MANY)


def test_removals_are_carried_out_several_at_a_time_and_every_object_is_kept(tmp_path: Path) -> None:
    leavers = people("p", 100)
    frame = Frame(
        path=tmp_path,
        directory=MemoryDirectory(directory(leavers)),
        essentials=MemoryEssentials(organization([account(1000 + i, f"p{i:02}") for i in range(MANY)])),
        options=SyncOptions(how=frozenset(How), grace_days=0, leavers=Leavers.REMOVE),
    )
    frame.deliver(started(frame))
    gone = [DeletedObject(id=p.id, deleted_at=NOW) for p in leavers]
    frame.directory.directory = directory([person(1, "stays")], deleted=gone)
    frame.essentials.at_once = 6
    run = started(frame)
    frame.essentials.after_write = meet(6)
    ended = frame.deliver(run)

    assert ended.counts[Outcome.DONE] == MANY + 1
    kept = (frame.path / "default" / "runs" / f"{run.id}.removed.jsonl").read_text().splitlines()
    assert len(kept) == MANY


def test_additions_are_written_in_batches_several_at_a_time(tmp_path: Path) -> None:
    newcomers = [person(100 + i, f"new{i:03}") for i in range(140)]
    frame = Frame(
        path=tmp_path,
        directory=MemoryDirectory(directory(newcomers)),
        essentials=MemoryEssentials(organization([], seats=1000)),
    )
    frame.essentials.at_once = 3
    frame.essentials.after_write = meet(3)
    run = frame.deliver(started(frame))

    assert run.counts[Outcome.DONE] == 140
    assert sorted(len(w.addresses) for w in frame.essentials.writes) == [15, 25, 25, 25, 25, 25]


def test_steps_that_may_not_all_find_a_seat_go_one_by_one_so_that_the_first_in_order_gets_it(tmp_path: Path) -> None:
    newcomers = [person(100 + i, f"new{i:03}") for i in range(60)]
    frame = Frame(
        path=tmp_path,
        directory=MemoryDirectory(directory(newcomers)),
        essentials=MemoryEssentials(organization([], seats=1000)),
    )
    frame.essentials.at_once = 6
    run = started(frame)
    licences = replace(frame.essentials.organization.licences, limit=frame.essentials.organization.seats_used + 30)
    frame.essentials.organization = replace(frame.essentials.organization, licences=licences)
    frame.deliver(run)

    done = sorted(r.address for r in frame.engine.results(run.id) if r.outcome is Outcome.DONE)
    assert done == [f"new{i:03}@example.com" for i in range(30)]


def test_chains_are_carried_out_one_by_one(tmp_path: Path) -> None:
    names = [f"left{i}" for i in range(4)] + [f"right{i}" for i in range(4)]
    swapped = {n: n.replace("left", "right") if "left" in n else n.replace("right", "left") for n in names}
    before = [person(100 + i, n, aliases=(f"of.{n}@example.com",)) for i, n in enumerate(names)]
    after = [person(100 + i, n, aliases=(f"of.{swapped[n]}@example.com",)) for i, n in enumerate(names)]
    there = [account(1000 + i, n, aliases=(f"of.{n}@example.com",)) for i, n in enumerate(names)]
    frame = Frame(
        path=tmp_path,
        directory=MemoryDirectory(directory(before)),
        essentials=MemoryEssentials(organization(there)),
        options=SyncOptions(how=frozenset(How)),
    )
    frame.deliver(started(frame))
    frame.directory.directory = directory(after)
    frame.essentials.at_once = 6
    run = started(frame)
    # Long enough for another thread to write, if there were one.
    frame.essentials.after_write = lambda: time.sleep(0.005)
    ended = frame.deliver(run)

    assert ended.counts[Outcome.DONE] == 16
    pairs = [w.addresses[0].partition("@")[0][-1] for w in frame.essentials.writes]
    assert len(list(itertools.groupby(pairs))) == 4


def test_what_is_under_way_when_the_password_is_refused_is_journalled_and_nothing_more_is_started(
    tmp_path: Path,
) -> None:
    frame = company_with_misspelt_names(tmp_path)
    frame.essentials.at_once = 6
    frame.essentials.fail(
        "p03@example.com", EssentialsCredentialError("Refused (401).", "Store the password."), times=99
    )
    frame.essentials.after_write = meet(5)
    run = frame.deliver(started(frame))

    assert run.state is RunState.FAILED
    written = {w.addresses[0] for w in frame.essentials.writes}
    done = {r.address for r in frame.engine.results(run.id) if r.outcome is Outcome.DONE}
    assert done == written
    assert 5 <= len(written) < MANY


def test_no_step_under_way_writes_once_the_lease_is_lost(tmp_path: Path) -> None:
    frame = company_with_misspelt_names(tmp_path)
    frame.essentials.at_once = 6
    run = started(frame)
    together = meet(6)

    def lose_the_lease() -> None:
        together()
        with frame.essentials._one_at_a_time:
            if frame.clock.monotonic() < 2000:
                frame.clock.advance(1000 + LEASE_SECONDS)
                assert frame.state.lease.acquire("00000000-0000-4000-8000-0000000000ff") is not None

    frame.essentials.after_write = lose_the_lease
    frame.engine.on_message(frame.queue.take())

    assert frame.engine.run(run.id).state is RunState.RUNNING
    assert len(frame.essentials.writes) == 6


def test_a_cancelled_execution_ends_what_is_under_way_and_says_what_was_not_reached(tmp_path: Path) -> None:
    frame = company_with_misspelt_names(tmp_path)
    frame.essentials.at_once = 3
    run = started(frame)
    together = meet(3)

    def cancel() -> None:
        together()
        frame.clock.advance(1.5)
        frame.engine.cancel(run.id, PERSON)

    frame.essentials.after_write = cancel
    ended = frame.deliver(run)

    assert ended.state is RunState.CANCELLED
    written = {w.addresses[0] for w in frame.essentials.writes}
    done = {r.address for r in frame.engine.results(run.id) if r.outcome is Outcome.DONE}
    assert done == written
    assert ended.counts[Outcome.NOT_REACHED] == MANY - len(written) > 0


def test_results_are_stored_while_a_slow_step_is_under_way(tmp_path: Path) -> None:
    frame = company_with_misspelt_names(tmp_path)
    run = started(frame)
    stored = frame.path / "default" / "runs" / f"{run.id}.results.jsonl"
    seen: list[bool] = []

    def be_slow_at_the_end() -> None:
        if len(frame.essentials.writes) == MANY:
            before = stored.read_text()
            frame.clock.advance(3)
            ends_at = time.monotonic() + TOGETHER_SECONDS
            while stored.read_text() == before and time.monotonic() < ends_at:
                time.sleep(0.02)
            seen.append(stored.read_text() != before)

    frame.essentials.after_write = be_slow_at_the_end
    frame.deliver(run)

    assert seen == [True]


def test_steps_under_way_together_that_are_not_answered_count_as_one(tmp_path: Path) -> None:
    frame = company_with_misspelt_names(tmp_path)
    frame.essentials.at_once = 6
    for number in range(6):
        frame.essentials.fail(f"p{number:02}@example.com", UnreachableError("No answer.", "Look."), times=1)
    run = started(frame)
    frame.engine.on_message(frame.queue.take())

    done = [r for r in frame.engine.results(run.id) if r.outcome is Outcome.DONE]
    assert len(done) == MANY - 6
    assert frame.deliver(run).counts[Outcome.DONE] == MANY
