"""Every fault at every operation of blobs, lease and queue: done as if nothing had happened, or an error of ours; never half done."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace

import pytest

from shared.errors import StateError
from shared.settings import ConnectionStringStorage
from shared.state import State, blob_state
from tests.azurite import Azurite, connection_string
from tests.rules.summary import STORE_CELL
from tests.state.storage_proxy import StorageProxy, Trouble, storage_proxy
from tests.state.stores_under_test import NO_PAUSES, Note, StoreUnderTest, blobs_under_test, new_id

pytestmark = [
    pytest.mark.azurite,
    pytest.mark.slow,
    # The library leaves the connection of an answer that it cannot read to the garbage collector.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

DOCUMENT, NEW, JOURNAL = "runs/a.json", "runs/b.json", "runs/a.results.jsonl"
ALWAYS = 1_000
RECOVERED = "recovered as if nothing had happened"
REFUSED = "refused with one of our errors, nothing half done"
ANY = Trouble(method="", part="", times=1)
FAULTS: dict[str, Trouble] = {
    "500": replace(ANY, status=500, code="InternalError"),
    "503": replace(ANY, status=503, code="ServerBusy"),
    "429": replace(ANY, status=429, code="TooManyRequests"),
    "429_with_retry_after": replace(ANY, status=429, code="TooManyRequests", headers=(("Retry-After", "0"),)),
    "401": replace(ANY, status=401, code="InvalidAuthenticationInfo"),
    "403": replace(ANY, status=403, code="AuthorizationPermissionMismatch"),
    "redirect": replace(ANY, status=307, headers=(("Location", "http://127.0.0.1:9/elsewhere"),)),
    "html": replace(ANY, status=200, headers=(("Content-Type", "text/html"),), body=b"<html>maintenance</html>"),
    "half_body": replace(ANY, is_cut=True),
    "dropped_before": replace(ANY, is_dropped_before=True),
    "dropped_after": ANY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that the app does with its storage, the requests that it is made of, and what it leaves."""

    method: str
    part: str
    act: Callable[[State], object]
    is_of_queue: bool = False


def read(state: State) -> object:
    stored = state.documents.read(DOCUMENT, Note)
    return stored.body.text if stored is not None else None


def replaced(state: State) -> object:
    stored = state.documents.read(DOCUMENT, Note)
    assert stored is not None
    state.documents.replace(DOCUMENT, Note(text="second"), stored.etag)
    return "replaced"


def created(state: State) -> object:
    state.documents.create(NEW, Note(text="new"))
    return "created"


def appended(state: State) -> object:
    state.documents.append(JOURNAL, [Note(text="2"), Note(text="3")])
    return "appended"


def acquired(state: State) -> object:
    return state.lease.acquire(new_id()) is not None


def sent(state: State) -> object:
    state.queue.send("hello")
    return "sent"


