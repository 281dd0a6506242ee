"""What the API says of a body that it cannot take."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.bodies import SELECTION_BODY_BYTES, SMALL_BODY_BYTES
from tests.api.calling import CHANGING, Client, body_of, request


@pytest.mark.parametrize(
    ("route", "body", "named", "fix"),
    [
        ("searches", b'{"wat": []}', "`wat`", "what, how, default_role, accept, read"),
        ("searches", b'{"what": ["everything"]}', '["everything"]', "active_users"),
        ("searches", b'{"default_role": "admin"}', '"admin"', "end_user, silent_user"),
        ("searches", b'{"read": "all"}', '"all"', "changes, whole"),
        ("searches", b'{"accept": "directory_changed"}', "accept", "directory_changed"),
        ("plans/{id}/rows", b'{"category": "users"}', '"users"', "add_user"),
        ("plans/{id}/rows", b'{"limit": 1001}', "limit is 1001", "RowsBody"),
        ("plans/{id}/rows", b'{"offset": -1}', "offset is -1", "RowsBody"),
        ("plans/{id}/rows", b'{"offset": "1"}', 'offset is "1"', "RowsBody"),
        ("plans/{id}/rows", b'{"blocked": "perhaps"}', '"perhaps"', "true, false, no_proof"),
        ("plans/{id}/execute", b"{}", "`digest`", "digest"),
        ("plans/{id}/execute", b'{"digest": ""}', "digest", "ExecuteBody"),
        ("runs/{id}/work", b'{"seconds": 5}', "`seconds`", "none"),
        ("runs/{id}/results", b'{"outcome": "good"}', '"good"', "done, already"),
    ],
)
def test_a_refused_body_names_the_field_and_what_it_takes(route: str, body: bytes, named: str, fix: str) -> None:
    response = Client().send(request("POST", route, id="x", headers=CHANGING, body=body))
    problem = body_of(response)
    assert (response.status, problem["code"]) == (400, "invalid_request")
    assert named in problem["detail"]
    assert fix in problem["fix"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b"null", b'"x"', b"\xff", b'{"q": "\xff"}', b"\xef\xbb\xbf{}", b"[" * 50_000, b"NaN", b" "]
)
def test_what_is_not_a_json_object_is_refused(body: bytes) -> None:
    response = Client().send(request("POST", "plans/{id}/rows", id="x", headers=CHANGING, body=body))
    assert (response.status, body_of(response)["code"]) == (400, "invalid_request")


@given(st.binary(max_size=200))
def test_no_body_whatsoever_is_a_fault_of_the_app(body: bytes) -> None:
    response = Client().send(request("POST", "searches", headers=CHANGING, body=body))
    assert response.status in (202, 400)


@pytest.mark.parametrize(
    ("route", "most"), [("searches", SMALL_BODY_BYTES), ("plans/{id}/execute", SELECTION_BODY_BYTES)]
)
def test_a_body_over_the_size_of_its_route_is_refused(route: str, most: int) -> None:
    response = Client().send(request("POST", route, id="x", headers=CHANGING, body=b" " * (most + 1)))
    assert (response.status, body_of(response)["code"]) == (413, "body_too_large")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
def test_what_is_not_said_to_be_json_is_refused(content_type: str) -> None:
    headers = {**CHANGING, "content-type": content_type}
    for route in ("searches", "plans/{id}/rows"):
        response = Client().send(request("POST", route, id="x", headers=headers, body=b"{}"))
        assert (response.status, body_of(response)["code"]) == (415, "unsupported_media_type")


def test_json_may_say_its_character_set() -> None:
    headers = {**CHANGING, "content-type": "Application/JSON; charset=utf-8"}
    assert Client().send(request("POST", "searches", headers=headers, body=b"{}")).status == 202


def test_a_long_value_is_shown_short() -> None:
    body = b'{"what": ["' + b"x" * 5000 + b'"]}'
    response = Client().send(request("POST", "searches", headers=CHANGING, body=body))
    assert response.status == 400
    assert len(response.body) < 1500


@pytest.mark.parametrize("query", [{}, {"format": "pdf"}, {"format": ""}])
def test_an_export_in_an_unknown_format_is_refused_with_the_known_ones(query: dict[str, str]) -> None:
    client = Client()
    response = client.send(request("GET", "plans/{id}/export", id=client.searched(), query=query))
    assert (response.status, body_of(response)["code"]) == (400, "invalid_request")
    assert "csv, md, json" in body_of(response)["fix"]
