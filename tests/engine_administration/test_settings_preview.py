"""The preview of options: who would come into what is synced and who would go out, by the last read, before anything is saved."""

from dataclasses import replace

import pytest

from shared.diff.move import Move
from shared.engine.last_read import LAST_READ_PATH, LastReadStore
from shared.engine.refusals import NotFoundError, OptionsRefusedError
from shared.errors import DamagedDocumentError, IncompleteReadError
from shared.model import EntraId, MembersOnly
from tests.builders.sides import NOW, directory, entra_id, group, organization, person
from tests.engine_administration.office import GROUP, PERSON, Office

ANN, BOB, CY = person(1, "ann"), person(2, "bob"), replace(person(3, "cy"), account_enabled=False)
STAFF = replace(group(50, "staff"), id=EntraId(GROUP))


@pytest.fixture
def read(office: Office) -> Office:
    """A search has read two who work here, one who does not any more, and a group."""
    LastReadStore(office.state.documents).keep(directory([ANN, BOB, CY], [STAFF]), organization(), frozenset())
    return office


def moves(office: Office, **options: str) -> dict[str, Move]:
    found = office.administration.preview_settings(options)
    assert (found.enter, found.leave) == (
        sum(m.move is Move.ENTER for m in found.examples),
        sum(m.move is Move.LEAVE for m in found.examples),
    )
    return {(m.address or "").partition("@")[0]: m.move for m in found.examples}


def test_a_scope_group_that_was_not_read_is_read_now_and_who_is_not_in_it_leaves(read: Office) -> None:
    read.services.members = frozenset({entra_id(1)})

    assert moves(read, SYNC_GROUP_SCOPE=GROUP) == {"bob": Move.LEAVE, "cy": Move.LEAVE}
    assert read.services.members_asked == [(GROUP,)]


def test_a_scope_that_was_read_is_not_read_again_and_an_empty_one_lets_everybody_in(office: Office) -> None:
    inside = MembersOnly(group_ids=(EntraId(GROUP),), people=frozenset({entra_id(1)}))
    LastReadStore(office.state.documents).keep(
        directory([ANN, BOB, CY], [STAFF], scope=inside), organization(), frozenset()
    )
    office.administration.save_settings({"SYNC_GROUP_SCOPE": GROUP}, PERSON)

    assert moves(office, SYNC_GROUP_SCOPE="none") == {"bob": Move.ENTER, "cy": Move.ENTER}
    assert office.services.members_asked == []


def test_a_kind_that_is_left_out_or_skipped_goes_out(read: Office) -> None:
    assert moves(read, SYNC_WHAT="active_users") == {"cy": Move.LEAVE, "staff": Move.LEAVE}
    assert moves(read, SYNC_DISABLED_AS="skip") == {"cy": Move.LEAVE}
    assert moves(read, SYNC_MODE="report") == {}


def test_the_preview_says_when_entra_was_read_and_saves_nothing(read: Office) -> None:
    found = read.administration.preview_settings({"SYNC_WHAT": "active_users"})

    assert found.as_of == NOW
    assert read.saved() == {}
    assert read.administration.audit(limit=5) == ()


def test_of_many_ten_are_named_and_all_are_counted(office: Office) -> None:
    people = [person(10 + number, f"p{number:02}") for number in range(30)]
    LastReadStore(office.state.documents).keep(directory(people), organization(), frozenset())
    found = office.administration.preview_settings({"SYNC_WHAT": "distribution_groups"})

    assert found.leave == 30
    assert [m.address for m in found.examples] == [f"p{number:02}@example.com" for number in range(10)]


def test_options_that_cannot_be_used_are_refused_with_every_problem(read: Office) -> None:
    with pytest.raises(OptionsRefusedError, match="SYNC_EVERY_HOURS"):
        read.administration.preview_settings({"SYNC_EVERY_HOURS": "5"})


def test_a_scope_group_that_cannot_be_read_is_named(read: Office) -> None:
    read.services.failure = IncompleteReadError("The scope group 'Staff' has no people in it.", "Put people in.")
    with pytest.raises(IncompleteReadError, match="Staff"):
        read.administration.preview_settings({"SYNC_GROUP_SCOPE": GROUP})


def test_without_a_read_a_search_is_asked_for(office: Office) -> None:
    with pytest.raises(NotFoundError, match="No search has read Entra yet"):
        office.administration.preview_settings({"SYNC_WHAT": "active_users"})


def test_a_damaged_read_is_a_clear_problem_until_the_next_search_replaces_it(read: Office) -> None:
    (read.path / "default" / LAST_READ_PATH).write_bytes(b"{")
    with pytest.raises(DamagedDocumentError, match="directory"):
        read.administration.preview_settings({"SYNC_WHAT": "active_users"})
    LastReadStore(read.state.documents).keep(directory([ANN]), organization(), frozenset())
    assert read.administration.preview_settings({"SYNC_WHAT": "distribution_groups"}).leave == 1
