"""The subject: an Entra person or group as the account that it should have."""

from dataclasses import dataclass
from enum import StrEnum

from shared.diff.options import Onmicrosoft
from shared.diff.plan import ObjectKind, SkipReason
from shared.model import Address, EntraId, Group, Person

ONMICROSOFT_SUFFIX = ".onmicrosoft.com"


class TypeWish(StrEnum):
    """Which type the account should have. A user may be an end user or a silent user: which one is not synced."""

    USER = "user"
    FUNCTIONAL = "functional"
    AS_IT_IS = "as_it_is"


class ActivityWish(StrEnum):
    """Whether the account should be active."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    AS_IT_IS = "as_it_is"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What becomes of the account of a subject that is managed and in scope."""

    type: TypeWish
    activity: ActivityWish
    may_add: bool
    """Whether a missing account is created."""
    warning: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """The addresses that Entra lists for an object, sorted out by what may be synced."""

    primary: Address
    """As Entra has it, whether it may be synced or not."""
    is_primary_registered: bool
    registered: tuple[Address, ...]
    """All that may be synced, the primary included where it is registered; sorted."""
    left_out: tuple[Address, ...]
    """Addresses whose domain is not registered, sorted; not those left out by option."""
    differs_from_mail: bool
    """Whether ``mail`` is another address than the primary SMTP address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One living Entra object, what it counts as, and what is wished for its account or why it is skipped."""

    id: EntraId
    kind: ObjectKind
    is_group: bool
    name: str
    firstname: str
    surname: str
    listed: tuple[Address, ...]
    """All addresses that Entra lists for the object, sorted."""
    addresses: Addresses | None
    """None where none of them is a primary one."""
    verdict: Wish | SkipReason


def listed_for(one: Person | Group) -> tuple[Address, ...]:
    """All addresses that Entra lists for an object, sorted: ``mail`` counts, also where it is no proxy address."""
    return tuple(sorted({a for a in (one.primary_smtp, *one.smtp_aliases, one.mail) if a is not None}))


def sort_out(
    listed: tuple[Address, ...],
    *,
    primary_smtp: Address | None,
    mail: Address | None,
    domains: frozenset[str],
    onmicrosoft: Onmicrosoft,
) -> Addresses | None:
    """The addresses of an object by what may be synced; None where none of them is a primary one.

    The primary address is the ``SMTP:`` entry, ``mail`` where there is none; where they differ both count.
    """
    primary = primary_smtp or mail
    if primary is None:
        return None
    registered: list[Address] = []
    left_out: list[Address] = []
    for address in listed:
        domain = address.rpartition("@")[2]
        if onmicrosoft is Onmicrosoft.SKIP and domain.endswith(ONMICROSOFT_SUFFIX):
            continue
        (registered if domain in domains else left_out).append(address)
    return Addresses(
        primary=primary,
        is_primary_registered=primary in registered,
        # Mostly all of them are: then one tuple serves as both.
        registered=listed if len(registered) == len(listed) else tuple(registered),
        left_out=tuple(left_out),
        differs_from_mail=mail is not None and primary_smtp is not None and mail != primary_smtp,
    )


def names_of(person: Person) -> tuple[str, str]:
    """First name and surname; the display name stands in where Entra has neither (shared mailboxes)."""
    if person.given_name or person.surname:
        return person.given_name, person.surname
    return person.display_name, ""


def group_subject(
    group: Group,
    kind: ObjectKind,
    verdict: Wish | SkipReason,
    *,
    listed: tuple[Address, ...],
    addresses: Addresses | None,
) -> Subject:
    """A group as a subject: its name goes where the API has a name for a functional account."""
    return Subject(
        id=group.id,
        kind=kind,
        is_group=True,
        name=group.display_name,
        firstname=group.display_name,
        surname="",
        listed=listed,
        addresses=addresses,
        verdict=verdict,
    )


def person_subject(
    person: Person,
    kind: ObjectKind,
    verdict: Wish | SkipReason,
    *,
    listed: tuple[Address, ...],
    addresses: Addresses | None,
) -> Subject:
    """A person as a subject."""
    firstname, surname = names_of(person)
    return Subject(
        id=person.id,
        kind=kind,
        is_group=False,
        name=person.display_name,
        firstname=firstname,
        surname=surname,
        listed=listed,
        addresses=addresses,
        verdict=verdict,
    )
