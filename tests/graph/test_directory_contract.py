"""What reading Entra and asking it for evidence mean, for the real readers on the simulated Graph and for the twin in memory."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.engine.ports import PurposeQuestion, ask_nobody
from shared.errors import IncompleteReadError
from shared.model import Directory, EntraId, MailboxPurpose, Person, Whereabouts, WholeReadNeeded, WholeReadReason
from tests.graph.directory_under_test import (
    ANN,
    BOB,
    CARA,
    DAN,
    DIRECTORY,
    EVE,
    LEFT,
    LIST,
    NEVER,
    NO_GROUP,
    ROOM,
    SALES,
    SECRET,
    TEAM,
    DirectoryUnderTest,
)


def disabled_or_unlicensed(person: Person) -> bool:
    return not (person.account_enabled and person.exchange_plans)


def everybody(person: Person) -> bool:
    return bool(person.id)


def read(
    each: DirectoryUnderTest,
    purpose_of: PurposeQuestion = ask_nobody,
    known: Mapping[EntraId, MailboxPurpose] | None = None,
) -> Directory:
    return each.reader.read(
        scope_groups=[SALES], progress=lambda *_: None, purpose_of=purpose_of, known_purposes=known or {}
    )


def purposes(directory: Directory) -> dict[EntraId, MailboxPurpose]:
    return {p.id: p.purpose for p in directory.people if p.purpose is not MailboxPurpose.NOT_ASKED}


def test_the_directory_is_read_whole(each: DirectoryUnderTest) -> None:
    found = read(each, everybody)

    assert replace(found, certificate=DIRECTORY.certificate) == DIRECTORY
    assert (found.certificate.people_read, found.certificate.groups_read) == (6, 4)
    assert found.certificate.tenant_id == DIRECTORY.certificate.tenant_id


def test_nobodys_purpose_is_asked_unless_chosen(each: DirectoryUnderTest) -> None:
    found = each.reader.read(scope_groups=[SALES], progress=lambda *_: None)

    assert purposes(found) == {}
    assert each.purposes_asked() == []


def test_those_who_are_chosen_have_their_purpose(each: DirectoryUnderTest) -> None:
    assert purposes(read(each, disabled_or_unlicensed)) == {
        BOB: MailboxPurpose.SHARED,
        ROOM: MailboxPurpose.ROOM,
        CARA: MailboxPurpose.NO_MAILBOX,
        DAN: MailboxPurpose.UNKNOWN,
    }
    assert each.purposes_asked() == [BOB, ROOM, CARA, DAN]


def test_known_purposes_are_kept_and_not_asked_again(each: DirectoryUnderTest) -> None:
    known = {BOB: MailboxPurpose.EQUIPMENT, ROOM: MailboxPurpose.NOT_ASKED, EVE: MailboxPurpose.SHARED}

    found = purposes(read(each, disabled_or_unlicensed, known))

    assert (found[BOB], found[ROOM]) == (MailboxPurpose.EQUIPMENT, MailboxPurpose.ROOM)
    assert EVE not in found, "known, but not chosen"
    assert each.purposes_asked() == [ROOM, CARA, DAN]


def test_what_is_known_makes_no_difference_to_what_comes_out(each: DirectoryUnderTest) -> None:
    first = read(each, disabled_or_unlicensed)
    asked = each.purposes_asked()

    second = read(each, disabled_or_unlicensed, purposes(first))

    assert second.people == first.people
    assert each.purposes_asked() == asked


def test_without_the_permission_nobody_is_asked_and_nothing_known_is_used(each: DirectoryUnderTest) -> None:
    each.revoke_mailbox_settings()

    assert purposes(read(each, everybody, {BOB: MailboxPurpose.SHARED})) == {}
    assert each.purposes_asked() == []


def test_each_object_is_told_where_it_is(each: DirectoryUnderTest) -> None:
    each.delete_person(BOB)
    each.purge_person(DAN)
    each.purge_group(LIST)

    assert each.evidence.whereabouts([ANN, BOB, DAN, LEFT, NEVER], [SALES, LIST, SECRET, NO_GROUP]) == {
        ANN: Whereabouts.LIVING,
        BOB: Whereabouts.DELETED,
        DAN: Whereabouts.NOT_FOUND,
        LEFT: Whereabouts.DELETED,
        NEVER: Whereabouts.NOT_FOUND,
        SALES: Whereabouts.LIVING,
        LIST: Whereabouts.NOT_FOUND,
        SECRET: Whereabouts.LIVING,
        NO_GROUP: Whereabouts.NOT_FOUND,
    }


def test_nobody_asked_about_is_nobody_told(each: DirectoryUnderTest) -> None:
    assert each.evidence.whereabouts([], []) == {}
    assert each.evidence.scope_memberships([], [SALES]) == {}


def test_without_groups_nobody_is_told_to_be_outside_them(each: DirectoryUnderTest) -> None:
    assert each.evidence.scope_memberships([ANN], []) == {}


def test_nested_memberships_count_and_only_groups_asked_about_are_told(each: DirectoryUnderTest) -> None:
    assert each.evidence.scope_memberships([ANN, BOB, EVE, CARA], [SALES, TEAM]) == {
        ANN: {SALES},
        BOB: {SALES, TEAM},
        EVE: frozenset(),
        CARA: frozenset(),
    }


def test_a_person_who_is_gone_is_not_in_the_answer(each: DirectoryUnderTest) -> None:
    each.delete_person(BOB)

    assert each.evidence.scope_memberships([ANN, BOB, LEFT, NEVER], [SALES]) == {ANN: {SALES}}


@pytest.mark.parametrize("unreadable", [SECRET, NO_GROUP])
def test_a_hidden_or_missing_group_proves_nobodys_absence_and_fails_by_name(
    each: DirectoryUnderTest, unreadable: EntraId
) -> None:
    with pytest.raises(IncompleteReadError, match=unreadable):
        each.evidence.scope_memberships([ANN, CARA], [SALES, unreadable])


def changes(each: DirectoryUnderTest, known: Directory) -> Directory:
    found = each.reader.read_changes(known, scope_groups=[SALES], progress=lambda *_: None, purpose_of=everybody)
    assert isinstance(found, Directory)
    return found


def test_what_changed_is_read_on_top_of_what_was_known(each: DirectoryUnderTest) -> None:
    known = read(each, everybody)

    found = changes(each, known)

    assert replace(found, certificate=known.certificate) == known
    assert (found.certificate.is_whole, found.certificate.whole_read_at) == (False, known.certificate.read_at)
    assert changes(each, found).certificate.whole_read_at == known.certificate.read_at


def test_a_read_without_links_cannot_be_brought_up_to_date(each: DirectoryUnderTest) -> None:
    known = replace(read(each, everybody), delta_links=None)

    found = each.reader.read_changes(known, scope_groups=[SALES], progress=lambda *_: None)

    assert found == WholeReadNeeded(reason=WholeReadReason.ANOTHER_QUESTION)
