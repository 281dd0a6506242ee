"""Asks Entra about single objects: where they are, and which groups hold them. An answer is whole or an error.

What is told here is a proof that something may be taken from somebody, so only Graph's own word counts: a 404 without its
code for an object that does not exist is a fault on the way, and a group that cannot be read proves nobody's absence.
"""

from collections.abc import Iterable, Mapping, Sequence
from random import Random
from typing import TypeVar

import msgspec

from shared.clock import Clock
from shared.errors import IncompleteReadError
from shared.graph.batch import BatchReader, Get, ItemAnswer, Post
from shared.graph.chain import broken, read_chain
from shared.graph.client import GraphClient, Permission, error_code
from shared.graph.decode import GROUP_PROPERTIES, GroupJson, entra_id, group_of
from shared.graph.lists import deleted_people
from shared.graph.members import check_readable
from shared.model import EntraId, Group, Whereabouts
from shared.transport import RetryPolicy

J = TypeVar("J")

_GROUPS_A_CALL = 20
"""Source: learn.microsoft.com/graph/api/directoryobject-checkmembergroups."""
_PEOPLE = (Permission.USER_READ_ALL,)
_GROUPS = (Permission.GROUP_MEMBER_READ_ALL,)
_MEMBERSHIPS = _PEOPLE + _GROUPS
_AGAIN = "Nothing was changed. Search again; if it lasts, report it with this text."


class _ObjectJson(msgspec.Struct):
    id: str


class _GroupIdsJson(msgspec.Struct):
    value: list[str]


_OBJECT = msgspec.json.Decoder(_ObjectJson)
_GROUP_IDS = msgspec.json.Decoder(_GroupIdsJson)
_GROUP = msgspec.json.Decoder(GroupJson)


