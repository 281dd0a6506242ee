"""Every row of the product's own directory sync, its options first, as this app does it over real sockets."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.diff.plan import Blocked, Category, Change, Plan
from shared.engine.run import RunState
from shared.wiring import Application
from simulator.essentials import MaskedKey
from simulator.estate import Estate
from simulator.wire import ServiceName
from simulator.world import Json
from tests.scenarios.deployment import PERSON, deployed
from tests.scenarios.native_company import Company
from tests.twins.still_clock import StillClock

ALL_HOW = "add_users,update_users,add_groups,update_groups,remove_deleted_users,remove_deleted_groups"
WRITES = ("POST", "PUT", "DELETE", "PATCH")


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(path=tmp_path)


def state(account: Json) -> tuple[str, bool]:
    return str(account["type"]), bool(account["is_active"])


# The options


@pytest.mark.parametrize("role", ["end_user", "silent_user"])
def test_option_default_new_user_privileges(company: Company, role: str) -> None:
    company.person("ann")

    assert state(company.synced(SYNC_DEFAULT_ROLE=role)["ann"]) == (role, True)


@pytest.mark.parametrize(("what", "is_there"), [("active_users", True), ("distribution_groups", False)])
def test_option_what_active_users(company: Company, what: str, is_there: bool) -> None:
    company.person("ann", aliases=("a.example",))
    found = company.synced(SYNC_WHAT=what)

    assert ("ann" in found) is is_there
    if is_there:
        assert found["ann"]["alias_emails"] == [company.address("a.example")]


@pytest.mark.parametrize(("policy", "becomes"), [("user", "end_user"), ("functional_account", "functional_account")])
def test_option_what_licensed_users_only_makes_of_others_what_is_chosen(
    company: Company, policy: str, becomes: str
) -> None:
    company.person("ann", licensed=False)

    assert state(company.synced(SYNC_UNLICENSED_AS=policy)["ann"]) == (becomes, True)


def test_option_what_licensed_users_only_leaves_others_out(company: Company) -> None:
    company.person("ann", licensed=False)

    assert "ann" not in company.synced(SYNC_UNLICENSED_AS="skip")


@pytest.mark.parametrize(
    ("what", "made"),
    [
        ("distribution_groups", {"sales"}),
        ("security_groups", {"vault"}),
        ("distribution_groups,security_groups", {"sales", "vault"}),
        ("active_users", set()),
    ],
)
def test_option_what_distribution_groups_and_security_groups(company: Company, what: str, made: set[str]) -> None:
    company.group("sales")
    company.group("vault", security=True)
    company.group("silent", mail=False, security=True)
    found = company.synced(SYNC_WHAT=what)

    assert {name for name, a in found.items() if a["type"] == "functional_account"} == made


def test_option_what_disabled_users(company: Company) -> None:
    company.person("ann", enabled=False)
    company.account("ann")

    assert state(company.synced(SYNC_WHAT="active_users")["ann"]) == ("end_user", True)
    found = company.synced(SYNC_WHAT="active_users,disabled_users", SYNC_DISABLED_AS="inactive")
    assert state(found["ann"]) == ("end_user", False)


def test_option_what_functional_accounts(company: Company) -> None:
    company.person("office", enabled=False, licensed=False, purpose="shared")

    assert "office" not in company.synced(SYNC_WHAT="active_users")
    assert state(company.synced()["office"]) == ("functional_account", True)


def test_option_what_items_hidden_from_the_address_list_are_synced_like_others(company: Company) -> None:
    ann = company.person("ann")
    company.world.tenant.users[ann]["showInAddressList"] = False

    assert state(company.synced()["ann"]) == ("end_user", True)


def test_option_how_users_add(company: Company) -> None:
    company.person("ann")

    assert "ann" not in company.synced(SYNC_HOW="update_users")
    assert "ann" in company.synced(SYNC_HOW="add_users")


def test_option_how_users_sync_updated(company: Company) -> None:
    company.person("ann", aliases=("a.example",))
    company.account("ann", firstname="Anne")

    assert company.synced(SYNC_HOW="add_users")["ann"]["firstname"] == "Anne"
    found = company.synced(SYNC_HOW="update_users")["ann"]
    assert (found["firstname"], found["alias_emails"]) == ("Ann", [company.address("a.example")])


@pytest.mark.parametrize(
    ("leavers", "becomes"),
    [("functional_account", ("functional_account", True)), ("inactive", ("end_user", False)), ("remove", None)],
)
def test_option_how_users_delete_removed(company: Company, leavers: str, becomes: tuple[str, bool] | None) -> None:
    ann = company.person("ann")
    company.synced()
    company.editor.remove("users", ann)

    assert state(company.synced(SYNC_GRACE_DAYS="0")["ann"]) == ("end_user", True)
    found = company.synced(SYNC_HOW=ALL_HOW, SYNC_GRACE_DAYS="0", SYNC_LEAVERS=leavers)
    assert (state(found["ann"]) if "ann" in found else None) == becomes


def test_option_how_groups_add(company: Company) -> None:
    company.group("sales")

    assert "sales" not in company.synced(SYNC_HOW="add_users,update_groups")
    assert "sales" in company.synced(SYNC_HOW="add_groups")


def test_option_how_groups_sync_updated(company: Company) -> None:
    sales = company.group("sales")
    company.synced()
    company.world.tenant.groups[sales]["displayName"] = "Sales Team"

    assert company.synced(SYNC_HOW="update_users")["sales"]["firstname"] == "Sales"
    assert company.synced(SYNC_HOW="update_groups")["sales"]["firstname"] == "Sales Team"


def test_option_how_groups_delete_removed(company: Company) -> None:
    sales = company.group("sales")
    company.synced()
    company.editor.remove("groups", sales)

    assert "sales" in company.synced(SYNC_GRACE_DAYS="0")
    assert "sales" not in company.synced(SYNC_HOW=ALL_HOW, SYNC_GRACE_DAYS="0")


@pytest.mark.parametrize("hours", [1, 3, 6, 12, 24])
def test_option_when_every_so_many_hours(company: Company, hours: int) -> None:
    assert looks(company, hours) == [True, False, True]


def test_option_when_never(company: Company) -> None:
    assert looks(company, 0) == [False, False, False]


def looks(company: Company, hours: int) -> list[bool]:
    """Whether a run is enqueued at the start of a slot, at its end, and at the start of the next one."""
    clock = StillClock(datetime(2026, 11, 25, tzinfo=UTC))
    with Estate(company.world) as estate:
        settings = {**estate.app_settings(), "AUTH_MODE": "key", "STATE_DIR": str(company.path)}
        settings["SYNC_EVERY_HOURS"] = str(hours)
        application = Application(settings, clock=clock, chance=random.Random(7))
        found = [application.engine.on_timer().enqueued is not None]
        clock.advance(hours * 3600 - 1)
        found.append(application.engine.on_timer().enqueued is not None)
        clock.advance(1)
        found.append(application.engine.on_timer().enqueued is not None)
        application.close()
    return found


def test_option_microsoft_login_off_is_left_as_it_is_unless_it_is_managed(company: Company) -> None:
    company.organization.login.update(allow_azure_login=False, allow_local_login=True)
    before = dict(company.organization.login)
    company.person("ann")
    company.synced(SYNC_PORTAL_LOGIN="unmanaged")

    assert company.organization.login == before


LOCAL, MICROSOFT, FORCED = (True, False, False), (True, True, False), (True, True, True)


def signs_in(company: Company) -> tuple[bool, ...]:
    login = {
        "allow_local_login": True,
        "allow_azure_login": True,
        "force_azure_login": False,
    } | company.organization.login
    return tuple(bool(login[name]) for name in ("allow_local_login", "allow_azure_login", "force_azure_login"))


@pytest.mark.parametrize(("policy", "before", "after"), [("local", MICROSOFT, LOCAL), ("microsoft", LOCAL, MICROSOFT)])
def test_option_microsoft_login_on_and_off(
    company: Company, policy: str, before: tuple[bool, ...], after: tuple[bool, ...]
) -> None:
    company.organization.login.update(allow_local_login=before[0], allow_azure_login=before[1])
    company.person("ann")
    company.set_by_hand(SYNC_PORTAL_LOGIN=policy)

    assert signs_in(company) == after


def test_option_microsoft_login_forced_is_refused_while_it_would_lock_the_app_out(company: Company) -> None:
    (row,) = settings_of(company.searched(SYNC_PORTAL_LOGIN="microsoft_forced"))

    assert row.blocked is Blocked.CONFLICT


def test_option_microsoft_login_forced(company: Company) -> None:
    company.organization.azure.update(application_id=APPLICATION, ad_key="native-key")
    company.organization.login.update(allow_local_login=False)
    company.set_by_hand(SYNC_PORTAL_LOGIN="microsoft_forced")

    assert signs_in(company) == FORCED


APPLICATION = "66666666-6666-4666-8666-666666666666"
WRITING: Json = {
    "application_id": "77777777-7777-4777-8777-777777777777",
    "ad_key": "the-key-before",
    "sync_frequency": 6,
    "sync_active_users": True,
    "add_users": True,
    "update_users": True,
    "remove_deleted_users": True,
}


def settings_of(plan: Plan) -> list[Change]:
    return [c for c in plan.changes if c.category is Category.ORGANIZATION_SETTING]


def test_option_the_native_sync_itself_never(company: Company) -> None:
    company.organization.azure.update(WRITING)
    company.person("ann")
    company.set_by_hand(SYNC_NATIVE="off")

    assert company.organization.azure["sync_frequency"] == 0
    assert company.organization.azure["add_users"] is True
    assert "ann" not in company.accounts()
    assert "ann" in company.synced(SYNC_NATIVE="off")


@pytest.mark.parametrize("overwrites", [True, False])
@pytest.mark.parametrize("mask", list(MaskedKey))
def test_option_the_native_sync_itself_for_groups_only(company: Company, mask: MaskedKey, *, overwrites: bool) -> None:
    company.organization.azure.update(WRITING)
    company.keeps_in_vault("native-sync-key", "the-key-in-the-vault")
    settings = {
        "SYNC_NATIVE": "groups_only",
        "NATIVE_SYNC_CLIENT_ID": APPLICATION,
        "NATIVE_SYNC_SECRET_NAME": "native-sync-key",
    }
    company.switches = {"masked_key": mask, "mask_overwrites_key": overwrites}
    company.set_by_hand(**settings)
    azure = company.organization.azure

    assert (azure["application_id"], azure["ad_key"]) == (APPLICATION, "the-key-in-the-vault")
    assert [azure[name] for name in ("sync_active_users", "add_users", "update_users", "remove_deleted_users")] == [
        False
    ] * 4
    assert [azure[name] for name in ("sync_distribution_groups", "sync_security_groups", "add_groups")] == [True] * 3
    assert settings_of(company.searched(**settings)) == []
    company.keeps_in_vault("native-sync-key", "the-renewed-key")
    (row,) = settings_of(company.searched(**settings))
    assert row.fields == ("ad_key",)
    assert "the-renewed-key" not in str(row)
    company.set_by_hand(**settings)
    assert company.organization.azure["ad_key"] == "the-renewed-key"


@pytest.mark.parametrize(("wanted", "sent"), [("true", True), ("false", False)])
def test_option_welcome_mail_is_sent_as_chosen_and_told_before(company: Company, wanted: str, *, sent: bool) -> None:
    company.person("ann")
    warnings = " ".join(company.searched(SYNC_WELCOME_EMAIL=wanted).warnings)
    company.synced(SYNC_WELCOME_EMAIL=wanted)

    assert ("sends 1 welcome mails" in warnings) is sent
    assert bool(company.organization.welcome_mails) is sent


def test_a_domain_that_is_not_registered_is_named_with_how_many_wait_for_it(company: Company) -> None:
    company.person("ann", aliases=("a",))
    ann = company.person("bob")
    company.world.tenant.users[ann]["proxyAddresses"].append("smtp:bob@elsewhere.example")
    (warning,) = (w for w in company.searched().warnings if "unregistered_domain" in w)

    assert "elsewhere.example is not registered and active in Essentials; 1 people" in warning


def test_security_groups_without_an_address_are_told_as_not_representable(company: Company) -> None:
    company.group("silent", mail=False, security=True)
    (warning,) = (w for w in company.searched().warnings if "not_representable" in w)

    assert "1 security groups have no address" in warning
    assert not [w for w in company.searched(SYNC_WHAT="active_users").warnings if "not_representable" in w]


def test_option_search_now_changes_nothing_and_save_and_run_applies_it(company: Company) -> None:
    company.person("ann")
    with Estate(company.world) as estate, deployed(estate, company.path) as deployment:
        search = deployment.search()
        written = [e for e in estate.journal.entries(ServiceName.ESSENTIALS) if e.method in WRITES]
        assert written == []
        assert search.plan_id is not None, search.problem
        assert "ann" not in company.accounts()

        assert deployment.execute(search.plan_id).state is RunState.SUCCEEDED
    assert "ann" in company.accounts()


def test_option_exempt_from_sync_once_for_adding_updating_and_deleting(company: Company) -> None:
    company.person("ann")
    company.person("bob")
    cyd = company.person("cyd")
    company.account("bob", firstname="Robert")
    company.account("cyd")
    company.synced(SYNC_HOW="add_groups")
    with Estate(company.world) as estate, deployed(estate, company.path) as deployment:
        for name in ("ann", "bob", "cyd"):
            address = company.address(name)
            deployment.application.administration.exempt(address=address, reason="stays", until=None, actor=PERSON)
    company.editor.remove("users", cyd)
    found = company.synced(SYNC_HOW=ALL_HOW, SYNC_GRACE_DAYS="0")

    assert "ann" not in found
    assert found["bob"]["firstname"] == "Robert"
    assert state(found["cyd"]) == ("end_user", True)


def test_option_exempt_from_sync_in_the_product_holds_here_too(company: Company) -> None:
    company.person("ann")
    company.account("ann", firstname="Anne")
    company.organization.exemptions.append(company.address("ann"))

    assert company.synced()["ann"]["firstname"] == "Anne"


# What the product's second version does with accounts


def test_second_version_an_active_user_is_enabled_and_has_an_exchange_licence(company: Company) -> None:
    company.person("ann")
    company.person("bob", licensed=False)
    found = company.synced()

    assert state(found["ann"]) == ("end_user", True)
    assert found["bob"]["type"] == "functional_account"


def test_second_version_account_type_changes_in_place_and_everything_is_kept(company: Company) -> None:
    company.person("ann", enabled=False)
    company.account("ann", safe_list_senders=["*@partner.example"])
    before = company.accounts()["ann"]
    found = company.synced()["ann"]

    assert found["type"] == "functional_account"
    assert (found["uid"], found["safe_list_senders"]) == (before["uid"], ["*@partner.example"])


def test_second_version_account_enabled_false_is_a_functional_account_whose_mail_continues(company: Company) -> None:
    company.person("ann", enabled=False)

    assert state(company.synced()["ann"]) == ("functional_account", True)


# What the product's syncs do with a mailbox that was there before


def test_mailbox_disabled_active_user_is_set_inactive_where_that_is_chosen(company: Company) -> None:
    company.person("ann", enabled=False)
    company.account("ann")

    assert state(company.synced(SYNC_DISABLED_AS="inactive")["ann"]) == ("end_user", False)


def test_mailbox_disabled_nothing_is_created_where_it_would_be_inactive(company: Company) -> None:
    company.person("ann", enabled=False)

    assert "ann" not in company.synced(SYNC_DISABLED_AS="inactive")


def test_mailbox_disabled_active_functional_account_stays_one_and_keeps_its_mail(company: Company) -> None:
    company.person("ann", enabled=False)
    company.account("ann", type="functional_account")

    assert state(company.synced(SYNC_DISABLED_AS="inactive")["ann"]) == ("functional_account", True)


def test_mailbox_enabled_active_functional_account_becomes_a_user_only_by_a_tick(company: Company) -> None:
    company.person("ann")
    company.account("ann", type="functional_account")

    assert state(company.synced()["ann"]) == ("functional_account", True)
    (row,) = (c for c in company.searched().changes if c.address == company.address("ann"))
    assert (row.ticked, row.blocked, row.after.type) == (False, None, "end_user")


@pytest.mark.parametrize("purpose", ["shared", "room", "equipment"])
def test_shared_mailbox_which_the_product_does_not_know_is_a_functional_account(company: Company, purpose: str) -> None:
    company.person("office", enabled=False, licensed=False, purpose=purpose)
    company.account("office")

    assert state(company.synced()["office"]) == ("functional_account", True)
