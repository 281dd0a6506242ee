"""The platform's sign-in before the app."""

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.host.host_under_test import HostUnderTest, serving

TENANT, CLIENT = "7e4a0000-0000-4000-8000-000000000001", "c11e0000-0000-4000-8000-000000000002"
FORGED = {"X-MS-CLIENT-PRINCIPAL": "forged", "X-MS-CLIENT-PRINCIPAL-NAME": "root"}


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostUnderTest]:
    folder = tmp_path_factory.mktemp("sign-in")
    with serving(folder, auth="easyauth", SIGN_IN_TENANT_ID=TENANT, SIGN_IN_CLIENT_ID=CLIENT) as running:
        yield running


def _claims(host: HostUnderTest, headers: dict[str, str]) -> dict[str, Any]:
    seen = host.call("GET", "/api/echo/x", headers=headers).json()["principal"]
    principal = json.loads(base64.b64decode(seen))
    assert principal["auth_typ"] == "aad"
    return {claim["typ"].rpartition("/")[2]: claim["val"] for claim in principal["claims"]}


def test_who_is_not_signed_in_is_sent_to_sign_in(host: HostUnderTest) -> None:
    answer = host.call("GET", "/api/echo/x")

    assert answer.status == 302
    assert answer.headers["Location"] == "/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fecho%2Fx"


def test_a_forged_principal_signs_nobody_in(host: HostUnderTest) -> None:
    assert host.call("GET", "/api/echo/x", headers=FORGED).status == 302


def test_an_unknown_token_is_refused(host: HostUnderTest) -> None:
    assert host.call("GET", "/api/echo/x", headers={"Authorization": "Bearer root"}).status == 401


def test_health_stays_open_and_gets_no_forged_principal(host: HostUnderTest) -> None:
    assert host.call_plainly("GET", "/api/health", headers=FORGED).json() == {"principal": ""}


@pytest.mark.parametrize(("word", "role"), [("admin", "Sync.Admin"), ("reader", "Sync.Reader")])
def test_a_person_is_signed_in_with_a_role(host: HostUnderTest, word: str, role: str) -> None:
    claims = _claims(host, {"Authorization": f"Bearer {word}", **FORGED})

    assert (claims["aud"], claims["tenantid"], claims["roles"]) == (CLIENT, TENANT, role)
    assert claims["name"]
    assert "idtyp" not in claims


def test_an_application_is_signed_in_as_such(host: HostUnderTest) -> None:
    claims = _claims(host, {"Authorization": "Bearer automation"})

    assert (claims["roles"], claims["idtyp"]) == ("Sync.Automation", "app")
    assert "scp" not in claims


def test_a_cookie_keeps_a_person_signed_in(host: HostUnderTest) -> None:
    login = host.call_plainly("GET", "/.auth/login/aad?as=reader&post_login_redirect_uri=%2Fapi%2Freview")
    cookie = login.headers["Set-Cookie"].partition(";")[0]

    assert (login.status, login.headers["Location"]) == (302, "/api/review")
    assert _claims(host, {"Cookie": cookie})["roles"] == "Sync.Reader"
    me = host.call_plainly("GET", "/.auth/me", headers={"Cookie": cookie}).json()
    assert me[0]["provider_name"] == "aad"


def test_the_sign_in_page_offers_everybody(host: HostUnderTest) -> None:
    page = host.call_plainly("GET", "/.auth/login/aad").body.decode()

    assert all(role in page for role in ("Sync.Admin", "Sync.Reader", "Sync.Automation"))


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_sign_in_leads_nowhere_else(host: HostUnderTest, target: str) -> None:
    login = host.call_plainly("GET", f"/.auth/login/aad?as=admin&post_login_redirect_uri={target}")

    assert login.headers["Location"] == "/api/review"


def test_signing_out_clears_the_cookie(host: HostUnderTest) -> None:
    answer = host.call_plainly("GET", "/.auth/logout")

    assert "Max-Age=0" in answer.headers["Set-Cookie"]
