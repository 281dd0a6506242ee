"""What each Entra object counts as, and what becomes of it."""

from dataclasses import replace

import pytest

from shared.diff.licences import OTHER_EXCHANGE_PLANS, Licence, licence_of
from shared.diff.mapping import kind_of, populate
from shared.diff.options import DisabledAs, Onmicrosoft, SyncOptions, UnlicensedAs, What
from shared.diff.plan import ObjectKind, SkipReason
from shared.diff.subject import ActivityWish, Subject, TypeWish, Wish
from shared.model import AssignedPlan, Directory, GroupKind, MailboxPurpose, MembersOnly, Person
from tests.builders.sides import DOMAIN, MAILBOX, directory, entra_id, group, person

DOMAINS = frozenset({DOMAIN})
UNLICENSED = {"exchange_plans": ()}


def subject(of: Person, options: SyncOptions | None = None, *, others: int = 9) -> Subject:
    """The subject of one person among licensed others, who keep the licences plausible."""
    crowd = [person(900 + i, f"other{i}") for i in range(others)]
    found = populate(directory([of, *crowd]), options or SyncOptions(), DOMAINS)
    return next(s for s in found.subjects if s.id == of.id)


def wish(of: Person, options: SyncOptions | None = None) -> Wish:
    verdict = subject(of, options).verdict
    assert isinstance(verdict, Wish)
    return verdict


def test_an_enabled_licensed_person_is_an_active_user() -> None:
    found = wish(person(1, "ann"))

    assert (found.type, found.activity, found.may_add) == (TypeWish.USER, ActivityWish.ACTIVE, True)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"is_guest": True}, SkipReason.GUEST),
        ({"mail": None, "primary_smtp": None}, SkipReason.NO_MAIL),
        ({"missing_properties": ("accountEnabled",)}, SkipReason.UNREADABLE),
    ],
)
def test_guests_people_without_mail_and_unreadable_people_are_skipped(
    fields: dict[str, object], reason: SkipReason
) -> None:
    assert subject(replace(person(1, "ann"), **fields)).verdict is reason  # type: ignore[arg-type]


@pytest.mark.parametrize("purpose", [MailboxPurpose.SHARED, MailboxPurpose.ROOM, MailboxPurpose.EQUIPMENT])
@pytest.mark.parametrize("enabled", [True, False])
def test_shared_room_and_equipment_mailboxes_become_functional_accounts(purpose: MailboxPurpose, enabled: bool) -> None:
    mailbox = replace(person(1, "office"), purpose=purpose, account_enabled=enabled, exchange_plans=())

    assert subject(mailbox).kind is ObjectKind.SHARED_MAILBOX
    assert wish(mailbox).type is TypeWish.FUNCTIONAL


def test_an_enabled_licensed_shared_mailbox_is_a_person() -> None:
    assert kind_of(replace(person(1, "ann"), purpose=MailboxPurpose.SHARED), Licence.LICENSED) is ObjectKind.ACTIVE_USER


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (DisabledAs.FUNCTIONAL_ACCOUNT, (TypeWish.FUNCTIONAL, ActivityWish.ACTIVE, True)),
        (DisabledAs.INACTIVE, (TypeWish.AS_IT_IS, ActivityWish.INACTIVE, False)),
        (DisabledAs.KEEP, (TypeWish.AS_IT_IS, ActivityWish.AS_IT_IS, False)),
    ],
)
def test_a_disabled_licensed_person_is_treated_by_policy(
    policy: DisabledAs, expected: tuple[TypeWish, ActivityWish, bool]
) -> None:
    found = wish(replace(person(1, "ann"), account_enabled=False), SyncOptions(disabled_as=policy))

    assert (found.type, found.activity, found.may_add) == expected


def test_a_disabled_person_is_skipped_where_the_policy_says_so() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)

    assert subject(disabled, SyncOptions(disabled_as=DisabledAs.SKIP)).verdict is SkipReason.NOT_MANAGED


@pytest.mark.parametrize("policy", [DisabledAs.INACTIVE, DisabledAs.KEEP, DisabledAs.SKIP])
def test_a_disabled_person_who_may_be_a_shared_mailbox_is_left_alone(policy: DisabledAs) -> None:
    either = replace(person(1, "ann"), account_enabled=False, exchange_plans=())

    assert subject(either, SyncOptions(disabled_as=policy)).verdict is SkipReason.PURPOSE_UNKNOWN


