"""Reading what changed in the simulated Entra, which tells it late, twice, out of order or not at all."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from shared.model import Directory, EntraId, WholeReadNeeded, WholeReadReason
from tests.graph.scripted_graph import guid, person
from tests.graph.simulated import Simulated


def silent(_stage: str, _done: int, _total: int) -> None:
    """Nobody looks."""


SCOPE = (EntraId(guid(101)),)


class Reading:
    """A reader that keeps what it read."""

    def __init__(self, at: Simulated) -> None:
        self.at = at
        self.reader = at.reader()
        self.known = self.whole()

    def whole(self) -> Directory:
        return self.reader.read(scope_groups=SCOPE, progress=silent)

    def changes(self) -> Directory | WholeReadNeeded:
        return self.reader.read_changes(self.known, scope_groups=SCOPE, progress=silent)

    def keep_changes(self) -> Directory:
        found = self.changes()
        assert isinstance(found, Directory)
        self.known = found
        return found


def same(found: Directory | WholeReadNeeded, other: Directory) -> bool:
    """Whether the two tell the same, whatever their certificates say of when it was read."""
    return isinstance(found, Directory) and replace(found, certificate=other.certificate) == other


@pytest.fixture
def reading(at: Simulated) -> Reading:
    return Reading(at)


def requests(at: Simulated, read: Callable[[], object]) -> int:
    before = at.journal.counts()["graph"]
    read()
    return at.journal.counts()["graph"] - before


def test_nothing_changed_takes_three_requests_and_one_for_each_level_of_the_scope(reading: Reading) -> None:
    assert requests(reading.at, reading.keep_changes) == 5
    assert requests(reading.at, reading.keep_changes) == 5


def test_deleted_people_are_read_again_where_one_more_or_less_is_counted(reading: Reading) -> None:
    tenant = reading.at.world.tenant
    tenant.deleted_users[guid(91)] = person(91, deletedDateTime="2026-11-24T10:00:00Z")
    assert {one.id for one in reading.keep_changes().deleted_people} == {guid(90), guid(91)}
    tenant.deleted_users.clear()

    assert reading.keep_changes().deleted_people == ()


class Mutations:
    """Everything that happens in a directory, at random."""

    def __init__(self, at: Simulated, chance: Random) -> None:
        self._tenant = at.world.tenant
        self._chance = chance
        self._next = 200

    def one(self) -> None:
        ways = [
            self._hire,
            self._rename,
            self._give_alias,
            self._disable,
            self._delete,
            self._restore,
            self._purge,
            self._move_member,
            self._rename_group,
            self._delete_group,
        ]
        self._chance.choice(ways)()

    def _somebody(self) -> str:
        return self._chance.choice(sorted(self._tenant.users))

    def _hire(self) -> None:
        self._next += 1
        self._tenant.users[guid(self._next)] = person(self._next)

    def _rename(self) -> None:
        self._change(self._somebody(), displayName=f"Name {self._chance.random()}", surname=None)

    def _give_alias(self) -> None:
        key = self._somebody()
        aliases = [f"smtp:alias{self._chance.randrange(9)}@example.com" for _ in range(self._chance.randrange(3))]
        self._change(key, proxyAddresses=[self._tenant.users[key]["proxyAddresses"][0], *aliases])

    def _disable(self) -> None:
        self._change(self._somebody(), accountEnabled=self._chance.random() < 0.5, assignedPlans=[])

    def _delete(self) -> None:
        if len(self._tenant.users) > 25:
            key = self._somebody()
            self._tenant.deleted_users[key] = self._tenant.users.pop(key) | {"deletedDateTime": "2026-11-24T10:00:00Z"}

    def _restore(self) -> None:
        if self._tenant.deleted_users:
            key = self._chance.choice(sorted(self._tenant.deleted_users))
            gone = self._tenant.deleted_users.pop(key)
            self._tenant.users[key] = {name: value for name, value in gone.items() if name != "deletedDateTime"}

    def _purge(self) -> None:
        if self._tenant.deleted_users:
            del self._tenant.deleted_users[self._chance.choice(sorted(self._tenant.deleted_users))]

    def _move_member(self) -> None:
        members = self._tenant.members[guid(101)]
        members.append(self._somebody()) if self._chance.random() < 0.6 or len(members) < 3 else members.pop()

    def _rename_group(self) -> None:
        key = self._chance.choice(sorted(self._tenant.groups))
        self._tenant.groups[key] = self._tenant.groups[key] | {"displayName": f"Group {self._chance.random()}"}

    def _delete_group(self) -> None:
        if guid(103) in self._tenant.groups:
            del self._tenant.groups[guid(103)]

    def _change(self, key: str, **changes: object) -> None:
        self._tenant.users[key] = self._tenant.users[key] | changes


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("switched", ["as documented", "small pages", "replays and empty pages"])
def test_reading_changes_again_and_again_ends_as_a_whole_read(at: Simulated, seed: int, switched: str) -> None:
    switches = at.service.switches
    if switched != "as documented":
        switches.delta_page_size = 2
    if switched == "replays and empty pages":
        switches.delta_replays = switches.empty_pages = True
    reading, chance = Reading(at), Random(seed)
    mutations = Mutations(at, chance)

    for _ in range(12):
        for _ in range(chance.randrange(6)):
            mutations.one()
        assert same(reading.keep_changes(), reading.whole())


def test_a_change_that_is_told_late_is_read_once_it_is_told(reading: Reading) -> None:
    at = reading.at
    at.service.switches.delta_lag_seconds = 300
    at.world.clock.advance(timedelta(seconds=400).total_seconds())
    reading.known = reading.whole()
    at.world.tenant.users[guid(2)] = at.world.tenant.users[guid(2)] | {"displayName": "Other Name"}

    first = reading.keep_changes()
    at.world.clock.advance(600)

    assert first.people[1].display_name == "Person 2"
    assert same(reading.changes(), reading.whole())


def test_a_token_of_more_than_seven_days_needs_a_whole_read(reading: Reading) -> None:
    reading.at.world.clock.advance(timedelta(days=7, seconds=1).total_seconds())

    assert reading.changes() == WholeReadNeeded(reason=WholeReadReason.NOT_TOLD)


def test_maintenance_of_the_tenant_needs_a_whole_read(reading: Reading) -> None:
    reading.at.service.switches.delta_is_gone = True

    assert reading.changes() == WholeReadNeeded(reason=WholeReadReason.NOT_TOLD)
