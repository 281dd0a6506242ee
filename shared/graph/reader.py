"""Reads the directory whole: people and groups side by side, what Graph counts beside them, and the members of the scope."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from random import Random
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from shared.clock import Clock
from shared.errors import IncompleteReadError
from shared.graph.batch import BatchReader
from shared.graph.chain import decode_answer, read_chain
from shared.graph.client import GraphClient, Permission
from shared.graph.counts import ADVANCED, COUNT_QUERY, count_decoder, tolerance
from shared.graph.lists import all_groups, all_people, deleted_people
from shared.graph.members import MemberReader, Memberships, people_in_scope
from shared.graph.purposes import PurposeReader, PurposesOfOneRead
from shared.graph.tally import Progress, ReadStopped, Tally
from shared.model import (
    DeletedObject,
    Directory,
    DirectoryCertificate,
    EntraId,
    Everybody,
    Group,
    MailboxPurpose,
    MembersOnly,
    Person,
    Scope,
)
from shared.transport import RetryPolicy

_PEOPLE_COUNT = "/v1.0/users/$count"
_GROUPS_COUNT = "/v1.0/groups/$count"
_DELETED = "/v1.0/directory/deletedItems/microsoft.graph.user"
_STAGE = "reading_directory"
_PARTS = 8
"""All parts of a read side by side; those that wait for another one have been handed out after it."""


class _Identified(Protocol):
    @property
    def id(self) -> EntraId:
        """The object id."""


O_co = TypeVar("O_co", bound=_Identified)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    people: Mapping[EntraId, Person]
    groups: Mapping[EntraId, Group]
    deleted: Mapping[EntraId, DeletedObject]
    people_counted: int
    groups_counted: int
    deleted_counted: int
    memberships: Memberships


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    scope_groups: tuple[EntraId, ...]
    purpose_of: Callable[[Person], bool]
    known_purposes: Mapping[EntraId, MailboxPurpose]


def _nobody(_person: Person) -> bool:
    return False


_NONE_KNOWN: Mapping[EntraId, MailboxPurpose] = MappingProxyType({})


class GraphReader:
    """The DirectoryReader of shared/engine/ports.py on Microsoft Graph.

    Requests: one for every 999 people, groups and deleted people, two counts, and one for every 20 groups of the scope and
    every 20 people whose purpose is asked.
    """

    def __init__(
        self, *, client: GraphClient, tenant_id: str, clock: Clock, random: Random, batch_retry: RetryPolicy
    ) -> None:
        self._client = client
        self._tenant_id = tenant_id.lower()
        self._clock = clock
        batches = BatchReader(client=client, clock=clock, random=random, retry=batch_retry)
        self._members = MemberReader(client=client, batches=batches)
        self._purposes = PurposeReader(client=client, batches=batches)

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
        groups = tuple(sorted({EntraId(group_id.lower()) for group_id in scope_groups}))
        wanted = _Wanted(scope_groups=groups, purpose_of=purpose_of, known_purposes=known_purposes)
        parts = self._read_parts(wanted, Tally(progress, stage=_STAGE))
        certificate = self._certify(parts, groups)
        scope: Scope = Everybody()
        if groups:
            people = people_in_scope(groups, parts.groups, parts.memberships, parts.people.keys())
            scope = MembersOnly(group_ids=groups, people=people)
        return Directory(
            people=tuple(parts.people.values()),
            groups=tuple(parts.groups.values()),
            deleted_people=tuple(parts.deleted.values()),
            scope=scope,
            certificate=certificate,
        )

    def _read_parts(self, wanted: _Wanted, tally: Tally) -> _Parts:
        with (
            closing(
                self._purposes.asking(purpose_of=wanted.purpose_of, known=wanted.known_purposes, tally=tally)
            ) as purposes,
            ThreadPoolExecutor(max_workers=_PARTS, thread_name_prefix="graph-read") as pool,
        ):
            people = pool.submit(self._read_people, tally, purposes)
            complete = pool.submit(lambda: purposes.complete(_awaited(people)))
            groups = pool.submit(self._read_groups, tally)
            deleted = pool.submit(self._read_deleted, tally)
            people_count = pool.submit(self._count, self._count_people, "people", tally)
            groups_count = pool.submit(self._count, self._count_groups, "groups", tally)
            deleted_count = pool.submit(self._count_deleted)
            memberships = pool.submit(self._read_memberships, wanted.scope_groups, groups, tally)
            everything: tuple[Future[Any], ...] = (
                people,
                groups,
                deleted,
                people_count,
                groups_count,
                deleted_count,
                memberships,
                complete,
            )
            done, _ = wait(everything, return_when=FIRST_EXCEPTION)
            if any(part.exception() for part in done):
                tally.stop()
        _raise_first(everything)
        return _Parts(
            people=complete.result(),
            groups=groups.result(),
            deleted=deleted.result(),
            people_counted=people_count.result(),
            groups_counted=groups_count.result(),
            deleted_counted=deleted_count.result(),
            memberships=memberships.result(),
        )

    def _read_people(self, tally: Tally, purposes: PurposesOfOneRead) -> Mapping[EntraId, Person]:
        return _by_id(read_chain(self._client, all_people(), noticed=tally.notice("people"), came=purposes.take))

    def _read_groups(self, tally: Tally) -> Mapping[EntraId, Group]:
        return _by_id(read_chain(self._client, all_groups(), noticed=tally.notice("groups")))

    def _read_deleted(self, tally: Tally) -> Mapping[EntraId, DeletedObject]:
        return _by_id(read_chain(self._client, deleted_people(), noticed=tally.check))

    def _read_memberships(
        self, scope_groups: tuple[EntraId, ...], groups: Future[Mapping[EntraId, Group]], tally: Tally
    ) -> Memberships:
        if not scope_groups:
            return {}
        return self._members.read(scope_groups, _awaited(groups), noticed=tally.check)

    @staticmethod
    def _count(count: Callable[[], int], part: str, tally: Tally) -> int:
        counted = count()
        tally.expect(part, counted)
        return counted

    def _count_people(self) -> int:
        return self._client.count(_PEOPLE_COUNT, needs=Permission.USER_READ_ALL)

    def _count_groups(self) -> int:
        return self._client.count(_GROUPS_COUNT, needs=Permission.GROUP_MEMBER_READ_ALL)

    def _count_deleted(self) -> int:
        answer = self._client.get(f"{_DELETED}?{COUNT_QUERY}", needs=Permission.USER_READ_ALL, headers=ADVANCED)
        return decode_answer(answer, count_decoder(), _DELETED).count

    def _certify(self, parts: _Parts, scope_groups: tuple[EntraId, ...]) -> DirectoryCertificate:
        people, groups = parts.people.values(), parts.groups.values()
        unreadable = [person.missing_properties for person in people if person.missing_properties]
        counted = _confirmed("/v1.0/users", len(people), parts.people_counted, self._count_people)
        groups_counted = _confirmed("/v1.0/groups", len(groups), parts.groups_counted, self._count_groups)
        _confirmed(_DELETED, len(parts.deleted), parts.deleted_counted, self._count_deleted)
        self._check_readable("people", Permission.USER_READ_ALL, unreadable, counted)
        unreadable_groups = [group.missing_properties for group in groups if group.missing_properties]
        self._check_readable("groups", Permission.GROUP_MEMBER_READ_ALL, unreadable_groups, groups_counted)
        return DirectoryCertificate(
            read_at=self._clock.now(),
            tenant_id=self._tenant_id,
            people_read=len(people),
            people_counted=counted,
            groups_read=len(groups),
            groups_counted=groups_counted,
            unreadable_people=len(unreadable),
            scope_groups_read=scope_groups,
        )

    def _check_readable(self, kind: str, needs: Permission, missing: Sequence[tuple[str, ...]], counted: int) -> None:
        if len(missing) <= tolerance(counted):
            return
        names = ", ".join(sorted({name for properties in missing for name in properties}))
        if not self._client.holds(needs):
            raise self._client.denied(f"{names} of {len(missing)} {kind}", needs)
        raise IncompleteReadError(
            f"Graph left out {names} of {len(missing)} {kind}.",
            "Nothing was changed. Search again; if it lasts, check that no restricted administrative unit hides them.",
        )


def _confirmed(place: str, read: int, counted: int, count_again: Callable[[], int]) -> int:
    """What Graph counts, asked once more where too few were read: people may have left meanwhile."""
    if read >= counted - tolerance(counted):
        return counted
    fresh = count_again()
    if read >= fresh - tolerance(fresh):
        return fresh
    raise IncompleteReadError(
        f"Graph, {place}: {read} were read where {fresh} are counted.",
        "Nothing was changed. Search again; if it lasts, look for a proxy that alters answers, or at the status of Graph.",
    )


def _by_id(objects: Iterable[O_co]) -> dict[EntraId, O_co]:
    """In order of id; an object that two pages hold counts once, as the later page has it."""
    return dict(sorted({item.id: item for item in objects}.items()))


def _awaited(part: Future[T]) -> T:
    """What another part of the read has found; raises ReadStopped where it failed, which it tells itself."""
    try:
        return part.result()
    except Exception as error:
        raise ReadStopped from error


def _raise_first(parts: Iterable[Future[Any]]) -> None:
    errors = [error for part in parts if (error := part.exception()) is not None]
    for error in errors:
        if not isinstance(error, ReadStopped):
            raise error
