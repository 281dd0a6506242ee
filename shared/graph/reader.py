"""Reads the directory: whole, or what changed since an earlier read."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from random import Random
from types import MappingProxyType
from typing import Generic, TypeVar

from shared.clock import Clock
from shared.graph.certifying import DELETED, GROUPS, PEOPLE, Counts, confirmed
from shared.graph.chain import decode_answer, read_chain
from shared.graph.changes import groups_deltas, people_deltas
from shared.graph.client import GraphClient, Permission
from shared.graph.counts import ADVANCED, COUNT_QUERY, count_decoder
from shared.graph.decode import GROUP_PROPERTIES, PERSON_PROPERTIES
from shared.graph.incremental import IncrementalReader, link_from_now
from shared.graph.lists import all_groups, all_people
from shared.graph.members import Memberships
from shared.graph.parts import ReadParts, Wanted, by_id, scope_of
from shared.graph.purposes import PurposesOfOneRead
from shared.graph.side_by_side import SideBySide, awaited
from shared.graph.tally import Progress, Tally
from shared.model import (
    AssignedPlan,
    DeletedObject,
    DeltaLinks,
    Directory,
    EntraId,
    Group,
    MailboxPurpose,
    Person,
    WholeReadNeeded,
    WholeReadReason,
)
from shared.transport import RetryPolicy

M = TypeVar("M")

_STAGE = "reading_directory"
_DECODING = 1
"""Raised by whoever changes what becomes of an object's properties: what was kept before is then read anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed(Generic[M]):
    objects: Mapping[EntraId, M]
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    people: Mapping[EntraId, Person]
    groups: Mapping[EntraId, Group]
    deleted: Mapping[EntraId, DeletedObject]
    counts: Counts
    memberships: Memberships
    people_link: str | None
    groups_link: str | None


def _nobody(_person: Person) -> bool:
    return False


_NONE_KNOWN: Mapping[EntraId, MailboxPurpose] = MappingProxyType({})


