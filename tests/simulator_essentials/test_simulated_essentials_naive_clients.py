"""Calls that public clients really make: faithful ones work, unfaithful ones are refused."""

from tests.simulator_essentials.organization import ADMIN, CURRENT, PASSWORD, Client

USERS = "/orgs/contoso.example/users"


def test_an_email_query_does_not_look_anybody_up(essentials: Client) -> None:
    """Rule 4."""
    assert len(essentials.send("GET", f"{USERS}?email=quiet%40contoso.example").json["users"]) == 6


def test_a_wrapper_of_users_is_refused(essentials: Client) -> None:
    """Rule 6."""
    body = {"users": [{"primary_email": "lee@contoso.example"}]}
    assert essentials.send("POST", USERS, body).status == 400
    assert len(essentials.organization.users) == 6


def test_a_wrapper_of_domains_is_refused(essentials: Client) -> None:
    answer = essentials.send("POST", "/orgs/contoso.example/domains", {"domains": [{"name": "else.example"}]})
    assert answer.status == 400


def test_basic_authentication_is_refused(essentials: Client) -> None:
    """Rule 1."""
    headers = {"Authorization": "Basic c3luY0Bjb250b3NvLmV4YW1wbGU6Y29ycmVjdCBob3JzZQ=="}
    assert essentials.raw("GET", f"/api/v1{USERS}", b"", headers=headers).status == 401


def test_paths_that_never_were_are_not_found(essentials: Client) -> None:
    for method, path in (("POST", "/token"), ("GET", "/reporting/contoso.example"), ("GET", f"{USERS}/quiet/groups")):
        assert essentials.send(method, path, {} if method == "POST" else None).status == 404


def test_a_script_turns_billing_off_with_the_former_terms(essentials: Client) -> None:
    """Rules 7 and 13: a whole object is read, one field changed, everything put back."""
    body = essentials.send("GET", f"{USERS}/{ADMIN}").json
    assert "white_list_senders" in body
    assert essentials.send("PUT", f"{USERS}/{ADMIN}", {**body, "is_billable": False}).status == 204
    assert essentials.organization.users[1]["is_billable"] is False
    assert essentials.send("GET", "/orgs/contoso.example/").json["eid"] == "contoso"


def test_a_module_creates_sets_a_password_and_deletes(essentials: Client) -> None:
    """Rules 2, 3, 6, 7 and 8: 201, 204, 204, with slashes at the end and the address's own domain in the path."""
    users = "/orgs/fabrikam.example/users/"
    body = {"primary_email": "lee@fabrikam.example", "firstname": "Lee", "surname": "Lang"}
    assert essentials.send("POST", users, body, headers=CURRENT).status == 201
    one = f"{users}lee@fabrikam.example"
    password = {"primary_email": "lee@fabrikam.example", "password": "first"}
    assert essentials.send("PUT", one, password, headers=CURRENT).status == 204
    deletion = {"primary_email": "lee@fabrikam.example"}
    assert essentials.send("DELETE", one, deletion, headers=CURRENT).status == 204


def test_a_script_converts_with_a_partial_put(essentials: Client) -> None:
    """Rule 9."""
    address = "dana.reyes@contoso.example"
    body = {"uid": 2, "primary_email": address, "is_active": True, "type": "functional_account"}
    headers = {"X-user": ADMIN, "X-password": PASSWORD}
    assert essentials.send("PUT", f"{USERS}/{address}", body, headers=headers).status == 204
    assert essentials.account(address)["type"] == "functional_account"
    assert essentials.account(address)["primary_email"] == address
