"""What a whole read and a read of changes have in common: what is wanted, and the parts that both read whole."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Protocol, TypeVar

from shared.clock import Clock
from shared.graph.batch import BatchReader
from shared.graph.certifying import Certifier
from shared.graph.chain import read_chain
from shared.graph.client import GraphClient
from shared.graph.lists import deleted_people
from shared.graph.members import MemberReader, Memberships, people_in_scope
from shared.graph.purposes import PurposeReader
from shared.graph.tally import Tally
from shared.model import (
    DeletedObject,
    EntraId,
    Everybody,
    Group,
    MailboxPurpose,
    MembersOnly,
    Person,
    Scope,
)
from shared.transport import RetryPolicy


class _Identified(Protocol):
    @property
    def id(self) -> EntraId:
        """The object id."""


O_co = TypeVar("O_co", bound=_Identified)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What one read is to find out beside people and groups."""

    scope_groups: tuple[EntraId, ...]
    """Sorted, lower case."""
    purpose_of: Callable[[Person], bool]
    known_purposes: Mapping[EntraId, MailboxPurpose]


class ReadParts:
    """The parts, over one client."""

    def __init__(
        self, *, client: GraphClient, tenant_id: str, clock: Clock, random: Random, batch_retry: RetryPolicy
    ) -> None:
        self.client = client
        self.tenant_id = tenant_id.lower()
        self.batches = BatchReader(client=client, clock=clock, random=random, retry=batch_retry)
        self.certifier = Certifier(client=client, tenant_id=tenant_id, clock=clock)
        self.purposes = PurposeReader(client=client, batches=self.batches)
        self._members = MemberReader(client=client, batches=self.batches)

    def deleted(self, tally: Tally) -> Mapping[EntraId, DeletedObject]:
        """People in deleted items."""
        return by_id(read_chain(self.client, deleted_people(), noticed=tally.check))

    def memberships(self, wanted: Wanted, groups: Callable[[], Mapping[EntraId, Group]], tally: Tally) -> Memberships:
        """The members of the scope groups and of what is nested in them; nothing where everybody is in scope."""
        if not wanted.scope_groups:
            return {}
        return self._members.read(wanted.scope_groups, groups(), noticed=tally.check)


def scope_of(
    wanted: Wanted, people: Mapping[EntraId, Person], groups: Mapping[EntraId, Group], memberships: Memberships
) -> Scope:
    """Who is in scope; raises IncompleteReadError for a scope group without a single person."""
    if not wanted.scope_groups:
        return Everybody()
    return MembersOnly(
        group_ids=wanted.scope_groups,
        people=people_in_scope(wanted.scope_groups, groups, memberships, people.keys()),
    )


def by_id(objects: Iterable[O_co]) -> dict[EntraId, O_co]:
    """In order of id; an object that two pages hold counts once, as the later page has it."""
    return dict(sorted({item.id: item for item in objects}.items()))
