"""Rules 24 and 25: ``$batch``."""

import base64
from typing import Any

import pytest

from simulator.effects import HtmlAnswer, StatusFault
from simulator.faults import Fault
from simulator.world import Json
from tests.simulator_graph.company import ANNA, EMPTY, EVENTUAL, OPS, ORIGIN, RING_A, SALES, Answer, Client, object_id

JSON_CONTENT = {"Content-Type": "application/json"}


def get(key: str, url: str, **more: object) -> Json:
    """One item that reads."""
    return {"id": key, "method": "GET", "url": url, **more}


def members(key: str, group_id: str) -> Json:
    """One item that reads the members of a group."""
    return get(key, f"/groups/{group_id}/members?$select=id&$top=999")


def by_id(answer: Answer) -> dict[str, dict[str, Any]]:
    """The items of the answer."""
    assert answer.status == 200, answer.body
    return {item["id"]: item for item in answer.json["responses"]}


@pytest.mark.parametrize(
    "items",
    [
        [],
        [members(str(n), OPS) for n in range(21)],
        [members("a", OPS), members("A", OPS)],
        [get("1", f"{ORIGIN}/v1.0/users")],
        [{"id": 1, "method": "GET", "url": "/users"}],
        [{"method": "GET", "url": "/users"}],
        [{"id": "1", "url": "/users"}],
        [{"id": "1", "method": "GET"}],
        [{"id": "1", "method": "FETCH", "url": "/users"}],
        [{"id": "1", "method": "POST", "url": f"/users/{ANNA}/checkMemberGroups", "body": {"groupIds": [OPS]}}],
        [get("1", "/users", dependsOn=["2"])],
        [get("1", "/users", dependsOn=["2"]), get("2", "/users", dependsOn=["1"])],
        ["/users"],
    ],
)
def test_a_batch_that_makes_no_sense_is_400_as_a_whole(graph: Client, items: list[Json]) -> None:
    """Rule 24."""
    answer = graph.batch(*items)
    assert (answer.status, answer.code) == (400, "BadRequest")


def test_a_batch_holds_twenty(graph: Client) -> None:
    """Rule 24."""
    assert len(by_id(graph.batch(*(members(str(n), OPS) for n in range(20))))) == 20


def test_a_url_is_relative_with_or_without_its_slash(graph: Client) -> None:
    """Rule 24."""
    items = by_id(graph.batch(get("1", "/users?$select=id"), get("2", "users?$select=id")))
    assert items["1"]["body"]["value"] == items["2"]["body"]["value"]


def test_a_url_does_not_repeat_the_version(graph: Client) -> None:
    """Rule 24."""
    assert by_id(graph.batch(get("1", "/v1.0/users")))["1"]["status"] == 400


def test_answers_come_in_any_order(graph: Client) -> None:
    """Rule 24."""
    sent = [str(n) for n in range(20)]
    orders = {tuple(by_id(graph.batch(*(members(key, OPS) for key in sent)))) for _ in range(5)}
    assert len(orders) > 1
    assert all(sorted(order) == sorted(sent) for order in orders)


def test_each_item_has_its_own_status_headers_and_body(graph: Client) -> None:
    """Rule 25."""
    items = by_id(graph.batch(members("good", SALES), members("bad", object_id(999))))
    assert (items["good"]["status"], items["bad"]["status"]) == (200, 404)
    assert items["good"]["headers"]["x-ms-resource-unit"] == "2"
    assert items["good"]["headers"]["Content-Type"].startswith("application/json")
    assert items["bad"]["body"]["error"]["code"] == "Request_ResourceNotFound"


def test_some_items_are_throttled_while_others_are_not(graph: Client) -> None:
    """Rule 25."""
    graph.switches.resource_units = 10
    items = by_id(graph.batch(*(members(str(n), OPS) for n in range(8))))
    statuses = [item["status"] for item in items.values()]
    assert (statuses.count(200), statuses.count(429)) == (5, 3)
    assert all(int(item["headers"]["Retry-After"]) >= 1 for item in items.values() if item["status"] == 429)


def test_items_are_charged_one_by_one(graph: Client) -> None:
    """Rule 25."""
    graph.switches.resource_units = 100
    graph.batch(*(members(str(n), OPS) for n in range(20)))
    share = graph.batch(*(members(str(n), OPS) for n in range(20))).json["responses"]
    assert max(float(item["headers"].get("x-ms-throttle-limit-percentage", 0)) for item in share) == 0.8


