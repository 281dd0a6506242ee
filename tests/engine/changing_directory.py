"""A directory in which anything happens, and which tells of it late, twice or not at all: rules for a state machine."""

from datetime import datetime

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from simulator.graph import GraphSwitches, delete_object, purge_object, restore_object
from simulator.world import Application, Tenant, World, WorldClock
from tests.builders.sides import MAILBOX, NOW, TENANT
from tests.graph.scripted_graph import GRANTED, Json, group, guid, person
from tests.twins.still_clock import StillClock

PEOPLE, SCOPE, LIST = tuple(guid(number) for number in range(1, 9)), guid(101), guid(102)
ALIASES = tuple(f"alias{number}@example.com" for number in range(3))
MAILBOX_PLAN = [{"service": "exchange", "servicePlanId": MAILBOX.plan_id, "capabilityStatus": "Enabled"}]
MINUTE, HOUR = 60, 3600

somebody = st.integers(0, 30)
"""Chooses among those who are there."""


class AppsClock(WorldClock):
    """The world's time is the app's."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = StillClock(NOW)

    def now(self) -> datetime:
        return self.clock.now()


CLOCK = AppsClock()


def company() -> World:
    """Eight people with mailboxes, two lists, and an application that reads them."""
    tenant = Tenant(
        id=TENANT,
        display_name="Example",
        verified_domains=["example.com"],
        users={key: person(number, assignedPlans=MAILBOX_PLAN) for number, key in enumerate(PEOPLE, start=1)},
        groups={SCOPE: group(101), LIST: group(102)},
        members={SCOPE: [*PEOPLE], LIST: []},
        applications={"reader": Application(client_id="reader", secrets=[], federated=[], roles=sorted(GRANTED))},
    )
    return World(tenant=tenant, organizations=[], identity_client_id="none", identity_principal_id="none", clock=CLOCK)


def listed(one: Json) -> set[str]:
    """The addresses of a person or group."""
    return {entry.partition(":")[2] for entry in one["proxyAddresses"]}


def with_entries(one: Json, entries: list[str]) -> Json:
    """The object with these proxy addresses."""
    primary = next(entry for entry in entries if entry.startswith("SMTP:"))
    return {**one, "proxyAddresses": entries, "mail": primary.removeprefix("SMTP:")}


class ChangingDirectory(RuleBasedStateMachine):
    """The rules; whoever has them follow each other sets ``world`` and ``switches`` first."""

    world: World
    switches: GraphSwitches

    def __init__(self) -> None:
        super().__init__()
        CLOCK.clock = StillClock(NOW)
        self._number = 200

    @property
    def tenant(self) -> Tenant:
        """The directory."""
        return self.world.tenant

    @property
    def objects(self) -> dict[str, Json]:
        """People and groups by id."""
        return self.tenant.users | self.tenant.groups

    # What happens in Entra.

    @rule(is_recycled=st.booleans(), who=somebody)
    def hire(self, who: int, *, is_recycled: bool) -> None:
        """Somebody new comes, perhaps with the address of somebody deleted."""
        self._number += 1
        new = person(self._number, assignedPlans=MAILBOX_PLAN)
        gone = [one["mail"] for one in self.tenant.deleted_users.values()]
        taken = {a for one in self.objects.values() for a in listed(one)}
        if is_recycled and gone and gone[who % len(gone)] not in taken:
            new = with_entries(new, [f"SMTP:{gone[who % len(gone)]}"])
        self.tenant.users[new["id"]] = new
        self.tenant.members[SCOPE].append(new["id"])

    @rule(who=somebody)
    def rename(self, who: int) -> None:
        """Somebody has another name."""
        self._number += 1
        self._change(self._one_of(self.tenant.users, who), surname=f"Name{self._number}")

    @rule(who=somebody, keeps=st.booleans())
    def marry(self, who: int, *, keeps: bool) -> None:
        """Somebody has another primary address; the old one stays, or goes."""
        self._number += 1
        key = self._one_of(self.objects, who)
        one = self.objects[key]
        old = [entry.lower() for entry in one["proxyAddresses"] if keeps or not entry.startswith("SMTP:")]
        self._put(key, with_entries(one, [f"SMTP:new{self._number}@example.com", *old]))

    @rule(who=somebody, alias=st.sampled_from(ALIASES))
    def hand_over(self, who: int, alias: str) -> None:
        """An alias goes to somebody, whoever had it."""
        key = self._one_of(self.objects, who)
        for other in list(self.objects):
            self._drop(other, alias)
        one = self.objects[key]
        self._put(key, with_entries(one, [*one["proxyAddresses"], f"smtp:{alias}"]))

    @rule(alias=st.sampled_from(ALIASES))
    def drop_alias(self, alias: str) -> None:
        """Nobody has the alias."""
        for key in list(self.objects):
            self._drop(key, alias)

    @rule(who=somebody)
    def leave(self, who: int) -> None:
        """Somebody is deleted."""
        if len(self.tenant.users) > 4:
            delete_object(self.world, self._one_of(self.tenant.users, who))

    @precondition(lambda self: self.tenant.deleted_users)
    @rule(who=somebody)
    def come_back(self, who: int) -> None:
        """Somebody is restored, unless an address of theirs is somebody else's by now."""
        key = self._one_of(self.tenant.deleted_users, who)
        taken = {a for one in self.objects.values() for a in listed(one)}
        if not listed(self.tenant.deleted_users[key]) & taken:
            restore_object(self.world, key)

    @precondition(lambda self: self.tenant.deleted_users)
    @rule(who=somebody)
    def purge(self, who: int) -> None:
        """Somebody is gone for good."""
        purge_object(self.world, self._one_of(self.tenant.deleted_users, who))

    @rule(who=somebody, is_enabled=st.booleans())
    def switch(self, who: int, *, is_enabled: bool) -> None:
        """Somebody may sign in, or may not."""
        self._change(self._one_of(self.tenant.users, who), accountEnabled=is_enabled)

    @rule(who=somebody, is_licensed=st.booleans())
    def license(self, who: int, *, is_licensed: bool) -> None:
        """Somebody has a mailbox plan, or has none."""
        self._change(self._one_of(self.tenant.users, who), assignedPlans=MAILBOX_PLAN if is_licensed else [])

    @rule(who=somebody)
    def move(self, who: int) -> None:
        """Somebody comes into the scope group, or leaves it."""
        key = self._one_of(self.tenant.users, who)
        members = self.tenant.members[SCOPE]
        if key not in members:
            members.append(key)
        elif sum(one in self.tenant.users for one in members) > 1:
            members.remove(key)

    @rule()
    def replace_list(self) -> None:
        """The list is deleted, or another one made with its address."""
        if LIST in self.tenant.groups:
            delete_object(self.world, LIST)
        elif "group102@example.com" not in {a for one in self.objects.values() for a in listed(one)}:
            self.tenant.groups[LIST] = group(102)

    # How Entra tells of it.

    @rule(
        who=st.lists(somebody, max_size=3),
        seconds=st.sampled_from((0, 0, 300, 900)),
        count_seconds=st.sampled_from((0, 0, 300)),
    )
    def tell_late(self, who: list[int], seconds: int, count_seconds: int) -> None:
        """What happens to some is told later than what happens to others, everything so late, and counts are so old."""
        self.switches.delta_held_back = {self._one_of(self.objects, one) for one in who}
        self.switches.delta_lag_seconds, self.switches.index_lag_seconds = seconds, count_seconds

    @rule(page=st.sampled_from((1, 2, 200)), replays=st.booleans(), blanks=st.booleans(), is_gone=st.booleans())
    def tell_otherwise(self, page: int, *, replays: bool, blanks: bool, is_gone: bool) -> None:
        """Answers come in pages of another size, with repetitions, with empty pages between; or every link is refused."""
        self.switches.delta_page_size, self.switches.delta_is_gone = page, is_gone and blanks
        self.switches.delta_replays, self.switches.empty_pages = replays, blanks

    @rule(seconds=st.sampled_from((6 * MINUTE, 61 * MINUTE, 61 * MINUTE, 12 * HOUR, 8 * 24 * HOUR)))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        CLOCK.clock.advance(seconds)

    @staticmethod
    def _one_of(objects: dict[str, Json], number: int) -> str:
        return sorted(objects)[number % len(objects)]

    def _put(self, key: str, one: Json) -> None:
        (self.tenant.users if key in self.tenant.users else self.tenant.groups)[key] = one

    def _change(self, key: str, **changes: object) -> None:
        self._put(key, {**self.objects[key], **changes})

    def _drop(self, key: str, alias: str) -> None:
        one = self.objects[key]
        if f"smtp:{alias}" in one["proxyAddresses"]:
            self._put(key, with_entries(one, [entry for entry in one["proxyAddresses"] if entry != f"smtp:{alias}"]))
