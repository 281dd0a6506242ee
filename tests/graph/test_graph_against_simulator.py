"""The whole chain over TLS: msal, tokens, transport and reader against the simulated Entra and Graph, which know nothing of us."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from shared.errors import (
    EntraCredentialError,
    IncompleteReadError,
    NotConfiguredError,
    PermissionMissingError,
    SyncError,
    UnexpectedAnswerError,
)
from shared.graph import FederatedCredential
from shared.model import Directory, MembersOnly
from simulator.company import make_world
from simulator.effects import (
    DropBefore,
    Effect,
    EmptyPage,
    ForeignNextLink,
    HalfBody,
    HtmlAnswer,
    LostNextLink,
    MissingValue,
    Redirect,
    RepeatedNextLink,
    StatusFault,
    WrongCount,
)
from simulator.graph import HiddenMembership
from simulator.tokens import TokenAuthority
from simulator.world import World
from tests.graph.scripted_entra import CLIENT, IDENTITY, TENANT
from tests.graph.scripted_graph import GRANTED, guid
from tests.graph.simulated import Simulated
from tests.transport.scripted_server import Authority


def people_of(directory: Directory) -> list[str]:
    return [one.id for one in directory.people]


EVERYBODY = [guid(number) for number in range(1, 31)]


@pytest.mark.parametrize("largest_page", [1, 7, 999])
def test_the_simulated_directory_is_read_whole_at_any_page_size(at: Simulated, largest_page: int) -> None:
    at.service.switches.largest_page = largest_page

    directory = at.read()

    assert people_of(directory) == EVERYBODY
    assert [one.id for one in directory.groups] == [guid(number) for number in range(101, 105)]
    assert [one.id for one in directory.deleted_people] == [guid(90)]
    assert {one.missing_properties for one in directory.people} == {()}
    assert {one.missing_properties for one in directory.groups} == {()}


def test_a_small_directory_takes_eight_requests_and_one_for_the_scope(at: Simulated) -> None:
    at.read(guid(103))

    assert at.journal.counts()["graph"] == 9


def test_empty_pages_in_between_are_followed(at: Simulated) -> None:
    at.service.switches.largest_page = 4
    at.service.switches.empty_pages = True

    assert people_of(at.read()) == EVERYBODY


@pytest.mark.parametrize("keeps_type", [True, False])
@pytest.mark.parametrize("largest_page", [1, 999])
def test_nested_members_are_in_scope(at: Simulated, *, keeps_type: bool, largest_page: int) -> None:
    at.service.switches.members_keep_type = keeps_type
    at.service.switches.largest_page = largest_page

    scope = at.read(guid(101)).scope

    assert isinstance(scope, MembersOnly)
    assert scope.people == {guid(1), guid(2), guid(3), guid(4)}


@pytest.mark.parametrize("hidden", list(HiddenMembership))
def test_a_hidden_scope_group_fails_the_read(at: Simulated, hidden: HiddenMembership) -> None:
    at.service.switches.hidden_membership = hidden

    with pytest.raises(IncompleteReadError, match="'Group 104'"):
        at.read(guid(104))


def test_a_next_link_out_of_a_repeated_request_is_made_good(at: Simulated) -> None:
    at.service.switches.largest_page = 10
    at.service.switches.retried_page_breaks_chain = True
    at.hit("/v1.0/users", DropBefore(), nth=2)

    assert people_of(at.read()) == EVERYBODY


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        (MissingValue(), IncompleteReadError),
        (EmptyPage(), IncompleteReadError),
        (LostNextLink(), IncompleteReadError),
        (RepeatedNextLink(), IncompleteReadError),
        (ForeignNextLink(), IncompleteReadError),
        (HtmlAnswer(), IncompleteReadError),
        (Redirect(location="https://evil.example/"), UnexpectedAnswerError),
    ],
)
def test_a_list_that_breaks_fails_the_read(at: Simulated, effect: Effect, kind: type[SyncError]) -> None:
    at.service.switches.largest_page = 10
    at.hit("/v1.0/users", effect)

    with pytest.raises(kind, match="/users"):
        at.read()


@pytest.mark.parametrize(
    "effect", [DropBefore(), HalfBody(), StatusFault(status=503), StatusFault(status=429, retry_after="2.5")]
)
@pytest.mark.parametrize("path", ["/v1.0/users", "/v1.0/groups/$count", "/v1.0/$batch"])
def test_a_passing_fault_costs_a_repetition(at: Simulated, path: str, effect: Effect) -> None:
    at.hit(path, effect)

    assert people_of(at.read(guid(103))) == EVERYBODY


def test_a_count_far_above_the_list_fails_the_read_after_one_fresh_count(at: Simulated) -> None:
    at.hit("/v1.0/users/$count", WrongCount(by=6), times=None)

    with pytest.raises(IncompleteReadError, match="30 were read where 36 are counted"):
        at.read()


def test_a_count_that_is_right_the_second_time_is_enough(at: Simulated) -> None:
    at.hit("/v1.0/users/$count", WrongCount(by=6))

    assert at.read().certificate.people_counted == 30


def test_a_throttled_item_of_a_batch_is_asked_again(at: Simulated) -> None:
    at.hit(f"*/groups/{guid(101)}/members", StatusFault(status=429, retry_after="3"))

    assert isinstance(at.read(guid(101)).scope, MembersOnly)
    assert at.clock.slept


@pytest.mark.parametrize("missing", sorted(GRANTED))
def test_a_missing_permission_is_named(at: Simulated, missing: str) -> None:
    at.world.tenant.applications[CLIENT].roles.remove(missing)

    with pytest.raises(PermissionMissingError, match=missing.replace(".", r"\.") + " is missing"):
        at.read()


def test_a_wrong_secret_is_said(at: Simulated) -> None:
    at.world.tenant.applications[CLIENT].secrets = [{"value": "other", "expires_at": None}]

    with pytest.raises(EntraCredentialError, match="AADSTS7000215") as caught:
        at.read()
    assert "planted-secret" not in str(caught.value)


def test_a_secret_that_expired_is_said(at: Simulated) -> None:
    at.world.tenant.applications[CLIENT].secrets[0]["expires_at"] = at.world.clock.now()

    with pytest.raises(EntraCredentialError, match="has expired"):
        at.read()


def test_a_rotated_secret_is_picked_up(at: Simulated) -> None:
    at.secrets.get("entra-client-secret")
    at.world.tenant.applications[CLIENT].secrets = [{"value": "newer", "expires_at": None}]
    at.secrets.rotate("entra-client-secret", "newer")

    assert people_of(at.read()) == EVERYBODY


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda world: world.tenant.applications.clear(), f"no application {CLIENT}"),
        (lambda world: setattr(world.tenant, "id", guid(1)), f"tenant {TENANT}"),
    ],
)
def test_an_application_or_tenant_that_does_not_exist_is_named(
    at: Simulated, change: Callable[[World], Any], says: str
) -> None:
    change(at.world)

    with pytest.raises(NotConfiguredError, match=says):
        at.read()


def test_the_managed_identity_is_proof_enough(at: Simulated) -> None:
    credential = FederatedCredential(
        identity_client_id=IDENTITY, authority="https://login.microsoftonline.com", http=at.http
    )

    assert people_of(at.read(credential=credential)) == EVERYBODY


def test_a_federated_credential_for_another_identity_is_said(at: Simulated) -> None:
    at.world.tenant.applications[CLIENT].federated[0]["subject"] = guid(1)
    credential = FederatedCredential(
        identity_client_id=IDENTITY, authority="https://login.microsoftonline.com", http=at.http
    )

    with pytest.raises(EntraCredentialError, match="does not trust the managed identity"):
        at.read(credential=credential)


def closure(world: World, group_id: str, seen: set[str]) -> set[str]:
    """The people below a group, found the other way round: by recursion over the world itself."""
    seen.add(group_id)
    members = set(world.tenant.members.get(group_id, ()))
    below = [closure(world, one, seen) for one in members & world.tenant.groups.keys() if one not in seen]
    return (members & world.tenant.users.keys()).union(*below)


def test_a_whole_company_is_read_as_it_is(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    world = make_world(people=1_200, groups=120, seed=3)
    visible = [key for key, one in world.tenant.groups.items() if one.get("visibility") != "HiddenMembership"]
    scope_groups = [key for key in visible if _is_readable(world, key)][:45]
    with ExitStack() as stack:
        tokens = TokenAuthority(tenant_id=world.tenant.id, clock=world.clock)
        at = Simulated(world, authority, tokens, stack)

        directory = at.read(*scope_groups)

    assert set(people_of(directory)) == world.tenant.users.keys()
    assert {one.id for one in directory.groups} == world.tenant.groups.keys()
    assert {one.id for one in directory.deleted_people} == world.tenant.deleted_users.keys()
    assert directory.certificate.unreadable_people == 0
    assert isinstance(directory.scope, MembersOnly)
    assert directory.scope.people == set[str]().union(*(closure(world, key, set()) for key in scope_groups))
    assert at.journal.counts()["graph"] <= 2 + 1 + 8 + _batches(world, scope_groups)


def _is_readable(world: World, group_id: str) -> bool:
    below: set[str] = set()
    people = closure(world, group_id, below)
    return bool(people) and all(world.tenant.groups[key].get("visibility") != "HiddenMembership" for key in below)


def _batches(world: World, scope_groups: list[str]) -> int:
    """One for every 20 groups of each level, levels counted from the scope groups."""
    level, read, batches = set(scope_groups), set[str](), 0
    while level:
        batches += -(-len(level) // 20)
        read |= level
        level = {one for key in level for one in world.tenant.members.get(key, ()) if one in world.tenant.groups} - read
    return batches