def test_a_disabled_person_who_may_be_a_shared_mailbox_becomes_functional_where_that_is_right_for_both() -> None:
    either = replace(person(1, "ann"), account_enabled=False, exchange_plans=())
    only_disabled = SyncOptions(what=frozenset({What.ACTIVE_USERS, What.DISABLED_USERS}))

    assert wish(either).type is TypeWish.FUNCTIONAL
    assert subject(either, only_disabled).verdict is SkipReason.PURPOSE_UNKNOWN


@pytest.mark.parametrize(
    ("policy", "expected"),
    [(UnlicensedAs.FUNCTIONAL_ACCOUNT, TypeWish.FUNCTIONAL), (UnlicensedAs.USER, TypeWish.USER)],
)
def test_an_unlicensed_person_is_treated_by_policy(policy: UnlicensedAs, expected: TypeWish) -> None:
    unlicensed = replace(person(1, "ann"), exchange_plans=())

    assert wish(unlicensed, SyncOptions(unlicensed_as=policy)).type is expected


def test_an_unlicensed_person_is_skipped_where_the_policy_says_so() -> None:
    unlicensed = replace(person(1, "ann"), exchange_plans=())

    assert subject(unlicensed, SyncOptions(unlicensed_as=UnlicensedAs.SKIP)).verdict is SkipReason.NOT_MANAGED


def test_somebody_whose_only_exchange_plan_is_unknown_keeps_type_and_activity_with_a_warning() -> None:
    unknown = AssignedPlan(plan_id="99999999-9999-4999-8999-999999999999", state="Enabled")
    found = wish(replace(person(1, "ann"), exchange_plans=(unknown,)))

    assert (found.type, found.activity, found.may_add) == (TypeWish.AS_IT_IS, ActivityWish.AS_IT_IS, True)
    assert found.warning


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("Enabled", Licence.LICENSED),
        ("Warning", Licence.LICENSED),
        ("Suspended", Licence.UNLICENSED),
        ("LockedOut", Licence.UNLICENSED),
        ("Deleted", Licence.UNLICENSED),
    ],
)
def test_a_mailbox_plan_counts_while_it_is_enabled_or_in_its_grace_period(state: str, expected: Licence) -> None:
    plans = (AssignedPlan(plan_id=MAILBOX.plan_id, state=state),)

    assert licence_of(replace(person(1, "ann"), exchange_plans=plans), frozenset()) is expected


def test_exchange_plans_without_a_mailbox_do_not_count() -> None:
    plans = tuple(AssignedPlan(plan_id=p, state="Enabled") for p in sorted(OTHER_EXCHANGE_PLANS))

    assert licence_of(replace(person(1, "ann"), exchange_plans=plans), frozenset()) is Licence.UNLICENSED


def test_chosen_sku_ids_count_instead_of_plans() -> None:
    chosen = frozenset({"sku-a"})

    assert licence_of(replace(person(1, "ann"), sku_ids=("sku-a",), exchange_plans=()), chosen) is Licence.LICENSED
    assert licence_of(person(1, "ann"), chosen) is Licence.UNLICENSED


def crowd(*, licensed: int, unlicensed: int) -> Directory:
    people = [person(i, f"licensed{i}") for i in range(licensed)]
    people += [replace(person(100 + i, f"unlicensed{i}"), exchange_plans=()) for i in range(unlicensed)]
    return directory(people)


def test_licences_decide_nothing_for_existing_accounts_when_too_many_people_seem_unlicensed() -> None:
    found = populate(crowd(licensed=6, unlicensed=4), SyncOptions(), DOMAINS)
    verdicts = [s.verdict for s in found.subjects if s.kind is ObjectKind.UNLICENSED_USER]

    assert all(isinstance(v, Wish) and v.type is TypeWish.AS_IT_IS and v.may_add for v in verdicts)
    assert any("licences_implausible" in warning for warning in found.warnings)


def test_licences_decide_while_thirty_percent_or_less_seem_unlicensed() -> None:
    found = populate(crowd(licensed=7, unlicensed=3), SyncOptions(), DOMAINS)
    verdicts = [s.verdict for s in found.subjects if s.kind is ObjectKind.UNLICENSED_USER]

    assert all(isinstance(v, Wish) and v.type is TypeWish.FUNCTIONAL for v in verdicts)
    assert found.warnings == ()


