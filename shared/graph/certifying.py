"""Certifies a read of the directory: what was read, held against what Graph itself counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.clock import Clock
from shared.errors import IncompleteReadError
from shared.graph.client import GraphClient, Permission
from shared.graph.counts import tolerance
from shared.model import DirectoryCertificate, EntraId, Group, Person

PEOPLE = "/v1.0/users"
GROUPS = "/v1.0/groups"
DELETED = "/v1.0/directory/deletedItems/microsoft.graph.user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many objects Graph counts."""

    people: int
    groups: int
    deleted: int


class Certifier:
    """Makes certificates for one tenant."""

    def __init__(self, *, client: GraphClient, tenant_id: str, clock: Clock) -> None:
        self._client = client
        self._tenant_id = tenant_id.lower()
        self._clock = clock

    def certificate(
        self,
        people: Mapping[EntraId, Person],
        groups: Mapping[EntraId, Group],
        counts: Counts,
        scope_groups: tuple[EntraId, ...],
        *,
        whole_read_at: datetime | None,
    ) -> DirectoryCertificate:
        """The certificate of a read with no fewer people and groups than ``counts`` has.

        ``whole_read_at``: None where every object was read anew.
        Raises PermissionMissingError, IncompleteReadError where selected properties were left out of too many objects.
        """
        unreadable = [person.missing_properties for person in people.values() if person.missing_properties]
        self._check_readable("people", Permission.USER_READ_ALL, unreadable, counts.people)
        unreadable_groups = [group.missing_properties for group in groups.values() if group.missing_properties]
        self._check_readable("groups", Permission.GROUP_MEMBER_READ_ALL, unreadable_groups, counts.groups)
        return DirectoryCertificate(
            read_at=self._clock.now(),
            tenant_id=self._tenant_id,
            people_read=len(people),
            people_counted=counts.people,
            groups_read=len(groups),
            groups_counted=counts.groups,
            unreadable_people=len(unreadable),
            scope_groups_read=scope_groups,
            whole_read_at=whole_read_at,
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


def confirmed(place: str, read: int, counted: int, count_again: Callable[[], int]) -> int:
    """What Graph counts, asked once more where too few were read: objects may have gone meanwhile.

    Raises IncompleteReadError where they are still too few.
    """
    if read >= counted - tolerance(counted):
        return counted
    fresh = count_again()
    if read >= fresh - tolerance(fresh):
        return fresh
    raise IncompleteReadError(
        f"Graph, {place}: {read} were read where {fresh} are counted.",
        "Nothing was changed. Search again; if it lasts, look for a proxy that alters answers, or at the status of Graph.",
    )
