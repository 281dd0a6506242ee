"""What the kills on Azurite run, each step in a process of its own: ``python -m tests.crash.azurite_worker STEP FOLDER STORAGE [N MOMENT]``.

The lease is the storage's own and runs out by its clock; the app waits by the machine's.
"""

import json
import pickle
import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from shared.engine.message import Message
from shared.engine.records import LedgerStore
from shared.engine.run import Run
from shared.settings import ConnectionStringStorage
from shared.state import State, blob_state
from tests.builders.sides import NOW
from tests.crash.file_essentials import FileEssentials, Moment
from tests.crash.upheaval import OPTIONS, directory_after, settled_upheaval
from tests.engine.frame import Frame
from tests.engine.steps import started
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.still_clock import StillClock

LOOK_AGAIN_SECONDS = 2.0
GIVE_UP_SECONDS = 150.0


class RunningClock(StillClock):
    """The upheaval's day, going on at the machine's pace."""

    def __init__(self, started_at: float) -> None:
        super().__init__(NOW)
        self._started_at = started_at

    def now(self) -> datetime:
        return NOW + timedelta(seconds=time.time() - self._started_at)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(slots=True)
class AzuriteFrame(Frame):
    """A frame whose state is in a storage account."""

    storage: str = ""

    @property
    def state(self) -> State:
        return blob_state(ConnectionStringStorage(connection_string=self.storage), credential=None, new_id=self.new_id)


def begin(folder: Path, storage: str) -> dict[str, object]:
    """The company is settled, everything changed in Entra, and an execution waits."""
    started_at = time.time()
    (folder / "started_at").write_text(str(started_at))
    frame = settled_upheaval(folder, made=lambda **parts: AzuriteFrame(storage=storage, **parts))
    frame.clock = RunningClock(started_at)
    return {"run_id": started(frame).id}


def carry(folder: Path, storage: str, run_id: str, dies_at: tuple[int, Moment] | None) -> dict[str, object]:
    """Deliver the run's message until it has ended, as the queue does; or die at a write."""
    frame = _reopened(folder, storage)
    essentials = frame.essentials
    assert isinstance(essentials, FileEssentials)
    essentials.dies_at = dies_at
    held, begun = 0, time.monotonic()
    while time.monotonic() - begun < GIVE_UP_SECONDS:
        run = frame.engine.run(run_id)
        if run.state.is_final:
            return {**left_behind(frame, run), "held": held}
        before = essentials.count
        frame.engine.on_message(Message(run_id=run.id, n=run.n).text())
        if essentials.count == before:
            held += 1
            time.sleep(LOOK_AGAIN_SECONDS)
    raise AssertionError(f"the run does not end: {frame.engine.run(run_id)}")


def left_behind(frame: Frame, run: Run) -> dict[str, object]:
    """The organization, what the ledger has of it, and how the run ended."""
    accounts = frame.essentials.organization.accounts
    primary = {a.uid: a.primary_email for a in accounts}
    ledger, _ = LedgerStore(frame.state.documents).read()
    frame.queue.sent.clear()  # what was sent again while the lease was held
    replan = frame.search()
    assert replan.plan_id is not None, replan.problem
    return {
        "organization": {a.primary_email: [a.type, a.is_active, a.firstname, *a.alias_emails] for a in accounts},
        "ledger": {
            i: [primary.get(e.uid) if e.uid is not None else None, e.type, e.is_active, sorted(e.addresses)]
            for i, e in sorted(ledger.entries.items())
        },
        "state": run.state,
        "outcomes": sorted({r.outcome for r in frame.engine.results(run.id)}),
        "replan": sum(1 for c in frame.engine.plan(replan.plan_id).plan.changes if c.ticked),
    }


def whole(folder: Path) -> dict[str, object]:
    """The same without any kill, in a folder."""
    frame = settled_upheaval(folder)
    run = started(frame)
    return left_behind(frame, frame.deliver(run))


def _reopened(folder: Path, storage: str) -> AzuriteFrame:
    kept = folder / "organization"
    data = kept.read_bytes()
    organization, _ = pickle.loads(data)  # our own
    essentials = FileEssentials(kept, organization)
    kept.write_bytes(data)
    essentials.reopen()
    return AzuriteFrame(
        path=folder / "state",
        directory=MemoryDirectory(directory=directory_after()),
        essentials=essentials,
        options=OPTIONS,
        clock=RunningClock(float((folder / "started_at").read_text())),
        ids=int(time.time() * 1000) % 1_000_000_000,
        storage=storage,
    )


def main(step: str, folder: str, storage: str, *others: str) -> None:
    """Carry out one step and say in JSON what came of it."""
    path = Path(folder)
    match step:
        case "begin":
            said = begin(path, storage)
        case "whole":
            said = whole(path)
        case _:
            dies_at = (int(others[1]), Moment(others[2])) if len(others) > 1 else None
            said = carry(path, storage, others[0], dies_at)
    sys.stdout.write(json.dumps(said, sort_keys=True) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
