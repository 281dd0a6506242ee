"""A company in which everything changes at once: people come, go, marry, swap addresses and lose their licences."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from shared.diff.options import How, Leavers, SyncOptions
from shared.model import Account, Address, DeletedObject, Directory, Person
from tests.builders.sides import NOW, account, directory, organization, person
from tests.crash.file_essentials import FileEssentials
from tests.engine.frame import Frame
from tests.engine.steps import executed
from tests.twins.memory_directory import MemoryDirectory

OPTIONS = SyncOptions(how=frozenset(How), grace_days=0, leavers=Leavers.REMOVE)
RENAMED = 8
REMOVED = 6
CORRECTED = 10
UNLICENSED = 4
SWAPPING = 3
"""Pairs of people who swap an alias: each is a chain."""
ROTATING = 3
"""People who hand an alias on in a circle: one chain."""
GIVING = 2
"""People whose alias goes to somebody new: the account is added, and then gets it."""
ADDED = 3


def settled_upheaval(path: Path, made: Callable[..., Frame] = Frame) -> Frame:
    """A frame, ``made`` of its parts, whose ledger knows the company before the upheaval, and whose directory is that after it."""
    before = _people_before()
    frame = made(
        path=path / "state",
        directory=MemoryDirectory(directory=directory(before)),
        essentials=FileEssentials(path / "organization", organization([_account_of(p) for p in before])),
        options=OPTIONS,
    )
    executed(frame)
    frame.directory.directory = directory_after()
    return frame


def some_takers() -> list[Address]:
    """One end of each chain of the upheaval: whoever of them is exempt, the chain is not carried out."""
    names = [*_names("right", SWAPPING), "turning1", *_names("new", GIVING)]
    return [Address(f"{name}@example.com") for name in names]


def owned_before() -> set[str]:
    """The addresses that accounts had before the upheaval, save those of the people who are gone after it."""
    return {str(a) for p in _people_before() if not str(p.mail).startswith("removed") for a in _account_of(p).addresses}


def _names(stem: str, number: int) -> list[str]:
    return [f"{stem}{i}" for i in range(number)]


def _people_before() -> list[Person]:
    plain = [
        *_names("renamed", RENAMED),
        *_names("removed", REMOVED),
        *_names("corrected", CORRECTED),
        *_names("unlicensed", UNLICENSED),
    ]
    handing = [*_names("left", SWAPPING), *_names("right", SWAPPING), *_names("turning", ROTATING)]
    handing += _names("giving", GIVING)
    people = [person(i, name) for i, name in enumerate(plain, start=1)]
    return people + [
        person(i, name, aliases=(f"of.{name}@example.com",)) for i, name in enumerate(handing, start=len(people) + 1)
    ]


def _account_of(owner: Person) -> Account:
    name = str(owner.mail).partition("@")[0]
    return account(int(str(owner.id)[-12:]) + 1000, name, aliases=[str(a) for a in owner.smtp_aliases])


def directory_after() -> Directory:
    """Entra after the upheaval."""
    before = _people_before()
    left = {p.id: DeletedObject(id=p.id, deleted_at=NOW) for p in before if str(p.mail).startswith("removed")}
    people = [_after(p) for p in before if p.id not in left]
    new = [
        person(500 + i, name, aliases=(f"of.giving{i}@example.com",) if i < GIVING else ())
        for i, name in enumerate(_names("new", ADDED))
    ]
    return directory([*people, *new], deleted=list(left.values()))


def _after(one: Person) -> Person:
    name = str(one.mail).partition("@")[0]
    stem, number = name.rstrip("0123456789"), int(name.lstrip("abcdefghijklmnopqrstuvwxyz"))
    fresh = person(int(str(one.id)[-12:]), name)
    match stem:
        case "renamed":
            married = person(int(str(one.id)[-12:]), f"married{number}", aliases=(str(one.mail),))
            return replace(married, given_name=one.given_name)
        case "corrected":
            return replace(one, surname="Corrected")
        case "unlicensed":
            return replace(one, exchange_plans=())
        case "giving":
            return fresh
        case _:
            got = {"left": f"right{number}", "right": f"left{number}", "turning": f"turning{(number + 1) % ROTATING}"}
            return person(int(str(one.id)[-12:]), name, aliases=(f"of.{got[stem]}@example.com",))