class GraphEvidence:
    """The EvidenceReader of shared/engine/ports.py on Microsoft Graph."""

    def __init__(self, *, client: GraphClient, clock: Clock, random: Random, batch_retry: RetryPolicy) -> None:
        self._client = client
        self._batches = BatchReader(client=client, clock=clock, random=random, retry=batch_retry)

    def whereabouts(self, people: Sequence[EntraId], groups: Sequence[EntraId]) -> Mapping[EntraId, Whereabouts]:
        """Where each of these is: all of them are in the answer. Whoever answers by id is living, in deleted items or not.

        Requests: one for every 999 deleted people where people are asked about, one for every 20 people and 20 groups.
        Raises IncompleteReadError, PermissionMissingError, EntraCredentialError, NotConfiguredError, SecretError, ServiceError.
        """
        wanted_people, wanted_groups = _unique(people), _unique(groups)
        # Deleted items first: who is restored meanwhile is then found living.
        deleted = self._deleted() if wanted_people else frozenset[EntraId]()
        gone_people = self._gone("users", "person", wanted_people, _PEOPLE)
        gone_groups = self._gone("groups", "group", wanted_groups, _GROUPS)
        found = dict.fromkeys((*wanted_people, *wanted_groups), Whereabouts.LIVING)
        found |= dict.fromkeys(gone_people | gone_groups, Whereabouts.NOT_FOUND)
        return found | dict.fromkeys(gone_people & deleted, Whereabouts.DELETED)

    def scope_memberships(
        self, people: Sequence[EntraId], group_ids: Sequence[EntraId]
    ) -> Mapping[EntraId, frozenset[EntraId]]:
        """Which of the groups each person belongs to, nested; a person who is gone is not in the answer, nobody without groups.

        Graph leaves out groups whose members it may not show, so a group that is gone, hidden or unreadable fails the
        read by name. It does the same with a hidden group nested in one: that none is, the read of the directory shows.
        Requests: one for every 20 pairs of a person and 20 groups, and one for every 20 groups. Raises as ``whereabouts``.
        """
        wanted, groups = _unique(people), _unique(group_ids)
        if not wanted or not groups:
            return {}
        chunks = [groups[at : at + _GROUPS_A_CALL] for at in range(0, len(groups), _GROUPS_A_CALL)]
        pairs = [(person_id, chunk) for person_id in wanted for chunk in chunks]
        asked = [
            Post(path=f"/users/{person_id}/checkMemberGroups", json_body={"groupIds": chunk})
            for person_id, chunk in pairs
        ]
        answers = self._batches.read_all(asked, needs=Permission.USER_READ_ALL, noticed=_unnoticed)
        held: dict[EntraId, frozenset[EntraId]] = dict.fromkeys(wanted, frozenset())
        gone: set[EntraId] = set()
        for (person_id, chunk), answer in zip(pairs, answers, strict=True):
            if answer.is_gone:
                gone.add(person_id)
            else:
                held[person_id] |= self._groups_held(person_id, chunk, answer)
        # Afterwards: a group that vanished before it was asked about would look like one that everybody left.
        self._check_groups(groups)
        return {person_id: found for person_id, found in held.items() if person_id not in gone}

    def _deleted(self) -> frozenset[EntraId]:
        return frozenset(item.id for item in read_chain(self._client, deleted_people(), noticed=_unnoticed))

    def _gone(
        self, collection: str, kind: str, ids: Sequence[EntraId], needs: tuple[Permission, ...]
    ) -> frozenset[EntraId]:
        asked = [Get(path=f"/{collection}/{object_id}?$select=id") for object_id in ids]
        answers = self._batches.read_all(asked, needs=needs[0], noticed=_unnoticed)
        gone: set[EntraId] = set()
        for object_id, answer in zip(ids, answers, strict=True):
            if answer.is_gone:
                gone.add(object_id)
                continue
            place = f"the {kind} {object_id}"
            if entra_id(self._whole(answer, _OBJECT, place, needs).id) != object_id:
                raise broken(place, "the answer is about another object")
        return frozenset(gone)

    def _groups_held(self, person_id: EntraId, asked: Sequence[EntraId], answer: ItemAnswer) -> frozenset[EntraId]:
        place = f"the groups of the person {person_id}"
        held = frozenset(entra_id(key) for key in self._whole(answer, _GROUP_IDS, place, _MEMBERSHIPS).value)
        if not held <= frozenset(asked):
            raise broken(place, "the answer names groups that were not asked about")
        return held

    def _check_groups(self, group_ids: Sequence[EntraId]) -> None:
        asked = [Get(path=f"/groups/{group_id}?$select={GROUP_PROPERTIES}") for group_id in group_ids]
        answers = self._batches.read_all(asked, needs=Permission.GROUP_MEMBER_READ_ALL, noticed=_unnoticed)
        for group_id, answer in zip(group_ids, answers, strict=True):
            if answer.is_gone:
                raise IncompleteReadError(
                    f"The group {group_id} does not exist, so nobody can be told to be outside it.",
                    "Correct SYNC_GROUP_SCOPE: object ids of groups, separated by commas.",
                )
            place = f"the group {group_id}"
            group = group_of(self._whole(answer, _GROUP, place, _GROUPS))
            if group.id != group_id:
                raise broken(place, "the answer is about another object")
            self._check_shown(group, place)
            check_readable(group)

    def _check_shown(self, group: Group, place: str) -> None:
        """A group whose other properties are kept from us may hide its members as well: its visibility then proves nothing."""
        if not group.missing_properties:
            return
        if not self._client.holds(Permission.GROUP_MEMBER_READ_ALL):
            raise self._client.denied(place, Permission.GROUP_MEMBER_READ_ALL)
        raise broken(place, f"Graph left out {', '.join(group.missing_properties)}")

    def _whole(
        self, answer: ItemAnswer, decoder: msgspec.json.Decoder[J], place: str, needs: tuple[Permission, ...]
    ) -> J:
        """The typed body of an answer of status 200."""
        if answer.status == 403:
            for permission in needs:
                if not self._client.holds(permission):
                    raise self._client.denied(place, permission)
        if answer.status != 200:
            code = error_code(answer.body) or "no code"
            raise IncompleteReadError(f"Graph, {place}: answered {answer.status} ({code}).", _AGAIN)
        try:
            return decoder.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise broken(place, str(error) if isinstance(error, msgspec.MsgspecError) else "not UTF-8") from error


def _unique(ids: Iterable[EntraId]) -> tuple[EntraId, ...]:
    return tuple(dict.fromkeys(entra_id(key) for key in ids))


def _unnoticed(_count: int) -> None:
    """Nobody waits for the progress of a few questions."""