def test_chosen_sku_ids_are_never_distrusted() -> None:
    found = populate(crowd(licensed=1, unlicensed=9), SyncOptions(licences=frozenset({"sku-a"})), DOMAINS)

    assert not any("licences_implausible" in warning for warning in found.warnings)


def test_a_kind_left_out_is_not_managed() -> None:
    options = SyncOptions(what=frozenset({What.DISTRIBUTION_GROUPS}))

    assert subject(person(1, "ann"), options).verdict is SkipReason.NOT_MANAGED


def test_people_outside_the_scope_groups_are_skipped_and_groups_are_not() -> None:
    scope = MembersOnly(group_ids=(entra_id(50),), people=frozenset({entra_id(1)}))
    both = directory([person(1, "ann"), person(2, "bob")], [group(60, "list")], scope=scope)
    verdicts = {s.id: s.verdict for s in populate(both, SyncOptions(), DOMAINS).subjects}

    assert isinstance(verdicts[entra_id(1)], Wish)
    assert verdicts[entra_id(2)] is SkipReason.OUT_OF_SCOPE
    assert isinstance(verdicts[entra_id(60)], Wish)


@pytest.mark.parametrize(
    ("kind", "managed_by"),
    [
        (GroupKind.DISTRIBUTION, What.DISTRIBUTION_GROUPS),
        (GroupKind.MAIL_ENABLED_SECURITY, What.SECURITY_GROUPS),
        (GroupKind.MICROSOFT365, What.MICROSOFT365_GROUPS),
    ],
)
def test_mail_enabled_groups_become_functional_accounts_where_their_kind_is_managed(
    kind: GroupKind, managed_by: What
) -> None:
    one = directory([], [group(1, "list", kind=kind)])
    (managed,) = populate(one, SyncOptions(what=frozenset({managed_by})), DOMAINS).subjects
    (left_out,) = populate(one, SyncOptions(what=frozenset(set(What) - {managed_by})), DOMAINS).subjects

    assert isinstance(managed.verdict, Wish)
    assert managed.verdict.type is TypeWish.FUNCTIONAL
    assert left_out.verdict is SkipReason.NOT_MANAGED


def test_a_security_group_without_mail_cannot_be_represented() -> None:
    plain = replace(group(1, "staff", kind=GroupKind.SECURITY), mail=None, primary_smtp=None)
    (found,) = populate(directory([], [plain]), SyncOptions(), DOMAINS).subjects

    assert found.verdict is SkipReason.NO_MAIL


def test_the_primary_address_is_the_smtp_entry_and_a_differing_mail_counts_too() -> None:
    found = subject(replace(person(1, "ann"), primary_smtp="a.smith@example.com")).addresses  # type: ignore[arg-type]

    assert found is not None
    assert found.primary == "a.smith@example.com"
    assert found.registered == ("a.smith@example.com", "ann@example.com")
    assert found.differs_from_mail


def test_onmicrosoft_addresses_are_left_out_by_option_and_unregistered_domains_always() -> None:
    many = person(1, "ann", aliases=("ann@contoso.onmicrosoft.com", "ann@elsewhere.example"))
    skipped = subject(many).addresses
    included = (
        populate(
            directory([many]),
            SyncOptions(onmicrosoft=Onmicrosoft.INCLUDE),
            DOMAINS | {"contoso.onmicrosoft.com"},
        )
        .subjects[0]
        .addresses
    )

    assert skipped is not None
    assert skipped.registered == ("ann@example.com",)
    assert skipped.left_out == ("ann@elsewhere.example",)
    assert included is not None
    assert "ann@contoso.onmicrosoft.com" in included.registered


def test_the_display_name_stands_in_where_entra_has_no_other_name() -> None:
    found = subject(replace(person(1, "office"), given_name="", surname="", display_name="Front Office"))

    assert (found.firstname, found.surname) == ("Front Office", "")


def test_somebody_whose_purpose_entra_does_not_tell_is_left_as_they_are() -> None:
    for fields in ({"account_enabled": False}, {"exchange_plans": ()}):
        untold = replace(person(1, "ann"), purpose=MailboxPurpose.UNKNOWN, **fields)

        assert subject(untold).verdict is SkipReason.PURPOSE_UNKNOWN
