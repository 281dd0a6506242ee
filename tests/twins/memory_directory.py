"""The Entra side in memory: the directory that a test sets, and the answers about single objects that follow from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from shared.engine.ports import NONE_KNOWN, Progress, PurposeQuestion, ask_nobody
from shared.errors import IncompleteReadError
from shared.model import (
    DeltaLinks,
    Directory,
    EntraId,
    MailboxPurpose,
    MembersOnly,
    Person,
    Whereabouts,
    WholeReadNeeded,
    WholeReadReason,
)

_LINKS = DeltaLinks(
    people="https://graph.example.com/people", groups="https://graph.example.com/groups", question="all"
)


@dataclass(slots=True)
class MemoryDirectory:
    """Implements DirectoryReader and EvidenceReader with a directory that a test sets.

    The ``purpose`` of its people is what Entra tells of those who are chosen; one left NOT_ASKED is never told, as where
    the permission is missing. Its ``scope`` is answered whatever groups are asked for.
    """

    directory: Directory
    failure: Exception | None = None
    """Raised in place of every answer."""
    before_reading: Callable[[], None] = lambda: None
    reads: int = 0
    """Whole ones."""
    reads_of_changes: int = 0
    told_late: frozenset[EntraId] = frozenset()
    """Whose changes a read of changes does not tell yet."""
    whole_read_needed: WholeReadReason | None = None
    """Why no read of changes tells the directory; None where one does."""
    now_at: dict[EntraId, Whereabouts] = field(default_factory=dict)
    """Who is elsewhere by now than ``directory`` says."""
    memberships: dict[EntraId, frozenset[EntraId]] = field(default_factory=dict)
    """The groups that hold a person, nested; who is not named here is in all scope groups or in none, as the scope says."""
    evidence_failure: Exception | None = None
    """Raised in place of every answer about single objects."""
    asked_about: list[EntraId] = field(default_factory=list)
    """The people and groups whose whereabouts, and the people whose memberships, were asked, in order."""
    purposes_asked: list[EntraId] = field(default_factory=list)
    """The people whose purpose was asked, in order."""

    def read(
        self,
        *,
        scope_groups: Sequence[EntraId],  # noqa: ARG002  # a seam
        progress: Progress,
        purpose_of: PurposeQuestion = ask_nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = NONE_KNOWN,
    ) -> Directory:
        self.before_reading()
        progress("reading_directory", 0, 0)
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self._read(self.directory, purpose_of, known_purposes)

    def read_changes(
        self,
        known: Directory,
        *,
        scope_groups: Sequence[EntraId],  # noqa: ARG002  # a seam
        progress: Progress,
        purpose_of: PurposeQuestion = ask_nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = NONE_KNOWN,
    ) -> Directory | WholeReadNeeded:
        self.before_reading()
        progress("reading_directory", 0, 0)
        self.reads_of_changes += 1
        if self.failure is not None:
            raise self.failure
        if self.whole_read_needed is not None:
            return WholeReadNeeded(reason=self.whole_read_needed)
        if known.delta_links is None:
            return WholeReadNeeded(reason=WholeReadReason.ANOTHER_QUESTION)
        now = self._read(_with_late(self.directory, known, self.told_late), purpose_of, known_purposes)
        whole_read_at = known.certificate.whole_read_at or known.certificate.read_at
        return replace(now, certificate=replace(now.certificate, whole_read_at=whole_read_at))

    def _read(
        self, directory: Directory, purpose_of: PurposeQuestion, known: Mapping[EntraId, MailboxPurpose]
    ) -> Directory:
        people = tuple(self._told(one, known, is_chosen=purpose_of(one)) for one in directory.people)
        return replace(directory, people=people, delta_links=_LINKS)

    def whereabouts(self, people: Sequence[EntraId], groups: Sequence[EntraId]) -> Mapping[EntraId, Whereabouts]:
        self._fail_if_told()
        self.asked_about.extend((*people, *groups))
        return {key: self._where(key) for key in (*people, *groups)}

    def scope_memberships(
        self, people: Sequence[EntraId], group_ids: Sequence[EntraId]
    ) -> Mapping[EntraId, frozenset[EntraId]]:
        self._fail_if_told()
        if not people or not group_ids:
            return {}
        self.asked_about.extend(people)
        for group_id in group_ids:
            self._check_readable(group_id)
        living = [key for key in people if self._where(key) is Whereabouts.LIVING]
        return {key: self._groups_of(key) & frozenset(group_ids) for key in living}

    def _told(self, person: Person, known: Mapping[EntraId, MailboxPurpose], *, is_chosen: bool) -> Person:
        if not is_chosen or person.purpose is MailboxPurpose.NOT_ASKED:
            return replace(person, purpose=MailboxPurpose.NOT_ASKED)
        kept = known.get(person.id, MailboxPurpose.NOT_ASKED)
        if kept is not MailboxPurpose.NOT_ASKED:
            return replace(person, purpose=kept)
        self.purposes_asked.append(person.id)
        return person

    def _fail_if_told(self) -> None:
        for failure in (self.failure, self.evidence_failure):
            if failure is not None:
                raise failure

    def _where(self, key: EntraId) -> Whereabouts:
        if key in self.now_at:
            return self.now_at[key]
        told = self.directory
        if key in {one.id for one in told.people} | {one.id for one in told.groups}:
            return Whereabouts.LIVING
        is_deleted = any(one.id == key for one in told.deleted_people)
        return Whereabouts.DELETED if is_deleted else Whereabouts.NOT_FOUND

    def _groups_of(self, person_id: EntraId) -> frozenset[EntraId]:
        if person_id in self.memberships:
            return self.memberships[person_id]
        scope = self.directory.scope
        is_inside = isinstance(scope, MembersOnly) and person_id in scope.people
        return frozenset(scope.group_ids) if isinstance(scope, MembersOnly) and is_inside else frozenset()

    def _check_readable(self, group_id: EntraId) -> None:
        group = next((one for one in self.directory.groups if one.id == group_id), None)
        is_living = self._where(group_id) is Whereabouts.LIVING
        if group is None or not is_living or group.is_membership_hidden or group.missing_properties:
            raise IncompleteReadError(f"The group {group_id} cannot be read.", "Make it readable.")


def _with_late(now: Directory, known: Directory, late: frozenset[EntraId]) -> Directory:
    """The directory as it is, save those told late: they are as they were."""
    people = {one.id: one for one in now.people if one.id not in late} | {p.id: p for p in known.people if p.id in late}
    return replace(now, people=tuple(one for _, one in sorted(people.items())))
