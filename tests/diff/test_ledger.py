"""What the ledger notes, and when it forgets."""

from datetime import timedelta

from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, Written, adopt, note_presence, note_writes
from shared.diff.plan import Adoption, ObjectKind
from shared.model import AccountType, Address, Uid
from tests.builders.sides import NOW, entra_id

ANN = Address("ann@example.com")
ALIAS = Address("a.smith@example.com")
LATER = NOW + timedelta(days=1)


def adoption(uid: str = "5", *, type: AccountType | None = AccountType.END_USER) -> Adoption:  # noqa: A002
    return Adoption(
        entra_id=entra_id(1),
        kind=ObjectKind.ACTIVE_USER,
        uid=Uid(uid),
        address=ANN,
        entra_addresses=(ALIAS, ANN),
        type=type,
        is_active=True,
    )


def written(**fields: object) -> Written:
    values: dict[str, object] = {
        "entra_id": entra_id(1),
        "kind": ObjectKind.ACTIVE_USER,
        "uid": Uid("5"),
        "address": ANN,
    }
    return Written(**(values | fields))  # type: ignore[arg-type]


def test_an_adoption_notes_account_addresses_type_and_activity() -> None:
    entry = adopt(Ledger(), [adoption()], scope="", now=NOW).entries[entra_id(1)]

    assert (entry.uid, entry.type, entry.is_active) == ("5", AccountType.END_USER, True)
    assert set(entry.addresses) == {ANN, ALIAS}
    assert {note.origin for note in entry.addresses.values()} == {AddressOrigin.ENTRA}


def test_an_adoption_that_does_not_tell_the_type_keeps_what_was_noted() -> None:
    known = adopt(Ledger(), [adoption()], scope="", now=NOW)

    assert adopt(known, [adoption(type=None)], scope="", now=LATER).entries[entra_id(1)].type is AccountType.END_USER


def test_what_was_noted_of_another_account_does_not_hold_for_the_new_one() -> None:
    known = note_writes(
        adopt(Ledger(), [adoption()], scope="", now=NOW),
        [written(given=(Address("x@example.com"),))],
        scope="",
        now=NOW,
    )
    entry = adopt(known, [adoption("6", type=None)], scope="", now=LATER).entries[entra_id(1)]

    assert (entry.uid, entry.type, entry.first_seen_at) == ("6", None, NOW)
    assert Address("x@example.com") not in entry.addresses


def test_a_given_address_is_noted_as_ours_and_a_taken_one_forgotten() -> None:
    known = adopt(Ledger(), [adoption()], scope="", now=NOW)
    entry = note_writes(
        known, [written(given=(Address("new@example.com"),), taken=(ALIAS,))], scope="", now=LATER
    ).entries[entra_id(1)]

    assert set(entry.addresses) == {ANN, Address("new@example.com")}
    assert entry.addresses[Address("new@example.com")].origin is AddressOrigin.APP


def test_an_address_that_entra_lists_stays_entras_when_we_write_it_again() -> None:
    entry = note_writes(
        adopt(Ledger(), [adoption()], scope="", now=NOW), [written(given=(ALIAS,))], scope="", now=LATER
    ).entries[entra_id(1)]

    assert entry.addresses[ALIAS] == AddressNote(origin=AddressOrigin.ENTRA)


def test_a_missing_object_is_noted_once_and_cleared_when_it_is_back() -> None:
    known = adopt(Ledger(), [adoption()], scope="", now=NOW)
    missed = note_presence(known, present={}, listed=frozenset(), out_of_scope=frozenset(), now=NOW)
    missed_again = note_presence(missed, present={}, listed=frozenset(), out_of_scope=frozenset(), now=LATER)
    back = note_presence(
        missed_again,
        present={entra_id(1): ObjectKind.DISABLED_USER},
        listed=frozenset({ANN, ALIAS}),
        out_of_scope=frozenset(),
        now=LATER,
    )

    assert missed_again.entries[entra_id(1)].missing_since == NOW
    assert missed_again.entries[entra_id(1)].addresses[ALIAS].missing_since == NOW
    assert back.entries[entra_id(1)].missing_since is None
    assert back.entries[entra_id(1)].addresses[ALIAS].missing_since is None
    assert back.entries[entra_id(1)].kind is ObjectKind.DISABLED_USER


def test_a_missing_object_counts_as_what_it_was_last_seen_as() -> None:
    known = adopt(Ledger(), [adoption()], scope="", now=NOW)

    assert (
        note_presence(known, present={}, listed=frozenset(), out_of_scope=frozenset(), now=LATER)
        .entries[entra_id(1)]
        .kind
        is ObjectKind.ACTIVE_USER
    )


def test_an_address_that_any_object_still_has_is_not_missing() -> None:
    known = adopt(Ledger(), [adoption()], scope="", now=NOW)
    noted = note_presence(known, present={}, listed=frozenset({ALIAS}), out_of_scope=frozenset(), now=LATER).entries[
        entra_id(1)
    ]

    assert noted.addresses[ALIAS].missing_since is None
    assert noted.addresses[ANN].missing_since == LATER
