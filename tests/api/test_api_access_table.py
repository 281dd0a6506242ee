"""The table of who gets which answer: every route, every kind of caller. A route that is not in the table fails."""

from collections.abc import Mapping
from enum import StrEnum

import pytest

from shared.api import ROUTES
from shared.api.authorization import authorization_of
from shared.api.http import ApiResponse, Method
from shared.api.route import Route
from tests.api.calling import CHANGING, CLIENT, EASYAUTH, Client, body_of, claims, principal, request


class Kind(StrEnum):
    """What a route is to its callers."""

    OPEN = "open"
    """Answers everybody, and reads no principal."""
    SIGNED_IN = "signed in"
    READ = "read"
    READ_OF_PEOPLE = "read, people only"
    CHANGE = "change"
    CHANGE_OF_PEOPLE = "change, people only"


KINDS: Mapping[str, Kind] = {
    "review": Kind.OPEN,
    "asset": Kind.OPEN,
    "health": Kind.OPEN,
    "openapi": Kind.SIGNED_IN,
    "status": Kind.READ,
    "settings": Kind.READ_OF_PEOPLE,
    "save_settings": Kind.CHANGE_OF_PEOPLE,
    "reset_settings": Kind.CHANGE_OF_PEOPLE,
    "preview_settings": Kind.CHANGE_OF_PEOPLE,
    "verify_settings": Kind.CHANGE,
    "audit": Kind.READ_OF_PEOPLE,
    "list_exemptions": Kind.READ_OF_PEOPLE,
    "add_exemption": Kind.CHANGE_OF_PEOPLE,
    "end_exemption": Kind.CHANGE_OF_PEOPLE,
    "explain_address": Kind.READ_OF_PEOPLE,
    "start_search": Kind.CHANGE,
    "list_runs": Kind.READ,
    "get_run": Kind.READ,
    "work_run": Kind.CHANGE,
    "cancel_run": Kind.CHANGE,
    "list_results": Kind.READ,
    "undo_run": Kind.CHANGE_OF_PEOPLE,
    "get_plan": Kind.READ,
    "list_rows": Kind.READ,
    "export_plan": Kind.READ,
    "execute_plan": Kind.CHANGE,
}
"""What each route is."""

CALLERS: Mapping[str, Mapping[str, str]] = {
    "nobody": {},
    "reader": principal(claims("Sync.Reader")),
    "automation": principal(claims("Sync.Automation", idtyp="app")),
    "administrator": principal(claims("Sync.Admin")),
    "without a role": principal([c for c in claims() if c[0] != "roles"]),
    "another tenant": principal(claims(tid="99999999-9999-4999-8999-999999999999")),
    "another audience": principal(claims(aud="99999999-9999-4999-8999-999999999999")),
    "two audiences": principal([*claims(), ("aud", CLIENT)]),
    "two tenants": principal([*claims(), ("tid", "99999999-9999-4999-8999-999999999999")]),
    "another provider": principal(claims(), auth_typ="google"),
    "an application's role beside a scope": principal(claims("Sync.Automation", scp="user_impersonation")),
    "no document": {"x-ms-client-principal": "bm90IGpzb24="},
}
TRUSTED = ("reader", "automation", "administrator")

ALLOWED: Mapping[Kind, frozenset[str]] = {
    Kind.OPEN: frozenset(CALLERS),
    Kind.SIGNED_IN: frozenset(TRUSTED),
    Kind.READ: frozenset(TRUSTED),
    Kind.READ_OF_PEOPLE: frozenset({"reader", "administrator"}),
    Kind.CHANGE: frozenset({"automation", "administrator"}),
    Kind.CHANGE_OF_PEOPLE: frozenset({"administrator"}),
}
CELLS = [
    (route, caller, caller in ALLOWED[KINDS[route.name]])
    for route in ROUTES
    if route.name in KINDS
    for caller in CALLERS
]


def ask(route: Route, headers: Mapping[str, str], environment: Mapping[str, str] = EASYAUTH) -> ApiResponse:
    """The route asked as well as its caller may ask it."""
    client = Client(authorization=authorization_of(environment))
    body = b"" if route.method is Method.GET else b"{}"
    known = CHANGING if route.method is not Method.GET else {}
    return client.send(request(route.method, route.template, id="x", headers={**known, **headers}, body=body))


def is_let_in(response: ApiResponse) -> bool:
    return response.status not in (401, 403)


def test_every_route_is_in_the_table() -> None:
    assert {route.name for route in ROUTES} <= KINDS.keys()


@pytest.mark.parametrize(("route", "caller", "allowed"), CELLS, ids=lambda cell: getattr(cell, "name", str(cell)))
def test_a_caller_is_let_in_where_the_table_says_so_and_nowhere_else(
    route: Route, caller: str, *, allowed: bool
) -> None:
    response = ask(route, CALLERS[caller])

    assert is_let_in(response) is allowed
    if not allowed:
        assert body_of(response)["code"] in ("not_signed_in", "role_missing", "people_only", "forbidden")


@pytest.mark.parametrize("route", [r for r in ROUTES if KINDS[r.name] is not Kind.OPEN], ids=lambda route: route.name)
@pytest.mark.parametrize(
    "wrong",
    [
        {"WEBSITE_AUTH_ENABLED": "False"},
        {"WEBSITE_AUTH_ENABLED": ""},
        {"WEBSITE_AUTH_CLIENT_ID": "99999999-9999-4999-8999-999999999999"},
        {"WEBSITE_AUTH_CLIENT_ID": ""},
    ],
    ids=lambda wrong: "=".join(next(iter(wrong.items()))),
)
def test_a_principal_counts_only_while_the_platforms_sign_in_is_on_and_for_our_registration(
    route: Route, wrong: Mapping[str, str]
) -> None:
    assert ask(route, CALLERS["administrator"], {**EASYAUTH, **wrong}).status in (401, 403, 503)


@pytest.mark.parametrize(
    "route", [r for r in ROUTES if KINDS[r.name] in (Kind.CHANGE, Kind.CHANGE_OF_PEOPLE)], ids=lambda route: route.name
)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"sec-fetch-site": "cross-site"},
        {"x-sync-request": ""},
        {"content-type": "text/plain"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_nothing_changes_for_another_site_or_without_what_only_the_page_sends(
    route: Route, headers: Mapping[str, str]
) -> None:
    assert ask(route, {**CALLERS["administrator"], **headers}).status in (403, 415)
