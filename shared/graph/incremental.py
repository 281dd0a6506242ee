"""Brings an earlier read of the directory up to date: what changed since is told by delta queries and then read by id.

A delta says who changed; it may come late, twice and in any order. So nothing is built from its values: whoever it names is read
anew, and has to be what was told. Members of scope groups are read whole each time, deleted people where one more or less is
counted, and what comes out is held against Graph's counts. Whatever does not fit means that a whole read is needed.
"""

from collections.abc import Mapping
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import msgspec

from shared.errors import (
    IncompleteReadError,
    NotConfiguredError,
    PermissionMissingError,
    UnexpectedAnswerError,
    UnreachableError,
)
from shared.graph.batch import Get
from shared.graph.certifying import DELETED, GROUPS, PEOPLE, Counts
from shared.graph.chain import broken
from shared.graph.changes import (
    ChangedGroupJson,
    ChangedPersonJson,
    Deltas,
    Round,
    Told,
    TooMuchChangedError,
    groups_deltas,
    people_deltas,
)
from shared.graph.client import GraphClient, Permission
from shared.graph.counts import ADVANCED, COUNT_QUERY, counted_of, tolerance
from shared.graph.members import Memberships
from shared.graph.parts import ReadParts, Wanted, scope_of
from shared.graph.rereading import ContradictedError, Reread, reread
from shared.graph.side_by_side import SideBySide, awaited
from shared.graph.tally import Tally
from shared.model import (
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

J = TypeVar("J", ChangedPersonJson, ChangedGroupJson)
M = TypeVar("M", Person, Group)

_OBJECTS_A_PAGE = 999
_MOST_CHANGED = 50
"""One in so many objects: more cost more requests, twenty to each, than reading all of them, 999 to a page."""
_LEAST_OBJECTS = 20
_LEAST_PAGES = 50
_COUNTED = (PEOPLE, GROUPS, DELETED)


class CountedOtherwiseError(Exception):
    """Graph counts another number of objects than the changes leave."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    people: Mapping[EntraId, Person]
    groups: Mapping[EntraId, Group]
    deleted: Mapping[EntraId, DeletedObject]

    def most_objects(self) -> int:
        return max(_LEAST_OBJECTS, (len(self.people) + len(self.groups)) // _MOST_CHANGED)

    def most_pages(self) -> int:
        """About as many as a whole read has; not so few that empty pages, or short ones, use them up."""
        return max(_LEAST_PAGES, (len(self.people) + len(self.groups)) // _OBJECTS_A_PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    people: Mapping[EntraId, Person]
    groups: Mapping[EntraId, Group]
    deleted: Mapping[EntraId, DeletedObject]
    memberships: Memberships
    counts: Counts
    links: DeltaLinks


class IncrementalReader:
    """Reads what changed since an earlier read."""

    def __init__(self, parts: ReadParts) -> None:
        self._parts = parts

    def read(self, known: Directory, links: DeltaLinks, wanted: Wanted, tally: Tally) -> Directory | WholeReadNeeded:
        """The directory now, by what changed since ``known`` was read; or why only a whole read tells.

        Requests: three, and one for every 20 objects that changed; with scope groups and purposes as a whole read.
        Raises ThrottledError, EntraCredentialError, SecretError: what a whole read would not mend.
        """
        try:
            return self._directory(known, links, wanted, tally)
        except TooMuchChangedError:
            return WholeReadNeeded(reason=WholeReadReason.TOO_MUCH_CHANGED)
        except ContradictedError:
            return WholeReadNeeded(reason=WholeReadReason.CONTRADICTED)
        except CountedOtherwiseError:
            return WholeReadNeeded(reason=WholeReadReason.COUNTED_OTHERWISE)
        except (
            IncompleteReadError,
            UnexpectedAnswerError,
            UnreachableError,
            PermissionMissingError,
            NotConfiguredError,
        ):
            # Where there is more behind it, the whole read tells so in its own words.
            return WholeReadNeeded(reason=WholeReadReason.NOT_TOLD)

    def _directory(self, known: Directory, links: DeltaLinks, wanted: Wanted, tally: Tally) -> Directory:
        found = self._find(known, links, wanted, tally)
        _check_counts(found)
        certificate = self._parts.certifier.certificate(
            found.people,
            found.groups,
            found.counts,
            wanted.scope_groups,
            whole_read_at=known.certificate.whole_read_at or known.certificate.read_at,
        )
        return Directory(
            people=tuple(found.people.values()),
            groups=tuple(found.groups.values()),
            deleted_people=tuple(found.deleted.values()),
            scope=scope_of(wanted, found.people, found.groups, found.memberships),
            certificate=certificate,
            delta_links=found.links,
        )

    def _find(self, directory: Directory, links: DeltaLinks, wanted: Wanted, tally: Tally) -> _Found:
        known = _Known(
            people={one.id: _without_purpose(one) for one in directory.people},
            groups={one.id: one for one in directory.groups},
            deleted={one.id: one for one in directory.deleted_people},
        )
        parts = self._parts
        with (
            closing(
                parts.purposes.asking(purpose_of=wanted.purpose_of, known=wanted.known_purposes, tally=tally)
            ) as purposes,
            SideBySide(tally) as side_by_side,
        ):
            people_round = side_by_side.start(lambda: self._round(people_deltas(), links.people, known, tally))
            groups_round = side_by_side.start(lambda: self._round(groups_deltas(), links.groups, known, tally))
            counts = side_by_side.start(self._counts)
            deleted = side_by_side.start(
                lambda: self._deleted(known, awaited(people_round).told, awaited(counts), tally)
            )
            changed = side_by_side.start(lambda: self._reread(people_round, groups_round, tally))
            people = side_by_side.start(lambda: _with_changes(known.people, awaited(changed).people))
            groups = side_by_side.start(lambda: _with_changes(known.groups, awaited(changed).groups))
            memberships = side_by_side.start(lambda: parts.memberships(wanted, lambda: awaited(groups), tally))
            complete = side_by_side.start(lambda: purposes.complete(awaited(people)))
        return _Found(
            people=complete.result(),
            groups=groups.result(),
            deleted=deleted.result(),
            memberships=memberships.result(),
            counts=counts.result(),
            links=replace(links, people=people_round.result().delta_link, groups=groups_round.result().delta_link),
        )

    def _round(self, deltas: Deltas[J], link: str, known: _Known, tally: Tally) -> Round[J]:
        return deltas.round_since(
            self._parts.client,
            link,
            most_objects=known.most_objects(),
            most_pages=known.most_pages(),
            noticed=tally.check,
        )

    def _reread(
        self, people: Future[Round[ChangedPersonJson]], groups: Future[Round[ChangedGroupJson]], tally: Tally
    ) -> Reread:
        return reread(self._parts.batches, awaited(people).told, awaited(groups).told, noticed=tally.check)

    def _deleted(
        self, known: _Known, told: Mapping[EntraId, Told[ChangedPersonJson]], counts: Counts, tally: Tally
    ) -> Mapping[EntraId, DeletedObject]:
        """People in deleted items: as they were known, where as many are counted and nobody was deleted or restored."""
        is_touched = any(one.is_removed or key in known.deleted for key, one in told.items())
        if is_touched or counts.deleted != len(known.deleted):
            return self._parts.deleted(tally)
        return known.deleted

    def _counts(self) -> Counts:
        """All three in one request."""
        asked = [Get(path=f"{path.removeprefix('/v1.0')}?{COUNT_QUERY}", headers=ADVANCED) for path in _COUNTED]
        answers = self._parts.batches.read(asked, needs=Permission.USER_READ_ALL)
        try:
            people, groups, deleted = (counted_of(answer.body) for answer in answers)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise broken("the counts", str(error)) from error
        self._parts.client.serves(people=people)
        return Counts(people=people, groups=groups, deleted=deleted)


def link_from_now(client: GraphClient, deltas: Deltas[J]) -> str | None:
    """The deltaLink for what changes after this call; None where Graph gives none, so that the next read is whole.

    Raises UnreachableError, ThrottledError, EntraCredentialError, SecretError: lists fare no better then.
    """
    # A fault of the token is one of the whole read: it is told here, not taken for an answer without a link.
    client.holds(deltas.needs)
    try:
        return deltas.link_from_now(client)
    except (IncompleteReadError, UnexpectedAnswerError, PermissionMissingError):
        return None


def _check_counts(found: _Found) -> None:
    for read, counted in (
        (len(found.people), found.counts.people),
        (len(found.groups), found.counts.groups),
        (len(found.deleted), found.counts.deleted),
    ):
        # More than are counted is as wrong: somebody who left was not told.
        if abs(read - counted) > tolerance(counted):
            raise CountedOtherwiseError


def _without_purpose(person: Person) -> Person:
    """The person as a list of Graph tells of them: purposes are asked apart, of those who are chosen now."""
    return person if person.purpose is MailboxPurpose.NOT_ASKED else replace(person, purpose=MailboxPurpose.NOT_ASKED)


def _with_changes(known: Mapping[EntraId, M], changed: Mapping[EntraId, M | None]) -> Mapping[EntraId, M]:
    """In order of id."""
    if not changed:
        return known
    merged: dict[EntraId, Any] = {**known, **changed}
    return {key: one for key, one in sorted(merged.items()) if one is not None}
