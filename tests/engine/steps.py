"""The steps that stories of the engine are told in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from shared.diff.options import How, SyncOptions
from shared.diff.plan import Exemption
from shared.engine.records import EXEMPTIONS_PATH, Exemptions
from shared.engine.run import Narrowing, Run
from shared.model import Account, Address, Person
from tests.builders.sides import account, directory, organization
from tests.engine.frame import Frame
from tests.twins.memory_essentials import MemoryEssentials

ALL = SyncOptions(how=frozenset(How), grace_days=0)
"""Every kind of change is made, and at once."""


def settled(frame: Frame, people: list[Person], *accounts: Account) -> None:
    """Both sides agree, the ledger knows it, the gate is open and the options are ``ALL``.

    Where no accounts are given each person has one, numbered 5, 6 and so on.
    """
    frame.options = ALL
    frame.directory.directory = directory(people)
    there = accounts or [
        account(number, str(p.mail).partition("@")[0], aliases=p.smtp_aliases) for number, p in enumerate(people, 5)
    ]
    frame.essentials = MemoryEssentials(organization(there))
    executed(frame)


def searched(frame: Frame, narrowing: Narrowing | None = None) -> str:
    """The plan of a search."""
    run = frame.search(narrowing)
    assert run.plan_id is not None, run.problem
    return run.plan_id


def started(frame: Frame) -> Run:
    """The execution of everything that a search ticks; nothing is delivered yet."""
    return frame.begin(searched(frame))


def executed(frame: Frame, **chosen: frozenset[str]) -> Run:
    """A search and an execution of its plan."""
    return frame.execute(searched(frame), **chosen)


def scheduled(frame: Frame) -> Run:
    """The scheduled run that is due, carried out."""
    run_id = frame.engine.on_timer().enqueued
    assert run_id is not None
    return frame.deliver(frame.engine.run(run_id))


def exempt(frame: Frame, *addresses: str, until: datetime | None = None) -> None:
    """The exemptions that there are, one of each address; for good where ``until`` is None."""
    exemptions = tuple(
        Exemption(id=f"x{number}", address=Address(address), reason="asked", by="ann", until=until)
        for number, address in enumerate(addresses)
    )
    frame.state.documents.create(EXEMPTIONS_PATH, Exemptions(exemptions=exemptions))


class WorkerDiedError(BaseException):
    """The process is gone: nothing of the app catches it."""


@dataclass(slots=True)
class Death:
    """Whether a worker died that was to."""

    came: bool = False


@contextmanager
def dying(frame: Frame, *, at_write: int) -> Iterator[Death]:
    """The worker dies right after this write, counted from 1; whoever comes after the block lives."""
    death = Death()
    written = 0

    def die() -> None:
        nonlocal written
        written += 1
        if written >= at_write:
            raise WorkerDiedError

    frame.essentials.after_write = die
    try:
        yield death
    except WorkerDiedError:
        death.came = True
    finally:
        frame.essentials.after_write = lambda: None


def delivered_by_one_that_dies(frame: Frame, run: Run, *, after_writes: int) -> Run:
    """The run, delivered again by the queue where the first worker died right after the write that follows so many."""
    text = frame.queue.take()
    with dying(frame, at_write=after_writes + 1) as death:
        frame.engine.on_message(text)
    if death.came:
        frame.clock.advance(600)
        frame.queue.sent.append((text, 0))
    return frame.deliver(run)
