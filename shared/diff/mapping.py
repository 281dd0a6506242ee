"""Mapping: what each Entra object counts as, whether it is managed and in scope, and what its account should be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared.diff.licences import Licence, is_implausible, licence_of
from shared.diff.options import DisabledAs, SyncOptions, UnlicensedAs, What
from shared.diff.plan import ObjectKind, SkipReason
from shared.diff.subject import (
    ActivityWish,
    Subject,
    TypeWish,
    Wish,
    group_subject,
    listed_for,
    person_subject,
    sort_out,
)
from shared.model import Address, Directory, EntraId, Everybody, Group, GroupKind, MailboxPurpose, Person, Scope

SHARED_PURPOSES = frozenset({MailboxPurpose.SHARED, MailboxPurpose.ROOM, MailboxPurpose.EQUIPMENT})
PURPOSE_NOT_KNOWN = frozenset({MailboxPurpose.NOT_ASKED, MailboxPurpose.UNKNOWN})

MANAGED_BY = {
    ObjectKind.SHARED_MAILBOX: What.SHARED_MAILBOXES,
    ObjectKind.DISABLED_USER: What.DISABLED_USERS,
    ObjectKind.UNLICENSED_USER: What.ACTIVE_USERS,
    ObjectKind.ACTIVE_USER: What.ACTIVE_USERS,
    ObjectKind.DISTRIBUTION_GROUP: What.DISTRIBUTION_GROUPS,
    ObjectKind.SECURITY_GROUP: What.SECURITY_GROUPS,
    ObjectKind.MICROSOFT365_GROUP: What.MICROSOFT365_GROUPS,
}

KIND_OF_GROUP = {
    GroupKind.DISTRIBUTION: ObjectKind.DISTRIBUTION_GROUP,
    GroupKind.MAIL_ENABLED_SECURITY: ObjectKind.SECURITY_GROUP,
    GroupKind.SECURITY: ObjectKind.SECURITY_GROUP,
    GroupKind.MICROSOFT365: ObjectKind.MICROSOFT365_GROUP,
    GroupKind.UNKNOWN: ObjectKind.OTHER_GROUP,
}

FUNCTIONAL = Wish(type=TypeWish.FUNCTIONAL, activity=ActivityWish.ACTIVE, may_add=True)
USER = Wish(type=TypeWish.USER, activity=ActivityWish.ACTIVE, may_add=True)
UNKNOWN_PLAN = Wish(
    type=TypeWish.AS_IT_IS,
    activity=ActivityWish.AS_IT_IS,
    may_add=True,
    warning="The only Exchange plan of this person is not known: type and activity stay as they are.",
)
LICENCES_DISTRUSTED = Wish(type=TypeWish.AS_IT_IS, activity=ActivityWish.AS_IT_IS, may_add=True)
DEACTIVATE = Wish(type=TypeWish.AS_IT_IS, activity=ActivityWish.INACTIVE, may_add=False)
KEEP = Wish(type=TypeWish.AS_IT_IS, activity=ActivityWish.AS_IT_IS, may_add=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """All living objects as subjects, in order of object id, and what is to be said of them as a whole."""

    subjects: tuple[Subject, ...]
    listed_by: Mapping[Address, tuple[EntraId, ...]]
    """The objects that list each address, in order of id; also those without a primary address, which no account can match."""
    warnings: tuple[str, ...]


def kind_of(person: Person, licence: Licence) -> ObjectKind:
    """What a person counts as; the first that fits."""
    if person.is_guest:
        return ObjectKind.GUEST
    if person.mail is None:
        return ObjectKind.NO_MAIL
    if person.purpose in SHARED_PURPOSES and not (person.account_enabled and licence is Licence.LICENSED):
        return ObjectKind.SHARED_MAILBOX
    if not person.account_enabled:
        return ObjectKind.DISABLED_USER
    return ObjectKind.UNLICENSED_USER if licence is Licence.UNLICENSED else ObjectKind.ACTIVE_USER


def is_in_scope(person_id: EntraId, scope: Scope) -> bool:
    """Whether the person is one of those that the scope groups name."""
    return isinstance(scope, Everybody) or person_id in scope.people


def asks_purpose(person: Person, options: SyncOptions) -> bool:
    """Whether ``userPurpose`` decides what the person counts as: has mail, is no guest, and is disabled or unlicensed."""
    if person.is_guest or person.mail is None or person.missing_properties:
        return False
    return not person.account_enabled or licence_of(person, options.licences) is not Licence.LICENSED


def populate(directory: Directory, options: SyncOptions, domains: frozenset[str]) -> Population:
    """Every living object as a subject, sorted out by kind, option and scope."""
    found = _populated(directory, options, domains, is_distrusted=False)
    if options.licences or not _licences_are_implausible(found.subjects, directory.scope):
        return found
    # Once more: that licences are trusted is the rule, and only who is sorted out by it tells that they are not to be.
    return _populated(directory, options, domains, is_distrusted=True)


def _populated(
    directory: Directory, options: SyncOptions, domains: frozenset[str], *, is_distrusted: bool
) -> Population:
    subjects: list[Subject] = []
    listed_by: dict[Address, tuple[EntraId, ...]] = {}
    for person in directory.people:
        subject = _person_subject(person, options, domains, directory.scope, is_distrusted=is_distrusted)
        subjects.append(subject)
        # Here and not in a loop of its own: a million texts are read slowly once they are out of the processor's caches.
        _note_listed(subject, listed_by)
    for group in directory.groups:
        subject = _group_subject(group, options, domains)
        subjects.append(subject)
        _note_listed(subject, listed_by)
    subjects.sort(key=lambda s: s.id)
    return Population(
        subjects=tuple(subjects),
        listed_by=listed_by,
        warnings=_warnings(directory, subjects, is_distrusted=is_distrusted),
    )


def _note_listed(subject: Subject, listed_by: dict[Address, tuple[EntraId, ...]]) -> None:
    # One tuple for all addresses that nobody else lists: mostly that is all of them.
    alone = (subject.id,)
    for address in subject.listed:
        others = listed_by.setdefault(address, alone)
        if others is not alone:
            listed_by[address] = tuple(sorted((*others, subject.id)))


def _person_subject(
    person: Person, options: SyncOptions, domains: frozenset[str], scope: Scope, *, is_distrusted: bool
) -> Subject:
    licence = licence_of(person, options.licences)
    kind = kind_of(person, licence)
    listed = listed_for(person)
    addresses = sort_out(
        listed, primary_smtp=person.primary_smtp, mail=person.mail, domains=domains, onmicrosoft=options.onmicrosoft
    )
    verdict = _person_verdict(person, kind, licence, options, scope, is_distrusted=is_distrusted)
    return person_subject(person, kind, verdict, listed=listed, addresses=addresses)


def _licences_are_implausible(subjects: Iterable[Subject], scope: Scope) -> bool:
    """Whether too many are unlicensed of the people who are enabled, in scope and nothing else first."""
    considered = unlicensed = 0
    for person in subjects:
        if person.kind not in (ObjectKind.ACTIVE_USER, ObjectKind.UNLICENSED_USER):
            continue
        if person.verdict is not SkipReason.UNREADABLE and is_in_scope(person.id, scope):
            considered += 1
            unlicensed += person.kind is ObjectKind.UNLICENSED_USER
    return is_implausible(unlicensed=unlicensed, considered=considered)


def _person_verdict(
    person: Person, kind: ObjectKind, licence: Licence, options: SyncOptions, scope: Scope, *, is_distrusted: bool
) -> Wish | SkipReason:
    if person.missing_properties:
        return SkipReason.UNREADABLE
    if kind is ObjectKind.GUEST:
        return SkipReason.GUEST
    if kind is ObjectKind.NO_MAIL:
        return SkipReason.NO_MAIL
    if MANAGED_BY[kind] not in options.what:
        return SkipReason.NOT_MANAGED
    if not is_in_scope(person.id, scope):
        return SkipReason.OUT_OF_SCOPE
    if kind is ObjectKind.SHARED_MAILBOX:
        return FUNCTIONAL
    if kind is ObjectKind.DISABLED_USER:
        return _disabled_verdict(person, licence, options)
    if licence is Licence.UNKNOWN_PLAN:
        return UNKNOWN_PLAN
    if kind is ObjectKind.UNLICENSED_USER and person.purpose is MailboxPurpose.UNKNOWN:
        return SkipReason.PURPOSE_UNKNOWN
    if kind is ObjectKind.UNLICENSED_USER:
        return LICENCES_DISTRUSTED if is_distrusted else _unlicensed_verdict(options)
    return USER


def _disabled_verdict(person: Person, licence: Licence, options: SyncOptions) -> Wish | SkipReason:
    if person.purpose is MailboxPurpose.UNKNOWN:
        return SkipReason.PURPOSE_UNKNOWN
    if person.purpose is MailboxPurpose.NOT_ASKED and licence is Licence.UNLICENSED:
        # May be a leaver or a shared mailbox: only what is right for both is done.
        both_managed = {What.DISABLED_USERS, What.SHARED_MAILBOXES} <= options.what
        if options.disabled_as is DisabledAs.FUNCTIONAL_ACCOUNT and both_managed:
            return FUNCTIONAL
        return SkipReason.PURPOSE_UNKNOWN
    match options.disabled_as:
        case DisabledAs.FUNCTIONAL_ACCOUNT:
            return FUNCTIONAL
        case DisabledAs.INACTIVE:
            return DEACTIVATE
        case DisabledAs.KEEP:
            return KEEP
        case DisabledAs.SKIP:
            return SkipReason.NOT_MANAGED


def _unlicensed_verdict(options: SyncOptions) -> Wish | SkipReason:
    match options.unlicensed_as:
        case UnlicensedAs.FUNCTIONAL_ACCOUNT:
            return FUNCTIONAL
        case UnlicensedAs.USER:
            return USER
        case UnlicensedAs.SKIP:
            return SkipReason.NOT_MANAGED


def _group_subject(group: Group, options: SyncOptions, domains: frozenset[str]) -> Subject:
    kind = KIND_OF_GROUP[group.kind]
    listed = listed_for(group)
    addresses = sort_out(
        listed, primary_smtp=group.primary_smtp, mail=group.mail, domains=domains, onmicrosoft=options.onmicrosoft
    )
    return group_subject(group, kind, _group_verdict(group, kind, options), listed=listed, addresses=addresses)


def _group_verdict(group: Group, kind: ObjectKind, options: SyncOptions) -> Wish | SkipReason:
    if group.missing_properties:
        return SkipReason.UNREADABLE
    if group.mail is None or group.kind is GroupKind.SECURITY:
        return SkipReason.NO_MAIL
    if MANAGED_BY.get(kind) not in options.what:
        return SkipReason.NOT_MANAGED
    return FUNCTIONAL


def _warnings(directory: Directory, subjects: Iterable[Subject], *, is_distrusted: bool) -> tuple[str, ...]:
    warnings: list[str] = []
    if is_distrusted:
        warnings.append(
            "licences_implausible: so many enabled people have no known mailbox plan that licences change no existing "
            "account in this plan, and new people become users. Set SYNC_LICENCES where your mailboxes come with other plans."
        )
    unknown = sum(1 for s in subjects if s.verdict is SkipReason.PURPOSE_UNKNOWN)
    if unknown:
        warnings.append(
            f"{unknown} disabled or unlicensed people may be shared mailboxes and are left alone. Grant MailboxSettings.Read to tell them apart."
        )
    if directory.certificate.unreadable_people:
        warnings.append(
            f"{directory.certificate.unreadable_people} people lack properties in Graph's answer and are left alone."
        )
    return tuple(warnings)
