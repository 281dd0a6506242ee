"""The organization, its domains, native sync settings, sender lists and sign-in settings."""

import pytest

from tests.simulator_essentials.organization import AZURE, CURRENT, Answer, Client, user

ORGANIZATION = "/orgs/contoso.example"
SETTINGS = f"{ORGANIZATION}/settings/azure"


def write(essentials: Client, method: str, path: str, body: object = None) -> Answer:
    return essentials.send(method, f"{ORGANIZATION}{path}", body, headers=CURRENT)


def test_the_organization_shows_itself(essentials: Client) -> None:
    shown = essentials.get("").json
    assert (shown["primary_domain"], shown["name"], shown["type"]) == ("contoso.example", "Contoso", "organization")
    assert (shown["user_licenses"], shown["active_users"], shown["licensing_package"]) == (10, 4, "business_plus")
    assert shown["admin_user"] == {"primary_email": "sync@contoso.example", "type": "organization_admin"}
    assert "safe_list_senders" in shown
    assert "white_list_senders" in essentials.send("GET", ORGANIZATION).json


def test_a_patch_changes_the_fields_named(essentials: Client) -> None:
    assert write(essentials, "PATCH", "", {"name": "Contoso Ltd", "country": "CH"}).status == 204
    shown = essentials.get("").json
    assert (shown["name"], shown["country"], shown["is_active"]) == ("Contoso Ltd", "CH", True)


def test_a_patch_without_a_field_that_can_change_is_refused(essentials: Client) -> None:
    assert write(essentials, "PATCH", "", {"eid": "x"}).status == 400


def test_the_organization_cannot_remove_itself(essentials: Client) -> None:
    assert write(essentials, "DELETE", "").status == 403


def test_an_organization_has_no_children(essentials: Client) -> None:
    assert essentials.get("/orgs").json == {"orgs": []}
    assert essentials.send("GET", "/billing/contoso.example/orgs").json == []


def test_billing_counts_active_users(essentials: Client) -> None:
    assert essentials.send("GET", "/billing/contoso.example").json == {
        "name": "Contoso",
        "primary_domain": "contoso.example",
        "active_users": 4,
    }


def test_licensing_is_read_and_written(essentials: Client) -> None:
    assert write(essentials, "PUT", "/licensing", {"license_count": 12}).status == 204
    assert essentials.get("/licensing").json == {
        "license_count": 12,
        "package": "business_plus",
        "is_on_trial": False,
        "is_beginner_plus": False,
    }


def test_the_package_is_one_of_seven(essentials: Client) -> None:
    assert write(essentials, "PUT", "/package", {"package": "gold"}).status == 400
    assert write(essentials, "PUT", "/package", {"package": "professional"}).status == 204
    assert essentials.get("").json["licensing_package"] == "professional"


def test_features_change_one_by_one(essentials: Client) -> None:
    assert write(essentials, "PUT", "/features", {"url_defense": "true", "instant_replay": 30}).status == 204
    features = essentials.get("/features").json
    assert (features["url_defense"], features["dlp"], features["instant_replay"]) == (True, False, 30)


def test_domains_are_listed_and_read(essentials: Client) -> None:
    names = [item["name"] for item in essentials.get("/domains/").json["domains"]]
    assert names == ["contoso.example", "fabrikam.example"]
    assert essentials.get("/domains/FABRIKAM.example").json["name"] == "fabrikam.example"
    assert essentials.get("/domains/else.example").status == 404


def test_a_new_domain_takes_addresses(essentials: Client) -> None:
    assert write(essentials, "POST", "/domains", {"name": "else.example", "destination": "mx.example"}).status == 201
    assert essentials.post(user("lee@else.example")).status == 201


def test_a_batch_of_domains_is_judged_one_by_one(essentials: Client) -> None:
    answer = write(essentials, "POST", "/domains", [{"name": "else.example"}, {"name": "other.example"}, {}])
    assert answer.status == 207
    assert [item["name"] for item in answer.json["domains"]] == ["else.example"]
    assert [entry["status"] for entry in answer.json["errors"]] == [409, 400]


