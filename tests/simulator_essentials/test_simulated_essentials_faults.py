"""Faults that can be switched on, over a real connection and in single items of a batch."""

import http.client
import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from simulator.effects import DropAfter, Effect, LateStatusFault, MissingValue, StatusFault
from simulator.faults import Fault
from simulator.journal import Journal
from simulator.server import Server
from tests.simulator_essentials.organization import ADMIN, CURRENT, PASSWORD, Client, user

USERS = "/api/v1/orgs/contoso.example/users"
LEE, KIM = "lee@contoso.example", "kim@contoso.example"


@pytest.fixture
def port(essentials: Client) -> Iterator[int]:
    """Where the organization is served."""
    journal = Journal(essentials.world.clock)
    with Server(essentials.service, faults=essentials.faults, journal=journal, tls=None) as server:
        yield server.port


def ask(port: int, method: str, path: str, body: object = None) -> tuple[int, dict[str, str], bytes]:
    headers = {"X-User": ADMIN, "X-Password": PASSWORD, "Content-Type": "application/json", **CURRENT}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        response = connection.getresponse()
        return response.status, dict(response.getheaders()), response.read()


def hit(essentials: Client, effect: Effect, *, method: str = "*", path: str = "*") -> None:
    essentials.faults.add(Fault(service="essentials", method=method, path=path, effect=effect))


@pytest.mark.parametrize("retry_after", [None, "3"])
def test_a_call_is_throttled_with_and_without_a_time(essentials: Client, port: int, retry_after: str | None) -> None:
    """Rule 20."""
    hit(essentials, StatusFault(status=429, retry_after=retry_after))
    status, headers, body = ask(port, "GET", USERS)
    assert (status, headers.get("Retry-After")) == (429, retry_after)
    assert json.loads(body)["errors"][0]["status"] == 429
    assert ask(port, "GET", USERS)[0] == 200


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_call_fails(essentials: Client, port: int, status: int) -> None:
    """Rule 20."""
    hit(essentials, StatusFault(status=status))
    assert ask(port, "POST", USERS, user(LEE))[0] == status
    assert ask(port, "POST", USERS, user(LEE))[0] == 201


def test_a_list_comes_without_its_list(essentials: Client, port: int) -> None:
    """Rule 20."""
    hit(essentials, MissingValue(), method="GET")
    assert json.loads(ask(port, "GET", USERS)[2]) == {}


def test_a_connection_is_dropped_after_the_write_took_effect(essentials: Client, port: int) -> None:
    """Rule 20."""
    hit(essentials, DropAfter(), method="POST")
    with pytest.raises(http.client.RemoteDisconnected):
        ask(port, "POST", USERS, user(LEE))
    assert ask(port, "GET", f"{USERS}/{LEE}")[0] == 200


def test_an_encoded_address_and_a_batch_work_over_a_connection(essentials: Client, port: int) -> None:
    status, _, body = ask(port, "POST", USERS, [user(LEE), user(ADMIN)])
    assert (status, len(json.loads(body)["users"])) == (207, 1)
    assert ask(port, "PUT", f"{USERS}/lee%40contoso.example", {"firstname": "Léa"})[0] == 204
    assert essentials.account(LEE)["firstname"] == "Léa"


def test_one_item_of_a_batch_is_hit(essentials: Client) -> None:
    """Rule 20."""
    hit(essentials, StatusFault(status=500), method="POST", path=f"*/users/{LEE}")
    answer = essentials.post([user(LEE), user(KIM)])
    assert answer.status == 207
    assert (answer.error["status"], answer.error["identifier"]) == (500, LEE)
    assert essentials.get(f"/users/{LEE}").status == 404
    assert essentials.get(f"/users/{KIM}").status == 200


def test_one_item_of_a_batch_is_made_although_it_is_refused(essentials: Client) -> None:
    """Rule 20."""
    hit(essentials, LateStatusFault(status=502), method="POST", path=f"*/users/{LEE}")
    answer = essentials.post([user(LEE), user(KIM)])
    assert (answer.status, answer.error["identifier"]) == (207, LEE)
    assert essentials.get(f"/users/{LEE}").status == 200