class GraphReader:
    """The DirectoryReader of shared/engine/ports.py on Microsoft Graph.

    Requests of a whole read: one for every 999 people, groups and deleted people, three counts, two deltaLinks for the
    next read, and one for every ten groups of the scope and every 20 people whose purpose is asked.
    """

    def __init__(
        self, *, client: GraphClient, tenant_id: str, clock: Clock, random: Random, batch_retry: RetryPolicy
    ) -> None:
        self._client = client
        self._parts = ReadParts(client=client, tenant_id=tenant_id, clock=clock, random=random, batch_retry=batch_retry)
        self._incremental = IncrementalReader(self._parts)

    def read(
        self,
        *,
        scope_groups: Sequence[EntraId],
        progress: Progress,
        purpose_of: Callable[[Person], bool] = _nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = _NONE_KNOWN,
    ) -> Directory:
        """All people and groups, and the members of ``scope_groups`` with what is nested in them, certified.

        Those whom ``purpose_of`` chooses have the purposes of their mailboxes: from ``known_purposes``, else asked, and
        NOT_ASKED where MailboxSettings.Read is not granted.
        Raises IncompleteReadError, EntraCredentialError, PermissionMissingError, NotConfiguredError, SecretError, ServiceError.
        """
        wanted = _wanted(scope_groups, purpose_of, known_purposes)
        found = self._find(wanted, Tally(progress, stage=_STAGE))
        counts = self._confirmed(found)
        certificate = self._parts.certifier.certificate(
            found.people, found.groups, counts, wanted.scope_groups, whole_read_at=None
        )
        return Directory(
            people=tuple(found.people.values()),
            groups=tuple(found.groups.values()),
            deleted_people=tuple(found.deleted.values()),
            scope=scope_of(wanted, found.people, found.groups, found.memberships),
            certificate=certificate,
            delta_links=self._links(found),
        )

    def read_changes(
        self,
        known: Directory,
        *,
        scope_groups: Sequence[EntraId],
        progress: Progress,
        purpose_of: Callable[[Person], bool] = _nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = _NONE_KNOWN,
    ) -> Directory | WholeReadNeeded:
        """The same as ``read``, by what changed since ``known`` was read; or why only ``read`` tells.

        Raises ThrottledError, EntraCredentialError, SecretError.
        """
        links = known.delta_links
        if links is None or links.question != self._question():
            return WholeReadNeeded(reason=WholeReadReason.ANOTHER_QUESTION)
        wanted = _wanted(scope_groups, purpose_of, known_purposes)
        return self._incremental.read(known, links, wanted, Tally(progress, stage=_STAGE))

    def _question(self) -> str:
        """Digest of whom we ask for what, and of what we make of it."""
        kept = [field.name for kind in (Person, Group, AssignedPlan) for field in fields(kind)]
        asked = [str(_DECODING), self._parts.tenant_id, PERSON_PROPERTIES, GROUP_PROPERTIES, *kept]
        return hashlib.sha256("\n".join(asked).encode()).hexdigest()

    def _links(self, found: _Found) -> DeltaLinks | None:
        if found.people_link is None or found.groups_link is None:
            return None
        return DeltaLinks(people=found.people_link, groups=found.groups_link, question=self._question())

    def _find(self, wanted: Wanted, tally: Tally) -> _Found:
        parts = self._parts
        with (
            closing(
                parts.purposes.asking(purpose_of=wanted.purpose_of, known=wanted.known_purposes, tally=tally)
            ) as purposes,
            SideBySide(tally) as side_by_side,
        ):
            people = side_by_side.start(lambda: self._read_people(tally, purposes))
            complete = side_by_side.start(lambda: purposes.complete(awaited(people).objects))
            groups = side_by_side.start(lambda: self._read_groups(tally))
            deleted = side_by_side.start(lambda: parts.deleted(tally))
            people_count = side_by_side.start(lambda: _told(self._count_people(), "people", tally))
            groups_count = side_by_side.start(lambda: _told(self._count_groups(), "groups", tally))
            deleted_count = side_by_side.start(self._count_deleted)
            memberships = side_by_side.start(lambda: parts.memberships(wanted, lambda: awaited(groups).objects, tally))
        return _Found(
            people=complete.result(),
            groups=groups.result().objects,
            deleted=deleted.result(),
            counts=Counts(people=people_count.result(), groups=groups_count.result(), deleted=deleted_count.result()),
            memberships=memberships.result(),
            people_link=people.result().link,
            groups_link=groups.result().link,
        )

    def _read_people(self, tally: Tally, purposes: PurposesOfOneRead) -> _Listed[Person]:
        # The link before the list: what changes while the list is read is told by the next read of changes. Right before it
        # and no older one: what changed and changed back in between might not be told.
        link = link_from_now(self._client, people_deltas())
        people = read_chain(self._client, all_people(), noticed=tally.notice("people"), came=purposes.take)
        return _Listed(objects=by_id(people), link=link)

    def _read_groups(self, tally: Tally) -> _Listed[Group]:
        link = link_from_now(self._client, groups_deltas())
        groups = read_chain(self._client, all_groups(), noticed=tally.notice("groups"))
        return _Listed(objects=by_id(groups), link=link)

    def _confirmed(self, found: _Found) -> Counts:
        return Counts(
            people=confirmed(PEOPLE, len(found.people), found.counts.people, self._count_people),
            groups=confirmed(GROUPS, len(found.groups), found.counts.groups, self._count_groups),
            deleted=confirmed(DELETED, len(found.deleted), found.counts.deleted, self._count_deleted),
        )

    def _count_people(self) -> int:
        counted = self._client.count(f"{PEOPLE}/$count", needs=Permission.USER_READ_ALL)
        self._client.serves(people=counted)
        return counted

    def _count_groups(self) -> int:
        return self._client.count(f"{GROUPS}/$count", needs=Permission.GROUP_MEMBER_READ_ALL)

    def _count_deleted(self) -> int:
        answer = self._client.get(f"{DELETED}?{COUNT_QUERY}", needs=Permission.USER_READ_ALL, headers=ADVANCED)
        return decode_answer(answer, count_decoder(), DELETED).count


def _wanted(
    scope_groups: Sequence[EntraId],
    purpose_of: Callable[[Person], bool],
    known_purposes: Mapping[EntraId, MailboxPurpose],
) -> Wanted:
    groups = tuple(sorted({EntraId(group_id.lower()) for group_id in scope_groups}))
    return Wanted(scope_groups=groups, purpose_of=purpose_of, known_purposes=known_purposes)


def _told(counted: int, part: str, tally: Tally) -> int:
    tally.expect(part, counted)
    return counted