def test_a_domain_is_changed_and_removed(essentials: Client) -> None:
    write(essentials, "POST", "/domains", {"name": "else.example"})
    assert write(essentials, "PUT", "/domains/else.example", {"is_active": False}).status == 204
    assert essentials.get("/domains/else.example").json["is_active"] is False
    assert write(essentials, "DELETE", "/domains/else.example").status == 204
    assert essentials.get("/domains/else.example").status == 404


def test_a_domain_in_use_stays(essentials: Client) -> None:
    assert write(essentials, "DELETE", "/domains/fabrikam.example").status == 409
    assert write(essentials, "DELETE", "/domains/contoso.example").status == 403


def test_groups_are_not_offered(essentials: Client) -> None:
    """Rule 15."""
    assert essentials.get("/groups").status == 404
    assert essentials.get("/groups/Sales").status == 404
    assert write(essentials, "POST", "/groups", {"name": "Ops"}).status == 404


@pytest.mark.parametrize("group", ["Sales", "7"])
def test_a_group_has_sender_lists(essentials: Client, group: str) -> None:
    """Rule 15."""
    shown = essentials.get(f"/groups/{group}/sender-lists").json
    assert shown == {"allow_list": ["good.example"], "block_list": []}
    assert essentials.get("/groups/Unknown/sender-lists").status == 404


def test_native_sync_settings_are_shown_with_the_key_masked(essentials: Client) -> None:
    """Rule 16."""
    shown = essentials.get("/settings/azure").json
    assert shown == {**AZURE, "primary_domain": "contoso.example", "ad_key": "********"}


def test_native_sync_settings_take_booleans_as_strings(essentials: Client) -> None:
    """Rule 16."""
    answer = essentials.send("PUT", SETTINGS, {"add_users": "false", "sync_security_groups": "true"})
    assert answer.status == 204
    shown = essentials.get("/settings/azure").json
    assert (shown["add_users"], shown["sync_security_groups"], shown["update_users"]) == (False, True, True)


@pytest.mark.parametrize(("sent", "kept"), [(0, 0), ("24", 24), ("", 0), (None, 0)])
def test_the_frequency_is_a_number_of_hours(essentials: Client, sent: object, kept: int) -> None:
    """Rule 16."""
    assert essentials.send("PUT", SETTINGS, {"sync_frequency": sent}).status == 204
    assert essentials.get("/settings/azure").json["sync_frequency"] == kept


@pytest.mark.parametrize(
    "body",
    [
        {"sync_frequency": 2},
        {"sync_frequency": "often"},
        {"sync_frequency": -1},
        {"default_user_role_name": "functional_account"},
        {"add_users": "maybe"},
        {"application_id": 1},
        [],
    ],
)
def test_a_native_sync_setting_that_cannot_be_is_refused(essentials: Client, body: object) -> None:
    """Rule 16."""
    assert essentials.send("PUT", SETTINGS, body).status == 400
    assert essentials.organization.azure == AZURE


def test_read_only_native_sync_settings_are_not_written(essentials: Client) -> None:
    """Rule 16."""
    body = {"secret_expiry": "never", "last_successful_sync": "now", "primary_domain": "x.example"}
    assert essentials.send("PUT", SETTINGS, body).status == 204
    assert essentials.organization.azure == AZURE


def test_deleting_native_sync_settings_resets_them(essentials: Client) -> None:
    """Rule 16."""
    assert essentials.send("DELETE", SETTINGS).status == 204
    shown = essentials.get("/settings/azure").json
    assert (shown["application_id"], shown["ad_key"], shown["sync_frequency"]) == ("", "", 0)
    assert shown["add_users"] is False


def test_exemptions_are_a_bare_array_and_grow_by_put(essentials: Client) -> None:
    """Rule 16."""
    assert essentials.get("/settings/azure/exemptions").json == [{"email": "svc-scan@contoso.example"}]
    answer = essentials.send("PUT", f"{SETTINGS}/exemptions", ["new@contoso.example", "SVC-scan@contoso.example"])
    assert answer.status == 204
    emails = [item["email"] for item in essentials.get("/settings/azure/exemptions").json]
    assert emails == ["svc-scan@contoso.example", "new@contoso.example"]


