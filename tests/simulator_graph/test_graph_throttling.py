"""Rules 30 and 31: resource units, and how a refusal says so."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from simulator.graph import RetryAfter
from tests.simulator_graph.company import ANNA, APP_ID, EVENTUAL, OPS, TENANT_ID, Answer, Client, object_id, user


def exhaust(graph: Client, *, units: int = 4, **headers: str) -> Answer:
    """The first refusal after the bucket was filled, one unit a call."""
    graph.switches.resource_units = units
    for _ in range(units * 3):
        answer = graph.get("/users?$select=id", **headers)
        if answer.status == 429:
            return answer
    raise AssertionError("Never refused.")


@pytest.mark.parametrize(
    ("path", "cost"),
    [
        ("/users", 2),
        ("/users?$select=id", 1),
        ("/users?$top=10", 1),
        ("/users?$top=10&$select=id", 1),
        ("/groups", 1),
        ("/groups?$expand=members", 2),
        (f"/groups/{OPS}/members", 3),
        (f"/groups/{OPS}/members?$select=id&$top=999", 2),
        (f"/groups/{OPS}/members?$select=id&$top=19", 1),
        (f"/groups/{OPS}/transitiveMembers", 5),
        (f"/groups/{OPS}/transitiveMembers?$select=id", 4),
        (f"/users/{ANNA}/memberOf", 2),
        ("/users/delta", 1),
        ("/groups/delta", 1),
        ("/users/$count", 1),
        ("/directory/deletedItems/microsoft.graph.user", 1),
        ("/subscribedSkus", 3),
        ("/subscribedSkus?$select=skuId", 2),
    ],
)
def test_each_call_says_what_it_costs(graph: Client, path: str, cost: int) -> None:
    """Rule 30 and graph.md 1.1."""
    graph.roles = [*graph.roles, "Organization.Read.All"]
    answer = graph.send("GET", f"/v1.0{path}", headers=EVENTUAL if path.endswith("$count") else {})
    assert (answer.status, answer.headers["x-ms-resource-unit"]) == (200, str(cost))


def test_a_refused_query_costs_as_well(graph: Client) -> None:
    """Rule 30."""
    graph.switches.resource_units = 3
    assert [graph.get("/groups?$top=1000").status for _ in range(5)] == [400, 400, 400, 429, 429]


def test_mailbox_settings_are_not_counted_in_resource_units(graph: Client) -> None:
    """Rule 30: on every directory answer."""
    graph.roles = ["MailboxSettings.Read"]
    assert "x-ms-resource-unit" not in graph.get(f"/users/{ANNA}/mailboxSettings").headers


@pytest.mark.parametrize(("people", "limit"), [(49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)])
def test_the_limit_follows_the_number_of_people(graph: Client, people: int, limit: int) -> None:
    """Rule 30 and graph.md 2.1."""
    keys = [object_id(n) for n in range(people)]
    graph.world.tenant.users = {key: user(key, "Some Body") for key in keys}
    used = 0
    while (
        "x-ms-throttle-limit-percentage"
        not in (
            answer := graph.batch(
                *({"id": str(n), "method": "GET", "url": f"/groups/{OPS}/transitiveMembers?$top=50"} for n in range(20))
            ).json["responses"][0]
        )["headers"]
    ):
        used += 100
    assert 0.75 <= used / limit <= 0.85
    assert answer["status"] == 200


def test_the_share_of_the_limit_is_told_from_four_fifths_on(graph: Client) -> None:
    """Rule 30."""
    graph.switches.resource_units = 1_000_000
    graph.get("/users?$select=id")
    graph.switches.resource_units = 10
    shares = [graph.get("/users?$select=id").headers.get("x-ms-throttle-limit-percentage") for _ in range(20)]
    assert shares[:5] == [None] * 5
    told = [float(share) for share in shares if share is not None]
    assert min(told) >= 0.8
    assert max(told) <= 1.8


def test_the_bucket_fills_again_by_the_worlds_clock(graph: Client) -> None:
    """Rule 30."""
    wait = int(exhaust(graph).headers["retry-after"])
    graph.world.clock.advance(wait)
    assert graph.get("/users?$select=id").status == 200


def test_coming_back_too_early_makes_it_longer(graph: Client) -> None:
    """Rule 30: refused calls count too."""
    first = int(exhaust(graph, units=10).headers["retry-after"])
    for _ in range(3):
        again = graph.get("/users?$select=id")
    assert int(again.headers["retry-after"]) > first


def test_each_application_has_its_own_bucket(graph: Client) -> None:
    """Rule 30."""
    exhaust(graph)
    other = graph.token(app_id=APP_ID.replace("b", "d"))
    assert graph.send("GET", "/v1.0/users", token=other).status == 200


def test_a_refusal_says_whose_limit_it_was(graph: Client) -> None:
    """Rule 31."""
    answer = exhaust(graph)
    assert answer.code == "TooManyRequests"
    assert answer.headers["x-ms-throttle-scope"] == f"Tenant_Application/ReadWrite/{APP_ID}/{TENANT_ID}"
    assert answer.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert answer.headers["x-ms-resource-unit"] == "1"


def test_the_time_to_wait_is_whole_seconds(graph: Client) -> None:
    """Rule 31."""
    assert exhaust(graph).headers["retry-after"].isdigit()


def test_the_time_to_wait_may_be_a_fraction(graph: Client) -> None:
    """Rule 31."""
    graph.switches.retry_after = RetryAfter.FRACTION
    text = exhaust(graph).headers["retry-after"]
    assert "." in text
    assert float(text) > 0


def test_the_time_to_wait_may_be_a_date(graph: Client) -> None:
    """Rule 31."""
    graph.switches.retry_after = RetryAfter.HTTP_DATE
    moment = parsedate_to_datetime(exhaust(graph).headers["retry-after"])
    assert timedelta() < moment - graph.world.clock.now() < timedelta(seconds=30)


def test_the_time_to_wait_may_be_missing(graph: Client) -> None:
    """Rule 31."""
    graph.switches.retry_after = RetryAfter.ABSENT
    assert "retry-after" not in exhaust(graph).headers


def test_low_priority_is_refused_first(graph: Client) -> None:
    """Rule 31."""
    exhaust(graph, units=100, x_ms_throttle_priority="low")
    assert graph.get("/users?$select=id", x_ms_throttle_priority="low").status == 429
    assert graph.get("/users?$select=id").status == 200