def test_next_links_inside_are_absolute_and_work(graph: Client) -> None:
    """Rule 25."""
    graph.switches.largest_page = 1
    link = by_id(graph.batch(members("1", SALES)))["1"]["body"]["@odata.nextLink"]
    assert link.startswith(f"{ORIGIN}/v1.0/groups/{SALES}/members?")
    assert graph.send("GET", link).status == 200


def test_an_item_fails_with_the_one_that_it_depends_on(graph: Client) -> None:
    """Rule 25."""
    items = by_id(
        graph.batch(
            get("2", "/users?$select=id", dependsOn=["1"]),
            members("1", object_id(999)),
            get("3", "/users?$select=id", dependsOn=["4"]),
            members("4", EMPTY),
        )
    )
    assert {key: item["status"] for key, item in items.items()} == {"1": 404, "2": 424, "3": 200, "4": 200}


def test_an_advanced_item_needs_its_own_header(graph: Client) -> None:
    """Rules 22 and 24."""
    bare, own = get("1", "/users/$count"), get("2", "/users/$count", headers=EVENTUAL)
    answer = graph.send("POST", "/v1.0/$batch", headers=EVENTUAL, body={"requests": [bare, own]})
    items = by_id(answer)
    assert items["1"]["status"] == 400
    assert (items["2"]["status"], items["2"]["body"]) == (200, "6")


def test_an_item_may_have_a_body(graph: Client) -> None:
    """Rule 24."""
    url = f"/users/{ANNA}/checkMemberGroups"
    item = {"id": "1", "method": "POST", "url": url, "headers": JSON_CONTENT, "body": {"groupIds": [OPS, RING_A]}}
    assert by_id(graph.batch(item))["1"]["body"]["value"] == [OPS, RING_A]


def test_a_batch_holds_no_batch(graph: Client) -> None:
    """Rule 24."""
    item = {"id": "1", "method": "POST", "url": "/$batch", "headers": JSON_CONTENT, "body": {"requests": []}}
    assert by_id(graph.batch(item))["1"]["status"] == 400


def test_only_posting_makes_a_batch(graph: Client) -> None:
    """Rule 24."""
    assert graph.get("/$batch").status == 405


def test_the_permission_is_looked_at_for_each_item(graph: Client) -> None:
    """Rules 3 and 25."""
    graph.roles = ["GroupMember.Read.All"]
    items = by_id(graph.batch(get("1", "/users"), members("2", OPS)))
    assert (items["1"]["status"], items["2"]["status"]) == (403, 200)


def test_a_fault_hits_one_item_only(graph: Client) -> None:
    """Rule 8."""
    path = f"/v1.0/groups/{SALES}/members"
    graph.faults.add(Fault(service="graph", path=path, effect=StatusFault(status=403)))
    items = by_id(graph.batch(members("1", OPS), members("2", SALES)))
    assert (items["1"]["status"], items["2"]["status"]) == (200, 403)


def test_a_throttled_item_by_order_says_when_to_come_back(graph: Client) -> None:
    """Rules 8 and 25."""
    graph.faults.add(Fault(service="graph", path="*/members", effect=StatusFault(status=429, retry_after="2.128")))
    items = by_id(graph.batch(members("1", OPS)))
    assert (items["1"]["status"], items["1"]["headers"]["Retry-After"]) == (429, "2.128")


def test_an_item_that_is_no_json_comes_as_base64(graph: Client) -> None:
    """Rules 8 and 25."""
    graph.faults.add(Fault(service="graph", path="*/members", effect=HtmlAnswer()))
    body = by_id(graph.batch(members("1", OPS)))["1"]["body"]
    assert base64.b64decode(body).startswith(b"<!DOCTYPE html>")


def test_a_body_must_say_that_it_is_json(graph: Client) -> None:
    """Rule 24."""
    body = {"requests": [members("1", OPS)]}
    assert graph.send("POST", "/v1.0/$batch", headers={"Content-Type": "text/plain"}, body=body).status == 400
    check = f"/v1.0/users/{ANNA}/checkMemberGroups"
    assert graph.send("POST", check, headers={"Content-Type": ""}, body={"groupIds": [OPS]}).status == 400
