"""The rows of a plan: what is added, updated, converted, handed over and removed, and what is blocked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry, SentAndRead
from shared.diff.options import DisabledAs, How, Leavers, SyncOptions
from shared.diff.plan import Blocked, Category, Change, Exemption, ObjectKind, Plan, SkipReason
from shared.model import Account, AccountType, Address, DeletedObject
from tests.builders.sides import NOW, account, directory, entra_id, group, organization, person, plan

REMOVING = SyncOptions(how=frozenset(How), grace_days=0)


def entry(owned: Account, **fields: object) -> LedgerEntry:
    """What the ledger has of an account that was last written as it is now."""
    known = LedgerEntry(
        kind=ObjectKind.ACTIVE_USER,
        uid=owned.uid,
        address=owned.primary_email,
        addresses={a: AddressNote(origin=AddressOrigin.ENTRA) for a in owned.addresses},
        type=owned.type,
        is_active=owned.is_active,
        first_seen_at=NOW - timedelta(days=90),
        last_seen_at=NOW - timedelta(hours=1),
    )
    return replace(known, **fields)  # type: ignore[arg-type]


def only(found: Plan, category: Category) -> Change:
    (row,) = [c for c in found.changes if c.category is category]
    return row


def test_a_new_person_is_added_with_all_registered_addresses() -> None:
    ann = person(1, "ann", aliases=("a.smith@example.com", "ann@elsewhere.example"))
    row = only(plan(directory([ann]), organization()), Category.ADD_USER)

    assert row.ticked
    assert row.after.primary_email == "ann@example.com"
    assert row.after.alias_emails == ("a.smith@example.com",)
    assert row.after.type is AccountType.END_USER
    assert any("ann@elsewhere.example" in warning for warning in row.warnings)


def test_new_people_get_the_default_role() -> None:
    options = SyncOptions(default_role=AccountType.SILENT_USER)
    row = only(plan(directory([person(1, "ann")]), organization(), options=options), Category.ADD_USER)

    assert row.after.type is AccountType.SILENT_USER


def test_a_new_group_is_added_as_a_functional_account_under_its_name() -> None:
    row = only(plan(directory([], [group(1, "sales")]), organization()), Category.ADD_GROUP)

    assert row.after.type is AccountType.FUNCTIONAL_ACCOUNT
    assert (row.after.firstname, row.after.surname) == ("Sales", "")


def test_a_person_whose_primary_is_not_registered_gets_the_first_registered_alias_as_primary() -> None:
    ann = person(1, "ann", domain="elsewhere.example", aliases=("b@example.com", "a@example.com"))
    row = only(plan(directory([ann]), organization()), Category.ADD_USER)

    assert row.after.primary_email == "a@example.com"
    assert row.after.alias_emails == ("b@example.com",)


def test_a_person_without_any_registered_address_is_blocked() -> None:
    row = only(plan(directory([person(1, "ann", domain="elsewhere.example")]), organization()), Category.ADD_USER)

    assert row.blocked is Blocked.UNREGISTERED_DOMAIN
    assert "elsewhere.example" in row.reason


def test_a_new_person_whose_primary_is_on_another_account_is_blocked_and_the_holder_is_named() -> None:
    held = account(5, "info", aliases=("ann@example.com",))
    row = only(plan(directory([person(1, "ann")]), organization([held])), Category.ADD_USER)

    assert row.blocked is Blocked.ADDRESS_IN_USE
    assert "info@example.com" in row.reason


def test_of_two_new_people_with_one_primary_the_second_is_a_conflict() -> None:
    found = plan(directory([person(1, "ann"), person(2, "ann")]), organization())

    assert sorted((c.blocked is Blocked.CONFLICT) for c in found.changes) == [False, True]


def test_a_matching_account_needs_no_change_and_is_adopted() -> None:
    found = plan(directory([person(1, "ann")]), organization([account(5, "ann")]))

    assert found.changes == ()
    assert [(a.entra_id, a.uid, a.type) for a in found.adoptions] == [(entra_id(1), "5", AccountType.END_USER)]


def test_missing_aliases_and_a_differing_name_are_one_update() -> None:
    ann = person(1, "ann", aliases=("a.smith@example.com",))
    row = only(plan(directory([ann]), organization([account(5, "ann", firstname="Anne")])), Category.UPDATE_USER)

    assert row.ticked
    assert row.fields == ("alias_emails", "firstname")
    assert (row.before.firstname, row.after.firstname) == ("Anne", "Ann")
    assert row.after.alias_emails == ("a.smith@example.com",)


def test_a_changed_primary_is_a_rename_that_keeps_the_old_address() -> None:
    ann = person(1, "ann.miller", aliases=("ann@example.com",))
    known = account(5, "ann")
    found = plan(directory([ann]), organization([known]), ledger=Ledger(entries={entra_id(1): entry(known)}))
    row = only(found, Category.UPDATE_USER)

    assert (row.before.primary_email, row.after.primary_email) == ("ann@example.com", "ann.miller@example.com")
    assert "ann@example.com stays as an alias" in row.mail_impact


def test_a_rename_that_essentials_refused_before_is_no_difference() -> None:
    ann = person(1, "ann.miller", aliases=("ann@example.com",))
    known = account(5, "ann", aliases=("ann.miller@example.com",), firstname="Ann.Miller")
    refused = {"primary_email": SentAndRead(sent="ann.miller@example.com", read="ann@example.com")}
    ledger = Ledger(entries={entra_id(1): entry(known, read_otherwise=refused)})

    assert plan(directory([ann]), organization([known]), ledger=ledger).changes == ()


def test_the_account_of_the_ledger_belongs_to_the_object_whatever_its_addresses() -> None:
    moved = account(5, "somebody.else", firstname="Ann")
    found = plan(
        directory([person(1, "ann")]), organization([moved]), ledger=Ledger(entries={entra_id(1): entry(moved)})
    )

    assert only(found, Category.UPDATE_USER).uid == "5"
    assert not [c for c in found.changes if c.category is Category.ADD_USER]


def test_an_account_made_later_at_the_address_of_the_ledger_is_another_one() -> None:
    later = account(6, "ann")
    ledger = Ledger(entries={entra_id(1): entry(account(5, "ann"))})
    (adopted,) = plan(directory([person(1, "ann")]), organization([later]), ledger=ledger).adoptions

    assert adopted.uid == "6"


def test_an_alias_that_entra_does_not_list_is_blocked_and_strays_are_a_row_of_their_own() -> None:
    known = account(5, "ann", aliases=("old@example.com", "stray@example.com"))
    noted = entry(known, addresses={Address("old@example.com"): AddressNote(origin=AddressOrigin.ENTRA)})
    found = plan(directory([person(1, "ann")]), organization([known]), ledger=Ledger(entries={entra_id(1): noted}))

    assert {c.before.alias_emails for c in found.changes} == {("old@example.com",), ("stray@example.com",)}
    assert all(c.takes and c.blocked is Blocked.NO_PROOF for c in found.changes)


def test_an_alias_that_entra_gives_to_another_person_is_handed_over_in_a_chain() -> None:
    ann = person(1, "ann")
    bob = person(2, "bob", aliases=("team@example.com",))
    accounts = [account(5, "ann", aliases=("team@example.com",)), account(6, "bob")]
    found = plan(directory([ann, bob]), organization(accounts))
    freed, given = sorted(found.changes, key=lambda c: not c.takes)

    assert freed.chain == given.chain is not None
    assert (freed.uid, freed.before.alias_emails) == ("5", ("team@example.com",))
    assert (given.uid, given.after.alias_emails) == ("6", ("team@example.com",))
    assert {freed.blocked, given.blocked} == {Blocked.NO_PROOF}


def test_a_new_account_is_added_without_an_alias_that_another_account_has() -> None:
    bob = person(2, "bob", aliases=("team@example.com",))
    holder = account(5, "info", aliases=("team@example.com",))
    found = plan(directory([bob]), organization([holder]))
    row = only(found, Category.ADD_USER)

    assert row.ticked
    assert row.after.alias_emails == ()
    assert any("team@example.com belongs to the account info@example.com" in w for w in row.warnings)
    assert [c.blocked for c in found.changes if c.chain] == [Blocked.NO_PROOF, Blocked.NO_PROOF]


def test_a_user_whose_mailbox_is_shared_would_become_functional_but_nothing_proves_it_yet() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)
    row = only(plan(directory([disabled]), organization([account(5, "ann")])), Category.CONVERT_USER)

    assert row.takes
    assert row.blocked is Blocked.NO_PROOF
    assert (row.before.type, row.after.type) == (AccountType.END_USER, AccountType.FUNCTIONAL_ACCOUNT)


def test_a_functional_account_becomes_a_user_by_a_tick_only_while_nothing_was_noted() -> None:
    functional = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    first = plan(directory([person(1, "ann")]), organization([functional]))
    noted = Ledger(entries={entra_id(1): entry(functional)})
    second = plan(directory([person(1, "ann")]), organization([functional]), ledger=noted)

    assert not only(first, Category.CONVERT_USER).ticked
    assert only(second, Category.CONVERT_USER).ticked


def test_a_type_changed_by_hand_is_kept_and_shown_unticked() -> None:
    by_hand = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    ledger = Ledger(entries={entra_id(1): entry(by_hand, type=AccountType.SILENT_USER)})
    row = only(plan(directory([person(1, "ann")]), organization([by_hand]), ledger=ledger), Category.CONVERT_USER)

    assert not row.ticked
    assert row.blocked is None
    assert "by hand" in row.reason
    assert row.after.type is AccountType.SILENT_USER


def test_an_inactive_account_of_an_active_person_is_activated() -> None:
    row = only(
        plan(directory([person(1, "ann")]), organization([account(5, "ann", is_active=False)])), Category.CONVERT_USER
    )

    assert row.ticked
    assert not row.takes
    assert row.after.is_active is True


def test_a_deactivation_is_blocked_without_proof() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)
    options = SyncOptions(disabled_as=DisabledAs.INACTIVE)
    row = only(plan(directory([disabled]), organization([account(5, "ann")]), options=options), Category.CONVERT_USER)

    assert (row.takes, row.blocked) == (True, Blocked.NO_PROOF)


@pytest.mark.parametrize(
    ("left_out", "missing"),
    [
        (How.ADD_USERS, Category.ADD_USER),
        (How.UPDATE_USERS, Category.UPDATE_USER),
        (How.ADD_GROUPS, Category.ADD_GROUP),
        (How.UPDATE_GROUPS, Category.UPDATE_GROUP),
    ],
)
def test_what_the_options_leave_out_is_not_planned(left_out: How, missing: Category) -> None:
    both = directory(
        [person(1, "ann"), person(2, "bob", aliases=("b@example.com",))],
        [group(3, "sales"), group(4, "staff", aliases=("all@example.com",))],
    )
    there = organization([account(5, "bob"), account(6, "staff", type=AccountType.FUNCTIONAL_ACCOUNT, surname="")])
    everything = {c.category for c in plan(both, there).changes}
    less = {c.category for c in plan(both, there, options=SyncOptions(how=frozenset(set(How) - {left_out}))).changes}

    assert everything - less == {missing}


@pytest.mark.parametrize(
    ("leavers", "category"),
    [
        (Leavers.REMOVE, Category.REMOVE_USER),
        (Leavers.INACTIVE, Category.CONVERT_USER),
        (Leavers.FUNCTIONAL_ACCOUNT, Category.CONVERT_USER),
    ],
)
def test_the_account_of_a_missing_person_is_planned_by_policy_and_blocked(leavers: Leavers, category: Category) -> None:
    gone = account(5, "ann")
    ledger = Ledger(entries={entra_id(1): entry(gone)})
    row = only(
        plan(directory(), organization([gone]), ledger=ledger, options=replace(REMOVING, leavers=leavers)), category
    )

    assert (row.entra_id, row.takes, row.blocked) == (entra_id(1), True, Blocked.NO_PROOF)


def test_nothing_happens_to_a_missing_person_during_the_grace() -> None:
    gone = account(5, "ann")
    ledger = Ledger(entries={entra_id(1): entry(gone)})
    deleted = DeletedObject(id=entra_id(1), deleted_at=NOW - timedelta(days=6))
    options = replace(REMOVING, grace_days=7)
    both = directory(deleted=[deleted])

    assert plan(both, organization([gone]), ledger=ledger, options=options).changes == ()
    later = plan(both, organization([gone]), ledger=ledger, options=options, now=NOW + timedelta(days=1))
    assert len(later.changes) == 1


def test_a_stray_functional_account_warns_of_what_graph_cannot_show() -> None:
    stray = account(5, "contact", type=AccountType.FUNCTIONAL_ACCOUNT)
    row = only(plan(directory(), organization([stray]), options=REMOVING), Category.REMOVE_GROUP)

    assert row.entra_id is None
    assert any("mail contacts" in warning for warning in row.warnings)


def test_an_account_of_an_object_that_is_not_managed_is_no_stray() -> None:
    options = replace(REMOVING, what=frozenset())

    assert plan(directory([person(1, "ann")]), organization([account(5, "ann")]), options=options).changes == ()


def test_an_exemption_freezes_the_person_and_the_account_whichever_has_the_address() -> None:
    ann = person(1, "ann", aliases=("new@example.com",))
    there = organization([account(5, "ann", firstname="Anne", aliases=("hand.made@example.com",))])
    for address in ("new@example.com", "hand.made@example.com"):
        exemption = Exemption(id="x", address=Address(address), reason="asked", by="ann", until=None)
        found = plan(directory([ann]), there, exemptions=[exemption], options=REMOVING)

        assert found.changes == ()
        assert [s.reason for s in found.skipped] == [SkipReason.EXEMPT]


def test_an_exemption_that_has_ended_does_not_count() -> None:
    ended = Exemption(id="x", address=Address("ann@example.com"), reason="asked", by="ann", until=NOW)

    assert len(plan(directory([person(1, "ann")]), organization(), exemptions=[ended]).changes) == 1


def test_the_native_syncs_exemptions_are_honoured() -> None:
    there = organization([account(5, "ann", firstname="Anne")], native_exemptions=["ann@example.com"])

    assert plan(directory([person(1, "ann")]), there).changes == ()


def test_additions_beyond_the_licence_are_blocked_in_order_of_address() -> None:
    found = plan(directory([person(1, "zoe"), person(2, "ann"), person(3, "bob")]), organization(seats=3))

    assert [(c.address, c.blocked) for c in found.changes] == [
        ("ann@example.com", None),
        ("bob@example.com", None),
        ("zoe@example.com", Blocked.NO_SEAT),
    ]
    assert (found.seats.used_before, found.seats.used_after, found.seats.limit) == (1, 3, 3)


def test_functional_accounts_need_no_seat() -> None:
    found = plan(directory([], [group(1, "sales")]), organization(seats=1))

    assert only(found, Category.ADD_GROUP).ticked


def test_a_primary_that_belonged_to_a_missing_object_is_not_taken_over() -> None:
    old = account(5, "ann")
    ledger = Ledger(entries={entra_id(77): entry(old)})
    row = only(plan(directory([person(1, "ann")]), organization([old]), ledger=ledger), Category.ADD_USER)

    assert row.blocked is Blocked.NO_PROOF


def test_welcome_mails_are_counted_for_new_end_users_only() -> None:
    both = directory([person(1, "ann")], [group(2, "sales")])

    assert plan(both, organization(), options=SyncOptions(welcome_email=True)).welcome_emails == 1
    assert plan(both, organization()).welcome_emails == 0
