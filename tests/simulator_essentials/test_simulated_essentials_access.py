"""Who is let in, and what a path leads to."""

import pytest

from simulator.essentials import EssentialsService
from tests.simulator_essentials.organization import ADMIN, CURRENT, PASSWORD, Client, user

ORGANIZATION = "/orgs/contoso.example"


def test_a_caller_without_headers_is_refused(essentials: Client) -> None:
    """Rule 1."""
    answer = essentials.raw("GET", f"/api/v1{ORGANIZATION}/users", b"", headers={})
    assert answer.status == 401
    assert answer.error["status"] == 401


@pytest.mark.parametrize(
    ("name", "password"),
    [(ADMIN, "wrong"), (ADMIN, ""), ("nobody@contoso.example", PASSWORD), ("quiet@contoso.example", "")],
)
def test_a_wrong_address_or_password_is_refused(essentials: Client, name: str, password: str) -> None:
    """Rule 1."""
    essentials.user, essentials.password = name, password
    assert essentials.get("/users").status == 401


@pytest.mark.parametrize("scheme", ["Basic c3luY0Bjb250b3NvLmV4YW1wbGU6Y29ycmVjdCBob3JzZQ==", "Bearer token"])
def test_basic_and_bearer_are_refused(essentials: Client, scheme: str) -> None:
    """Rule 1."""
    headers = {"Authorization": scheme}
    assert essentials.raw("GET", f"/api/v1{ORGANIZATION}/users", b"", headers=headers).status == 401


def test_header_names_and_the_address_have_no_case(essentials: Client) -> None:
    """Rule 1."""
    headers = {"X-user": ADMIN.upper(), "X-password": PASSWORD}
    assert essentials.raw("GET", f"/api/v1{ORGANIZATION}/users", b"", headers=headers).status == 200


def test_an_inactive_account_cannot_sign_in(essentials: Client) -> None:
    essentials.user = "gone@contoso.example"
    assert essentials.get("/users").status == 401


def test_somebody_who_is_no_administrator_is_forbidden(essentials: Client) -> None:
    """Rule 1."""
    essentials.user = "dana.reyes@contoso.example"
    assert essentials.get("/users").status == 403
    assert essentials.send("GET", "/me").status == 403


def test_an_administrator_of_another_organization_is_forbidden(essentials: Client) -> None:
    """Rule 1."""
    essentials.user = "admin@other.example"
    assert essentials.get("/users").status == 403


def test_a_read_only_administrator_reads_and_does_not_write(essentials: Client) -> None:
    essentials.user = "reader@contoso.example"
    assert essentials.get("/users").status == 200
    assert essentials.post(user("new@contoso.example")).status == 403
    assert essentials.delete("quiet@contoso.example").status == 403


def test_the_password_is_never_in_a_refusal(essentials: Client) -> None:
    essentials.password = "planted-secret"
    assert b"planted-secret" not in essentials.get("/users").body


def test_any_domain_of_the_organization_leads_to_it(essentials: Client) -> None:
    """Rule 2."""
    by_second = essentials.send("GET", "/orgs/Fabrikam.example/users", headers=CURRENT)
    assert by_second.json == essentials.get("/users").json


def test_an_unknown_domain_is_not_found(essentials: Client) -> None:
    """Rule 2."""
    answer = essentials.send("GET", "/orgs/unknown.example/users")
    assert answer.status == 404
    assert answer.error["identifier"] == "unknown.example"


def test_an_organization_is_visible_on_its_own_stack_only(essentials: Client) -> None:
    """Rule 2."""
    assert essentials.send("GET", "/orgs/far.example").status == 404
    essentials.user = "admin@far.example"
    assert essentials.send("GET", "/orgs/far.example").status == 401


@pytest.mark.parametrize("path", ["/users/", "/users/quiet%40contoso.example", "/users/quiet@contoso.example/", "/"])
def test_one_trailing_slash_and_an_encoded_at_are_accepted(essentials: Client, path: str) -> None:
    """Rule 3."""
    assert essentials.get(path).status == 200


@pytest.mark.parametrize("path", ["/users//", "//users", "/users/quiet@contoso.example//"])
def test_a_second_slash_is_not_found(essentials: Client, path: str) -> None:
    """Rule 3."""
    assert essentials.get(path).status == 404


def test_addresses_in_paths_have_no_case(essentials: Client) -> None:
    """Rule 3."""
    assert essentials.account("DANA.reyes@CONTOSO.example")["uid"] == 2


@pytest.mark.parametrize("target", ["/api/orgs/contoso.example/users", "/api/v2/orgs/contoso.example/users", "/api/v1"])
def test_what_is_not_below_the_version_is_not_found(essentials: Client, target: str) -> None:
    """Rule 1."""
    assert essentials.send("GET", target).status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PATCH", "/users/quiet@contoso.example"),
        ("PUT", "/users"),
        ("DELETE", "/users"),
        ("PUT", ""),
        ("GET", "/package"),
        ("GET", "/filters"),
        ("POST", "/settings/azure"),
        ("POST", "/settings/azure/sync"),
    ],
)
def test_what_is_not_offered_is_not_found(essentials: Client, method: str, path: str) -> None:
    """Rules 8, 14 and 16."""
    answer = essentials.send(method, f"{ORGANIZATION}{path}", {} if method != "GET" else None)
    assert answer.status == 404
    assert set(answer.error) == {"status", "error_message", "identifier"}


@pytest.mark.parametrize("caller", [ADMIN, "admin@other.example", "admin@far.example"])
def test_endpoints_answers_administrators_of_every_stack(essentials: Client, caller: str) -> None:
    """Rule 17."""
    essentials.user = caller
    own = essentials.send("GET", "/endpoints/fabrikam.example")
    assert own.json == {"endpoints": ["https://127.0.0.1:44443"]}
    far = essentials.send("GET", "/endpoints/far.example")
    assert far.json == {"endpoints": ["https://eu1.proofpointessentials.com"]}
    assert essentials.send("GET", "/endpoints/unknown.example").status == 404


def test_each_stack_serves_its_own_organizations(essentials: Client) -> None:
    """Rule 2."""
    eu1 = EssentialsService(world=essentials.world, faults=essentials.faults, stack="eu1")
    essentials.service, essentials.user = eu1, "admin@far.example"
    assert essentials.send("GET", "/orgs/far.example").status == 200
    assert essentials.send("GET", "/orgs/contoso.example").status == 404
    assert essentials.send("GET", "/endpoints/contoso.example").json == {
        "endpoints": ["https://us1.proofpointessentials.com"]
    }


def test_me_tells_role_and_organization(essentials: Client) -> None:
    """Rule 17."""
    assert essentials.send("GET", "/me").json == {
        "type": "organization_admin",
        "is_admin": True,
        "is_partner_admin": False,
        "read_only_user": False,
        "entity_type": "organization",
        "entity_primary_domain": "contoso.example",
    }
