"""Scope preview: who would come into what is synced, and who would go out of it, if other options were in force. Pure."""

from dataclasses import dataclass, replace

from shared.diff.mapping import populate
from shared.diff.move import Move
from shared.diff.options import SyncOptions
from shared.diff.plan import ObjectKind
from shared.diff.subject import Subject, Wish
from shared.model import Address, Directory, EntraId, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """An Entra object that comes into what is synced, or goes out of it."""

    move: Move
    entra_id: EntraId
    address: Address | None
    """None where the object has no address."""
    name: str
    kind: ObjectKind
    """What it counts as afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Options, and the people whom their scope groups hold."""

    options: SyncOptions
    scope: Scope


def movers(directory: Directory, domains: frozenset[str], *, before: Choice, after: Choice) -> tuple[Mover, ...]:
    """Who is synced under one choice and not under the other; those who leave first, in order of name and id."""
    was, becomes = _population(directory, domains, before), _population(directory, domains, after)
    found = [
        _mover(subject, Move.ENTER if is_synced(subject) else Move.LEAVE)
        for subject in becomes.values()
        if is_synced(subject) != is_synced(was[subject.id])
    ]
    return tuple(sorted(found, key=lambda mover: (mover.move is Move.ENTER, mover.name.casefold(), mover.entra_id)))


def is_synced(subject: Subject) -> bool:
    """Whether an account is kept true to it."""
    return isinstance(subject.verdict, Wish)


def _population(directory: Directory, domains: frozenset[str], choice: Choice) -> dict[EntraId, Subject]:
    found = populate(replace(directory, scope=choice.scope), choice.options, domains)
    return {subject.id: subject for subject in found.subjects}


def _mover(subject: Subject, move: Move) -> Mover:
    return Mover(
        move=move,
        entra_id=subject.id,
        address=subject.addresses.primary if subject.addresses is not None else None,
        name=subject.name,
        kind=subject.kind,
    )
