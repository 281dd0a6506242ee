"""What the process tests run in processes of their own: ``python -m tests.state.folder_worker WHAT FOLDER …``."""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from shared.clock import SystemClock
from shared.errors import DocumentConflictError
from shared.state import State, folder_state
from tests.state.stores_under_test import Note, messages_in, new_id

DOCUMENT = "runs/a.json"
JOURNAL = "runs/a.results.jsonl"


def opened(path: str) -> State:
    return folder_state(Path(path), clock=SystemClock(), new_id=new_id)


def count(path: str, times: str) -> None:
    """Add one to the counter as often as told, against others who do the same."""
    documents = opened(path).documents
    ready()
    for _ in range(int(times)):
        while True:
            stored = documents.read(DOCUMENT, Note)
            try:
                if stored is None:
                    documents.create(DOCUMENT, Note(text="counter", number=1))
                else:
                    documents.replace(DOCUMENT, Note(text="counter", number=stored.body.number + 1), stored.etag)
            except DocumentConflictError:
                continue
            break
    for number in range(int(times)):
        documents.append(JOURNAL, [Note(text=f"{os.getpid()}", number=number)] * 2)


def hold(path: str, times: str) -> None:
    """Take and release the lease as often as told; fails where somebody else has it at the same time."""
    state = opened(path)
    marker = Path(path) / "held"
    ready()
    for _ in range(int(times)):
        lease_id = new_id()
        while state.lease.acquire(lease_id) is None:
            pass
        os.close(os.open(marker, os.O_CREAT | os.O_EXCL))
        state.lease.renew(lease_id)
        marker.unlink()
        state.lease.release(lease_id)


def write_until_killed(path: str) -> None:
    """Write version after version of a document, and of a journal, saying each number once it is stored."""
    documents = opened(path).documents
    ready()
    while True:
        stored = documents.read(DOCUMENT, Note)
        number = 1 if stored is None else stored.body.number + 1
        body = Note(text=f"{number} " * 20_000, number=number)
        if stored is None:
            documents.create(DOCUMENT, body)
        else:
            documents.replace(DOCUMENT, body, stored.etag)
        documents.append(JOURNAL, [Note(text=f"{number} " * 10_000, number=number)] * 2)
        say(str(number))


def die_at_each_step(path: str, operation: str) -> None:
    """Do the operation in a child that is killed at its first step, then at its second, until it comes through.

    A step is whatever the interpreter reports to audit hooks: opening, renaming, removing, stamping. Says what each killed
    child left behind.
    """
    step = 1
    while _killed_at(step, lambda: OPERATIONS[operation](opened(path))):
        say(_what_is_there(path))
        step += 1
    say("done")
    say(_what_is_there(path))


def _killed_at(step: int, operate: Callable[[], object]) -> bool:
    child = os.fork()
    if child:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert code in (0, -signal.SIGKILL)
        return code != 0
    left = step

    def count_down(event: str, _: tuple[object, ...]) -> None:
        nonlocal left
        if event.startswith(("open", "os.", "fcntl.")):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count_down)
    code = 1
    try:
        operate()
        code = 0
    finally:
        os._exit(code)  # whatever happened, the child must not go on as the parent does


def _what_is_there(path: str) -> str:
    """The document's text, the lines of incomplete appends, and whether the lease is held; messages are whole."""
    state = opened(path)
    stored = state.documents.read(DOCUMENT, Note)
    lines = state.documents.read_lines(JOURNAL, Note)
    assert {message.text for message in messages_in(Path(path))} <= {"message"}
    return f"{'nothing' if stored is None else stored.body.text} {len(lines) % 3} {state.lease.is_held()}"


def _create(state: State) -> None:
    with suppress(DocumentConflictError):  # a child killed before had created it
        state.documents.create(DOCUMENT, Note(text="new"))


def _replace(state: State) -> None:
    stored = state.documents.read(DOCUMENT, Note)
    assert stored is not None
    state.documents.replace(DOCUMENT, Note(text="new"), stored.etag)


OPERATIONS: dict[str, Callable[[State], object]] = {
    "create": _create,
    "replace": _replace,
    "delete": lambda state: state.documents.delete(DOCUMENT),
    "append": lambda state: state.documents.append(JOURNAL, [Note(text="x")] * 3),
    "send": lambda state: state.queue.send("message"),
    "acquire": lambda state: state.lease.acquire("5f0c0000-0000-4000-8000-000000000000"),
}


def ready() -> None:
    """Say so, and wait until all others are."""
    say("ready")
    sys.stdin.readline()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    what, *arguments = sys.argv[1:]
    commands: dict[str, Callable[..., None]] = {
        "count": count,
        "hold": hold,
        "write": write_until_killed,
        "die": die_at_each_step,
    }
    commands[what](*arguments)
