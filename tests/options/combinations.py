"""Combinations of option values: at random, and so that every combination of values of every three options appears."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from shared.diff.options import (
    DisabledAs,
    How,
    Leavers,
    Mode,
    NativeSyncPolicy,
    Onmicrosoft,
    PortalLogin,
    SyncOptions,
    UnlicensedAs,
    What,
)
from shared.model import AccountType
from tests.options.small_worlds import SCOPE_GROUP, SKU

OFF_ON = (False, True)
VALUES: dict[str, tuple[object, ...]] = {
    **{f"what {what}": OFF_ON for what in What},
    **{f"how {how}": OFF_ON for how in How},
    "unlicensed_as": tuple(UnlicensedAs),
    "licences": (frozenset(), frozenset({SKU})),
    "disabled_as": tuple(DisabledAs),
    "group_scope": ((), (SCOPE_GROUP,)),
    "leavers": tuple(Leavers),
    "grace_days": (0, 7),
    "every_hours": (0, 1, 3, 6, 12, 24),
    "mode": tuple(Mode),
    "default_role": (AccountType.END_USER, AccountType.SILENT_USER),
    "welcome_email": OFF_ON,
    "onmicrosoft": tuple(Onmicrosoft),
    "native": tuple(NativeSyncPolicy),
    "portal_login": tuple(PortalLogin),
    "guard_removals": (0, 20),
    "guard_removals_percent": (0, 5),
    "guard_changes_percent": (0, 30),
    "alert_hours": (0, 4),
}
"""Every option with the values that are walked; each kind and each change of the two sets is switched by itself."""

NAMES = tuple(VALUES)
Row = tuple[int, ...]
"""For each option, in the order of ``NAMES``, which of its values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Triple:
    """One combination of values of three options."""

    places: tuple[int, int, int]
    choices: tuple[int, int, int]


def all_triples() -> Iterator[Triple]:
    """Every combination of values of every three options."""
    for first, second, third in combinations(range(len(NAMES)), 3):
        counts = [range(len(VALUES[NAMES[place]])) for place in (first, second, third)]
        for one, two, three in product(*counts):
            yield Triple(places=(first, second, third), choices=(one, two, three))


def random_row(chance: random.Random) -> Row:
    """A value of each option."""
    return tuple(chance.randrange(len(VALUES[name])) for name in NAMES)


def rows_with_all_triples(chance: random.Random) -> list[Row]:
    """Rows in which each triple appears at least once: each is built around one that no earlier row has."""
    rows: list[Row] = []
    seen: set[tuple[int, int, int, Row]] = set()
    for triple in all_triples():
        if (*triple.places, triple.choices) in seen:
            continue
        row = list(random_row(chance))
        for place, choice in zip(triple.places, triple.choices, strict=True):
            row[place] = choice
        rows.append(tuple(row))
        seen.update((i, j, k, (row[i], row[j], row[k])) for i, j, k in combinations(range(len(row)), 3))
    return rows


def options_of(row: Sequence[int]) -> SyncOptions:
    """The options that a row of choices stands for."""
    chosen = {name: VALUES[name][index] for name, index in zip(NAMES, row, strict=True)}
    plain: Mapping[str, object] = {name: value for name, value in chosen.items() if " " not in name}
    return SyncOptions(
        what=frozenset(what for what in What if chosen[f"what {what}"]),
        how=frozenset(how for how in How if chosen[f"how {how}"]),
        **plain,  # type: ignore[arg-type]
    )
