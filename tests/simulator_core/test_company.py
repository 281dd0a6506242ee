"""What every generated company holds, and that a seed decides it."""

from collections import Counter
from dataclasses import asdict
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.company import make_world
from simulator.company.world import ENTRA_SECRET_NAME, PROOFPOINT_SECRET_NAME, api_account
from simulator.graph.entities import GROUP, USER
from simulator.world import EssentialsOrganization, World
from tests.simulator_core.entra_side import AS_OF

MAILBOX_PLANS = {
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c",
    "efb87545-963c-4e0d-99df-69c6916d9eb0",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113",
}


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(people=600, groups=120, seed=11, as_of=AS_OF)


@pytest.fixture
def users(world: World) -> list[dict[str, Any]]:
    return list(world.tenant.users.values())


@pytest.fixture
def groups(world: World) -> list[dict[str, Any]]:
    return list(world.tenant.groups.values())


@pytest.fixture
def organization(world: World) -> EssentialsOrganization:
    return world.organizations[0]


def content(world: World) -> dict[str, Any]:
    return {
        "tenant": asdict(world.tenant),
        "organizations": [asdict(organization) for organization in world.organizations],
        "vault": {name: asdict(secret) for name, secret in world.vault.items()},
        "identity": (world.identity_client_id, world.identity_principal_id),
    }


def smtp(item: dict[str, Any]) -> list[str]:
    return [p[5:].strip().lower() for p in item["proxyAddresses"] if p.lower().startswith("smtp:")]


def is_guest(user: dict[str, Any]) -> bool:
    return "#EXT#" in user["userPrincipalName"]


def has_mailbox_plan(user: dict[str, Any]) -> bool:
    plans = user["assignedPlans"]
    return any(p["servicePlanId"] in MAILBOX_PLANS and p["capabilityStatus"] in ("Enabled", "Warning") for p in plans)


@settings(max_examples=10)
@given(people=st.integers(0, 60), groups=st.integers(0, 30), seed=st.integers(0, 2**32))
def test_a_seed_decides_everything(people: int, groups: int, seed: int) -> None:
    first = make_world(people=people, groups=groups, seed=seed, as_of=AS_OF)
    second = make_world(people=people, groups=groups, seed=seed, as_of=AS_OF)
    assert content(first) == content(second)


def test_another_seed_makes_another_company() -> None:
    one = make_world(people=30, groups=10, seed=1, as_of=AS_OF)
    other = make_world(people=30, groups=10, seed=2, as_of=AS_OF)
    assert one.tenant.id != other.tenant.id
    assert not set(one.tenant.users) & set(other.tenant.users)


@settings(max_examples=15)
@given(people=st.integers(0, 120), groups=st.integers(0, 40), seed=st.integers(0, 2**32))
def test_there_are_as_many_people_and_groups_as_asked(people: int, groups: int, seed: int) -> None:
    world = make_world(people=people, groups=groups, seed=seed, as_of=AS_OF)
    assert (len(world.tenant.users), len(world.tenant.groups)) == (people, groups)


@settings(max_examples=15)
@given(people=st.integers(0, 120), groups=st.integers(0, 40), seed=st.integers(0, 2**32))
def test_no_address_belongs_to_two_objects_of_one_side(people: int, groups: int, seed: int) -> None:
    world = make_world(people=people, groups=groups, seed=seed, as_of=AS_OF)
    tenant = world.tenant
    objects = [*tenant.users.values(), *tenant.groups.values(), *tenant.deleted_users.values()]
    entra = Counter(address for item in objects for address in smtp(item))
    accounts = world.organizations[0].users.values()
    essentials = Counter(
        address.lower() for account in accounts for address in (account["primary_email"], *account["alias_emails"])
    )
    assert [address for counts in (entra, essentials) for address, n in counts.items() if n > 1] == []


@settings(max_examples=15)
@given(people=st.integers(0, 120), groups=st.integers(0, 40), seed=st.integers(0, 2**32))
def test_essentials_holds_registered_addresses_and_distinct_uids_only(people: int, groups: int, seed: int) -> None:
    organization = make_world(people=people, groups=groups, seed=seed, as_of=AS_OF).organizations[0]
    for uid, account in organization.users.items():
        assert account["uid"] == uid < organization.next_uid
        for address in (account["primary_email"], *account["alias_emails"]):
            assert address.lower().partition("@")[2] in organization.domains


def test_five_thousand_people_are_made_quickly() -> None:
    started = process_time()
    make_world(people=5_000, groups=400, seed=5)
    assert process_time() - started < 3


def test_every_property_is_one_that_graph_knows(users: list[dict[str, Any]], groups: list[dict[str, Any]]) -> None:
    assert {name for user in users for name in user} <= set(USER.shapes)
    assert {name for group in groups for name in group} <= set(GROUP.shapes)