def test_an_exemption_is_removed_alone_or_all_are(essentials: Client) -> None:
    """Rule 16."""
    essentials.send("PUT", f"{SETTINGS}/exemptions", ["a@contoso.example", "b@contoso.example"])
    assert essentials.send("DELETE", f"{SETTINGS}/exemptions/A%40contoso.example").status == 204
    assert essentials.send("DELETE", f"{SETTINGS}/exemptions/a@contoso.example").status == 404
    assert essentials.organization.exemptions == ["svc-scan@contoso.example", "b@contoso.example"]
    assert essentials.send("DELETE", f"{SETTINGS}/exemptions").status == 204
    assert essentials.organization.exemptions == []


@pytest.mark.parametrize("owner", ["", "/users/quiet@contoso.example", "/groups/Sales"])
def test_a_patch_replaces_only_the_lists_named(essentials: Client, owner: str) -> None:
    """Rule 18."""
    path = f"{owner}/sender-lists"
    assert write(essentials, "PATCH", path, {"allow_list": ["a.example"], "block_list": ["b.example"]}).status == 204
    assert write(essentials, "PATCH", path, {"allow_list": ["*@c.example"]}).status == 204
    assert essentials.get(path).json == {"allow_list": ["*@c.example"], "block_list": ["b.example"]}


@pytest.mark.parametrize("body", [{}, {"safe_list_senders": ["a.example"]}, {"allow_list": "a.example"}])
def test_a_patch_without_a_list_is_refused(essentials: Client, body: object) -> None:
    """Rule 18."""
    assert write(essentials, "PATCH", "/sender-lists", body).status == 400


def test_entries_are_added_and_removed(essentials: Client) -> None:
    """Rule 18."""
    assert write(essentials, "POST", "/sender-lists", {"allow_list": ["a.example", "b.example"]}).status == 201
    assert write(essentials, "POST", "/sender-lists", {"allow_list": ["b.example", "c.example"]}).status == 201
    assert write(essentials, "DELETE", "/sender-lists", {"allow_list": ["a.example"]}).status == 204
    assert essentials.get("/sender-lists").json["allow_list"] == ["b.example", "c.example"]
    assert write(essentials, "DELETE", "/sender-lists").status == 204
    assert essentials.get("/sender-lists").json == {"allow_list": [], "block_list": []}


def test_an_accounts_lists_are_those_of_the_account(essentials: Client) -> None:
    """Rule 18."""
    write(essentials, "PATCH", "/users/dana.reyes@contoso.example/sender-lists", {"block_list": ["worse.example"]})
    assert essentials.account("dana.reyes@contoso.example")["block_list_senders"] == ["worse.example"]


def test_login_settings_are_read_and_written(essentials: Client) -> None:
    path = "/authentication/settings/login"
    assert essentials.get(path).json == {
        "allow_local_login": True,
        "idp_for_forced_login": None,
        "allow_azure_login": True,
        "force_azure_login": False,
    }
    assert write(essentials, "PUT", path, {"force_azure_login": True}).status == 204
    assert essentials.get(path).json["force_azure_login"] is True


def test_microsoft_sign_in_is_forced_only_where_it_is_allowed_and_connected(essentials: Client) -> None:
    path = "/authentication/settings/login"
    body = {"force_azure_login": True, "allow_azure_login": False}
    assert write(essentials, "PUT", path, body).status == 400
    essentials.send("DELETE", SETTINGS)
    assert write(essentials, "PUT", path, {"force_azure_login": True}).status == 400


def test_mfa_settings_are_read_and_written(essentials: Client) -> None:
    path = "/authentication/settings/mfa"
    assert write(essentials, "PUT", path, {"is_mfa_enabled": True}).status == 204
    assert essentials.get(path).json == {"is_mfa_enabled": True, "mfa_admins_only": False}
