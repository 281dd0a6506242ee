"""Every open question in both positions: what the simulated Essentials does by default, and what it does otherwise."""

import pytest

from simulator.essentials import (
    AddressInUse,
    BatchBody,
    CreatedBody,
    EmptyAliases,
    EndpointsForm,
    ExemptionsForm,
    LetterCase,
    MaskedKey,
    PutMeaning,
    Rename,
    RetryAfter,
)
from tests.simulator_essentials.organization import ADMIN, CURRENT, Client, user

DANA = "dana.reyes@contoso.example"
QUIET = "quiet@contoso.example"
SETTINGS = "/orgs/contoso.example/settings/azure"
LEE, KIM = "lee@contoso.example", "kim@contoso.example"


def test_a_put_keeps_what_it_does_not_name(essentials: Client) -> None:
    before = essentials.account(DANA)
    essentials.put(DANA, {"firstname": "D"})
    assert essentials.account(DANA) == {**before, "firstname": "D"}


def test_a_replacing_put_resets_what_it_does_not_name(essentials: Client) -> None:
    essentials.switches.put = PutMeaning.REPLACE
    before = essentials.account(DANA)
    essentials.put(DANA, {"firstname": "D", "type": "silent_user"})
    after = essentials.account(DANA)
    assert (after["surname"], after["alias_emails"], after["safe_list_senders"]) == ("", [], [])
    assert (after["firstname"], after["type"], after["is_active"]) == ("D", "silent_user", True)
    same = ("uid", "primary_email", "creation_date")
    assert [after[name] for name in same] == [before[name] for name in same]


def test_a_replacing_put_of_a_whole_object_changes_one_field(essentials: Client) -> None:
    essentials.switches.put = PutMeaning.REPLACE
    before = essentials.account(DANA)
    assert essentials.put(DANA, {**before, "is_active": False}).status == 204
    assert essentials.account(DANA) == {**before, "is_active": False}


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
    ("items", "status"),
    [([LEE, KIM], 201), ([LEE, ADMIN], 207), ([DANA, ADMIN], 207)],
)
def test_a_batch_answers_201_or_207(essentials: Client, items: list[str], status: int) -> None:
    assert essentials.post([user(address) for address in items]).status == status


@pytest.mark.parametrize(
    ("items", "status"),
    [([LEE, KIM], 200), ([LEE, ADMIN], 202), ([DANA, ADMIN], 400)],
)
def test_a_batch_answers_as_the_switches_say(essentials: Client, items: list[str], status: int) -> None:
    switches = essentials.switches
    switches.batch_created_status, switches.batch_mixed_status, switches.batch_failed_status = 200, 202, 400
    assert essentials.post([user(address) for address in items]).status == status


def test_a_mixed_batch_answers_users_and_errors(essentials: Client) -> None:
    assert set(essentials.post([user(LEE), user(ADMIN)]).json) == {"users", "errors"}


def test_a_mixed_batch_answers_a_bare_array(essentials: Client) -> None:
    essentials.switches.batch_body = BatchBody.ITEMS
    assert essentials.post([user(ADMIN), user(LEE)]).json == [
        {"status": 409, "success": False, "email": ADMIN, "message": "Address is already in use"},
        {"status": 201, "success": True, "email": LEE, "message": "Created"},
    ]


@pytest.mark.parametrize("body", [user(LEE), [user(LEE)]])
def test_a_creation_answers_nothing(essentials: Client, body: object) -> None:
    essentials.switches.created_body = CreatedBody.EMPTY
    answer = essentials.post(body)
    assert (answer.status, answer.body) == (201, b"")
    assert essentials.account(LEE)["uid"] == 100


def test_a_batch_may_be_as_long_as_one_likes(essentials: Client) -> None:
    essentials.organization.user_licences = 1_000
    assert essentials.post([user(f"u{n}@contoso.example") for n in range(500)]).status == 201


def test_a_batch_is_limited(essentials: Client) -> None:
    essentials.switches.most_batch_items = 2
    assert essentials.post([user(LEE), user(KIM)]).status == 201
    assert essentials.post([user(f"u{n}@contoso.example") for n in range(3)]).status == 413
    assert len(essentials.organization.users) == 8


def test_a_body_is_limited(essentials: Client) -> None:
    essentials.switches.largest_body_bytes = 300
    assert essentials.post(user(LEE)).status == 201
    assert essentials.post(user(KIM, firstname="K" * 300)).status == 413


def test_requests_are_limited_by_caller_and_minute(essentials: Client) -> None:
    essentials.switches.requests_per_minute = 2
    assert [essentials.get("/users").status for _ in range(3)] == [200, 200, 429]
    essentials.user = "reader@contoso.example"
    assert essentials.get("/users").status == 200
    essentials.user = ADMIN
    essentials.advance(minutes=1)
    assert essentials.get("/users").status == 200


