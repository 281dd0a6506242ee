"""Options, audit, checks, exemptions and explanations over the API."""

import pytest

from shared.api.bodies import OptionsBody, fields_of
from shared.settings import SETTING_FIELDS
from tests.api.calling import CHANGING, Client, body_of, request


def test_saved_options_answer_the_settings_in_force_with_their_source() -> None:
    client = Client()
    response = client.change("PUT", "settings", {"SYNC_MODE": "report", "GUARD_REMOVALS": "40"})
    found = {setting["name"]: setting for setting in body_of(response)["settings"]}

    assert response.status == 200
    assert (found["SYNC_MODE"]["value"], found["SYNC_MODE"]["source"]) == ("report", "saved")
    assert (found["SYNC_HOW"]["source"], found["GUARD_REMOVALS"]["value"]) == ("default", "40")
    assert client.administration.saved == {"SYNC_MODE": "report", "GUARD_REMOVALS": "40"}


def test_every_problem_of_saved_options_is_named() -> None:
    client = Client()
    response = client.change("PUT", "settings", {"SYNC_MODE": "sometimes", "GUARD_REMOVALS": "-1"})
    problem = body_of(response)

    assert (response.status, problem["code"]) == (400, "options_refused")
    assert {at_fault["name"] for at_fault in problem["settings"]} == {"SYNC_MODE", "GUARD_REMOVALS"}
    assert all(at_fault["fix"] for at_fault in problem["settings"])
    assert client.administration.saved == {}


DEPLOYED_ONLY = [field.name for field in SETTING_FIELDS if field.deployed_only]


@pytest.mark.parametrize("name", DEPLOYED_ONLY)
def test_what_is_deployed_only_is_refused_by_name_and_not_repeated(name: str) -> None:
    client = Client()
    response = client.change("PUT", "settings", {name: "https://evil.example?code=planted"})
    problem = body_of(response)

    assert (response.status, problem["code"]) == (400, "invalid_request")
    assert name in problem["detail"]
    assert "by deployment only" in problem["fix"]
    assert b"planted" not in response.body
    assert client.administration.saved == {}


@pytest.mark.parametrize(
    "body", [{"SYNC_WAHT": "none"}, {"AzureWebJobsStorage": "AccountKey=planted"}, {"STATE_DIR": "/planted"}]
)
def test_an_option_that_does_not_exist_is_refused_with_those_that_do(body: dict[str, str]) -> None:
    response = Client().change("PUT", "settings", body)
    assert (response.status, body_of(response)["code"]) == (400, "invalid_request")
    assert "SYNC_WHAT" in body_of(response)["fix"]
    assert b"planted" not in response.body


@pytest.mark.parametrize("value", [20, True, None, ["report"]])
def test_options_are_sent_as_text(value: object) -> None:
    response = Client().change("PUT", "settings", {"GUARD_REMOVALS": value})
    assert (response.status, body_of(response)["code"]) == (400, "invalid_request")
    assert "GUARD_REMOVALS" in body_of(response)["detail"]


def test_the_body_takes_exactly_the_sync_options() -> None:
    assert list(fields_of(OptionsBody)) == [field.name for field in SETTING_FIELDS if not field.deployed_only]


def test_saved_options_are_dropped() -> None:
    client = Client()
    client.change("PUT", "settings", {"SYNC_MODE": "report"})
    response = client.change("DELETE", "settings", {})

    assert response.status == 200
    assert {setting["source"] for setting in body_of(response)["settings"]} == {"default", "deployed"}
    assert client.administration.saved == {}


def test_the_audit_is_newest_first_and_as_long_as_asked() -> None:
    client = Client()
    for mode in ("report", "apply", "report"):
        client.change("PUT", "settings", {"SYNC_MODE": mode})
    entries = body_of(client.get("audit", limit="2"))["entries"]

    assert [entry["after"] for entry in entries] == ["report", "apply"]
    assert {entry["by"] for entry in entries} == {"function key"}
    assert client.get("audit", limit="0").status == 400


def test_failed_checks_are_a_good_answer() -> None:
    response = Client().post("settings/verify", {})
    checks = body_of(response)["checks"]

    assert response.status == 200
    assert [(check["name"], check["ok"], bool(check["fix"])) for check in checks] == [
        ("settings", True, False),
        ("entra_token", False, True),
    ]


def test_an_exemption_is_made_listed_and_ended() -> None:
    client = Client()
    made = client.post("exemptions", {"address": "Dee@Example.com", "reason": "on leave"})
    exemption = body_of(made)

    assert made.status == 201
    assert exemption == {**exemption, "address": "dee@example.com", "until": None, "by": "function key"}
    assert body_of(client.get("exemptions"))["exemptions"] == [exemption]
    assert body_of(client.change("DELETE", "exemptions/{id}", {}, id=exemption["id"])) == exemption
    assert body_of(client.get("exemptions"))["exemptions"] == []
    gone = client.change("DELETE", "exemptions/{id}", {}, id=exemption["id"])
    assert (gone.status, body_of(gone)["code"]) == (404, "not_found")


def test_an_address_is_exempted_once() -> None:
    client = Client()
    client.post("exemptions", {"address": "dee@example.com", "reason": "on leave"})
    again = client.post("exemptions", {"address": "DEE@example.com", "reason": "twice"})
    assert (again.status, body_of(again)["code"]) == (409, "already_exempt")


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"reason": "x"}, "`address`"),
        ({"address": "dee@example.com"}, "`reason`"),
        ({"address": "dee@example.com", "reason": ""}, "reason"),
        ({"address": "no address", "reason": "x"}, "no address"),
        ({"address": "dee@example.com", "reason": "x", "until": "2027-01-01T00:00:00"}, "until"),
        ({"address": "dee@example.com", "reason": "x", "until": "tomorrow"}, "until"),
        ({"address": "dee@example.com", "reason": "x", "by": "somebody else"}, "`by`"),
    ],
)
def test_an_exemption_that_cannot_be_understood_is_refused_by_field(body: dict[str, str], names: str) -> None:
    client = Client()
    response = client.post("exemptions", body)
    assert (response.status, body_of(response)["code"]) == (400, "invalid_request")
    assert names in body_of(response)["detail"]
    assert not client.administration.exempted


def test_an_address_is_explained_by_the_last_plan() -> None:
    client = Client()
    client.post("exemptions", {"address": "dee@example.com", "reason": "on leave"})
    response = client.post("explain", {"address": "DEE@example.com"})
    found = body_of(response)

    assert response.status == 200
    assert found["address"] == "dee@example.com"
    assert found["basis"]["plan_id"] == "plan-1"
    assert [row["category"] for row in found["rows"]] == ["update_user"]
    assert found["objects"][0]["uid"] == "5"
    assert found["exemption"]["reason"] == "on leave"


def test_explaining_changes_no_state_and_needs_no_request_header() -> None:
    headers = {"content-type": "application/json"}
    asked = request("POST", "explain", headers=headers, body=b'{"address": "ann@example.com"}')
    assert Client().send(asked).status == 200


def test_a_path_never_names_a_document() -> None:
    response = Client().send(request("DELETE", "exemptions/{id}", id="../ledger.json.gz", headers=CHANGING, body=b"{}"))
    assert (response.status, body_of(response)["code"]) == (404, "not_found")
