"""Reads single objects by id, whole, and holds each against what a delta told of it: one that says otherwise is a contradiction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import UNSET

from shared.graph.batch import BatchReader, Get, ItemAnswer
from shared.graph.chain import broken
from shared.graph.changes import Told
from shared.graph.client import Permission, error_code
from shared.graph.decode import (
    GROUP_CHECKS,
    GROUP_PROPERTIES,
    PERSON_CHECKS,
    PERSON_PROPERTIES,
    Checks,
    GroupJson,
    PersonDecoder,
    PersonJson,
    entra_id,
    group_of,
)
from shared.model import EntraId, Group, Person

J = TypeVar("J", PersonJson, GroupJson)
M = TypeVar("M")


class ContradictedError(Exception):
    """An object is not what the delta tells of it: one of the two answers is older than the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectKind(Generic[J, M]):
    """People or groups, as single objects."""

    collection: str
    properties: str
    checks: Checks
    decoder: msgspec.json.Decoder[J]
    convert: Callable[[J], M]

    def question(self, object_id: EntraId) -> Get:
        """The batch item that asks for the object."""
        return Get(path=f"/{self.collection}/{object_id}?$select={self.properties}")

    def now(self, object_id: EntraId, told: Told[Any], answer: ItemAnswer) -> M | None:
        """The object as it is; None where it is gone, as was told. Raises ContradictedError, IncompleteReadError."""
        if answer.is_gone:
            if not told.is_removed or told.versions:
                raise ContradictedError
            return None
        place = f"/{self.collection}/{object_id}"
        if answer.status != 200:
            raise broken(place, f"answered {answer.status} ({error_code(answer.body) or 'no code'})")
        try:
            json = self.decoder.decode(answer.body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise broken(place, str(error) if isinstance(error, msgspec.MsgspecError) else "not UTF-8") from error
        if entra_id(json.id) != object_id:
            raise broken(place, "the answer is about another object")
        if not told.versions or not self._agrees(json, told.versions):
            raise ContradictedError
        return self.convert(json)

    def _agrees(self, now: J, versions: Sequence[J]) -> bool:
        """Whether each property that was told of has one of the values that were told."""
        for name, attribute, _ in self.checks:
            values = [_comparable(value) for version in versions if (value := getattr(version, attribute)) is not UNSET]
            if name != "id" and values and _comparable(getattr(now, attribute)) not in values:
                return False
        return True


def people_kind() -> ObjectKind[PersonJson, Person]:
    """People."""
    return ObjectKind(
        collection="users",
        properties=PERSON_PROPERTIES,
        checks=PERSON_CHECKS,
        decoder=msgspec.json.Decoder(PersonJson),
        convert=PersonDecoder().person,
    )


def groups_kind() -> ObjectKind[GroupJson, Group]:
    """Groups."""
    return ObjectKind(
        collection="groups",
        properties=GROUP_PROPERTIES,
        checks=GROUP_CHECKS,
        decoder=msgspec.json.Decoder(GroupJson),
        convert=group_of,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """The objects that were told of, as they are now; None: gone."""

    people: Mapping[EntraId, Person | None]
    groups: Mapping[EntraId, Group | None]


def reread(
    batches: BatchReader,
    people: Mapping[EntraId, Told[Any]],
    groups: Mapping[EntraId, Told[Any]],
    *,
    noticed: Callable[[int], None],
) -> Reread:
    """The people and groups that were told of, read anew; one request for every 20 of them together.

    Raises ContradictedError, IncompleteReadError, and as BatchReader.read_all does.
    """
    person, group = people_kind(), groups_kind()
    asked = [*(person.question(key) for key in people), *(group.question(key) for key in groups)]
    answers = batches.read_all(asked, needs=Permission.USER_READ_ALL, noticed=noticed)
    about_people, about_groups = answers[: len(people)], answers[len(people) :]
    return Reread(
        people={i: person.now(i, told, a) for (i, told), a in zip(people.items(), about_people, strict=True)},
        groups={i: group.now(i, told, a) for (i, told), a in zip(groups.items(), about_groups, strict=True)},
    )


def _comparable(value: object) -> object:
    """A list in an order of its own: Graph's means nothing."""
    return sorted(msgspec.json.encode(item) for item in value) if isinstance(value, list) else value
