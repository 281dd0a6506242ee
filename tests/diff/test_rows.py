"""The rows of a plan: what is added, updated, converted, handed over and removed, and what is blocked."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.diff.evidence import Evidence
from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, SentAndRead, scope_fingerprint
from shared.diff.options import DisabledAs, How, Leavers, SyncOptions
from shared.diff.ordering import steps
from shared.diff.plan import Blocked, Category, Change, Exemption, ObjectKind, Plan, SkipReason
from shared.model import AccountType, Address, DeletedObject, GroupKind, MembersOnly
from tests.builders.ledger import entry, knowing
from tests.builders.sides import NOW, account, directory, entra_id, group, organization, person, plan

REMOVING = SyncOptions(how=frozenset(How), grace_days=0)


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


def test_a_new_person_whose_primary_is_somebodys_primary_is_blocked_and_the_holder_is_named() -> None:
    held = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    other = replace(person(2, "info"), smtp_aliases=("ann@example.com",), mail=None)  # type: ignore[arg-type]
    found = plan(directory([person(1, "ann"), other]), organization([held]), ledger=knowing({2: held}))
    row = only(found, Category.ADD_USER)

    assert row.blocked in (Blocked.ADDRESS_IN_USE, Blocked.CONFLICT)
    assert "ann@example.com" in row.reason


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
    found = plan(directory([ann]), organization([known]), ledger=knowing({1: known}))
    row = only(found, Category.UPDATE_USER)

    assert (row.before.primary_email, row.after.primary_email) == ("ann@example.com", "ann.miller@example.com")
    assert "ann@example.com stays as an alias" in row.mail_impact


def test_the_primary_that_a_rename_leaves_behind_is_dropped_in_a_row_of_its_own_once_nobody_has_it() -> None:
    known = account(5, "ann", firstname="Ann.Miller")
    ledger = knowing({1: known})
    both = directory([person(1, "ann.miller")])
    at_once = plan(both, organization([known]), ledger=ledger, options=SyncOptions(grace_days=0))
    in_the_grace = plan(both, organization([known]), ledger=ledger)

    assert [(c.after.primary_email, c.before.alias_emails) for c in in_the_grace.changes] == [
        ("ann.miller@example.com", None)
    ]
    dropped = [c for c in at_once.changes if c.takes]
    assert [(c.before.alias_emails, c.ticked) for c in dropped] == [(("ann@example.com",), True)]


def test_a_rename_that_essentials_refused_before_is_no_difference() -> None:
    ann = person(1, "ann.miller", aliases=("ann@example.com",))
    known = account(5, "ann", aliases=("ann.miller@example.com",), firstname="Ann.Miller")
    refused = {"primary_email": SentAndRead(sent="ann.miller@example.com", read="ann@example.com")}
    ledger = knowing({1: known}, read_otherwise=refused)

    assert plan(directory([ann]), organization([known]), ledger=ledger).changes == ()


def test_the_account_of_the_ledger_belongs_to_the_object_whatever_its_addresses() -> None:
    moved = account(5, "somebody.else", firstname="Ann")
    found = plan(directory([person(1, "ann")]), organization([moved]), ledger=knowing({1: moved}))

    assert only(found, Category.UPDATE_USER).uid == "5"
    assert not [c for c in found.changes if c.category is Category.ADD_USER]


def test_an_account_made_later_at_the_address_of_the_ledger_is_another_one() -> None:
    later = account(6, "ann")
    ledger = knowing({1: account(5, "ann")})
    (adopted,) = plan(directory([person(1, "ann")]), organization([later]), ledger=ledger).adoptions

    assert adopted.uid == "6"


def test_an_alias_that_entra_gave_once_is_dropped_and_strays_are_an_unticked_row_of_their_own() -> None:
    known = account(5, "ann", aliases=("old@example.com", "stray@example.com"))
    noted = entry(known, addresses={Address("old@example.com"): AddressNote(origin=AddressOrigin.ENTRA)})
    found = plan(
        directory([person(1, "ann")]),
        organization([known]),
        ledger=Ledger(entries={entra_id(1): noted}),
        options=SyncOptions(grace_days=0),
    )
    rows = {c.before.alias_emails: c for c in found.changes}

    assert rows[(Address("old@example.com"),)].ticked
    assert rows[(Address("old@example.com"),)].proof
    assert not rows[(Address("stray@example.com"),)].ticked
    assert rows[(Address("stray@example.com"),)].blocked is None
    assert all(c.takes for c in found.changes)


def test_an_alias_that_entra_gives_to_another_person_is_handed_over_in_a_chain() -> None:
    ann = person(1, "ann")
    bob = person(2, "bob", aliases=("team@example.com",))
    accounts = [account(5, "ann", aliases=("team@example.com",)), account(6, "bob")]
    ledger = knowing({1: accounts[0], 2: accounts[1]})
    found = plan(directory([ann, bob]), organization(accounts), ledger=ledger)
    freed, given = sorted(found.changes, key=lambda c: not c.takes)

    assert freed.chain == given.chain is not None
    assert (freed.uid, freed.before.alias_emails) == ("5", ("team@example.com",))
    assert (given.uid, given.after.alias_emails) == ("6", ("team@example.com",))
    assert freed.ticked
    assert given.ticked
    assert freed.proof


def test_a_chain_that_frees_a_stray_address_is_unticked() -> None:
    bob = person(2, "bob", aliases=("team@example.com",))
    accounts = [account(5, "ann", aliases=("team@example.com",)), account(6, "bob")]
    found = plan(directory([person(1, "ann"), bob]), organization(accounts))

    assert [(c.ticked, c.blocked) for c in found.changes] == [(False, None), (False, None)]


def test_two_people_who_swap_aliases_are_one_chain() -> None:
    ann, bob = person(1, "ann", aliases=("y@example.com",)), person(2, "bob", aliases=("x@example.com",))
    accounts = [account(5, "ann", aliases=("x@example.com",)), account(6, "bob", aliases=("y@example.com",))]
    ledger = knowing({1: accounts[0], 2: accounts[1]})
    found = plan(directory([ann, bob]), organization(accounts), ledger=ledger)

    assert len(found.changes) == 4
    assert len({c.chain for c in found.changes}) == 1
    assert all(c.ticked for c in found.changes)


def test_a_primary_that_its_owner_gives_up_goes_to_the_new_owner_in_one_chain() -> None:
    ann, bob = person(1, "ann.miller"), person(2, "bob", aliases=("ann@example.com",))
    accounts = [account(5, "ann", firstname="Ann.Miller"), account(6, "bob")]
    ledger = knowing({1: accounts[0], 2: accounts[1]})
    found = plan(directory([ann, bob]), organization(accounts), ledger=ledger)

    assert {c.after.primary_email for c in found.changes} >= {"ann.miller@example.com"}
    assert len({c.chain for c in found.changes}) == 1
    assert len(found.changes) == 3
    assert all(c.ticked for c in found.changes)


def test_two_people_who_swap_primary_addresses_keep_what_they_have() -> None:
    people = [replace(person(1, "bob"), given_name="Ann"), replace(person(2, "ann"), given_name="Bob")]
    accounts = [account(5, "ann"), account(6, "bob")]
    ledger = knowing({1: accounts[0], 2: accounts[1]})

    assert plan(directory(people), organization(accounts), ledger=ledger).changes == ()


def test_an_address_that_a_third_object_has_too_is_not_handed_over() -> None:
    bob = person(2, "bob", aliases=("team@example.com",))
    unmanaged = replace(group(3, "list", kind=GroupKind.MICROSOFT365), smtp_aliases=(Address("team@example.com"),))
    accounts = [account(5, "ann", aliases=("team@example.com",)), account(6, "bob")]
    ledger = knowing({1: accounts[0]})
    found = plan(directory([person(1, "ann"), bob], [unmanaged]), organization(accounts), ledger=ledger)

    assert {c.blocked for c in found.changes} == {Blocked.ADDRESS_IN_USE}


def test_nothing_is_handed_unattended_to_an_account_that_we_created_less_than_an_hour_ago() -> None:
    bob = person(2, "bob", aliases=("team@example.com",))
    accounts = [account(5, "ann", aliases=("team@example.com",)), account(6, "bob")]
    young = entry(accounts[1], created_at=NOW - timedelta(minutes=59))
    entries = {entra_id(1): entry(accounts[0]), entra_id(2): young}
    both = directory([person(1, "ann"), bob])
    now = plan(both, organization(accounts), ledger=Ledger(entries=entries))
    later = plan(both, organization(accounts), ledger=Ledger(entries=entries), now=NOW + timedelta(minutes=2))

    assert not any(c.ticked for c in now.changes)
    assert all(c.ticked for c in later.changes)


def test_a_new_person_whose_primary_is_somebodys_alias_is_added_by_a_tick_with_the_freeing_in_its_chain() -> None:
    held = account(5, "info", aliases=("ann@example.com",))
    ledger = knowing({9: held})
    found = plan(directory([person(1, "ann"), person(9, "info")]), organization([held]), ledger=ledger)
    added = only(found, Category.ADD_USER)

    assert (added.ticked, added.blocked) == (False, None)
    assert added.after.primary_email == "ann@example.com"
    assert [c.chain for c in found.changes if c.takes] == [added.chain]


def test_a_leavers_primary_goes_to_somebody_with_an_account_by_a_tick_that_removes_the_leavers_account() -> None:
    gone, bob = account(5, "ann"), person(2, "bob", aliases=("ann@example.com",))
    accounts = [gone, account(6, "bob")]
    ledger = knowing({1: gone, 2: accounts[1]})
    options = SyncOptions(how=frozenset(How))
    without = plan(directory([bob]), organization(accounts), ledger=ledger, options=options)
    found = plan(
        directory([bob]),
        organization(accounts),
        ledger=ledger,
        options=options,
        evidence=Evidence(gone=frozenset({entra_id(1)})),
    )

    assert not [c for c in without.changes if c.blocked is None]
    removal = only(found, Category.REMOVE_USER)
    given = only(found, Category.UPDATE_USER)
    assert removal.chain == given.chain is not None
    assert (removal.ticked, removal.blocked, given.ticked, given.blocked) == (False, None, False, None)


def test_a_new_account_is_added_without_an_alias_that_another_account_has() -> None:
    bob = person(2, "bob", aliases=("team@example.com",))
    holder = account(5, "info", aliases=("team@example.com",))
    found = plan(directory([bob]), organization([holder]))
    row = only(found, Category.ADD_USER)

    assert row.ticked
    assert row.after.alias_emails == ()
    assert any("team@example.com belongs to the account info@example.com" in w for w in row.warnings)
    assert [(c.ticked, c.blocked) for c in found.changes if c.chain] == [(False, None), (False, None)]


def test_a_disabled_person_becomes_functional_in_place_and_the_policy_is_the_proof() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)
    row = only(plan(directory([disabled]), organization([account(5, "ann")])), Category.CONVERT_USER)

    assert row.takes
    assert row.ticked
    assert "SYNC_DISABLED_AS" in row.proof
    assert (row.before.type, row.after.type) == (AccountType.END_USER, AccountType.FUNCTIONAL_ACCOUNT)


def test_a_functional_account_becomes_a_user_by_a_tick_only_while_nothing_was_noted() -> None:
    functional = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    first = plan(directory([person(1, "ann")]), organization([functional]))
    noted = knowing({1: functional})
    second = plan(directory([person(1, "ann")]), organization([functional]), ledger=noted)

    assert not only(first, Category.CONVERT_USER).ticked
    assert only(second, Category.CONVERT_USER).ticked


def test_a_type_changed_by_hand_is_kept_and_shown_unticked() -> None:
    by_hand = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    ledger = knowing({1: by_hand}, type=AccountType.SILENT_USER)
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


def test_a_disabled_persons_account_is_deactivated_where_the_policy_says_so() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)
    options = SyncOptions(disabled_as=DisabledAs.INACTIVE)
    row = only(plan(directory([disabled]), organization([account(5, "ann")]), options=options), Category.CONVERT_USER)

    assert (row.takes, row.ticked, row.blocked) == (True, True, None)
    assert "ann@example.com" in row.mail_impact


def test_an_account_that_has_an_address_of_another_object_is_not_deactivated() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)
    unmanaged = replace(group(3, "list", kind=GroupKind.MICROSOFT365), smtp_aliases=(Address("team@example.com"),))
    there = organization([account(5, "ann", aliases=("team@example.com",))])
    options = SyncOptions(disabled_as=DisabledAs.INACTIVE)
    row = only(plan(directory([disabled], [unmanaged]), there, options=options), Category.CONVERT_USER)

    assert row.blocked is Blocked.ADDRESS_IN_USE


def test_a_functional_account_is_deactivated_by_a_tick_only_where_nobody_noted_that_it_is_functional() -> None:
    disabled = replace(person(1, "ann"), account_enabled=False)
    functional = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    options = SyncOptions(disabled_as=DisabledAs.INACTIVE)
    first = plan(directory([disabled]), organization([functional]), options=options)
    noted = knowing({1: functional})
    second = plan(directory([disabled]), organization([functional]), options=options, ledger=noted)

    assert not only(first, Category.CONVERT_USER).ticked
    assert only(second, Category.CONVERT_USER).ticked


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
def test_the_account_of_a_missing_person_is_treated_by_policy_once_entra_says_that_they_are_gone(
    leavers: Leavers, category: Category
) -> None:
    gone = account(5, "ann")
    ledger = knowing({1: gone})
    options = replace(REMOVING, leavers=leavers)
    unproven = only(plan(directory(), organization([gone]), ledger=ledger, options=options), category)
    by_id = Evidence(gone=frozenset({entra_id(1)}))
    proven = only(plan(directory(), organization([gone]), ledger=ledger, options=options, evidence=by_id), category)
    in_bin = directory(deleted=[DeletedObject(id=entra_id(1), deleted_at=NOW)])
    deleted = only(plan(in_bin, organization([gone]), ledger=ledger, options=options), category)

    assert (unproven.takes, unproven.blocked, unproven.ticked) == (True, Blocked.NO_PROOF, False)
    assert (proven.ticked, proven.blocked) == (True, None)
    assert "404" in proven.proof
    assert deleted.ticked
    assert "deleted items" in deleted.proof


def test_the_account_of_a_missing_group_is_removed_only_when_its_id_answers_404() -> None:
    gone = account(5, "list", type=AccountType.FUNCTIONAL_ACCOUNT)
    ledger = knowing({1: gone}, kind=ObjectKind.DISTRIBUTION_GROUP)
    row = only(
        plan(
            directory(),
            organization([gone]),
            ledger=ledger,
            options=REMOVING,
            evidence=Evidence(gone=frozenset({entra_id(1)})),
        ),
        Category.REMOVE_GROUP,
    )
    unproven = only(
        plan(directory(), organization([gone]), ledger=ledger, options=REMOVING, evidence=Evidence()),
        Category.REMOVE_GROUP,
    )

    assert row.ticked
    assert unproven.blocked is Blocked.NO_PROOF


def test_a_missing_object_of_a_kind_that_is_not_managed_loses_nothing() -> None:
    gone = account(5, "ann")
    ledger = knowing({1: gone})
    options = replace(REMOVING, what=frozenset())
    found = plan(
        directory(),
        organization([gone]),
        ledger=ledger,
        options=options,
        evidence=Evidence(gone=frozenset({entra_id(1)})),
    )

    assert found.changes == ()


def test_a_person_who_left_the_scope_is_treated_as_a_leaver_only_with_entras_word_and_under_the_same_scope() -> None:
    scope_group = entra_id(50)
    scope = MembersOnly(group_ids=(scope_group,), people=frozenset())
    known = account(5, "ann")
    noted = entry(known, scope=scope_fingerprint([scope_group]), left_scope_since=NOW - timedelta(days=8))
    options = replace(REMOVING, group_scope=(scope_group,))
    both = directory([person(1, "ann")], scope=scope)
    asked = Evidence(left_scope=frozenset({entra_id(1)}))
    entries = {entra_id(1): noted}
    unproven = plan(both, organization([known]), ledger=Ledger(entries=entries), options=options)
    proven = plan(both, organization([known]), ledger=Ledger(entries=entries), options=options, evidence=asked)
    elsewhere = {entra_id(1): replace(noted, scope=scope_fingerprint([entra_id(51)]))}
    other = plan(both, organization([known]), ledger=Ledger(entries=elsewhere), options=options, evidence=asked)
    removing = replace(options, leavers=Leavers.REMOVE)
    removal = plan(both, organization([known]), ledger=Ledger(entries=entries), options=removing, evidence=asked)

    assert only(unproven, Category.CONVERT_USER).blocked is Blocked.NO_PROOF
    assert only(proven, Category.CONVERT_USER).ticked
    assert other.changes == ()
    assert (only(removal, Category.REMOVE_USER).ticked, only(removal, Category.REMOVE_USER).blocked) == (False, None)


def test_a_restored_person_comes_back_with_the_role_they_had() -> None:
    functional = account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    noted = entry(functional, user_type=AccountType.SILENT_USER)
    found = plan(directory([person(1, "ann")]), organization([functional]), ledger=Ledger(entries={entra_id(1): noted}))
    row = only(found, Category.CONVERT_USER)

    assert row.ticked
    assert row.after.type is AccountType.SILENT_USER


def test_an_address_that_no_object_has_waits_for_the_grace() -> None:
    known = account(5, "ann", aliases=("old@example.com",))
    old = Address("old@example.com")
    note = AddressNote(origin=AddressOrigin.ENTRA, missing_since=NOW - timedelta(days=6))
    ledger = knowing({1: known}, addresses={old: note})
    both = directory([person(1, "ann")])

    assert plan(both, organization([known]), ledger=ledger).changes == ()
    later = plan(both, organization([known]), ledger=ledger, now=NOW + timedelta(days=1))
    assert [c.ticked for c in later.changes] == [True]


def test_nothing_proves_that_nobody_has_an_address_while_somebodys_addresses_cannot_be_read() -> None:
    known = account(5, "ann", aliases=("old@example.com",))
    unreadable = replace(person(2, "bob"), missing_properties=("proxyAddresses",))
    ledger = knowing({1: known})
    found = plan(
        directory([person(1, "ann"), unreadable]),
        organization([known]),
        ledger=ledger,
        options=SyncOptions(grace_days=0),
    )

    assert [c.blocked for c in found.changes] == [Blocked.NO_PROOF]


def test_nothing_happens_to_a_missing_person_during_the_grace() -> None:
    gone = account(5, "ann")
    ledger = knowing({1: gone})
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


@pytest.mark.parametrize("treatment", Leavers)
def test_the_seat_of_a_leaver_is_freed_before_a_functional_account_becomes_a_user_in_it(treatment: Leavers) -> None:
    gone, comes = account(5, "zoe"), account(6, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)
    found = plan(
        directory([person(2, "ann")]),
        organization([gone, comes], seats=2),
        ledger=knowing({1: gone, 2: comes}),
        options=replace(REMOVING, leavers=treatment),
        evidence=Evidence(gone=frozenset({entra_id(1)})),
    )
    carried_out = [c.address for step in steps(c for c in found.changes if c.ticked) for c in step.changes]

    assert carried_out == ["zoe@example.com", "ann@example.com"]


def test_functional_accounts_need_no_seat() -> None:
    found = plan(directory([], [group(1, "sales")]), organization(seats=1))

    assert only(found, Category.ADD_GROUP).ticked


def test_the_account_of_an_object_that_is_gone_is_handed_to_the_new_object_at_its_address_by_a_tick() -> None:
    old = account(5, "ann")
    ledger = knowing({77: old})
    evidence = Evidence(gone=frozenset({entra_id(77)}))
    unproven = only(plan(directory([person(1, "ann")]), organization([old]), ledger=ledger), Category.UPDATE_USER)
    proven = only(
        plan(directory([person(1, "ann")]), organization([old]), ledger=ledger, evidence=evidence), Category.UPDATE_USER
    )

    assert unproven.blocked is Blocked.NO_PROOF
    assert (proven.ticked, proven.blocked, proven.uid, proven.entra_id) == (False, None, "5", entra_id(1))


def test_welcome_mails_are_counted_for_new_end_users_only() -> None:
    both = directory([person(1, "ann")], [group(2, "sales")])

    assert plan(both, organization(), options=SyncOptions(welcome_email=True)).welcome_emails == 1
    assert plan(both, organization()).welcome_emails == 0