def test_a_throttled_answer_says_when_to_come_back_or_does_not(essentials: Client) -> None:
    essentials.switches.requests_per_minute = 1
    essentials.get("/users")
    essentials.advance(minutes=0.25)
    assert "Retry-After" not in essentials.get("/users").headers
    essentials.switches.retry_after = RetryAfter.SECONDS
    assert essentials.get("/users").headers["Retry-After"] == "45"


def test_nothing_is_allowed_where_no_request_is(essentials: Client) -> None:
    essentials.switches.requests_per_minute = 0
    essentials.switches.retry_after = RetryAfter.SECONDS
    answer = essentials.get("/users")
    assert (answer.status, answer.headers["Retry-After"]) == (429, "60")


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_duplicate_has_the_status_that_the_switch_says(essentials: Client, status: int) -> None:
    essentials.switches.duplicate_status = status
    assert essentials.post(user(ADMIN)).status == status
    assert essentials.post([user(ADMIN)]).error["status"] == status


@pytest.mark.parametrize("status", [400, 422])
def test_an_invalid_field_has_the_status_that_the_switch_says(essentials: Client, status: int) -> None:
    essentials.switches.invalid_status = status
    assert essentials.post(user(LEE, type="person")).status == status
    assert essentials.put(DANA, {"type": "person"}).status == status


def test_another_primary_address_renames(essentials: Client) -> None:
    assert essentials.put(DANA, {"primary_email": LEE}).status == 204
    assert essentials.account(LEE)["uid"] == 2
    assert essentials.get(f"/users/{DANA}").status == 404
    assert essentials.post(user(DANA)).status == 201


def test_another_primary_address_is_refused(essentials: Client) -> None:
    essentials.switches.rename = Rename.REFUSED
    assert essentials.put(DANA, {"primary_email": LEE, "firstname": "D"}).status == 400
    assert essentials.account(DANA)["firstname"] == "Dana"
    assert essentials.put(DANA, {"primary_email": DANA.upper()}).status == 204


def test_another_primary_address_is_passed_over(essentials: Client) -> None:
    essentials.switches.rename = Rename.IGNORED
    assert essentials.put(DANA, {"primary_email": LEE, "firstname": "D"}).status == 204
    assert essentials.account(DANA)["firstname"] == "D"
    assert essentials.get(f"/users/{LEE}").status == 404


def test_an_address_in_use_is_refused(essentials: Client) -> None:
    assert essentials.put(QUIET, {"alias_emails": [DANA]}).status == 409


