"""The whole estate: settings that work, control that reaches everything, a clean end."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.company import make_world
from simulator.estate import WEBHOOK_SECRET_NAME, Credential, Estate, Receiver
from tests.simulator_core.entra_side import AS_OF


class Hand:
    """A client of ``/_control``."""

    def __init__(self, estate: Estate, session: requests.Session) -> None:
        self._estate = estate
        self._session = session

    def answer(self, method: str, path: str, body: object = None, **query: str) -> requests.Response:
        url = f"{self._estate.control_url}/{path}"
        return self._session.request(method, url, json=body, params=query, timeout=10)

    def __call__(self, method: str, path: str, body: object = None, **query: str) -> Any:
        answer = self.answer(method, path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def shared_estate() -> Iterator[Estate]:
    with Estate(make_world(people=40, groups=12, seed=3, as_of=AS_OF)) as estate:
        yield estate


@pytest.fixture
def estate(shared_estate: Estate) -> Estate:
    """The running estate without faults and with an empty journal; changes to its world stay."""
    shared_estate.faults.clear()
    shared_estate.journal.clear()
    return shared_estate


@pytest.fixture
def client(estate: Estate) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(estate.ca_bundle)
        yield session


@pytest.fixture
def hand(estate: Estate, client: requests.Session) -> Hand:
    return Hand(estate, client)


def graph_token(estate: Estate, client: requests.Session) -> str:
    application = estate.world.tenant.applications[estate.client_id]
    form = {
        "grant_type": "client_credentials",
        "client_id": application.client_id,
        "client_secret": application.secrets[0]["value"],
        "scope": f"{estate.graph_url}/.default",
    }
    url = f"{estate.authority_url}/{estate.world.tenant.id}/oauth2/v2.0/token"
    return str(client.post(url, data=form, timeout=10).json()["access_token"])


def essentials_headers(estate: Estate) -> dict[str, str]:
    user = estate.app_settings()["PROOFPOINT_USER"]
    return {"X-User": user, "X-Password": estate.world.organizations[0].passwords[user]}


def test_a_token_of_the_estate_opens_its_graph(estate: Estate, client: requests.Session) -> None:
    headers = {"Authorization": f"Bearer {graph_token(estate, client)}"}
    answer = client.get(f"{estate.graph_url}/v1.0/users?$select=id&$top=999", headers=headers, timeout=10)
    assert len(answer.json()["value"]) == len(estate.world.tenant.users)


def test_the_api_account_opens_essentials(estate: Estate, client: requests.Session) -> None:
    domain = estate.world.organizations[0].primary_domain
    url = f"{estate.essentials_url}/api/v1/orgs/{domain}/users"
    answer = client.get(url, headers=essentials_headers(estate), timeout=10)
    assert len(answer.json()["users"]) == len(estate.world.organizations[0].users)


def test_requests_are_counted_by_service(estate: Estate, client: requests.Session, hand: Hand) -> None:
    graph_token(estate, client)
    client.get(f"{estate.graph_url}/v1.0/users", timeout=10)
    counts = hand("GET", "counts")
    assert (counts["token"], counts["graph"], counts["essentials"]) == (1, 1, 0)


def test_the_settings_hold_no_secret(estate: Estate) -> None:
    text = str(estate.app_settings())
    for secret in estate.world.vault.values():
        assert all(version["value"] not in text for version in secret.versions)


def test_the_settings_name_every_address_by_tls_but_the_identitys(estate: Estate) -> None:
    settings = estate.app_settings()
    https = {name for name, value in settings.items() if value.startswith("https://")}
    assert https == {"ENTRA_AUTHORITY", "GRAPH_URL", "KEY_VAULT_URL", "PROOFPOINT_URL"}
    assert settings["IDENTITY_ENDPOINT"].startswith("http://127.0.0.1:")


def test_a_certificate_is_registered_and_put_into_the_vault(estate: Estate) -> None:
    settings = estate.app_settings(Credential.CERTIFICATE)
    pem = estate.world.vault[settings["ENTRA_SECRET_NAME"]].versions[-1]["value"]
    assert settings["ENTRA_CREDENTIAL"] == "certificate"
    assert estate.world.tenant.applications[estate.client_id].certificates_pem[-1] in pem


def test_closing_ends_threads_and_removes_the_bundle() -> None:
    before = threading.active_count()
    estate = Estate(make_world(people=2, groups=1, seed=1))
    estate.close()
    assert threading.active_count() == before
    assert not Path(estate.ca_bundle).exists()


def test_the_journal_is_read_and_cleared_by_hand(estate: Estate, client: requests.Session, hand: Hand) -> None:
    client.get(f"{estate.graph_url}/v1.0/users", headers={"Authorization": "Bearer planted"}, timeout=10)
    (entry,) = hand("GET", "journal", service="graph")["entries"]
    assert (entry["path"], entry["status"], entry["headers"]["authorization"]) == ("/v1.0/users", 401, "(redacted)")
    assert hand("GET", "journal", after=str(entry["sequence"]))["entries"] == []
    hand("DELETE", "journal")
    assert hand("GET", "journal")["entries"] == []


def test_a_fault_is_set_and_ended_by_hand(estate: Estate, client: requests.Session, hand: Hand) -> None:
    fault = {"service": "graph", "path": "/v1.0/users*", "times": 2, "effect": {"kind": "status", "status": 503}}
    fault_id = hand("POST", "faults", fault)["id"]
    assert client.get(f"{estate.graph_url}/v1.0/users", timeout=10).status_code == 503
    (shown,) = hand("GET", "faults")["faults"]
    assert (shown["id"], shown["hits"], shown["effect"]) == (
        fault_id, 1, {"kind": "status", "status": 503, "retry_after": None},
    )  # fmt: skip
    hand("DELETE", f"faults/{fault_id}")
    assert client.get(f"{estate.graph_url}/v1.0/users", timeout=10).status_code == 401


def test_latency_is_set_by_hand(estate: Estate, hand: Hand) -> None:
    hand("POST", "latency", {"service": "graph", "seconds": 0.25})
    assert estate.faults.latency_seconds("graph") == 0.25


def test_the_clock_is_put_forward_by_hand(hand: Hand) -> None:
    before = hand("GET", "clock")["now"]
    assert hand("POST", "clock", {"advance_seconds": 1})["now"] > before


def test_messages_that_the_receiver_took_are_read_and_cleared_by_hand(
    estate: Estate, client: requests.Session, hand: Hand
) -> None:
    estate.notify_settings(Receiver.PLAIN_WEBHOOK)
    url = estate.world.vault[WEBHOOK_SECRET_NAME].versions[-1]["value"]
    message = {"id": "1", "title": "A run failed", "detail": "Why."}
    taken = client.post(url, json=message, timeout=10)
    unsigned = client.post(url.partition("?")[0], json=message, timeout=10)
    wrong = client.post(url, json={"text": "no message of the app"}, timeout=10)

    assert (taken.status_code, unsigned.status_code, wrong.status_code) == (204, 401, 400)
    assert hand("GET", "messages") == {"messages": [message]}
    hand("DELETE", "messages")
    assert hand("GET", "messages") == {"messages": []}


def test_the_state_counts_the_world(estate: Estate, hand: Hand) -> None:
    state = hand("GET", "state")
    assert state["users"] == len(estate.world.tenant.users)
    assert state["accounts"] == len(estate.world.organizations[0].users)


@pytest.mark.parametrize(
    ("service", "name", "value"),
    [
        ("graph", "largest_page", 2),
        ("graph", "hidden_membership", "forbidden"),
        ("graph", "withheld", {"some-id": ["mail"]}),
        ("essentials", "rename", "refused"),
        ("vault", "officers", ["somebody"]),
    ],
)
def test_a_switch_is_thrown_by_name(hand: Hand, service: str, name: str, value: object) -> None:
    before = hand("GET", f"switches/{service}")[name]
    assert hand("POST", f"switches/{service}", {name: value})[name] == value
    hand("POST", f"switches/{service}", {name: before})


def test_switches_stay_as_they_were_when_one_of_them_is_refused(hand: Hand) -> None:
    before = hand("GET", "switches/graph")
    assert hand.answer("POST", "switches/graph", {"largest_page": 2, "empty_pages": "maybe"}).status_code == 400
    assert hand("GET", "switches/graph") == before


def test_a_person_is_made_changed_deleted_and_restored(estate: Estate, hand: Hand) -> None:
    made = hand("POST", "users", {"displayName": "New", "userPrincipalName": "new@x.example", "userPurpose": "shared"})
    changed = hand("PATCH", "users/new@x.example", {"accountEnabled": True, "proxyAddresses": ["SMTP:new@x.example"]})
    assert (changed["id"], changed["accountEnabled"]) == (made["id"], True)
    assert estate.world.tenant.purposes[made["id"]] == "shared"
    hand("DELETE", f"users/{made['id']}")
    assert made["id"] in estate.world.tenant.deleted_users
    hand("POST", f"deleted/{made['id']}/restore")
    assert hand("GET", f"users/{made['id']}")["displayName"] == "New"


def test_a_group_gets_and_loses_a_member(estate: Estate, hand: Hand) -> None:
    group = hand("POST", "groups", {"displayName": "Group", "securityEnabled": True, "mailEnabled": False})
    member = next(iter(estate.world.tenant.users))
    assert hand("POST", f"members/{group['id']}", {"id": member}) == {"members": [member]}
    assert hand("DELETE", f"members/{group['id']}/{member}") == {"members": []}


def test_an_account_is_made_changed_and_removed(hand: Hand) -> None:
    made = hand("POST", "accounts", {"primary_email": "hand@made.example"})
    assert hand("PATCH", "accounts/hand@made.example", {"is_active": False})["is_active"] is False
    hand("DELETE", f"accounts/{made['uid']}")
    assert hand.answer("GET", f"accounts/{made['uid']}").status_code == 404


def test_secrets_are_rotated_by_hand_and_never_shown(estate: Estate, hand: Hand) -> None:
    body = {"value": "planted-secret", "expires_in_days": 10}
    answers = [hand("POST", "secrets/entra-client-secret", body)]
    answers.append(hand("POST", f"client-secrets/{estate.client_id}", body))
    assert estate.world.vault["entra-client-secret"].versions[-1]["value"] == "planted-secret"
    assert estate.world.tenant.applications[estate.client_id].secrets[-1]["value"] == "planted-secret"
    assert "planted-secret" not in str(answers)


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nothing", None, 404),
        ("PUT", "faults", {}, 405),
        ("POST", "faults", {"service": "graph"}, 400),
        ("POST", "faults", {"service": "elsewhere", "effect": {"kind": "html"}}, 400),
        ("POST", "faults", {"service": "graph", "effect": {"kind": "unknown"}}, 400),
        ("POST", "faults", {"service": "graph", "effect": {"kind": "status", "status": 200}}, 400),
        ("POST", "faults", {"service": "graph", "nth": 0, "effect": {"kind": "html"}}, 400),
        ("DELETE", "faults/999", None, 404),
        ("POST", "latency", {"service": "graph", "seconds": 99}, 400),
        ("POST", "clock", {"advance_seconds": -1}, 400),
        ("GET", "switches/token", None, 400),
        ("POST", "switches/graph", {"unknown": 1}, 400),
        ("GET", "users/nobody", None, 404),
        ("POST", "users", {"mail": "a@b.example"}, 400),
        ("POST", "users", {"displayName": "X", "unknown": 1}, 400),
        ("POST", "users", {"displayName": "X", "accountEnabled": "yes"}, 400),
        ("POST", "accounts", {"is_active": True}, 400),
        ("POST", "members/nobody", {"id": "x"}, 404),
        ("POST", "deleted/nobody/restore", None, 404),
        ("POST", "client-secrets/nobody", {"value": "x"}, 404),
        ("GET", "journal?after=x", None, 400),
    ],
)
def test_a_wrong_request_is_answered_clearly(hand: Hand, method: str, path: str, body: object, status: int) -> None:
    answer = hand.answer(method, path, body)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_nothing_of_control_is_inside_the_services(estate: Estate, client: requests.Session) -> None:
    for origin in (estate.graph_url, estate.authority_url, estate.essentials_url, estate.vault_url):
        assert client.get(f"{origin}/_control/counts", timeout=10).status_code in (401, 404)


def test_the_environment_of_this_process_stays_as_it_is() -> None:
    before = dict(os.environ)
    with Estate(make_world(people=2, groups=1, seed=1)) as estate:
        estate.app_settings()
    assert dict(os.environ) == before
