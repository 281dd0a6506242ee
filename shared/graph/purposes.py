"""Purposes of mailboxes, asked person by person in batches while people are read: no list of Graph tells them.

Source: learn.microsoft.com/graph/api/user-get-mailboxsettings.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Lock

import msgspec

from shared.errors import IncompleteReadError
from shared.graph.batch import BATCH_ITEMS, BatchReader, Get, ItemAnswer
from shared.graph.chain import broken
from shared.graph.client import GraphClient, Permission, error_code
from shared.graph.tally import Tally
from shared.model import EntraId, MailboxPurpose, Person

_NEEDS = Permission.MAILBOX_SETTINGS_READ
_PART = "purposes"
_IN_FLIGHT = 8
"""Batches at once, so that those of the last page are answered together. Limits are by mailbox, and each person is another one.

Source: learn.microsoft.com/graph/throttling-limits (Outlook service limits).
"""
_TOLD = {
    purpose.value: purpose
    for purpose in (
        MailboxPurpose.USER,
        MailboxPurpose.LINKED,
        MailboxPurpose.SHARED,
        MailboxPurpose.ROOM,
        MailboxPurpose.EQUIPMENT,
        MailboxPurpose.OTHERS,
    )
}
"""The words that Graph has for a purpose; the enum's others are ours, and Graph cannot say them."""


_KEPT = frozenset(MailboxPurpose) - {MailboxPurpose.NOT_ASKED}
"""What counts as known: all but the word for nothing being known."""


class _PurposeJson(msgspec.Struct):
    value: str | None


_DECODER = msgspec.json.Decoder(_PurposeJson)


class PurposeReader:
    """Gives people the purposes of their mailboxes."""

    def __init__(self, *, client: GraphClient, batches: BatchReader) -> None:
        self._client = client
        self._batches = batches

    def asking(
        self, *, purpose_of: Callable[[Person], bool], known: Mapping[EntraId, MailboxPurpose], tally: Tally
    ) -> "PurposesOfOneRead":
        """The purposes of one read, to be closed after it."""
        return PurposesOfOneRead(
            client=self._client, batches=self._batches, purpose_of=purpose_of, known=known, tally=tally
        )


class PurposesOfOneRead:
    """Asks for purposes while the list of people is still being read, so that they cost hardly any time of their own."""

    def __init__(
        self,
        *,
        client: GraphClient,
        batches: BatchReader,
        purpose_of: Callable[[Person], bool],
        known: Mapping[EntraId, MailboxPurpose],
        tally: Tally,
    ) -> None:
        self._client = client
        self._batches = batches
        self._purpose_of = purpose_of
        self._known = known
        self._tally = tally
        self._lock = Lock()
        self._answered = 0
        self._wanted: set[EntraId] = set()
        self._waiting: list[EntraId] = []
        self._asked: list[Future[dict[EntraId, MailboxPurpose]]] = []
        self._pool = ThreadPoolExecutor(_IN_FLIGHT, thread_name_prefix="graph-purposes")

    def take(self, people: Iterable[Person]) -> None:
        """Ask about those of a page whose purpose is wanted and not known; full batches only, so that none is wasted.

        Raises what any batch has met so far: then there is no use in reading on.
        """
        for batch in self._asked:
            if batch.done():
                batch.result()
        self._want(person.id for person in people if self._purpose_of(person))
        while len(self._waiting) >= BATCH_ITEMS:
            self._send_batch()

    def complete(self, people: Mapping[EntraId, Person]) -> Mapping[EntraId, Person]:
        """The same people; those whom ``purpose_of`` chooses have the purpose that is known or that Graph tells.

        Without the permission everybody stays NOT_ASKED, whatever is known; so does whoever is not chosen: what comes
        out is the same with ``known`` and without. One request for every 20 who are asked.
        Raises IncompleteReadError, ThrottledError, UnexpectedAnswerError, and as GraphClient does.
        """
        chosen = [person.id for person in people.values() if self._purpose_of(person)]
        if not chosen or not self._client.holds(_NEEDS):
            return people
        self._want(chosen)
        while self._waiting:
            self._send_batch()
        told: dict[EntraId, MailboxPurpose] = {}
        for batch in self._asked:
            told.update(batch.result())
        purposes = {key: told[key] if key in told else self._known[key] for key in chosen}
        return {
            key: replace(person, purpose=purposes[key]) if key in purposes else person for key, person in people.items()
        }

    def close(self) -> None:
        """Send nothing more, and wait for what is under way."""
        self._pool.shutdown(cancel_futures=True)

    def _want(self, ids: Iterable[EntraId]) -> None:
        """Note who is to be asked; whoever comes twice, as after a setback, is asked once."""
        new = [i for i in ids if i not in self._wanted and self._known.get(i, MailboxPurpose.NOT_ASKED) not in _KEPT]
        if new and self._client.holds(_NEEDS):
            new = list(dict.fromkeys(new))
            self._wanted.update(new)
            self._waiting.extend(new)
            self._tally.expect(_PART, len(self._wanted))

    def _send_batch(self) -> None:
        batch, self._waiting = self._waiting[:BATCH_ITEMS], self._waiting[BATCH_ITEMS:]
        self._asked.append(self._pool.submit(self._ask, batch))

    def _ask(self, ids: Sequence[EntraId]) -> dict[EntraId, MailboxPurpose]:
        self._tally.check(0)
        items = [Get(path=f"/users/{key}/mailboxSettings/userPurpose") for key in ids]
        answers = self._batches.read(items, needs=_NEEDS)
        with self._lock:
            self._answered += len(answers)
            self._tally.notice(_PART)(self._answered)
        return {key: _purpose(key, answer) for key, answer in zip(ids, answers, strict=True)}


def _purpose(person_id: EntraId, answer: ItemAnswer) -> MailboxPurpose:
    place = f"the mailbox purpose of the person {person_id}"
    match answer.status:
        case 200:
            return _told(answer, place)
        case 204:
            # A property that is null has no content. Source: docs.oasis-open.org/odata/odata/v4.01, part 1, 11.2.4.
            return MailboxPurpose.UNKNOWN
        case 403:
            # The permission is held: an application access policy closes this mailbox.
            return MailboxPurpose.UNKNOWN
        case 404:
            # On premises, or none. Source: github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/6519.
            return MailboxPurpose.NO_MAILBOX
    raise IncompleteReadError(
        f"Graph, {place}: answered {answer.status} ({error_code(answer.body) or 'no code'}).",
        "Nothing was changed. Search again; if it lasts, take MailboxSettings.Read from the app registration and report this.",
    )


def _told(answer: ItemAnswer, place: str) -> MailboxPurpose:
    try:
        word = _DECODER.decode(answer.body).value
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise broken(place, str(error) if isinstance(error, msgspec.MsgspecError) else "not UTF-8") from error
    return _TOLD.get((word or "").casefold(), MailboxPurpose.UNKNOWN)