def test_mail_is_the_primary_smtp_address(users: list[dict[str, Any]], groups: list[dict[str, Any]]) -> None:
    for item in [*users, *groups]:
        primaries = [proxy[5:] for proxy in item["proxyAddresses"] if proxy.startswith("SMTP:")]
        assert primaries == ([item["mail"]] if item["mail"] else [])


def test_guests_are_told_by_sign_in_name_or_user_type(users: list[dict[str, Any]]) -> None:
    guests = [user for user in users if is_guest(user)]
    assert len(guests) == 36
    assert {user["userType"] for user in guests} == {"Guest", None}
    assert {user["userType"] for user in users if not is_guest(user)} == {"Member"}


def test_some_people_have_no_mail(users: list[dict[str, Any]]) -> None:
    assert any(user["mail"] is None and user["proxyAddresses"] == [] for user in users)


def test_some_people_are_disabled(users: list[dict[str, Any]]) -> None:
    assert any(not user["accountEnabled"] and user["givenName"] for user in users)


def test_few_enabled_members_with_mail_lack_a_mailbox_licence(users: list[dict[str, Any]]) -> None:
    counted = [user for user in users if user["accountEnabled"] and user["mail"] and not is_guest(user)]
    unlicensed = [user for user in counted if not has_mailbox_plan(user)]
    assert 0 < len(unlicensed) < 0.1 * len(counted)


def test_licensed_people_have_tens_of_plans_and_share_the_lists(users: list[dict[str, Any]]) -> None:
    licensed = [user for user in users if has_mailbox_plan(user)]
    assert min(len(user["assignedPlans"]) for user in licensed) >= 40
    assert len({id(user["assignedPlans"]) for user in licensed}) < 10


def test_mailboxes_that_nobody_owns_are_disabled_unlicensed_and_known_by_purpose(world: World) -> None:
    purposes = {i: p for i, p in world.tenant.purposes.items() if p != "user"}
    assert set(purposes.values()) == {"shared", "room", "equipment"}
    for object_id in purposes:
        user = world.tenant.users[object_id]
        assert (user["accountEnabled"], user["assignedLicenses"], user["userType"]) == (False, [], "Member")


def test_people_have_up_to_four_aliases_and_other_kinds_of_proxy(users: list[dict[str, Any]], world: World) -> None:
    initial = world.tenant.verified_domains[-1]
    own = [[a for a in smtp(user)[0:] if not a.endswith(initial)] for user in users if has_mailbox_plan(user)]
    assert {len(addresses) - 1 for addresses in own} == {0, 1, 2, 3, 4}
    prefixes = {proxy.partition(":")[0] for user in users for proxy in user["proxyAddresses"]}
    assert prefixes == {"SMTP", "smtp", "SIP", "X500"}
    assert any(address.endswith(initial) for user in users for address in smtp(user))


def test_some_addresses_have_capitals(users: list[dict[str, Any]]) -> None:
    assert any(user["mail"] and user["mail"] != user["mail"].lower() for user in users)


def test_names_come_in_more_than_one_alphabet(users: list[dict[str, Any]]) -> None:
    letters = {letter for user in users for letter in user["displayName"]}
    assert letters >= set("øłşЮ")


def test_addresses_are_plain_letters(users: list[dict[str, Any]]) -> None:
    assert all(address.isascii() and " " not in address for user in users for address in smtp(user))


def test_one_mail_domain_is_unknown_to_essentials_and_in_use(
    world: World, users: list[dict[str, Any]], organization: EssentialsOrganization
) -> None:
    primary, second, unregistered, initial = world.tenant.verified_domains
    assert set(organization.domains) == {primary, second}
    used = {(user["mail"] or "").lower().partition("@")[2] for user in users}
    assert {primary, second, unregistered} <= used
    assert initial.endswith(".onmicrosoft.com")


def test_groups_are_of_all_kinds_and_of_none(groups: list[dict[str, Any]]) -> None:
    kinds = Counter(("Unified" in g["groupTypes"], g["mailEnabled"], g["securityEnabled"]) for g in groups)
    assert set(kinds) == {
        (True, True, False),
        (False, False, True),
        (False, True, True),
        (False, True, False),
        (False, False, False),
    }


def test_some_groups_are_empty_dynamic_and_hidden(world: World, groups: list[dict[str, Any]]) -> None:
    assert any(members == [] for members in world.tenant.members.values())
    assert any("DynamicMembership" in group["groupTypes"] for group in groups)
    assert any(group["visibility"] == "HiddenMembership" for group in groups)


