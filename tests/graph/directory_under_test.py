"""A small Entra directory twice: simulated and read through Graph, and in memory; a contract holds the two to one another."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from shared.engine.ports import DirectoryReader, EvidenceReader
from shared.model import (
    DeletedObject,
    EntraId,
    Group,
    GroupKind,
    MailboxPurpose,
    MembersOnly,
    Person,
    Whereabouts,
)
from simulator.graph import HiddenMembership
from simulator.world import Application, Tenant, World
from tests.builders.sides import directory, entra_id, group, person
from tests.graph.scripted_entra import CLIENT, IDENTITY, TENANT
from tests.graph.scripted_graph import GRANTED, Json
from tests.graph.simulated import PRINCIPAL, Simulated
from tests.twins.memory_directory import MemoryDirectory

ANN, BOB, ROOM, CARA, DAN, EVE, LEFT, NEVER = (entra_id(number) for number in (1, 2, 3, 4, 5, 6, 9, 99))
SALES, TEAM, SECRET, LIST, NO_GROUP = (entra_id(number) for number in (11, 12, 13, 14, 98))
LEFT_AT = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)


def _disabled(one: Person) -> Person:
    return replace(one, account_enabled=False, exchange_plans=(), sku_ids=())


PEOPLE = (
    replace(person(1, "ann", aliases=("a.smith@example.com",)), purpose=MailboxPurpose.USER),
    replace(_disabled(person(2, "bob")), purpose=MailboxPurpose.SHARED),
    replace(_disabled(person(3, "room")), purpose=MailboxPurpose.ROOM),
    replace(person(4, "cara"), exchange_plans=(), purpose=MailboxPurpose.NO_MAILBOX),
    replace(_disabled(person(5, "dan")), purpose=MailboxPurpose.UNKNOWN),
    replace(person(6, "eve"), purpose=MailboxPurpose.USER),
)
GROUPS = (
    group(11, "sales"),
    group(12, "team", kind=GroupKind.MAIL_ENABLED_SECURITY),
    replace(group(13, "secret", kind=GroupKind.MICROSOFT365), is_membership_hidden=True),
    group(14, "list"),
)
MEMBERS = {SALES: [ANN, TEAM], TEAM: [BOB, ROOM], LIST: [ANN, EVE]}
"""Direct members."""
MEMBERSHIPS = {ANN: {SALES, LIST}, BOB: {SALES, TEAM}, ROOM: {SALES, TEAM}, EVE: {LIST}}
"""The same, nested and the other way round."""
DIRECTORY = directory(
    PEOPLE,
    GROUPS,
    deleted=[DeletedObject(id=LEFT, deleted_at=LEFT_AT)],
    scope=MembersOnly(group_ids=(SALES,), people=frozenset({ANN, BOB, ROOM})),
)


class DirectoryUnderTest(Protocol):
    """One of the two."""

    @property
    def reader(self) -> DirectoryReader: ...

    @property
    def evidence(self) -> EvidenceReader: ...

    def delete_person(self, person_id: EntraId) -> None:
        """The person is in deleted items."""

    def purge_person(self, person_id: EntraId) -> None:
        """The person is gone for good."""

    def purge_group(self, group_id: EntraId) -> None:
        """The group is gone for good."""

    def revoke_mailbox_settings(self) -> None:
        """The app may not read mailbox settings."""

    def purposes_asked(self) -> list[EntraId]:
        """Whose purpose was asked so far, sorted."""


@dataclass(slots=True)
class _InMemory:
    reader: MemoryDirectory

    @property
    def evidence(self) -> MemoryDirectory:
        return self.reader

    def delete_person(self, person_id: EntraId) -> None:
        self.reader.now_at[person_id] = Whereabouts.DELETED

    def purge_person(self, person_id: EntraId) -> None:
        self.reader.now_at[person_id] = Whereabouts.NOT_FOUND

    def purge_group(self, group_id: EntraId) -> None:
        self.reader.now_at[group_id] = Whereabouts.NOT_FOUND

    def revoke_mailbox_settings(self) -> None:
        told = self.reader.directory
        self.reader.directory = replace(
            told, people=tuple(replace(one, purpose=MailboxPurpose.NOT_ASKED) for one in told.people)
        )

    def purposes_asked(self) -> list[EntraId]:
        return sorted(self.reader.purposes_asked)


def memory_under_test() -> DirectoryUnderTest:
    """The directory in memory."""
    memberships = {key: frozenset(groups) for key, groups in MEMBERSHIPS.items()}
    return _InMemory(MemoryDirectory(directory=DIRECTORY, memberships=memberships))


@dataclass(slots=True)
class _Simulated:
    at: Simulated
    reader: DirectoryReader = field(init=False)
    evidence: EvidenceReader = field(init=False)

    def __post_init__(self) -> None:
        self.reader = self.at.reader()
        self.evidence = self.at.evidence()

    def delete_person(self, person_id: EntraId) -> None:
        tenant = self.at.world.tenant
        tenant.deleted_users[person_id] = tenant.users.pop(person_id) | {"deletedDateTime": "2026-11-24T10:00:00Z"}

    def purge_person(self, person_id: EntraId) -> None:
        del self.at.world.tenant.users[person_id]

    def purge_group(self, group_id: EntraId) -> None:
        del self.at.world.tenant.groups[group_id]

    def revoke_mailbox_settings(self) -> None:
        self.at.roles.remove("MailboxSettings.Read")

    def purposes_asked(self) -> list[EntraId]:
        asked = [url for batch in self.at.batches() for url in batch if url.endswith("/userPurpose")]
        return sorted(EntraId(url.split("/")[2]) for url in asked)


def simulated_under_test(simulated: Callable[[World], Simulated]) -> DirectoryUnderTest:
    """The directory in the simulated Graph, its own words for it taken from documented answers."""
    tenant = Tenant(
        id=TENANT,
        display_name="Example",
        verified_domains=["example.com"],
        users={one.id: user_json(one) for one in PEOPLE},
        groups={one.id: group_json(one) for one in GROUPS},
        members={str(key): [str(one) for one in members] for key, members in MEMBERS.items()},
        deleted_users={LEFT: user_json(person(9, "left")) | {"deletedDateTime": LEFT_AT.isoformat()}},
        purposes={
            one.id: one.purpose
            for one in PEOPLE
            if one.purpose not in (MailboxPurpose.NO_MAILBOX, MailboxPurpose.UNKNOWN)
        },
        applications={
            CLIENT: Application(
                client_id=CLIENT,
                secrets=[{"value": "planted-secret", "expires_at": None}],
                roles=[*sorted(GRANTED), "MailboxSettings.Read"],
            )
        },
    )
    world = World(tenant=tenant, organizations=[], identity_client_id=IDENTITY, identity_principal_id=PRINCIPAL)
    at = simulated(world)
    at.service.switches.hidden_membership = HiddenMembership.EMPTY
    at.service.switches.closed_mailboxes = {one.id for one in PEOPLE if one.purpose is MailboxPurpose.UNKNOWN}
    return _Simulated(at)


def user_json(one: Person) -> Json:
    """The person in Graph's words."""
    return {
        "id": one.id,
        "displayName": one.display_name,
        "givenName": one.given_name,
        "surname": one.surname,
        "mail": one.mail,
        "userPrincipalName": one.user_principal_name,
        "accountEnabled": one.account_enabled,
        "userType": "Guest" if one.is_guest else "Member",
        "proxyAddresses": [f"SMTP:{one.primary_smtp}", *(f"smtp:{alias}" for alias in one.smtp_aliases)],
        "assignedLicenses": [{"skuId": sku, "disabledPlans": []} for sku in one.sku_ids],
        "assignedPlans": [
            {"service": "exchange", "servicePlanId": plan.plan_id, "capabilityStatus": plan.state}
            for plan in one.exchange_plans
        ],
    }


def group_json(one: Group) -> Json:
    """The group in Graph's words."""
    return {
        "id": one.id,
        "displayName": one.display_name,
        "mail": one.mail,
        "mailEnabled": True,
        "securityEnabled": one.kind is GroupKind.MAIL_ENABLED_SECURITY,
        "groupTypes": ["Unified"] if one.kind is GroupKind.MICROSOFT365 else [],
        "proxyAddresses": [f"SMTP:{one.primary_smtp}"],
        "visibility": "HiddenMembership" if one.is_membership_hidden else None,
    }
