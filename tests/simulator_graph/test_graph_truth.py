"""The simulated Graph's own tables against the machine-readable truth, where that lies beside the repository."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.graph.entities import (
    GROUP,
    MAILBOX_SETTINGS,
    ORG_CONTACT,
    ORGANIZATION,
    SUBSCRIBED_SKU,
    USER,
)
from simulator.graph.entity_type import EntityType, Shape
from simulator.graph.roles import (
    READ_CONTACTS,
    READ_GROUPS,
    READ_MAILBOX_SETTINGS,
    READ_MEMBERS,
    READ_ORGANIZATION,
    READ_PEOPLE,
    READ_PEOPLE_IN_FULL,
    READ_SKUS,
    Access,
)
from tests.simulator_graph.company import GONE_GROUP, OPS, Client

DATA = Path(__file__).parents[3] / "shared" / "data"
SHAPES = {"String": Shape.TEXT, "Boolean": Shape.TRUTH, "DateTimeOffset": Shape.MOMENT, "Guid": Shape.GUID}

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the data about Graph is not part of the project")


def read(name: str) -> Any:
    """One of the files."""
    return json.loads((DATA / name).read_text())


def sample(url: str) -> Any:
    """The documented answer to this request."""
    found = [
        s for s in read("graph-samples.json") if s["request"]["url"].endswith(url) and s["request"]["method"] == "GET"
    ]
    bodies = [s["response"]["body"] for s in found if "@odata.context" in s["response"]["body"]]
    return bodies[0]


@pytest.mark.parametrize("entity", [USER, GROUP, ORG_CONTACT, ORGANIZATION, SUBSCRIBED_SKU, MAILBOX_SETTINGS])
def test_a_type_has_exactly_the_properties_that_it_really_has(entity: EntityType) -> None:
    """Rule 6."""
    types = read("graph-types.json")
    real: dict[str, str] = {}
    name: str | None = entity.name
    while name is not None:
        real |= types[name]["properties"]
        name = types[name]["base"]
    assert set(entity.shapes) == set(real)
    assert {name for name, shape in entity.shapes.items() if shape is Shape.LIST} == {
        name for name, kind in real.items() if kind.startswith("Collection(")
    }
    for name, kind in real.items():
        if kind in SHAPES:
            assert entity.shapes[name] is SHAPES[kind], name


@pytest.mark.parametrize("entity", [USER, GROUP, ORG_CONTACT, ORGANIZATION, SUBSCRIBED_SKU])
def test_a_type_promises_only_properties_that_it_has(entity: EntityType) -> None:
    """Rules 10 to 12."""
    for names in (
        entity.default,
        entity.filterable,
        entity.filterable_when_advanced,
        entity.sortable,
        entity.single_only,
        entity.elements,
    ):
        assert set(names) <= set(entity.shapes)
    assert not set(entity.default) & entity.single_only


@pytest.mark.parametrize(
    ("path", "access"),
    [
        ("/users", READ_PEOPLE),
        ("/users/{id}", READ_PEOPLE),
        ("/users/delta", READ_PEOPLE_IN_FULL),
        ("/groups", READ_GROUPS),
        ("/groups/{id}", READ_GROUPS),
        ("/groups/delta", READ_GROUPS),
        ("/groups/{id}/members", READ_MEMBERS),
        ("/groups/{id}/transitivemembers", READ_MEMBERS),
        ("/organization", READ_ORGANIZATION),
        ("/subscribedskus", READ_SKUS),
        ("/users/{id}/mailboxsettings", READ_MAILBOX_SETTINGS),
        ("/users/{id}/mailboxsettings/userpurpose", READ_MAILBOX_SETTINGS),
        ("/contacts", READ_CONTACTS),
    ],
)
def test_no_role_opens_a_path_that_it_does_not_really_open(path: str, access: Access) -> None:
    """Rule 3."""
    permissions = read("graph-permissions.json")
    real = {entry["permission"] for key, entries in permissions.items() if key.lower() == path for entry in entries}
    ours = {role for needed in access.alternatives for role in needed}
    assert ours <= real
    assert "Directory.Read.All" in ours or path.startswith("/users/{id}/mailbox")


def test_a_documented_person_has_the_properties_of_ours(graph: Client) -> None:
    """Rule 10."""
    documented = sample("/users/delta")["value"][0]
    assert set(graph.get("/users").json["value"][0]) == set(documented)


def test_a_documented_group_has_no_property_that_ours_lacks(graph: Client) -> None:
    """Rule 11."""
    ours = set(graph.get("/groups").json["value"][0])
    assert set(sample("/v1.0/groups")["value"][0]) <= ours
    assert {name for name in sample("/v1.0/groups/*") if not name.startswith("@")} <= ours


def test_a_documented_sku_has_the_properties_of_ours(graph: Client) -> None:
    """Graph.md 1.7."""
    graph.roles = ["Organization.Read.All"]
    assert set(graph.get("/subscribedSkus").json["value"][0]) == set(sample("/v1.0/subscribedSkus")["value"][0])


def test_a_documented_deleted_group_has_no_property_that_ours_lacks(graph: Client) -> None:
    """Rule 18."""
    graph.roles = ["Group.Read.All"]
    documented = sample("/directory/deletedItems/*")
    ours = graph.get(f"/directory/deletedItems/{GONE_GROUP}").json
    assert set(documented) <= set(ours)
    assert ours["@odata.context"].endswith(documented["@odata.context"].rpartition("/v1.0/")[2])


def test_documented_members_come_in_the_same_envelope(graph: Client) -> None:
    """Rule 13."""
    documented, ours = sample("/groups/*/members"), graph.get(f"/groups/{OPS}/members").json
    assert set(documented) == set(ours)
    assert ours["@odata.context"].endswith(documented["@odata.context"].rpartition("/v1.0/")[2])
