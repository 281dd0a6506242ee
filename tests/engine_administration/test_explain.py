"""Why an address is as it is: every row, skipped object, account and exemption is found from each of its addresses."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.diff.explain import Explanation, explain
from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, LedgerEntry
from shared.diff.options import SyncOptions, What
from shared.diff.plan import Category, Exemption, ObjectKind, Plan
from shared.model import Address, Uid
from tests.builders.sides import NOW, account, directory, entra_id, group, organization, person, plan

LEDGER = Ledger(
    entries={
        entra_id(13): LedgerEntry(
            kind=ObjectKind.ACTIVE_USER,
            uid=Uid("13"),
            address=Address("gone@example.com"),
            addresses={
                Address("gone@example.com"): AddressNote(origin=AddressOrigin.ENTRA, missing_since=NOW),
            },
            first_seen_at=NOW - timedelta(days=90),
            last_seen_at=NOW - timedelta(days=2),
            missing_since=NOW - timedelta(days=1),
        )
    }
)


def company(*, options: SyncOptions | None = None) -> Plan:
    """Ann to add, Bob renamed, Cy in sync, a guest, a list; a stray with an alias."""
    people = [
        person(10, "ann", aliases=("ann.alias@example.com",)),
        person(11, "bob", aliases=("bob.alias@example.com",)),
        person(12, "cy"),
        replace(person(20, "guest"), is_guest=True),
    ]
    accounts = [
        account(11, "bob", firstname="Old"),
        account(12, "cy"),
        account(13, "gone"),
        account(66, "stray", aliases=("lost@example.com",)),
    ]
    return plan(directory(people, [group(30, "sales")]), organization(accounts), ledger=LEDGER, options=options)


def explained(address: str, *, made: Plan | None = None, exemptions: tuple[Exemption, ...] = ()) -> Explanation:
    return explain(Address(address), plan=made or company(), plan_id="plan-1", ledger=LEDGER, exemptions=exemptions)


def exemption(address: str) -> Exemption:
    return Exemption(id=f"e-{address}", address=Address(address), reason="leave", by="Ann", until=None)


def test_a_new_person_is_managed_and_has_no_account_yet() -> None:
    found = explained("ann.alias@example.com")
    (ann,) = found.objects

    assert [row.category for row in found.rows] == [Category.ADD_USER]
    assert (ann.entra_id, ann.uid, ann.match, ann.name) == (entra_id(10), None, "", "Ann")
    assert ann.scope.startswith("Managed and in scope")


def test_a_matched_person_is_told_with_account_and_reason_of_the_match() -> None:
    found = explained("bob@example.com")
    (bob,) = found.objects

    assert bob.uid == "11"
    assert "bob@example.com" in bob.match
    assert {row.category for row in found.rows} == {Category.UPDATE_USER}


def test_a_person_in_sync_has_a_match_and_no_row() -> None:
    found = explained("cy@example.com")

    assert found.rows == ()
    assert found.objects[0].uid == "12"
    assert len(found.found) == 2


def test_a_skipped_object_says_why() -> None:
    (guest,) = explained("guest@example.com").objects

    assert guest.kind is ObjectKind.GUEST
    assert guest.scope.startswith("Skipped: a guest")


def test_a_kind_that_is_not_managed_names_the_options() -> None:
    made = company(options=SyncOptions(what=frozenset({What.DISTRIBUTION_GROUPS})))
    (ann,) = explained("ann@example.com", made=made).objects

    assert "SYNC_WHAT" in ann.scope


def test_a_stray_is_found_by_its_account_alone() -> None:
    found = explained("lost@example.com")

    assert found.objects == ()
    assert all("Essentials" in place for place in found.found)
    assert {row.uid for row in found.rows} <= {"66"}


def test_an_object_that_is_gone_is_told_from_the_ledger() -> None:
    found = explained("gone@example.com")
    (gone,) = found.objects

    assert gone.missing_since == NOW - timedelta(days=1)
    assert gone.match.startswith("The ledger")
    assert any("no object has any more" in place for place in found.found)


def test_the_exemption_of_another_address_of_the_person_is_told() -> None:
    found = explained("bob@example.com", exemptions=(exemption("cy@example.com"), exemption("bob.alias@example.com")))

    assert found.exemption == exemption("bob.alias@example.com")


def test_the_address_s_own_exemption_comes_first() -> None:
    found = explained("bob@example.com", exemptions=(exemption("bob.alias@example.com"), exemption("bob@example.com")))

    assert found.exemption == exemption("bob@example.com")


def test_an_account_that_is_never_touched_is_told_as_such() -> None:
    found = explained("api-sync@example.com")

    assert found.rows == ()
    assert [place.partition(":")[0] for place in found.found] == ["in Essentials, on an account that is never touched"]


def test_an_unknown_address_is_found_nowhere_as_of_the_plan() -> None:
    found = explained("nobody@example.com")

    assert (found.found, found.objects, found.rows, found.exemption) == ((), (), (), None)
    assert found.basis is not None
    assert (found.basis.plan_id, found.basis.directory_read_at) == ("plan-1", NOW)


def test_without_a_plan_the_ledger_alone_speaks() -> None:
    found = explain(Address("gone@example.com"), plan=None, plan_id="", ledger=LEDGER, exemptions=())

    assert found.basis is None
    assert found.objects[0].scope == ""
    assert found.objects[0].kind is ObjectKind.ACTIVE_USER


MADE = company()
EVERY_ADDRESS = sorted(
    {change.address for change in MADE.changes}
    | {row.address for row in MADE.skipped if row.address is not None}
    | {address for addresses in MADE.listed.values() for address in addresses}
)


@given(st.sampled_from(EVERY_ADDRESS))
def test_every_row_of_an_address_and_of_its_objects_is_told(address: Address) -> None:
    found = explained(address, made=MADE)
    ids = {one.entra_id for one in found.objects}

    assert found.found
    for change in MADE.changes:
        if change.address == address or (change.entra_id is not None and change.entra_id in ids):
            assert change in found.rows
    for row in MADE.skipped:
        assert (row.entra_id in ids) is (row.address == address)
