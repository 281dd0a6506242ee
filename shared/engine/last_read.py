"""The last certified read of Entra: kept so that the next search asks for changes only, and a change of options can be told before it is saved."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated

from msgspec import Meta

from shared.engine.refusals import NotFoundError
from shared.errors import DamagedDocumentError, DocumentConflictError, UnknownSchemaError
from shared.model import (
    DeletedObject,
    DeltaLinks,
    Directory,
    DirectoryCertificate,
    EntraId,
    Everybody,
    Group,
    MembersOnly,
    Organization,
    Person,
    Scope,
)
from shared.state.protocols import Documents, ETag

LAST_READ_PATH = "directory.json.gz"
DELTA_PATH = "delta.json"
_WHOLE_AFTER = timedelta(hours=23)
"""An hour less than a day: the next search after this one may be an hour later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastRead:
    """The document: a directory, and the domains that the organization had then."""

    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    deleted_people: tuple[DeletedObject, ...]
    certificate: DirectoryCertificate
    scope_groups: tuple[EntraId, ...]
    """Empty: everybody was in scope."""
    people_in_scope: frozenset[EntraId]
    domains: tuple[str, ...]
    """Registered and active ones."""

    @property
    def scope(self) -> Scope:
        """Who was in scope."""
        return scope_of(self.scope_groups, self.people_in_scope)

    @property
    def directory(self) -> Directory:
        """The directory as it was read."""
        return Directory(
            people=self.people,
            groups=self.groups,
            deleted_people=self.deleted_people,
            scope=self.scope,
            certificate=self.certificate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """The document that says where changes since the last read are asked for."""

    directory: ETag
    """The version of the last read that the links belong to; with another one they tell too little."""
    links: DeltaLinks
    objects: int
    """How many people and groups there are."""
    whole_read_at: Annotated[datetime, Meta(tz=True)]
    taking: frozenset[str]
    """Ids of the ticked taking changes that the plan of a whole read had, and each plan since."""

    def is_recent(self, now: datetime) -> bool:
        """Whether all was read less than a day ago; what is said to have been read later than ``now`` never is."""
        return timedelta() <= now - self.whole_read_at < _WHOLE_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRead:
    """A read that may be brought up to date."""

    directory: Directory
    """With its links."""
    taking: frozenset[str]
    """As ``Delta`` has them."""


def scope_of(group_ids: tuple[EntraId, ...], people: frozenset[EntraId]) -> Scope:
    """Everybody, where no group is named; else these people."""
    return MembersOnly(group_ids=group_ids, people=people) if group_ids else Everybody()


class LastReadStore:
    """Keeps one read; what cannot be read back is replaced by the next search."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def read(self) -> LastRead:
        """The last read; raises NotFoundError where no search has read Entra yet, DamagedDocumentError, UnknownSchemaError."""
        stored = self._documents.read(LAST_READ_PATH, LastRead)
        if stored is None:
            raise NotFoundError("No search has read Entra yet.", "Search once, then look again.")
        return stored.body

    def to_update(self, now: datetime, *, more_than: int) -> KnownRead | None:
        """The last read, where changes since are all that need be asked; None where all is to be read.

        So it is for ``more_than`` so many people and groups, read whole less than a day ago.
        """
        try:
            delta = self._documents.read(DELTA_PATH, Delta)
            if delta is None or delta.body.objects <= more_than or not delta.body.is_recent(now):
                return None
            stored = self._documents.read(LAST_READ_PATH, LastRead)
        except (DamagedDocumentError, UnknownSchemaError):
            return None
        if stored is None or stored.etag != delta.body.directory:
            return None
        directory = replace(stored.body.directory, delta_links=delta.body.links)
        return KnownRead(directory=directory, taking=delta.body.taking)

    def keep(self, directory: Directory, organization: Organization, taking: frozenset[str]) -> None:
        """The read is kept with its links; where another search is keeping its own at this moment, that one stays.

        ``taking``: ids of the ticked taking changes of the plan made by it.
        """
        scope = directory.scope
        body = LastRead(
            people=directory.people,
            groups=directory.groups,
            deleted_people=directory.deleted_people,
            certificate=directory.certificate,
            scope_groups=scope.group_ids if isinstance(scope, MembersOnly) else (),
            people_in_scope=scope.people if isinstance(scope, MembersOnly) else frozenset(),
            domains=tuple(sorted(domain.name for domain in organization.domains if domain.is_active)),
        )
        # Large, and a help only: made anew, instead of read to be replaced under a condition.
        self._documents.delete(DELTA_PATH)
        self._documents.delete(LAST_READ_PATH)
        try:
            etag = self._documents.create(LAST_READ_PATH, body)
            if directory.delta_links is not None:
                self._documents.create(DELTA_PATH, _delta(directory, directory.delta_links, etag, taking))
        except DocumentConflictError:
            return


def _delta(directory: Directory, links: DeltaLinks, etag: ETag, taking: frozenset[str]) -> Delta:
    certificate = directory.certificate
    return Delta(
        directory=etag,
        links=links,
        objects=len(directory.people) + len(directory.groups),
        whole_read_at=certificate.whole_read_at or certificate.read_at,
        taking=taking,
    )