def test_every_member_exists_and_is_one_once(world: World) -> None:
    tenant = world.tenant
    for members in tenant.members.values():
        assert len(members) == len(set(members))
        assert all(m in tenant.users or m in tenant.groups or m in tenant.others for m in members)


def test_groups_are_nested_and_some_stand_in_a_circle(world: World) -> None:
    members = world.tenant.members
    nested = {g: [m for m in ids if m in members] for g, ids in members.items()}

    def reaches_itself(start: str) -> bool:
        seen: set[str] = set()
        waiting = list(nested[start])
        while waiting:
            current = waiting.pop()
            if current == start:
                return True
            if current not in seen:
                seen.add(current)
                waiting += nested[current]
        return False

    assert any(nested.values())
    assert any(reaches_itself(group_id) for group_id in nested)


def test_microsoft_365_groups_hold_no_groups(world: World) -> None:
    for group_id, group in world.tenant.groups.items():
        if "Unified" in group["groupTypes"]:
            assert not any(member in world.tenant.groups for member in world.tenant.members[group_id])


def test_contacts_and_service_principals_are_members(world: World) -> None:
    types = {
        world.tenant.others[member]["@odata.type"]
        for members in world.tenant.members.values()
        for member in members
        if member in world.tenant.others
    }
    assert types >= {"#microsoft.graph.orgContact", "#microsoft.graph.servicePrincipal"}


def test_people_who_left_can_be_restored_and_are_not_among_the_users(world: World) -> None:
    deleted = world.tenant.deleted_users
    assert deleted
    assert not set(deleted) & set(world.tenant.users)
    assert all(user["deletedDateTime"] < f"{AS_OF:%Y-%m-%dT%H:%M:%SZ}" for user in deleted.values())


def test_essentials_knows_about_seventy_percent_of_the_employees(
    users: list[dict[str, Any]], organization: EssentialsOrganization
) -> None:
    known = {account["primary_email"].lower() for account in organization.users.values()}
    eligible = [
        user["mail"].lower()
        for user in users
        if has_mailbox_plan(user) and user["mail"].lower().partition("@")[2] in organization.domains
    ]
    assert 0.6 < sum(mail in known for mail in eligible) / len(eligible) < 0.8


def test_essentials_has_slips_to_mend(
    users: list[dict[str, Any]], organization: EssentialsOrganization, world: World
) -> None:
    by_mail = {(user["mail"] or "").lower(): user for user in users}
    accounts = [
        (account, by_mail[account["primary_email"].lower()])
        for account in organization.users.values()
        if account["primary_email"].lower() in by_mail
    ]
    people = [(account, user) for account, user in accounts if user["givenName"]]
    assert any((a["firstname"], a["surname"]) != (u["givenName"], u["surname"]) for a, u in people)
    registered = [
        (account, {a for a in smtp(user) if a.partition("@")[2] in organization.domains}) for account, user in accounts
    ]
    assert any(own - {account["primary_email"].lower(), *account["alias_emails"]} for account, own in registered)
    entra = {address for item in [*users, *world.tenant.groups.values()] for address in smtp(item)}
    assert any(alias not in entra for account, _ in accounts for alias in account["alias_emails"])


def test_essentials_has_admins_and_things_of_its_own(
    organization: EssentialsOrganization, users: list[dict[str, Any]], groups: list[dict[str, Any]]
) -> None:
    types = Counter(account["type"] for account in organization.users.values())
    assert types["organization_admin"] == 3
    assert set(types) == {"organization_admin", "end_user", "silent_user", "functional_account"}
    entra = {address for item in [*users, *groups] for address in smtp(item)}
    own = [a for a in organization.users.values() if a["primary_email"].lower() not in entra]
    assert {"api-sync", "it-admin", "scanner"} <= {a["primary_email"].partition("@")[0] for a in own}


def test_there_are_licences_for_everybody(world: World, organization: EssentialsOrganization) -> None:
    assert organization.user_licences > len(world.tenant.users)


def test_the_vault_holds_the_credentials_with_their_expiry(world: World, organization: EssentialsOrganization) -> None:
    (application,) = world.tenant.applications.values()
    values = {name: secret.versions[-1]["value"] for name, secret in world.vault.items()}
    assert values == {
        ENTRA_SECRET_NAME: application.secrets[0]["value"],
        PROOFPOINT_SECRET_NAME: organization.passwords[api_account(organization)],
    }
    assert all(secret.versions[-1]["attributes"]["exp"] > AS_OF.timestamp() for secret in world.vault.values())


def test_a_world_printed_shows_no_secret(world: World) -> None:
    printed = repr(world)
    secrets = [str(version["value"]) for secret in world.vault.values() for version in secret.versions]
    assert not [secret for secret in secrets if secret in printed]
