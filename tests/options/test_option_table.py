"""The option table: every triple of option values, and 5,000 random combinations, over small organizations.

After the ticked changes every account is as an independent statement says, and a second search has nothing to do.
"""

import random
from collections import Counter
from dataclasses import dataclass, field, replace

import pytest

from shared.diff.closings import is_closing
from shared.diff.ledger import Ledger, adopt, note_writes, scope_fingerprint
from shared.diff.options import SyncOptions
from shared.diff.ordering import ChainStep, steps
from shared.diff.plan import Change, Plan
from shared.diff.written import written
from shared.model import Account, AccountType, Organization
from tests.builders.essentials import after, chain_in_order, owners
from tests.builders.sides import NOW, plan
from tests.options.combinations import NAMES, VALUES, Row, all_triples, options_of, random_row, rows_with_all_triples
from tests.options.expected import Expectation, expect
from tests.options.small_worlds import SmallWorld, small_world
from tests.options.two_sides import Verdict

WORLDS_FOR_EACH_ROW = 3
RANDOM_COMBINATIONS = 5_000
AT_MOST_UNSAID_PERCENT = 10
USERS = (AccountType.END_USER, AccountType.SILENT_USER)


@dataclass(slots=True)
class Tally:
    """What was compared."""

    cases: int = 0
    accounts: Counter[str] = field(default_factory=Counter)
    closings: int = 0
    """Accounts that were removed, deactivated or converted once their addresses had been handed over."""

    def __str__(self) -> str:
        return f"{self.cases} cases with {self.closings} closings; accounts {dict(self.accounts)}"


def in_order(organization: Organization, changes: list[Change]) -> list[Change]:
    """The changes as they are carried out."""
    ordered: list[Change] = []
    for step in steps(changes):
        chain = isinstance(step, ChainStep)
        ordered += chain_in_order(after(organization, ordered), step.changes) if chain else list(step.changes)
    return ordered


def walk(world: SmallWorld, options: SyncOptions, tally: Tally) -> None:
    """One world under one choice of options: planned, applied, compared, planned again."""
    directory = world.directory_under(options.group_scope)
    scope = scope_fingerprint(options.group_scope)

    def planned(organization: Organization, ledger: Ledger) -> Plan:
        return plan(
            directory,
            organization,
            ledger=ledger,
            options=options,
            exemptions=world.exemptions,
            evidence=world.evidence,
        )

    first = planned(world.organization, world.ledger)
    ticked = [c for c in first.changes if c.ticked]
    changed = after(world.organization, in_order(world.organization, ticked))

    compare(world, expect(world, options), changed, tally)
    assert all(len(uids) == 1 for uids in owners(changed).values())
    noted = adopt(world.ledger, first.adoptions, scope=scope, now=NOW)
    noted = note_writes(noted, written(ticked, [], changed), scope=scope, now=NOW)
    again = [c for c in planned(changed, noted).changes if c.ticked]
    assert not again, "replan is not empty"
    tally.closings += sum(c.chain is not None and is_closing(c, ticked) for c in ticked)
    tally.cases += 1


def compare(world: SmallWorld, expected: Expectation, changed: Organization, tally: Tally) -> None:
    """Every account is as it is said to be; where seats run out, some that need one stay as they were, and no seat is left."""
    before = {a.uid: a for a in world.organization.accounts}
    now = {a.uid: a for a in changed.accounts}
    made = {a.primary_email: a for a in changed.accounts if a.uid not in before}
    wanting: list[str] = []
    for uid, said in expected.existing.items():
        found = now.get(uid)
        if said is Verdict.CANNOT_SAY:
            tally.accounts["unsaid"] += 1
        elif isinstance(said, Account) and is_without_its_seat(said, found, before[uid]):
            wanting.append(uid)
        else:
            tally.accounts["as said"] += 1
            assert found == (None if said is Verdict.NOBODY else said)
    unsaid = [said for said in expected.new.values() if said is Verdict.CANNOT_SAY]
    tally.accounts["unsaid"] += len(unsaid)
    for said in expected.new.values():
        if not isinstance(said, Account):
            continue
        one = made.pop(said.primary_email, None)
        if one is None and said.type in USERS:
            wanting.append(said.primary_email)
            continue
        tally.accounts["as said"] += 1
        assert one is not None, f"{said.primary_email} is not made"
        assert replace(one, uid=said.uid) == said
    assert len(made) <= len(unsaid), f"made, though nobody is expected: {list(made)}"
    limit = changed.licences.limit
    tally.accounts["without a seat"] += len(wanting)
    assert not wanting or (limit is not None and changed.seats_used >= limit), f"no seat for {wanting}"
    assert limit is None or changed.seats_used <= max(limit, world.organization.seats_used)


def is_without_its_seat(said: Account, found: Account | None, before: Account) -> bool:
    """Whether all is as said but for a seat that it needs and did not have."""
    if found is None or not uses_seat(said) or uses_seat(before) or uses_seat(found):
        return False
    return found == replace(said, type=before.type, is_active=before.is_active)


def uses_seat(one: Account) -> bool:
    return one.is_active and one.type is not AccountType.FUNCTIONAL_ACCOUNT


def report(tally: Tally, capsys: pytest.CaptureFixture[str], what: str) -> None:
    with capsys.disabled():
        print(f"\n{what}: {tally}")  # noqa: T201  # how many the statement leaves open is part of the result
    unsaid = tally.accounts["unsaid"]
    assert unsaid * 100 <= AT_MOST_UNSAID_PERCENT * tally.accounts.total()
    assert tally.accounts["as said"] > tally.cases


def told(world: SmallWorld, row: Row, error: AssertionError) -> str:
    chosen = ", ".join(f"{name}={VALUES[name][index]}" for name, index in zip(NAMES, row, strict=True))
    return f"world {world.seed}, {chosen}: {error}"


def walk_all(cases: list[tuple[int, Row]]) -> Tally:
    tally = Tally()
    for seed, row in cases:
        world = small_world(seed)
        try:
            walk(world, options_of(row), tally)
        except AssertionError as error:
            raise AssertionError(told(world, row, error)) from error
    return tally


def test_every_combination_of_values_of_every_three_options_gives_the_organization_that_is_stated(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = rows_with_all_triples(random.Random(3))
    cases = [
        (index * WORLDS_FOR_EACH_ROW + k, row) for index, row in enumerate(rows) for k in range(WORLDS_FOR_EACH_ROW)
    ]

    report(walk_all(cases), capsys, f"all triples in {len(rows)} rows")


def test_random_combinations_give_the_organization_that_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    chance = random.Random(5)
    cases = [(100_000 + number, random_row(chance)) for number in range(RANDOM_COMBINATIONS)]

    report(walk_all(cases), capsys, "random combinations")


def test_the_rows_hold_every_triple_and_every_value() -> None:
    rows = rows_with_all_triples(random.Random(3))
    columns = list(zip(*rows, strict=True))
    held: dict[tuple[int, int, int], set[tuple[int, ...]]] = {}

    for triple in all_triples():
        if triple.places not in held:
            held[triple.places] = set(zip(*(columns[place] for place in triple.places), strict=True))
        assert triple.choices in held[triple.places]
