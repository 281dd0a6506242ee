"""The last certified read of Entra, kept so that a change of options can be told before it is saved."""

from dataclasses import dataclass

from shared.engine.refusals import NotFoundError
from shared.errors import DocumentConflictError
from shared.model import (
    DeletedObject,
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
from shared.state.protocols import Documents

LAST_READ_PATH = "directory.json.gz"


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

    def keep(self, directory: Directory, organization: Organization) -> None:
        """The read is kept; where another search is keeping its own at this moment, that one stays."""
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
        self._documents.delete(LAST_READ_PATH)
        try:
            self._documents.create(LAST_READ_PATH, body)
        except DocumentConflictError:
            return
