"""What the crash matrix runs in a process of its own: ``python -m tests.crash.crash_worker FOLDER``.

It has one thread when it forks, as the test's process has not. Each line that it says is JSON: first what an execution that
nobody kills leaves behind, then the same for each killed one, once it was resumed: as everything was, and with some who take an address
exempt by then.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from shared.engine.message import Message
from shared.engine.run import Run
from shared.state.protocols import LEASE_SECONDS
from tests.crash.file_essentials import FileEssentials, Moment
from tests.crash.upheaval import settled_upheaval, some_takers
from tests.engine.frame import Frame
from tests.engine.steps import exempt, started


def walk(folder: str) -> None:
    """Kill the execution before and after each of its writes, from the same beginning, and resume it."""
    path = Path(folder) / "walked"
    frame = settled_upheaval(path)
    run = started(frame)
    beginning = Path(folder) / "beginning"
    shutil.copytree(path, beginning)

    writes = int(_in_a_child(path, lambda: _whole(frame, run)))
    for number in range(1, writes + 1):
        for moment in Moment:
            shutil.rmtree(path)
            shutil.copytree(beginning, path)
            _killed_at(frame, run, number, moment)
            killed = Path(folder) / "killed"
            shutil.rmtree(killed, ignore_errors=True)
            shutil.copytree(path, killed)
            for exempted in (False, True):
                shutil.rmtree(path)
                shutil.copytree(killed, path)
                _in_a_child(path, partial(_resumed, frame, run, are_takers_exempt=exempted))
                left = json.loads((path / "left").read_text())
                _say({"number": number, "moment": moment, "are_takers_exempt": exempted, **left})


def _whole(frame: Frame, run: Run) -> Mapping[str, object]:
    _deliver(frame, run)
    return {
        "number": 0,
        "moment": "never",
        "are_takers_exempt": False,
        **_left_behind(frame, run),
        "writes": _essentials(frame).count,
    }


def _killed_at(frame: Frame, run: Run, number: int, moment: Moment) -> None:
    child = os.fork()
    if not child:
        _essentials(frame).dies_at = (number, moment)
        try:
            _deliver(frame, run)
        finally:
            os._exit(1)  # it should be dead
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def _resumed(frame: Frame, run: Run, *, are_takers_exempt: bool) -> Mapping[str, object]:
    frame.ids += 10_000  # another process proposes other ids
    if are_takers_exempt:
        exempt(frame, *some_takers())
    frame.clock.advance(LEASE_SECONDS + 1)
    _deliver(frame, run)
    return _left_behind(frame, run)


def _deliver(frame: Frame, run: Run) -> None:
    """Deliver the last message sent for the run, as the queue does again for who did not answer."""
    _essentials(frame).reopen()
    for _ in range(20):
        stored = frame.engine.run(run.id)
        if stored.state.is_final:
            return
        frame.engine.on_message(Message(run_id=stored.id, n=stored.n).text())


def _left_behind(frame: Frame, run: Run) -> Mapping[str, object]:
    """The organization, the ledger without the times of noting, and how the run ended."""
    accounts = {
        a.primary_email: [a.type, a.is_active, a.firstname, a.surname, *a.alias_emails]
        for a in frame.essentials.organization.accounts
    }
    uids = {str(a.uid): str(a.primary_email) for a in frame.essentials.organization.accounts}
    ended = frame.engine.run(run.id)
    outcomes = {r.change_id: r.outcome for r in frame.engine.results(run.id)}
    replan = frame.search()
    assert replan.plan_id is not None, replan.problem
    return {
        "organization": accounts,
        "ledger": _without_times(frame.ledger(), uids),
        "state": ended.state,
        "problem": "" if ended.problem is None else ended.problem.code,
        "outcomes": outcomes,
        "replan": sum(1 for c in frame.engine.plan(replan.plan_id).plan.changes if c.ticked),
    }


def _without_times(stored: object, uids: Mapping[str, str]) -> object:
    if isinstance(stored, dict):
        return {k: _without_times(v, uids) for k, v in stored.items() if not k.endswith("_at")}
    if isinstance(stored, list):
        return [_without_times(v, uids) for v in stored]
    return uids.get(stored, stored) if isinstance(stored, str) else stored


def _in_a_child(path: Path, work: Callable[[], Mapping[str, object]]) -> str:
    """Do it in a child, so that this process stays as it was at the beginning; the number of writes where it tells one."""
    child = os.fork()
    if not child:
        code = 1
        try:
            (path / "left").write_text(json.dumps(work()))
            code = 0
        finally:
            sys.stderr.flush()
            os._exit(code)  # whatever happened, the child must not go on as the parent does
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    left = json.loads((path / "left").read_text())
    if "writes" in left:
        _say(left)
    return str(left.get("writes", 0))


def _essentials(frame: Frame) -> FileEssentials:
    assert isinstance(frame.essentials, FileEssentials)
    return frame.essentials


def _say(line: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(line, sort_keys=True) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    walk(sys.argv[1])
