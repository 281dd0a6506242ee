"""What changed between two looks at a collection: fingerprints of what was seen, and the entries that tell the difference."""

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from simulator.world import Json

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """What a collection looked like: per object a fingerprint of each property, per group its members."""

    names: tuple[str, ...]
    objects: Mapping[str, "array[int]"]
    members: Mapping[str, frozenset[str]]
    """Empty where members were not asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """An object with those of its properties, and those of its members, that the caller is to be told."""

    id: str
    names: tuple[str, ...]
    joined: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """An object that is gone; ``is_restorable`` while it is in the deleted items."""

    id: str
    is_restorable: bool


Entry = Changed | Removed


def remember(items: Mapping[str, Json], names: tuple[str, ...], members: Mapping[str, frozenset[str]]) -> Memory:
    """What the collection looks like."""
    encode = msgspec.json.encode
    objects = {key: array("q", [hash(encode(item.get(name))) for name in names]) for key, item in items.items()}
    return Memory(names=names, objects=objects, members=members)


def first_entries(now: Memory, restorable: Iterable[str], *, members_per_entry: int) -> list[Entry]:
    """Everything, whole, and what is gone but restorable."""
    gone: list[Entry] = [Removed(id=key, is_restorable=True) for key in restorable if key not in now.objects]
    there = [Changed(id=key, names=now.names, joined=tuple(sorted(now.members.get(key, ())))) for key in now.objects]
    return gone + _spread(there, members_per_entry)


def later_entries(
    before: Memory, now: Memory, restorable: Mapping[str, Json], *, members_per_entry: int
) -> list[Entry]:
    """What is new, changed or gone."""
    changed: list[Changed] = []
    for key, prints in now.objects.items():
        old = before.objects.get(key)
        names = now.names if old is None else tuple(n for n, a, b in zip(now.names, prints, old, strict=True) if a != b)
        had, has = before.members.get(key, frozenset()), now.members.get(key, frozenset())
        joined = has if old is None else has - had
        left = frozenset() if old is None else had - has
        if old is None or names or joined or left:
            changed.append(Changed(id=key, names=names, joined=tuple(sorted(joined)), left=tuple(sorted(left))))
    gone: list[Entry] = [
        Removed(id=key, is_restorable=key in restorable) for key in before.objects if key not in now.objects
    ]
    return gone + _spread(changed, members_per_entry)


def held_back(now: Memory, before: Memory, ids: Iterable[str]) -> Memory:
    """What the collection looks like to a reader from whom the changes of these objects are kept."""
    keys = frozenset(ids)
    return replace(
        now,
        objects=_with_old(now.objects, before.objects, keys),
        members=_with_old(now.members, before.members, keys),
    )


def _with_old(now: Mapping[str, T], before: Mapping[str, T], keys: frozenset[str]) -> Mapping[str, T]:
    new = {key: value for key, value in now.items() if key not in keys}
    return new | {key: before[key] for key in keys & before.keys()}


def _spread(changed: Iterable[Changed], members_per_entry: int) -> list[Entry]:
    """The entries; those with too many members for one say the others in further entries at the end."""
    entries: list[Entry] = []
    further: list[Entry] = []
    for entry in changed:
        moves = [(key, True) for key in entry.joined] + [(key, False) for key in entry.left]
        parts = [moves[at : at + members_per_entry] for at in range(0, len(moves), members_per_entry)] or [[]]
        for number, part in enumerate(parts):
            (further if number else entries).append(
                Changed(
                    id=entry.id,
                    names=() if number else entry.names,
                    joined=tuple(key for key, has_joined in part if has_joined),
                    left=tuple(key for key, has_joined in part if not has_joined),
                )
            )
    return entries + further