def test_an_alias_in_use_moves(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.put(QUIET, {"alias_emails": ["d.reyes@contoso.example"]}).status == 204
    assert essentials.account(DANA)["alias_emails"] == ["dana@fabrikam.example"]


def test_a_primary_in_use_moves_and_its_account_goes_on_under_its_alias(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.put(QUIET, {"alias_emails": [DANA]}).status == 204
    moved = essentials.account("d.reyes@contoso.example")
    assert (moved["uid"], moved["alias_emails"]) == (2, ["dana@fabrikam.example"])


def test_an_account_that_loses_its_only_address_is_gone(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.post(user(LEE, alias_emails=["scanner@contoso.example"])).status == 201
    assert 3 not in essentials.organization.users


def test_an_administrators_address_does_not_move(essentials: Client) -> None:
    essentials.switches.address_in_use = AddressInUse.MOVED
    assert essentials.put(QUIET, {"alias_emails": [ADMIN]}).status == 409


def test_an_alias_of_an_inactive_account_stays_reserved(essentials: Client) -> None:
    assert essentials.put(QUIET, {"alias_emails": ["gone-alias@contoso.example"]}).status == 409


def test_an_alias_of_an_inactive_account_is_free(essentials: Client) -> None:
    essentials.switches.deactivation_frees_aliases = True
    assert essentials.put(QUIET, {"alias_emails": ["gone-alias@contoso.example"]}).status == 204
    assert essentials.account("gone@contoso.example")["alias_emails"] == []
    assert essentials.post(user("gone@contoso.example")).status == 409
    assert essentials.put(QUIET, {"alias_emails": ["dana@fabrikam.example"]}).status == 409


def test_an_address_of_a_deleted_account_is_free_at_once(essentials: Client) -> None:
    essentials.delete(DANA)
    assert essentials.post(user(DANA)).status == 201


def test_an_address_of_a_deleted_account_is_free_later(essentials: Client) -> None:
    essentials.switches.deletion_reserves_seconds = 600
    essentials.delete(DANA)
    assert essentials.post(user(DANA)).status == 409
    assert essentials.put(QUIET, {"alias_emails": ["d.reyes@contoso.example"]}).status == 409
    essentials.advance(minutes=10)
    assert essentials.post(user(DANA)).status == 201


@pytest.mark.parametrize(("letter_case", "kept"), [(LetterCase.KEPT, "Lee@Contoso.example"), (LetterCase.LOWERED, LEE)])
def test_letter_case_is_kept_or_lowered(essentials: Client, letter_case: LetterCase, kept: str) -> None:
    essentials.switches.letter_case = letter_case
    shown = essentials.post(user("Lee@Contoso.example", alias_emails=["L@contoso.example"])).json
    assert shown["primary_email"] == kept
    assert shown["alias_emails"] == ["L@contoso.example" if letter_case is LetterCase.KEPT else "l@contoso.example"]
    assert essentials.account(LEE)["uid"] == 100


def test_an_alias_finds_nobody(essentials: Client) -> None:
    assert essentials.get("/users/dana@fabrikam.example").status == 404


def test_an_alias_finds_the_account_for_reading(essentials: Client) -> None:
    essentials.switches.alias_finds_account = True
    assert essentials.account("DANA@fabrikam.example")["uid"] == 2
    assert essentials.put("dana@fabrikam.example", {"firstname": "D"}).status == 404
    assert essentials.get("/users/nobody@contoso.example").status == 404


@pytest.mark.parametrize("headers", [{}, CURRENT])
def test_the_list_leaves_sender_lists_out(essentials: Client, headers: dict[str, str]) -> None:
    names = {"safe_list_senders", "block_list_senders", "white_list_senders", "black_list_senders"}
    whole = essentials.send("GET", "/orgs/contoso.example/users", headers=headers).json["users"][1]
    assert len(names & set(whole)) == 2
    essentials.switches.list_has_sender_lists = False
    short = essentials.send("GET", "/orgs/contoso.example/users", headers=headers).json["users"][1]
    assert not names & set(short)
    assert set(essentials.account(DANA)) & names


@pytest.mark.parametrize(
    ("empty_aliases", "shown"),
    [(EmptyAliases.LIST, []), (EmptyAliases.NULL, None), (EmptyAliases.ABSENT, "absent")],
)
def test_the_list_shows_no_aliases_in_one_of_three_ways(
    essentials: Client, empty_aliases: EmptyAliases, shown: object
) -> None:
    essentials.switches.empty_aliases = empty_aliases
    rows = essentials.get("/users").json["users"]
    assert rows[0].get("alias_emails", "absent") == shown
    assert len(rows[1]["alias_emails"]) == 2
    assert essentials.put(ADMIN, rows[0]).status == 204
    assert essentials.account(ADMIN)["alias_emails"] == []


def test_the_caller_may_go(essentials: Client) -> None:
    essentials.switches.own_account_may_go = True
    assert essentials.put(ADMIN, {"firstname": "S", "type": "organization_admin"}).status == 204
    assert essentials.delete(ADMIN).status == 204
    assert essentials.get("/users").status == 401


def test_a_demoted_caller_is_forbidden(essentials: Client) -> None:
    essentials.switches.own_account_may_go = True
    assert essentials.put(ADMIN, {"type": "end_user"}).status == 204
    assert essentials.get("/users").status == 403


@pytest.mark.parametrize("sends", [False, True])
def test_a_silent_user_who_becomes_an_end_user_gets_a_welcome_mail(essentials: Client, sends: bool) -> None:
    essentials.switches.promotion_sends_welcome_mail = sends
    assert essentials.put(QUIET, {"type": "end_user"}).status == 204
    assert [mail["to"] for mail in essentials.organization.welcome_mails] == ([QUIET] if sends else [])


@pytest.mark.parametrize("is_needed", [False, True])
def test_a_functional_account_needs_a_name(essentials: Client, is_needed: bool) -> None:
    essentials.switches.functional_account_needs_name = is_needed
    body = {"primary_email": LEE, "type": "functional_account"}
    assert essentials.post(body).status == (400 if is_needed else 201)
    assert essentials.put(DANA, {"type": "functional_account", "firstname": ""}).status == (400 if is_needed else 204)
    assert essentials.post({**body, "primary_email": KIM, "firstname": "List"}).status == 201


@pytest.mark.parametrize("status", [403, 402, 409])
def test_a_reached_cap_has_the_status_that_the_switch_says(essentials: Client, status: int) -> None:
    essentials.organization.user_licences = 4
    essentials.switches.user_cap_status = status
    assert essentials.post(user(LEE)).status == status
    assert essentials.post([user(LEE)]).error["status"] == status


def test_licences_may_be_overshot_without_a_cap(essentials: Client) -> None:
    essentials.organization.user_licences = 4
    essentials.switches.is_user_capped = False
    assert essentials.post(user(LEE)).status == 201


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
    assert shown == {"endpoints": [{"stack": "us1", "url": "https://us1.proofpointessentials.com"}]}


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
