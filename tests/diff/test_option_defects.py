"""Found by walking the option table: hand-made states of leavers, what a policy that sets no type notes, and who may give."""

from dataclasses import replace

import pytest

from shared.diff.evidence import Evidence
from shared.diff.ledger import Ledger, adopt, note_writes
from shared.diff.options import DisabledAs, How, Leavers, SyncOptions, What
from shared.diff.plan import Blocked, ObjectKind
from shared.diff.written import written
from shared.model import AccountType, Address, Domain, Person
from tests.builders.essentials import after
from tests.builders.ledger import knowing
from tests.builders.sides import NOW, account, directory, entra_id, group, organization, person, plan

REMOVING = SyncOptions(how=frozenset(How), grace_days=0)
GONE = Evidence(gone=frozenset({entra_id(9)}))


@pytest.mark.parametrize(
    ("treatment", "fields"),
    [
        (Leavers.FUNCTIONAL_ACCOUNT, {"type": AccountType.FUNCTIONAL_ACCOUNT}),
        (Leavers.INACTIVE, {"is_active": False}),
    ],
)
def test_a_leavers_account_that_was_changed_by_hand_is_kept(treatment: Leavers, fields: dict[str, object]) -> None:
    left = account(5, "ann")
    found = plan(
        directory(),
        organization([left]),
        ledger=knowing({9: left}, **fields),
        options=replace(REMOVING, leavers=treatment),
        evidence=GONE,
    )

    (row,) = found.changes
    assert not row.ticked
    assert row.blocked is None
    assert row.reason.startswith("Kept by hand")


@pytest.mark.parametrize("policy", [DisabledAs.INACTIVE, DisabledAs.KEEP])
def test_an_adoption_does_not_make_a_functional_account_one_that_may_be_deactivated(policy: DisabledAs) -> None:
    ann = replace(person(1, "ann"), account_enabled=False)
    there = organization([account(5, "ann", type=AccountType.FUNCTIONAL_ACCOUNT)])
    first = plan(directory([ann]), there, options=SyncOptions(disabled_as=policy))
    ledger = adopt(Ledger(), first.adoptions, scope="", now=NOW)
    again = plan(directory([ann]), there, ledger=ledger, options=SyncOptions(disabled_as=DisabledAs.INACTIVE))

    assert [c.ticked for c in again.changes] == [False]


@pytest.mark.parametrize("field", ["type", "is_active"])
def test_a_policy_that_sets_nothing_does_not_hide_what_was_changed_by_hand(field: str) -> None:
    owned = account(5, "ann", is_active=False)
    before = {"type": AccountType.FUNCTIONAL_ACCOUNT, "is_active": True}
    ledger = knowing({1: owned}, **before)
    disabled = replace(person(1, "ann"), account_enabled=False)
    first = plan(
        directory([disabled]), organization([owned]), ledger=ledger, options=SyncOptions(disabled_as=DisabledAs.KEEP)
    )
    entry = adopt(ledger, first.adoptions, scope="", now=NOW).entries[entra_id(1)]

    assert getattr(entry, field) == before[field]


def test_a_person_who_is_enabled_again_gets_the_role_that_they_had() -> None:
    there, ledger = organization([account(5, "ann", type=AccountType.SILENT_USER)]), Ledger()
    for is_enabled in (False, True):
        ann = replace(person(1, "ann"), account_enabled=is_enabled)
        found = plan(directory([ann]), there, ledger=ledger)
        ticked = [c for c in found.changes if c.ticked]
        there = after(there, ticked)
        ledger = adopt(ledger, found.adoptions, scope="", now=NOW)
        ledger = note_writes(ledger, written(ticked, [], there), scope="", now=NOW)

    (ann_there,) = (a for a in there.accounts if a.uid == "5")
    assert ann_there.type is AccountType.SILENT_USER


def test_an_address_is_not_taken_from_the_account_of_a_kind_that_is_not_managed() -> None:
    gone = account(5, "bob", aliases=("info@example.com",))
    found = plan(
        directory([person(1, "ann", aliases=("info@example.com",))]),
        organization([account(6, "ann"), gone]),
        ledger=knowing({9: gone}, kind=ObjectKind.DISABLED_USER),
        options=replace(REMOVING, what=frozenset({What.ACTIVE_USERS})),
        evidence=GONE,
    )

    assert found.changes == ()


def test_an_address_is_not_taken_from_the_account_of_somebody_who_is_skipped() -> None:
    bob = replace(person(2, "bob"), account_enabled=False)
    giver = account(5, "bob", aliases=("info@example.com",))
    found = plan(
        directory([person(1, "ann", aliases=("info@example.com",)), bob]),
        organization([account(6, "ann"), giver]),
        ledger=knowing({2: giver}, kind=ObjectKind.DISABLED_USER),
        options=SyncOptions(disabled_as=DisabledAs.SKIP),
    )

    assert found.changes == ()


def test_an_address_that_somebody_without_mail_lists_is_not_dropped() -> None:
    owned = account(5, "ann", aliases=("old@example.com",))
    nobody = replace(person(2, "bob"), mail=None, primary_smtp=None, smtp_aliases=(Address("old@example.com"),))
    found = plan(
        directory([person(1, "ann"), nobody]),
        organization([owned]),
        ledger=knowing({1: owned}),
        options=REMOVING,
    )

    (row,) = found.changes
    assert row.blocked is Blocked.ADDRESS_IN_USE


def test_an_old_primary_address_in_an_inactive_domain_stays_as_an_alias() -> None:
    owned = replace(account(5, "ann"), primary_email=Address("ann@asleep.example"))
    there = organization([owned])
    there = replace(there, domains=(*there.domains, Domain(name="asleep.example", is_active=False)))
    found = plan(directory([person(1, "ann")]), there, ledger=knowing({1: owned}), options=REMOVING)

    (row,) = found.changes
    assert row.ticked
    assert not row.takes


def test_a_match_by_alias_does_not_depend_on_what_an_execution_adds() -> None:
    def sharing(number: int, *aliases: str) -> Person:
        mail = Address("cy@example.com")
        return replace(person(number, "ann", aliases=aliases), mail=mail, primary_smtp=mail)

    there = organization([account(5, "list", aliases=("ann@example.com",))])
    there = replace(there, accounts=tuple(replace(a, firstname="Ann", surname="Example") for a in there.accounts))
    staff = group(100, "ann", aliases=("list@example.com",))
    sides = directory([person(1, "ann"), person(2, "ann"), sharing(3), sharing(4, "list@example.com")], [staff])
    first = plan(sides, there)
    ticked = [c for c in first.changes if c.ticked]
    there = after(there, ticked)
    ledger = adopt(Ledger(), first.adoptions, scope="", now=NOW)
    ledger = note_writes(ledger, written(ticked, [], there), scope="", now=NOW)

    assert [c for c in plan(sides, there, ledger=ledger).changes if c.ticked] == []
