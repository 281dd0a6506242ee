"""The product's own sync, the other writer: what it does to accounts that somebody else looks after."""

import pytest

from simulator.essentials import NativeSyncReport, NativeSyncVersion
from simulator.world import Json
from tests.simulator_essentials.organization import Client, user

LEE = "lee@contoso.example"


@pytest.fixture
def known(essentials: Client) -> Client:
    """An organization whose accounts the directory knows, all but one."""
    directory = essentials.world.tenant
    for number, address in enumerate(("Dana.Reyes@contoso.example", "quiet@contoso.example")):
        directory.users[f"u{number}"] = person(f"u{number}", address)
    directory.groups["g1"] = {
        "id": "g1",
        "displayName": "Scanners",
        "mail": "scanner@contoso.example",
        "mailEnabled": True,
        "securityEnabled": False,
        "groupTypes": [],
        "proxyAddresses": ["SMTP:scanner@contoso.example"],
    }
    directory.members["g1"] = ["u1", "unknown"]
    return essentials


def person(key: str, address: str, **properties: object) -> Json:
    """An enabled, licensed user."""
    return {
        "id": key,
        "displayName": "Given Family",
        "givenName": "Given",
        "surname": "Family",
        "mail": address,
        "userType": "Member",
        "accountEnabled": True,
        "proxyAddresses": [f"SMTP:{address}", f"smtp:{key}@contoso.onmicrosoft.com"],
        "assignedPlans": [{"service": "exchange", "capabilityStatus": "Enabled"}],
        **properties,
    }


def run(essentials: Client) -> NativeSyncReport:
    return essentials.service.native_sync.run(essentials.organization)


def test_it_adds_updates_and_removes(known: Client) -> None:
    known.world.tenant.users["new"] = person("new", LEE, proxyAddresses=[f"SMTP:{LEE}", "smtp:l@fabrikam.example"])
    report = run(known)
    assert report.added == [LEE]
    assert report.updated == ["Dana.Reyes@contoso.example", "quiet@contoso.example"]
    assert report.removed == ["gone@contoso.example"]
    shown = known.account(LEE)
    assert (shown["type"], shown["is_active"], shown["alias_emails"]) == ("silent_user", True, ["l@fabrikam.example"])
    assert known.organization.azure["last_successful_sync"] == "2026-11-21 12:00:00"


def test_a_second_run_finds_nothing_to_do(known: Client) -> None:
    run(known)
    assert run(known) == NativeSyncReport()


def test_it_does_only_what_is_switched_on(known: Client) -> None:
    known.world.tenant.users["new"] = person("new", LEE)
    for name in ("add_users", "update_users", "remove_deleted_users"):
        known.organization.azure[name] = False
    before = {uid: dict(account) for uid, account in known.organization.users.items()}
    assert run(known) == NativeSyncReport()
    assert known.organization.users == before


def test_one_unregistered_domain_stops_it_all(known: Client) -> None:
    known.world.tenant.users["new"] = person("new", "lee@unregistered.example")
    report = run(known)
    assert report == NativeSyncReport(unregistered_domains=("unregistered.example",))
    assert 4 in known.organization.users


def test_guests_and_people_without_mail_are_not_imported(known: Client) -> None:
    known.world.tenant.users["guest"] = person("guest", LEE, userType="Guest")
    known.world.tenant.users["none"] = person("none", "kim@contoso.example", mail=None, proxyAddresses=[])
    assert run(known).added == []


@pytest.mark.parametrize(
    ("version", "kind", "is_active"),
    [(NativeSyncVersion.V1, "silent_user", False), (NativeSyncVersion.V2, "functional_account", True)],
)
def test_a_disabled_person_becomes_what_the_version_makes_of_them(
    known: Client, version: NativeSyncVersion, kind: str, is_active: bool
) -> None:
    known.switches.native_sync_version = version
    known.world.tenant.users["u1"]["accountEnabled"] = False
    run(known)
    shown = known.account("quiet@contoso.example")
    assert (shown["type"], shown["is_active"]) == (kind, is_active)


@pytest.mark.parametrize(("version", "is_added"), [(NativeSyncVersion.V1, True), (NativeSyncVersion.V2, False)])
def test_an_unlicensed_person_is_imported_by_the_first_version_only(
    known: Client, version: NativeSyncVersion, is_added: bool
) -> None:
    known.switches.native_sync_version = version
    known.world.tenant.users["new"] = person("new", LEE, assignedPlans=[])
    assert (run(known).added == [LEE]) is is_added


def test_the_first_version_makes_a_converted_account_anew_and_loses_its_lists(known: Client) -> None:
    known.put("dana.reyes@contoso.example", {"type": "functional_account"})
    assert run(known).recreated == ["Dana.Reyes@contoso.example"]
    shown = known.account("dana.reyes@contoso.example")
    assert (shown["uid"], shown["type"], shown["safe_list_senders"]) == (100, "silent_user", [])


def test_the_second_version_changes_the_type_in_place(known: Client) -> None:
    known.switches.native_sync_version = NativeSyncVersion.V2
    known.put("dana.reyes@contoso.example", {"type": "functional_account"})
    run(known)
    shown = known.account("dana.reyes@contoso.example")
    assert (shown["uid"], shown["type"], shown["safe_list_senders"]) == (2, "silent_user", ["*@partner.example"])


def test_an_exempt_account_is_left_alone(known: Client) -> None:
    known.organization.exemptions = ["GONE@contoso.example", "quiet@contoso.example"]
    report = run(known)
    assert report.removed == []
    assert report.updated == ["Dana.Reyes@contoso.example"]


@pytest.mark.parametrize("takes", [True, False])
def test_an_account_made_over_the_api_is_removed_or_spared(known: Client, takes: bool) -> None:
    known.switches.native_sync_removes_api_accounts = takes
    known.post(user(LEE))
    assert (LEE in run(known).removed) is takes


def test_a_refused_account_stops_nobody_else(known: Client) -> None:
    known.world.tenant.users = {
        "new": person("new", "d.reyes@contoso.example"),
        **known.world.tenant.users,
        "other": person("other", LEE),
    }
    known.organization.azure["update_users"] = False
    report = run(known)
    assert (report.failed, report.added) == (["d.reyes@contoso.example"], [LEE])


def test_groups_become_containers(known: Client) -> None:
    known.organization.groups = {}
    run(known)
    assert known.organization.groups == {
        "Scanners": {"id": 1, "members": ["quiet@contoso.example"], "allow_list": [], "block_list": []}
    }
    assert known.get("/groups/Scanners/sender-lists").status == 200


def test_a_group_that_is_gone_takes_its_container_along(known: Client) -> None:
    known.organization.azure["add_groups"] = False
    run(known)
    assert known.organization.groups == {}
