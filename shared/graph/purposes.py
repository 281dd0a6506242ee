"""Purposes of mailboxes, asked person by person in batches: no list of Graph tells them.

Source: learn.microsoft.com/graph/api/user-get-mailboxsettings.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec

from shared.errors import IncompleteReadError
from shared.graph.batch import BatchReader, Get, ItemAnswer
from shared.graph.chain import broken
from shared.graph.client import GraphClient, Permission, error_code
from shared.graph.tally import Tally
from shared.model import EntraId, MailboxPurpose, Person

_NEEDS = Permission.MAILBOX_SETTINGS_READ
_PART = "purposes"
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

    def complete(
        self,
        people: Mapping[EntraId, Person],
        *,
        purpose_of: Callable[[Person], bool],
        known: Mapping[EntraId, MailboxPurpose],
        tally: Tally,
    ) -> Mapping[EntraId, Person]:
        """The same people; those whom ``purpose_of`` chooses have the purpose that is known or that Graph tells.

        Without the permission everybody stays NOT_ASKED, whatever is known; so does whoever is not chosen: what comes
        out is the same with ``known`` and without. One request for every 20 who are asked.
        Raises IncompleteReadError, ThrottledError, UnexpectedAnswerError, and as GraphClient does.
        """
        chosen = [person.id for person in people.values() if purpose_of(person)]
        if not chosen or not self._client.holds(_NEEDS):
            return people
        purposes = {key: known[key] for key in chosen if known.get(key, MailboxPurpose.NOT_ASKED) in _KEPT}
        unknown = [key for key in chosen if key not in purposes]
        if unknown:
            purposes.update(self._ask(unknown, tally))
        return {
            key: replace(person, purpose=purposes[key]) if key in purposes else person for key, person in people.items()
        }

    def _ask(self, ids: list[EntraId], tally: Tally) -> dict[EntraId, MailboxPurpose]:
        tally.expect(_PART, len(ids))
        answers = self._batches.read_all(
            [Get(path=f"/users/{key}/mailboxSettings/userPurpose") for key in ids],
            needs=_NEEDS,
            noticed=tally.notice(_PART),
        )
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
