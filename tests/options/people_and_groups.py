"""People and groups in the design's words: what each counts as, what it lists, what it is called."""

from dataclasses import dataclass
from enum import Enum, auto

from shared.diff.options import What
from shared.model import AccountType, Address, Group, GroupKind, MailboxPurpose, Person
from tests.builders.sides import MAILBOX
from tests.options.small_worlds import ENDED_PLAN, UNKNOWN_PLAN


class AsItIs(Enum):
    """The account's own value stays."""

    AS_IT_IS = auto()


AS_IT_IS = AsItIs.AS_IT_IS


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What the account of an object is to be."""

    type: AccountType | AsItIs
    active: bool | AsItIs
    new: bool
    """Whether one is made where there is none."""


class Kind(Enum):
    """What an object with mail counts as."""

    SHARED = auto()
    DISABLED = auto()
    MAY_BE_SHARED = auto()
    """Disabled, unlicensed, and nobody asked for the mailbox's purpose."""
    PURPOSE_REFUSED = auto()
    """Disabled, and Graph refused to tell the mailbox's purpose."""
    UNLICENSED = auto()
    UNLICENSED_PURPOSE_REFUSED = auto()
    """Enabled, unlicensed, and Graph refused to tell the mailbox's purpose."""
    LICENCE_UNKNOWN = auto()
    ACTIVE = auto()
    LIST = auto()
    SECURITY = auto()
    MICROSOFT365 = auto()

    def is_managed(self, what: frozenset[What]) -> bool:
        """Whether ``SYNC_WHAT`` names it."""
        match self:
            case Kind.SHARED:
                return What.SHARED_MAILBOXES in what
            case Kind.DISABLED | Kind.MAY_BE_SHARED | Kind.PURPOSE_REFUSED:
                return What.DISABLED_USERS in what
            case Kind.UNLICENSED | Kind.UNLICENSED_PURPOSE_REFUSED | Kind.LICENCE_UNKNOWN | Kind.ACTIVE:
                return What.ACTIVE_USERS in what
            case Kind.LIST:
                return What.DISTRIBUTION_GROUPS in what
            case Kind.SECURITY:
                return What.SECURITY_GROUPS in what
            case Kind.MICROSOFT365:
                return What.MICROSOFT365_GROUPS in what


def kind_of_person(one: Person, *, counts: str | None) -> Kind | None:
    """The first that fits; ``counts`` is the SKU that counts as a licence. None: never synced."""
    if one.is_guest or one.mail is None:
        return None
    if counts is not None:
        is_licensed, is_unknown = counts in one.sku_ids, False
    else:
        is_licensed, is_unknown = MAILBOX in one.exchange_plans, UNKNOWN_PLAN in one.exchange_plans
    assert set(one.exchange_plans) <= {MAILBOX, UNKNOWN_PLAN, ENDED_PLAN}
    is_shared = one.purpose in (MailboxPurpose.SHARED, MailboxPurpose.ROOM, MailboxPurpose.EQUIPMENT)
    if is_shared and not (one.account_enabled and is_licensed):
        return Kind.SHARED
    if not one.account_enabled:
        if one.purpose is MailboxPurpose.UNKNOWN:
            return Kind.PURPOSE_REFUSED
        is_either = one.purpose is MailboxPurpose.NOT_ASKED and not is_licensed and not is_unknown
        return Kind.MAY_BE_SHARED if is_either else Kind.DISABLED
    if is_unknown:
        return Kind.LICENCE_UNKNOWN
    if not is_licensed and one.purpose is MailboxPurpose.UNKNOWN:
        return Kind.UNLICENSED_PURPOSE_REFUSED
    return Kind.ACTIVE if is_licensed else Kind.UNLICENSED


def kind_of_group(one: Group) -> Kind | None:
    """None: not representable."""
    if one.mail is None:
        return None
    return {
        GroupKind.DISTRIBUTION: Kind.LIST,
        GroupKind.MAIL_ENABLED_SECURITY: Kind.SECURITY,
        GroupKind.MICROSOFT365: Kind.MICROSOFT365,
    }.get(one.kind)


def listed_by(one: Person | Group) -> list[Address]:
    """All addresses that Entra lists for the object, of any domain."""
    found = {*one.smtp_aliases, *(a for a in (one.mail, one.primary_smtp) if a is not None)}
    return sorted(found)


def names_of(one: Person | Group) -> tuple[str, str]:
    """First name and surname as they are written; a display name stands in where there is neither."""
    if isinstance(one, Group):
        return one.display_name, ""
    if not one.given_name and not one.surname:
        return one.display_name, ""
    return one.given_name, one.surname


def primary_of(one: Person | Group) -> Address | None:
    """The ``SMTP:`` entry, ``mail`` where there is none."""
    return one.primary_smtp or one.mail
