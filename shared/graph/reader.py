"""Reads the directory whole: people and groups side by side, what Graph counts beside them, and the members of the scope."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol, TypeVar

import msgspec

from shared.clock import Clock
from shared.errors import IncompleteReadError
from shared.graph.batch import BatchReader
from shared.graph.chain import Listing, read_chain
from shared.graph.client import GraphClient, Permission
from shared.graph.decode import (
    DELETED_PROPERTIES,
    GROUP_PROPERTIES,
    PERSON_PROPERTIES,
    DeletedJson,
    GroupJson,
    Page,
    PersonDecoder,
    PersonJson,
    deleted_of,
    group_of,
)
from shared.graph.members import MemberReader, Memberships, people_in_scope
from shared.graph.tally import Progress, ReadStopped, Tally
from shared.model import (
    DeletedObject,
    Directory,
    DirectoryCertificate,
    EntraId,
    Everybody,
    Group,
    MembersOnly,
    Person,
    Scope,
)
from shared.transport import RetryPolicy

_PEOPLE = f"/v1.0/users?$select={PERSON_PROPERTIES}&$top=999"
_GROUPS = f"/v1.0/groups?$select={GROUP_PROPERTIES}&$top=999"
_DELETED = f"/v1.0/directory/deletedItems/microsoft.graph.user?$select={DELETED_PROPERTIES}&$top=999"
_PEOPLE_COUNT = "/v1.0/users/$count"
_GROUPS_COUNT = "/v1.0/groups/$count"
_STAGE = "reading_directory"


_LEAST_TOLERANCE = 5
_TOLERANCE_PERCENT = 0.2


class _Identified(Protocol):
    @property
    def id(self) -> EntraId:
        """The object id."""


O_co = TypeVar("O_co", bound=_Identified)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    people: Mapping[EntraId, Person]
    groups: Mapping[EntraId, Group]
    deleted: Mapping[EntraId, DeletedObject]
    people_counted: int
    groups_counted: int
    memberships: Memberships


class GraphReader:
    """The DirectoryReader of shared/engine/ports.py on Microsoft Graph.

    Requests: one for every 999 people, groups and deleted people, two counts, and one for every 20 groups of the scope.
    """

    def __init__(
        self, *, client: GraphClient, tenant_id: str, clock: Clock, random: Random, batch_retry: RetryPolicy
    ) -> None:
        self._client = client
        self._tenant_id = tenant_id.lower()
        self._clock = clock
        self._members = MemberReader(
            client=client, batches=BatchReader(client=client, clock=clock, random=random, retry=batch_retry)
        )

    def read(self, *, scope_groups: Sequence[EntraId], progress: Progress) -> Directory:
        """All people and groups, and the members of ``scope_groups`` with what is nested in them, certified.

        Raises IncompleteReadError, EntraCredentialError, PermissionMissingError, NotConfiguredError, SecretError, ServiceError.
        """
        wanted = tuple(sorted({EntraId(group_id.lower()) for group_id in scope_groups}))
        parts = self._read_parts(wanted, Tally(progress, stage=_STAGE))
        certificate = self._certify(parts, wanted)
        scope: Scope = Everybody()
        if wanted:
            people = people_in_scope(wanted, parts.groups, parts.memberships, parts.people.keys())
            scope = MembersOnly(group_ids=wanted, people=people)
        return Directory(
            people=tuple(parts.people.values()),
            groups=tuple(parts.groups.values()),
            deleted_people=tuple(parts.deleted.values()),
            scope=scope,
            certificate=certificate,
        )

    def _read_parts(self, scope_groups: tuple[EntraId, ...], tally: Tally) -> _Parts:
        with ThreadPoolExecutor(max_workers=6, thread_name_prefix="graph-read") as pool:
            people = pool.submit(self._read_people, tally)
            groups = pool.submit(self._read_groups, tally)
            deleted = pool.submit(self._read_deleted, tally)
            people_count = pool.submit(self._count, _PEOPLE_COUNT, Permission.USER_READ_ALL, "people", tally)
            groups_count = pool.submit(self._count, _GROUPS_COUNT, Permission.GROUP_MEMBER_READ_ALL, "groups", tally)
            memberships = pool.submit(self._read_memberships, scope_groups, groups, tally)
            everything: tuple[Future[Any], ...] = (people, groups, deleted, people_count, groups_count, memberships)
            done, _ = wait(everything, return_when=FIRST_EXCEPTION)
            if any(part.exception() for part in done):
                tally.stop()
        _raise_first(everything)
        return _Parts(
            people=people.result(),
            groups=groups.result(),
            deleted=deleted.result(),
            people_counted=people_count.result(),
            groups_counted=groups_count.result(),
            memberships=memberships.result(),
        )

    def _read_people(self, tally: Tally) -> Mapping[EntraId, Person]:
        listing = Listing(
            path=_PEOPLE,
            needs=Permission.USER_READ_ALL,
            page_decoder=msgspec.json.Decoder(Page[PersonJson]),
            convert=PersonDecoder().person,
        )
        return _by_id(read_chain(self._client, listing, noticed=tally.notice("people")))

    def _read_groups(self, tally: Tally) -> Mapping[EntraId, Group]:
        listing = Listing(
            path=_GROUPS,
            needs=Permission.GROUP_MEMBER_READ_ALL,
            page_decoder=msgspec.json.Decoder(Page[GroupJson]),
            convert=group_of,
        )
        return _by_id(read_chain(self._client, listing, noticed=tally.notice("groups")))

    def _read_deleted(self, tally: Tally) -> Mapping[EntraId, DeletedObject]:
        listing = Listing(
            path=_DELETED,
            needs=Permission.USER_READ_ALL,
            page_decoder=msgspec.json.Decoder(Page[DeletedJson]),
            convert=deleted_of,
        )
        return _by_id(read_chain(self._client, listing, noticed=tally.check))

    def _read_memberships(
        self, scope_groups: tuple[EntraId, ...], groups: Future[Mapping[EntraId, Group]], tally: Tally
    ) -> Memberships:
        if not scope_groups:
            return {}
        try:
            known = groups.result()
        except Exception as error:
            raise ReadStopped from error
        return self._members.read(scope_groups, known, noticed=tally.check)

    def _count(self, path: str, needs: Permission, part: str, tally: Tally) -> int:
        counted = self._client.count(path, needs=needs)
        tally.expect(part, counted)
        return counted

    def _certify(self, parts: _Parts, scope_groups: tuple[EntraId, ...]) -> DirectoryCertificate:
        people, groups = parts.people.values(), parts.groups.values()
        unreadable = [person.missing_properties for person in people if person.missing_properties]
        counted = self._confirmed(_PEOPLE_COUNT, Permission.USER_READ_ALL, len(people), parts.people_counted)
        groups_counted = self._confirmed(
            _GROUPS_COUNT, Permission.GROUP_MEMBER_READ_ALL, len(groups), parts.groups_counted
        )
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

    def _confirmed(self, count_path: str, needs: Permission, read: int, counted: int) -> int:
        """What Graph counts, asked once more where too few were read: people may have left meanwhile."""
        if read >= counted - tolerance(counted):
            return counted
        fresh = self._client.count(count_path, needs=needs)
        if read >= fresh - tolerance(fresh):
            return fresh
        raise IncompleteReadError(
            f"Graph, {count_path.removesuffix('/$count')}: {read} were read where {fresh} are counted.",
            "Nothing was changed. Search again; if it lasts, look for a proxy that alters answers, or at the status of Graph.",
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


def tolerance(counted: int) -> float:
    """How many objects a read may lack of what Graph counts, whose index lags."""
    return max(_LEAST_TOLERANCE, counted * _TOLERANCE_PERCENT / 100)


def _by_id(objects: Iterable[O_co]) -> dict[EntraId, O_co]:
    """In order of id; an object that two pages hold counts once, as the later page has it."""
    return dict(sorted({item.id: item for item in objects}.items()))


def _raise_first(parts: Iterable[Future[Any]]) -> None:
    errors = [error for part in parts if (error := part.exception()) is not None]
    for error in errors:
        if not isinstance(error, ReadStopped):
            raise error
