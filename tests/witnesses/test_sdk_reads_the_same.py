"""Microsoft's own Graph client reads the simulated company, and what it parsed is what the app's reader read."""

from pathlib import Path
from typing import Any

import pytest

from shared.model import Directory, Group, GroupKind, Person
from simulator.company import make_world
from simulator.effects import StatusFault
from simulator.estate import Estate
from simulator.faults import Fault
from tests.scenarios.deployment import deployed
from tests.witnesses.sdk_witness import MISSING, PYTHON, told_by_the_sdk

pytestmark = pytest.mark.skipif(not PYTHON.exists(), reason=MISSING)

KINDS = {
    (True, False): GroupKind.DISTRIBUTION,
    (False, True): GroupKind.SECURITY,
    (True, True): GroupKind.MAIL_ENABLED_SECURITY,
    (False, False): GroupKind.UNKNOWN,
}


@pytest.mark.parametrize("seed", [31, 32, 33])
def test_people_and_groups_are_the_same_one_by_one(tmp_path: Path, seed: int) -> None:
    with Estate(make_world(people=2_000, groups=200, seed=seed)) as estate:
        told = told_by_the_sdk(estate, "directory")
        ours = read_by_us(estate, tmp_path)

    theirs = [one for one in told if one["what"] == "person"]
    assert len(theirs) == len(ours.people) >= 2_000
    by_id = {one["id"]: one for one in theirs}
    assert {person.id: as_told(person) for person in ours.people} == {i: person_facts(one) for i, one in by_id.items()}

    groups = {one["id"]: group_facts(one) for one in told if one["what"] == "group"}
    assert len(ours.groups) == len(groups) == 200
    assert {group.id: as_told_of_group(group) for group in ours.groups} == groups


def test_exchange_plans_are_the_same(tmp_path: Path) -> None:
    """Few people: the client takes long for the tens of plans that each of them has."""
    with Estate(make_world(people=150, groups=6, seed=37)) as estate:
        told = told_by_the_sdk(estate, "plans")
        ours = read_by_us(estate, tmp_path)

    theirs = {
        one["id"]: sorted({(plan_id, state) for service, plan_id, state in one["plans"] if service == "exchange"})
        for one in told
    }
    assert {p.id: [(plan.plan_id, plan.state) for plan in p.exchange_plans] for p in ours.people} == theirs
    assert max(len(one["plans"]) for one in told) >= 40


def test_delta_gives_the_same_people_groups_and_members(tmp_path: Path) -> None:
    world = make_world(people=600, groups=60, seed=34)
    with Estate(world) as estate:
        estate.graph.switches.delta_members_per_entry = 5
        told = told_by_the_sdk(estate, "delta")
        ours = read_by_us(estate, tmp_path)

    present = {one["id"] for one in told if one["what"] == "person" and not one["removed"]}
    assert present == {person.id for person in ours.people}
    members: dict[str, set[str]] = {group.id: set() for group in ours.groups}
    for one in told:
        if one["what"] == "group" and not one["removed"]:
            members[one["id"]].update(one["members"])
    visible = {i for i, group in world.tenant.groups.items() if group.get("visibility") != "HiddenMembership"}
    assert {i: members[i] for i in visible} == {i: set(world.tenant.members.get(i, ())) for i in visible}
    links = [one["link"] for one in told if one["what"] == "end"]
    assert len(links) == 2
    assert all("$deltatoken=" in link.lower() or "%24deltatoken=" in link.lower() for link in links)


def test_refusals_are_understood() -> None:
    with Estate(make_world(people=40, groups=4, seed=35)) as estate:
        told = {one["of"]: one for one in told_by_the_sdk(estate, "errors")}

    assert told["an unknown id"]["status"] == 404
    assert told["an unknown id"]["code"] == "Request_ResourceNotFound"
    assert told["an unknown property"]["status"] == 400


def test_throttling_is_waited_out(tmp_path: Path) -> None:
    with Estate(make_world(people=60, groups=6, seed=36)) as estate:
        throttled = StatusFault(status=429, retry_after="1")
        estate.faults.add(Fault(service="graph", path="/v1.0/users", effect=throttled))
        told = told_by_the_sdk(estate, "directory")
        entries = [e.status for e in estate.journal.entries("graph") if e.path == "/v1.0/users"]
        ours = read_by_us(estate, tmp_path)

    assert entries == [429, 200]
    assert len([one for one in told if one["what"] == "person"]) == len(ours.people)


def read_by_us(estate: Estate, path: Path) -> Directory:
    with deployed(estate, path) as deployment:
        return deployment.application.directory_reader().read(scope_groups=[], progress=lambda *_: None)


def person_facts(one: dict[str, Any]) -> dict[str, object]:
    """What the app must have made of a user, found in the client's words."""
    return {
        "names": [one["display_name"] or "", one["given_name"] or "", one["surname"] or ""],
        "mail": one["mail"].lower() if one["mail"] else None,
        "sign_in": one["user_principal_name"],
        "enabled": one["account_enabled"],
        "guest": one["user_type"] == "Guest" or "#EXT#" in one["user_principal_name"],
        "addresses": addresses(one["proxy_addresses"]),
        "skus": sorted(one["sku_ids"]),
    }


def as_told(person: Person) -> dict[str, object]:
    assert person.missing_properties == ()
    return {
        "names": [person.display_name, person.given_name, person.surname],
        "mail": person.mail,
        "sign_in": person.user_principal_name,
        "enabled": person.account_enabled,
        "guest": person.is_guest,
        "addresses": [person.primary_smtp, list(person.smtp_aliases)],
        "skus": list(person.sku_ids),
    }


def group_facts(one: dict[str, Any]) -> dict[str, object]:
    kind = KINDS[bool(one["mail_enabled"]), bool(one["security_enabled"])]
    return {
        "name": one["display_name"],
        "mail": one["mail"].lower() if one["mail"] else None,
        "kind": GroupKind.MICROSOFT365 if "Unified" in one["group_types"] else kind,
        "dynamic": "DynamicMembership" in one["group_types"],
        "hidden": one["visibility"] == "HiddenMembership",
        "addresses": addresses(one["proxy_addresses"]),
    }


def as_told_of_group(group: Group) -> dict[str, object]:
    assert group.missing_properties == ()
    return {
        "name": group.display_name,
        "mail": group.mail,
        "kind": group.kind,
        "dynamic": group.is_dynamic,
        "hidden": group.is_membership_hidden,
        "addresses": [group.primary_smtp, list(group.smtp_aliases)],
    }


def addresses(proxies: list[str]) -> list[object]:
    """The one primary and the sorted aliases."""
    primaries = [proxy[5:].strip().lower() for proxy in proxies if proxy.startswith("SMTP:")]
    aliases = sorted(proxy[5:].strip().lower() for proxy in proxies if proxy.startswith("smtp:"))
    return [primaries[0] if primaries else None, aliases]