OPERATIONS: dict[str, Operation] = {
    "read": Operation(method="GET", part=DOCUMENT, act=read),
    "create": Operation(method="PUT", part=NEW, act=created),
    "replace": Operation(method="PUT", part=DOCUMENT, act=replaced),
    "delete": Operation(method="DELETE", part=DOCUMENT, act=lambda state: state.documents.delete(DOCUMENT)),
    "list": Operation(
        method="GET", part="comp=list", act=lambda state: [d.path for d in state.documents.list("runs/")]
    ),
    "append": Operation(method="PUT", part=JOURNAL, act=appended),
    "read_lines": Operation(
        method="GET", part=JOURNAL, act=lambda state: [n.text for n in state.documents.read_lines(JOURNAL, Note)]
    ),
    "acquire": Operation(method="PUT", part="comp=lease", act=acquired),
    "send": Operation(method="POST", part="/messages", act=sent, is_of_queue=True),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A storage account behind proxies, and the same account directly."""

    behind: State
    direct: StoreUnderTest
    blobs: StorageProxy
    queue: StorageProxy


@pytest.fixture
def account(azurite: Azurite) -> Iterator[Account]:
    with ExitStack() as stack:
        direct = stack.enter_context(blobs_under_test(azurite.blob_url, azurite.queue_url))
        direct.state.documents.create(DOCUMENT, Note(text="first"))
        direct.state.documents.append(JOURNAL, [Note(text="1")])
        holder = new_id()
        direct.state.lease.acquire(holder)
        direct.state.lease.release(holder)
        direct.state.queue.send("before")
        blobs, queue = (
            stack.enter_context(storage_proxy(azurite.blob_url)),
            stack.enter_context(storage_proxy(azurite.queue_url)),
        )
        storage = ConnectionStringStorage(connection_string=connection_string(blobs.url, queue.url))
        behind = stack.enter_context(blob_state(storage, credential=None, new_id=new_id, patience=NO_PAUSES))
        yield Account(behind=behind, direct=direct, blobs=blobs, queue=queue)


def left(account: Account) -> dict[str, object]:
    """Everything in the storage, whole or an error."""
    documents = account.direct.open_again().documents
    found = {d.path: documents.read(d.path, Note) for d in documents.list("runs/") if d.path.endswith(".json")}
    return {
        "documents": {path: stored.body.text for path, stored in found.items() if stored is not None},
        "journal": [note.text for note in documents.read_lines(JOURNAL, Note)],
        # A queue delivers at least once: a message that was sent twice is the same message.
        "messages": sorted(set(account.direct.visible_texts())),
    }


def outcome_of(operation: Operation, state: State) -> tuple[object, StateError | None]:
    """What it says, or our own error."""
    try:
        return operation.act(state), None
    except StateError as error:
        return None, error


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "lasting"])
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_an_operation_recovers_or_fails_loudly_and_is_never_half_done(
    account: Account, name: str, fault: str, *, lasting: bool, record_property: Callable[[str, object], None]
) -> None:
    operation = OPERATIONS[name]
    before = left(account)
    proxy = account.queue if operation.is_of_queue else account.blobs
    times = ALWAYS if lasting else 1
    proxy.befall(replace(FAULTS[fault], method=operation.method, part=operation.part, times=times))
    said, error = outcome_of(operation, account.behind)
    fate = RECOVERED if error is None else REFUSED
    proxy.troubles.clear()
    after = left(account)
    undisturbed = undone_or_done(operation, before)

    assert proxy.seen, "the fault hit nothing"
    if error is None:
        assert after == undisturbed["after"]
        assert said == undisturbed["said"]
    else:
        assert error.detail
        assert error.fix
        assert after in (before, undisturbed["after"])
    record_property(STORE_CELL, fate)


def undone_or_done(operation: Operation, before: dict[str, object]) -> dict[str, object]:
    """What the operation says and leaves where nothing goes wrong, told without doing it."""
    documents, journal, messages = before["documents"], before["journal"], before["messages"]
    assert isinstance(documents, dict)
    assert isinstance(journal, list)
    assert isinstance(messages, list)
    said: dict[str, object] = {
        "read": "first",
        "create": "created",
        "replace": "replaced",
        "delete": None,
        "list": sorted([DOCUMENT, JOURNAL]),
        "append": "appended",
        "read_lines": ["1"],
        "acquire": True,
        "send": "sent",
    }
    name = next(n for n, o in OPERATIONS.items() if o is operation)
    after = {"documents": dict(documents), "journal": list(journal), "messages": list(messages)}
    match name:
        case "create":
            after["documents"] = {**documents, NEW: "new"}
        case "replace":
            after["documents"] = {**documents, DOCUMENT: "second"}
        case "delete":
            after["documents"] = {}
        case "append":
            after["journal"] = [*journal, "2", "3"]
        case "send":
            after["messages"] = sorted([*messages, "hello"])
    return {"said": said[name], "after": after}
