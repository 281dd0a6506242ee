"""Open questions about settings and sign-in, in every position."""

import pytest

from simulator.essentials import (
    EndpointsForm,
    ExemptionsForm,
    MaskedKey,
    PutMeaning,
)
from tests.simulator_essentials.organization import Client

SETTINGS = "/orgs/contoso.example/settings/azure"
LEE, KIM = "lee@contoso.example", "kim@contoso.example"


def test_replacing_native_sync_settings_keeps_the_key(essentials: Client) -> None:
    essentials.switches.put = PutMeaning.REPLACE
    assert essentials.send("PUT", SETTINGS, {"sync_frequency": 12}).status == 204
    assert essentials.organization.azure == {
        "ad_key": "abcdefghijklmnop",
        "secret_expiry": "2027-03-01",
        "last_successful_sync": "2026-11-20 03:00:00",
        "sync_frequency": 12,
    }


@pytest.mark.parametrize(
    ("login", "mfa"),
    [
        ({"force_azure_login": True}, {}),
        ({"idp_for_forced_login": "dddddddd-0000-4000-8000-000000000001"}, {}),
        ({"allow_local_login": False}, {}),
        ({}, {"is_mfa_enabled": True}),
    ],
)
def test_login_settings_shut_the_headers_out_or_do_not(
    essentials: Client, login: dict[str, object], mfa: dict[str, object]
) -> None:
    essentials.organization.login, essentials.organization.mfa = login, mfa
    assert essentials.get("/users").status == 200
    essentials.switches.login_settings_bind_api = True
    assert essentials.get("/users").status == 401


def test_open_login_settings_shut_nobody_out(essentials: Client) -> None:
    essentials.switches.login_settings_bind_api = True
    assert essentials.get("/users").status == 200


BODIES = {
    ExemptionsForm.STRINGS: [LEE, KIM],
    ExemptionsForm.OBJECTS: [{"email": LEE}, {"email": KIM}],
    ExemptionsForm.COMMA_SEPARATED: f"{LEE}, {KIM}",
}


@pytest.mark.parametrize("sent", BODIES)
@pytest.mark.parametrize("taken", ExemptionsForm)
def test_exemptions_come_in_any_form_or_in_one_only(
    essentials: Client, taken: ExemptionsForm, sent: ExemptionsForm
) -> None:
    essentials.switches.exemptions_form = taken
    is_taken = taken in (ExemptionsForm.ANY, sent)
    answer = essentials.send("PUT", f"{SETTINGS}/exemptions", BODIES[sent])
    assert answer.status == (204 if is_taken else 400)
    assert essentials.organization.exemptions[1:] == ([LEE, KIM] if is_taken else [])


@pytest.mark.parametrize("body", [["nobody"], [{"mail": LEE}], "", [LEE, {"email": KIM}], {"email": LEE}, 5])
def test_an_exemption_that_is_no_address_is_refused(essentials: Client, body: object) -> None:
    assert essentials.send("PUT", f"{SETTINGS}/exemptions", body).status == 400


def test_endpoints_are_objects(essentials: Client) -> None:
    essentials.switches.endpoints_form = EndpointsForm.OBJECTS
    shown = essentials.send("GET", "/endpoints/contoso.example").json
    assert shown == {"endpoints": [{"stack": "us1", "url": "https://127.0.0.1:44443"}]}


@pytest.mark.parametrize(
    ("masked_key", "shown"),
    [
        (MaskedKey.ASTERISKS, "********"),
        (MaskedKey.LAST_FOUR, "********mnop"),
        (MaskedKey.ABSENT, "absent"),
    ],
)
def test_the_key_is_masked(essentials: Client, masked_key: MaskedKey, shown: str) -> None:
    essentials.switches.masked_key = masked_key
    answer = essentials.get("/settings/azure")
    assert answer.json.get("ad_key", "absent") == shown
    assert b"abcdefghijklmnop" not in answer.body


def test_a_mask_that_is_sent_back_becomes_the_key(essentials: Client) -> None:
    essentials.send("PUT", SETTINGS, essentials.get("/settings/azure").json)
    assert essentials.organization.azure["ad_key"] == "********"


@pytest.mark.parametrize("masked_key", [MaskedKey.ASTERISKS, MaskedKey.LAST_FOUR])
def test_a_mask_that_is_sent_back_is_recognized(essentials: Client, masked_key: MaskedKey) -> None:
    essentials.switches.masked_key, essentials.switches.mask_overwrites_key = masked_key, False
    essentials.send("PUT", SETTINGS, essentials.get("/settings/azure").json)
    assert essentials.organization.azure["ad_key"] == "abcdefghijklmnop"
    essentials.send("PUT", SETTINGS, {"ad_key": "a new key"})
    assert essentials.organization.azure["ad_key"] == "a new key"
