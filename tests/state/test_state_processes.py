"""Several processes in one folder, and processes that are killed there."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from shared.clock import SystemClock
from shared.state import folder_state
from tests.state.folder_worker import DOCUMENT, JOURNAL
from tests.state.stores_under_test import Note, new_id

ROOT = Path(__file__).parents[2]
PROCESSES = 2
TIMES = 20


@contextmanager
def worker(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "tests.state.folder_worker", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def start(processes: "list[subprocess.Popen[str]]") -> None:
    """Let all begin together."""
    assert [said(process) for process in processes] == ["ready"] * len(processes)
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")


def run_together(*arguments: str) -> None:
    with ExitStack() as stack:
        processes = [stack.enter_context(worker(*arguments)) for _ in range(PROCESSES)]
        start(processes)
        assert [process.wait() for process in processes] == [0] * PROCESSES


def test_no_change_of_processes_that_race_for_a_document_is_lost(tmp_path: Path) -> None:
    run_together("count", str(tmp_path), str(TIMES))

    documents = folder_state(tmp_path, clock=SystemClock(), new_id=new_id).documents
    stored = documents.read(DOCUMENT, Note)
    assert stored is not None
    assert stored.body.number == PROCESSES * TIMES
    lines = documents.read_lines(JOURNAL, Note)
    assert set(Counter((line.text, line.number) for line in lines).values()) == {2}
    assert len(lines) == PROCESSES * TIMES * 2


def test_no_two_processes_hold_the_lease_at_once(tmp_path: Path) -> None:
    run_together("hold", str(tmp_path), str(TIMES))

    assert not folder_state(tmp_path, clock=SystemClock(), new_id=new_id).lease.is_held()


def test_a_process_killed_while_it_writes_leaves_the_old_document_or_the_new(tmp_path: Path) -> None:
    documents = folder_state(tmp_path, clock=SystemClock(), new_id=new_id).documents
    for versions in (1, 2, 3, 5, 8):
        with worker("write", str(tmp_path)) as process:
            start([process])
            for _ in range(versions):
                last = int(said(process))

        stored = documents.read(DOCUMENT, Note)
        assert stored is not None
        assert stored.body.text == f"{stored.body.number} " * 20_000
        assert stored.body.number >= last
        counts = Counter(line.number for line in documents.read_lines(JOURNAL, Note))
        assert set(counts.values()) == {2}
        assert last in counts


AT_EACH_STEP = [
    ("create", {"nothing 0 False", "new 0 False"}, "new 0 False"),
    ("replace", {"old 0 False", "new 0 False"}, "new 0 False"),
    ("delete", {"old 0 False", "nothing 0 False"}, "nothing 0 False"),
    ("append", {"old 0 False"}, "old 0 False"),
    ("send", {"old 0 False"}, "old 0 False"),
    ("acquire", {"old 0 False", "old 0 True"}, "old 0 True"),
]
"""Operation, what a killed process may leave, and what is there in the end; in the words of the worker."""


@pytest.mark.parametrize(("operation", "possible", "in_the_end"), AT_EACH_STEP)
def test_a_process_killed_at_any_step_leaves_nothing_half_done(
    tmp_path: Path, operation: str, possible: set[str], in_the_end: str
) -> None:
    state = folder_state(tmp_path, clock=SystemClock(), new_id=new_id)
    state.documents.append(JOURNAL, [Note(text="x")] * 3)
    state.queue.send("message")
    if operation != "create":
        state.documents.create(DOCUMENT, Note(text="old"))

    with worker("die", str(tmp_path), operation) as process:
        assert process.stdout is not None
        *left, done, end = process.stdout.read().splitlines()

    assert (done, end) == ("done", in_the_end)
    assert set(left) <= possible
    assert len(left) >= 3
    assert [file.name for file in tmp_path.rglob(".*")] == [".lock"]
