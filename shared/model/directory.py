"""The directory: people and groups as read from Entra."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.model.ids import Address, EntraId


class PlanState(StrEnum):
    """``capabilityStatus`` of an assigned plan."""

    ENABLED = "Enabled"
    WARNING = "Warning"
    SUSPENDED = "Suspended"
    LOCKED_OUT = "LockedOut"
    DELETED = "Deleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignedPlan:
    """One Exchange service plan of a person (plans of other services are not kept)."""

    plan_id: str
    state: str
    """A ``PlanState``, or what Graph says where it says something newer."""


class MailboxPurpose(StrEnum):
    """``mailboxSettings/userPurpose``, and what stands for it where there is none."""

    USER = "user"
    LINKED = "linked"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"
    OTHERS = "others"
    NO_MAILBOX = "no_mailbox"
    """Asked, and Graph answered 404: no Exchange Online mailbox."""
    UNKNOWN = "unknown"
    """Asked, and Graph answered 403 for this person, or a purpose that is not known here."""
    NOT_ASKED = "not_asked"
    """The permission is not granted, or there was no reason to ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One Entra user."""

    id: EntraId
    display_name: str
    given_name: str
    surname: str
    mail: Address | None
    """``mail`` as Graph has it; None where the person has no mail."""
    user_principal_name: str
    account_enabled: bool
    is_guest: bool
    """``userType`` Guest, or ``#EXT#`` in the sign-in name."""
    primary_smtp: Address | None
    """The ``SMTP:`` entry of ``proxyAddresses``; None where there is none."""
    smtp_aliases: tuple[Address, ...]
    """The ``smtp:`` entries, sorted."""
    exchange_plans: tuple[AssignedPlan, ...]
    sku_ids: tuple[str, ...]
    """``assignedLicenses[].skuId``, sorted."""
    purpose: MailboxPurpose = MailboxPurpose.NOT_ASKED
    missing_properties: tuple[str, ...] = ()
    """Selected properties that the answer lacked; not empty means unreadable, and the other fields hold stand-ins."""


class GroupKind(StrEnum):
    """The four kinds of Entra group, and what fits none. Source: learn.microsoft.com/graph/api/resources/groups-overview."""

    MICROSOFT365 = "microsoft365_group"
    SECURITY = "security_group"
    MAIL_ENABLED_SECURITY = "mail_enabled_security_group"
    DISTRIBUTION = "distribution_group"
    UNKNOWN = "unknown_group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One Entra group."""

    id: EntraId
    display_name: str
    mail: Address | None
    primary_smtp: Address | None
    smtp_aliases: tuple[Address, ...]
    kind: GroupKind
    is_dynamic: bool
    is_membership_hidden: bool
    missing_properties: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletedObject:
    """A person or group in Entra's deleted items."""

    id: EntraId
    deleted_at: datetime | None


class Whereabouts(StrEnum):
    """Where a single object is, by Entra's own answer about its id."""

    LIVING = "living"
    DELETED = "deleted"
    """In deleted items; people only."""
    NOT_FOUND = "not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryCertificate:
    """The evidence that a read of the directory was complete: what was read beside what Graph itself counts."""

    read_at: datetime
    tenant_id: str
    people_read: int
    people_counted: int
    groups_read: int
    groups_counted: int
    unreadable_people: int
    scope_groups_read: tuple[EntraId, ...]
    whole_read_at: datetime | None = None
    """When every object was last read; None: in this very read. Since then only what Entra told as changed was."""

    @property
    def is_whole(self) -> bool:
        """Whether every object was read anew, not only what changed since an earlier read."""
        return self.whole_read_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeltaLinks:
    """Where Entra tells what changed since a read: an absolute deltaLink for people and one for groups."""

    people: str
    groups: str
    question: str
    """Digest of whom was asked for what; links of another question tell too little."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Everybody:
    """No scope groups are set: all people are in scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersOnly:
    """Only these people, the members of the scope groups with all that is nested in them, are in scope."""

    group_ids: tuple[EntraId, ...]
    people: frozenset[EntraId]


Scope = Everybody | MembersOnly


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The Entra side, complete, in order of object id."""

    people: tuple[Person, ...]
    groups: tuple[Group, ...]
    deleted_people: tuple[DeletedObject, ...]
    scope: Scope
    certificate: DirectoryCertificate
    delta_links: DeltaLinks | None = field(default=None, compare=False)
    """What changes from here on; None where Entra gave no links. No part of what was read, so equal directories may differ in it."""


class WholeReadReason(StrEnum):
    """Why only a whole read tells how the directory is now."""

    ANOTHER_QUESTION = "another_question"
    """The links were given for another tenant, other properties or another version of this app."""
    NOT_TOLD = "not_told"
    """Entra no longer tells the changes, or tells them in an answer that is not whole."""
    TOO_MUCH_CHANGED = "too_much_changed"
    """Reading everything costs no more."""
    CONTRADICTED = "contradicted"
    """An object is not what Entra told of it a moment ago."""
    COUNTED_OTHERWISE = "counted_otherwise"
    """Entra counts more or fewer objects than the changes leave."""
    TAKING = "taking"
    """The plan made by the changes takes something that no plan of a whole read took."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeReadNeeded:
    """What a read of changes answers where it cannot know the directory by them."""

    reason: WholeReadReason
