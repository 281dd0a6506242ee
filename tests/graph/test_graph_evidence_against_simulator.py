"""Evidence asked of the simulated Graph, which knows nothing of us, with its switches and faults."""

from collections.abc import Mapping

import pytest

from shared.errors import (
    IncompleteReadError,
    PermissionMissingError,
    ThrottledError,
    UnexpectedAnswerError,
)
from shared.model import EntraId, Whereabouts
from simulator.effects import DropBefore, Effect, HtmlAnswer, LostNextLink, MissingValue, StatusFault
from simulator.effects import HalfBody as CutAnswer
from simulator.graph import HiddenMembership
from tests.graph.evidence_questions import ids
from tests.graph.scripted_graph import (
    BATCH,
    DELETED,
    GRANTED,
    guid,
    person,
)
from tests.graph.simulated import Simulated


def simulated(at: Simulated) -> Mapping[EntraId, object]:
    evidence = at.evidence()
    where = evidence.whereabouts(ids(1, 90, 91), ids(101, 104, 199))
    return {**where, **evidence.scope_memberships(ids(2, 5, 92), ids(101, 103))}


EXPECTED = {
    guid(1): Whereabouts.LIVING,
    guid(90): Whereabouts.DELETED,
    guid(91): Whereabouts.NOT_FOUND,
    guid(101): Whereabouts.LIVING,
    guid(104): Whereabouts.LIVING,
    guid(199): Whereabouts.NOT_FOUND,
    guid(2): {guid(101)},
    guid(5): {guid(103)},
}


def test_the_simulated_objects_are_told_as_they_are(at: Simulated) -> None:
    assert simulated(at) == EXPECTED


@pytest.mark.parametrize("hidden", list(HiddenMembership))
@pytest.mark.parametrize("roles", [[], ["Member.Read.Hidden"]])
def test_a_hidden_simulated_group_fails_by_name(at: Simulated, hidden: HiddenMembership, roles: list[str]) -> None:
    at.service.switches.hidden_membership = hidden
    at.roles.extend(roles)

    with pytest.raises(IncompleteReadError, match="'Group 104'"):
        at.evidence().scope_memberships(ids(6, 7), ids(101, 104))


@pytest.mark.parametrize("missing", sorted(GRANTED))
def test_a_missing_permission_in_the_simulated_tenant_is_named(at: Simulated, missing: str) -> None:
    at.roles.remove(missing)

    with pytest.raises(PermissionMissingError, match=missing.replace(".", r"\.") + " is missing"):
        at.evidence().scope_memberships(ids(1), ids(101))
    with pytest.raises(PermissionMissingError, match=missing.replace(".", r"\.") + " is missing"):
        at.evidence().whereabouts(ids(1), ids(101))


@pytest.mark.parametrize("withheld", ["visibility", "groupTypes"])
def test_a_simulated_group_of_which_something_is_withheld_proves_nobodys_absence(at: Simulated, withheld: str) -> None:
    at.service.switches.withheld = {guid(101): frozenset({withheld})}

    with pytest.raises(IncompleteReadError, match=f"Graph left out {withheld}"):
        at.evidence().scope_memberships(ids(1), ids(101))


@pytest.mark.parametrize("effect", [DropBefore(), CutAnswer(), StatusFault(status=503), StatusFault(status=429)])
@pytest.mark.parametrize("path", [BATCH, DELETED])
def test_a_passing_fault_in_the_simulated_tenant_changes_no_answer(at: Simulated, path: str, effect: Effect) -> None:
    at.hit(path, effect)

    assert simulated(at) == EXPECTED


@pytest.mark.parametrize("pattern", [f"*/users/{guid(91)}", "*/users/*/checkMemberGroups", f"*/groups/{guid(199)}"])
@pytest.mark.parametrize("status", [429, 500])
def test_a_failing_item_in_the_simulated_tenant_is_never_taken_for_an_object_that_is_gone(
    at: Simulated, pattern: str, status: int
) -> None:
    at.hit(pattern, StatusFault(status=status), times=None)

    with pytest.raises((ThrottledError, UnexpectedAnswerError)):
        simulated(at)


@pytest.mark.parametrize(
    ("path", "effect"),
    [
        (BATCH, HtmlAnswer()),
        (DELETED, HtmlAnswer()),
        (DELETED, MissingValue()),
        (f"*/users/{guid(91)}", StatusFault(status=403)),
        ("*/users/*/checkMemberGroups", MissingValue()),
    ],
)
def test_an_answer_of_the_simulated_tenant_that_is_not_whole_fails_the_read(
    at: Simulated, path: str, effect: Effect
) -> None:
    at.hit(path, effect)

    with pytest.raises(IncompleteReadError):
        simulated(at)


def test_deleted_items_cut_short_leave_a_person_not_found_and_never_living(at: Simulated) -> None:
    at.service.switches.largest_page = 1
    at.world.tenant.deleted_users[guid(91)] = person(91, deletedDateTime="2026-11-21T10:00:00Z")
    at.hit(DELETED, LostNextLink())

    found = at.evidence().whereabouts(ids(90, 91), [])

    assert found == {guid(90): Whereabouts.DELETED, guid(91): Whereabouts.NOT_FOUND}
