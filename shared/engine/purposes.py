"""Purposes of mailboxes as Entra told them, kept for a day by object id: asking costs a request for every twenty people."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shared.errors import DamagedDocumentError, DocumentConflictError, UnknownSchemaError
from shared.model import EntraId, MailboxPurpose, Person
from shared.state.protocols import Documents, ETag

PURPOSES_PATH = "purposes.json.gz"
KEPT_FOR = timedelta(hours=24)
NOT_KEPT = frozenset({MailboxPurpose.NOT_ASKED, MailboxPurpose.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPurpose:
    """What Entra told, and when."""

    purpose: MailboxPurpose
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPurposes:
    """The document."""

    people: dict[EntraId, KnownPurpose] = field(default_factory=dict)


class PurposeMemory:
    """Remembers purposes between searches; what it cannot read back it forgets, and asks again."""

    def __init__(self, documents: Documents, now: datetime) -> None:
        self._documents = documents
        self._now = now
        self._kept, self._etag = self._read()

    @property
    def known(self) -> Mapping[EntraId, MailboxPurpose]:
        """The purposes that need not be asked again."""
        return {i: known.purpose for i, known in self._kept.items()}

    def remember(self, people: Iterable[Person]) -> None:
        """Keep what was told of these people, and nothing of anybody else."""
        self._keep({p.id: self._kept.get(p.id) or self._told(p) for p in people if p.purpose not in NOT_KEPT})

    def replace(self, people: Iterable[Person]) -> None:
        """Keep what was told of these people just now, whatever was known before."""
        self._keep({p.id: self._told(p) for p in people if p.purpose not in NOT_KEPT})

    def _told(self, person: Person) -> KnownPurpose:
        return KnownPurpose(purpose=person.purpose, asked_at=self._now)

    def _keep(self, told: dict[EntraId, KnownPurpose]) -> None:
        if told == self._kept:
            return
        try:
            if self._etag is None:
                self._etag = self._documents.create(PURPOSES_PATH, KnownPurposes(people=told))
            else:
                self._etag = self._documents.replace(PURPOSES_PATH, KnownPurposes(people=told), self._etag)
        except DocumentConflictError:
            return  # another search keeps what it was told; this one's answers are asked again
        self._kept = told

    def _read(self) -> tuple[dict[EntraId, KnownPurpose], ETag | None]:
        try:
            stored = self._documents.read(PURPOSES_PATH, KnownPurposes)
        except (DamagedDocumentError, UnknownSchemaError):
            self._documents.delete(PURPOSES_PATH)
            return {}, None
        if stored is None:
            return {}, None
        fresh = {i: known for i, known in stored.body.people.items() if self._now - known.asked_at < KEPT_FOR}
        return fresh, stored.etag
