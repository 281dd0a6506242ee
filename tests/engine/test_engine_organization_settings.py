"""Settings of the organization: the product's own sync switched off or to groups, its key renewed, and the portal's sign-in."""

from dataclasses import replace

import pytest

from shared.diff.ledger import LedgerEntry
from shared.diff.options import NativeSyncPolicy, PortalLogin, SyncOptions
from shared.diff.plan import Blocked, Category, Change
from shared.diff.situation import NativeApplication
from shared.engine.records import EXEMPTIONS_PATH, Exemptions, LedgerStore
from shared.engine.refusals import NativeSyncOnError
from shared.engine.run import Outcome, RunState, Selection
from shared.model import Address, LoginSettings
from tests.builders.sides import NO_NATIVE_SYNC, account, directory, organization, person
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import searched
from tests.twins.memory_essentials import NEW_LOGIN, MemoryEssentials

APPLICATION = NativeApplication(application_id="66666666-6666-4666-8666-666666666666", key_version="v1")
WRITING = replace(
    NO_NATIVE_SYNC,
    is_configured=True,
    application_id="77777777-7777-4777-8777-777777777777",
    frequency_hours=6,
    sync_active_users=True,
    add_users=True,
    update_users=True,
    remove_deleted_users=True,
)
FORCED = LoginSettings(
    allow_local_login=True, allow_azure_login=True, force_azure_login=False, idp_for_forced_login="other-provider"
)


@pytest.fixture
def deployment(frame: Frame) -> Frame:
    """Ann is new in Entra; the product's own sync writes users."""
    frame.directory.directory = directory([person(1, "ann")])
    frame.essentials = MemoryEssentials(organization([], native_sync=WRITING))
    return frame


def setting(frame: Frame) -> tuple[str, Change]:
    """The plan, and its one row for a setting of the organization."""
    plan_id = searched(frame)
    (row,) = settings(frame, plan_id)
    return plan_id, row


def settings(frame: Frame, plan_id: str) -> list[Change]:
    return [c for c in frame.engine.plan(plan_id).plan.changes if c.category is Category.ORGANIZATION_SETTING]


def outcome_of(frame: Frame, plan_id: str, row: Change) -> Outcome:
    """The row executed alone."""
    others = frozenset(c.id for c in frame.engine.plan(plan_id).plan.changes if c.ticked)
    run = frame.execute(plan_id, include=frozenset({row.id}), exclude=others)
    assert run.state in (RunState.SUCCEEDED, RunState.PARTLY_FAILED), run.problem
    return {r.change_id: r.outcome for r in frame.engine.results(run.id)}[row.id]


def test_the_native_sync_is_switched_off_by_a_row_that_nobody_ticked(deployment: Frame) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.OFF)
    plan_id, row = setting(deployment)

    assert not row.ticked
    assert row.blocked is None
    assert (row.before.settings, row.after.settings) == ({"sync_frequency": "6"}, {"sync_frequency": "0"})
    assert "sync_frequency 6" in row.warnings[0]
    assert outcome_of(deployment, plan_id, row) is Outcome.DONE
    native = deployment.essentials.organization.native_sync
    assert (native.frequency_hours, native.add_users, native.application_id) == (0, True, WRITING.application_id)
    assert settings(deployment, searched(deployment)) == []


def test_groups_only_leaves_the_native_sync_the_containers_and_takes_the_users_from_it(deployment: Frame) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.GROUPS_ONLY)
    deployment.native_application = APPLICATION
    plan_id, row = setting(deployment)

    assert "cannot be read" in row.warnings[1]
    assert "key of version" not in str(row)
    assert outcome_of(deployment, plan_id, row) is Outcome.DONE
    native = deployment.essentials.organization.native_sync
    assert not native.writes_users
    assert (native.sync_active_users, native.add_users, native.update_users) == (False, False, False)
    assert (native.sync_distribution_groups, native.add_groups, native.update_groups) == (True, True, True)
    assert (native.application_id, native.frequency_hours) == (APPLICATION.application_id, 6)
    assert deployment.essentials.native_keys == ["key of version v1"]
    assert settings(deployment, searched(deployment)) == []


def test_a_renewed_key_is_a_row_and_an_event_until_a_person_has_it_written(deployment: Frame) -> None:
    deployment.environment["NOTIFY_WEBHOOK_SECRET_NAME"] = "notify-webhook"
    deployment.options = SyncOptions(native=NativeSyncPolicy.GROUPS_ONLY)
    deployment.native_application = APPLICATION
    outcome_of(deployment, *setting(deployment))
    assert deployment.receiver.titles == []
    deployment.native_application = replace(APPLICATION, key_version="v2")
    setting(deployment)
    deployment.events.clear()
    plan_id, row = setting(deployment)

    assert (row.before.settings, row.after.settings) == ({"ad_key": "version v1"}, {"ad_key": "version v2"})
    assert row.fields == ("ad_key",)
    assert [fields["was_written"] for name, fields in deployment.events if name == "native_sync.key_due"] == [True]
    assert outcome_of(deployment, plan_id, row) is Outcome.DONE
    assert deployment.essentials.native_keys[-1] == "key of version v2"
    assert LedgerStore(deployment.state.documents).read()[0].native_key_version == "v2"
    assert settings(deployment, searched(deployment)) == []
    assert deployment.receiver.titles == ["Essentials' own sync needs its new key"]
    deployment.native_application = replace(APPLICATION, key_version="v3")
    setting(deployment)
    assert len(deployment.receiver.titles) == 2


def test_the_key_goes_with_every_write_and_is_written_again_after_one_without(deployment: Frame) -> None:
    deployment.native_application = APPLICATION
    for policy in (NativeSyncPolicy.GROUPS_ONLY, NativeSyncPolicy.OFF, NativeSyncPolicy.GROUPS_ONLY):
        deployment.options = SyncOptions(native=policy)
        plan_id, row = setting(deployment)
        assert ("ad_key" in row.fields) is (policy is NativeSyncPolicy.GROUPS_ONLY)
        assert outcome_of(deployment, plan_id, row) is Outcome.DONE

    assert deployment.essentials.native_keys == ["key of version v1", "key of version v1"]


def test_a_key_that_was_renewed_again_since_the_search_is_not_taken_for_the_one_of_the_row(deployment: Frame) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.GROUPS_ONLY)
    deployment.native_application = APPLICATION
    plan_id, row = setting(deployment)
    deployment.native_application = replace(APPLICATION, key_version="v2")

    assert outcome_of(deployment, plan_id, row) is Outcome.DRIFTED
    assert deployment.essentials.native_keys == []


def test_while_the_native_sync_writes_users_an_execution_holds_the_row_that_switches_it_and_nothing_else(
    deployment: Frame,
) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.OFF)
    plan_id, row = setting(deployment)
    digest = deployment.engine.plan(plan_id).plan.digest

    with pytest.raises(NativeSyncOnError):
        deployment.engine.execute(plan_id, Selection(digest=digest, include=frozenset({row.id})), PERSON)
    assert outcome_of(deployment, plan_id, row) is Outcome.DONE
    assert [w.method for w in deployment.essentials.writes] == ["PUT"]


def test_settings_that_were_changed_since_the_search_are_left_alone(deployment: Frame) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.OFF)
    plan_id, row = setting(deployment)
    changed = replace(WRITING, frequency_hours=24)
    deployment.essentials.organization = replace(deployment.essentials.organization, native_sync=changed)

    assert outcome_of(deployment, plan_id, row) is Outcome.DRIFTED
    assert deployment.essentials.writes == []


def test_a_setting_that_is_as_wanted_already_needs_no_write(deployment: Frame) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.OFF)
    plan_id, row = setting(deployment)
    changed = replace(WRITING, frequency_hours=0)
    deployment.essentials.organization = replace(deployment.essentials.organization, native_sync=changed)

    assert outcome_of(deployment, plan_id, row) is Outcome.ALREADY
    assert deployment.essentials.writes == []


def test_a_setting_that_essentials_refuses_fails_alone(deployment: Frame) -> None:
    deployment.options = SyncOptions(native=NativeSyncPolicy.OFF)
    plan_id, row = setting(deployment)
    deployment.essentials.refuse("example.com", status=422, message="no such luck")

    assert outcome_of(deployment, plan_id, row) is Outcome.FAILED


def test_no_row_is_made_of_settings_that_are_left_alone_or_not_shown(deployment: Frame) -> None:
    assert settings(deployment, searched(deployment)) == []
    deployment.options = SyncOptions(native=NativeSyncPolicy.OFF)
    hidden = replace(NO_NATIVE_SYNC, is_shown=False)
    deployment.essentials.organization = replace(deployment.essentials.organization, native_sync=hidden)
    assert settings(deployment, searched(deployment)) == []


@pytest.mark.parametrize(
    ("policy", "login"),
    [(PortalLogin.LOCAL, (True, False, False, None)), (PortalLogin.MICROSOFT, (True, True, False, None))],
)
def test_people_sign_in_as_the_option_says(
    deployment: Frame, policy: PortalLogin, login: tuple[bool, bool, bool, str | None]
) -> None:
    deployment.options = SyncOptions(portal_login=policy)
    calm = replace(deployment.essentials.organization, native_sync=NO_NATIVE_SYNC, login=FORCED)
    deployment.essentials.organization = calm
    plan_id, row = setting(deployment)

    assert not row.ticked
    assert "idp_for_forced_login other-provider" in row.warnings[0]
    assert outcome_of(deployment, plan_id, row) is Outcome.DONE
    there = deployment.essentials.organization.login
    assert there is not None
    told = (there.allow_local_login, there.allow_azure_login, there.force_azure_login, there.idp_for_forced_login)
    assert told == login
    assert settings(deployment, searched(deployment)) == []


def test_forcing_microsoft_sign_in_is_refused_where_it_would_lock_the_app_out(deployment: Frame) -> None:
    deployment.options = SyncOptions(portal_login=PortalLogin.MICROSOFT_FORCED)
    calm = replace(deployment.essentials.organization, native_sync=NO_NATIVE_SYNC, login=NEW_LOGIN)
    deployment.essentials.organization = calm
    _, row = setting(deployment)

    assert row.blocked is Blocked.CONFLICT
    assert "api-sync@example.com signs in with a local password" in row.reason


def test_forcing_microsoft_sign_in_is_offered_where_local_passwords_were_shut_and_the_app_got_in(
    deployment: Frame,
) -> None:
    deployment.options = SyncOptions(portal_login=PortalLogin.MICROSOFT_FORCED)
    calm = replace(deployment.essentials.organization, native_sync=NO_NATIVE_SYNC, login=FORCED)
    deployment.essentials.organization = calm
    plan_id, row = setting(deployment)

    assert row.blocked is None
    assert outcome_of(deployment, plan_id, row) is Outcome.DONE


def test_forcing_that_would_lock_the_app_out_by_now_is_refused_at_the_write(deployment: Frame) -> None:
    deployment.options = SyncOptions(portal_login=PortalLogin.MICROSOFT_FORCED)
    calm = replace(deployment.essentials.organization, native_sync=NO_NATIVE_SYNC, login=FORCED)
    deployment.essentials.organization = calm
    plan_id, row = setting(deployment)
    opened = replace(deployment.essentials.organization, login=NEW_LOGIN)
    deployment.essentials.organization = opened

    assert outcome_of(deployment, plan_id, row) in (Outcome.DRIFTED, Outcome.FAILED)
    assert deployment.essentials.writes == []


# The exemptions of the native sync


def exempting(frame: Frame, *addresses: str) -> None:
    exempt = tuple(Address(a) for a in addresses)
    frame.essentials.organization = replace(frame.essentials.organization, native_exemptions=exempt)


def added(frame: Frame) -> set[str]:
    changes = frame.engine.plan(searched(frame)).plan.changes
    return {c.address for c in changes if c.category is Category.ADD_USER}


def end_native_exemption(frame: Frame) -> None:
    """As a person does it over the API."""
    stored = frame.state.documents.read(EXEMPTIONS_PATH, Exemptions)
    assert stored is not None
    (native,) = stored.body.exemptions
    ended = Exemptions(exemptions=(), native_ended=(native.address,))
    frame.state.documents.replace(EXEMPTIONS_PATH, ended, stored.etag)


def test_exemptions_of_the_native_sync_hold_after_it_was_switched_off_and_after_they_vanished_there(
    deployment: Frame,
) -> None:
    exempting(deployment, "ann@example.com")
    assert added(deployment) == set()
    deployment.essentials.organization = replace(deployment.essentials.organization, native_sync=NO_NATIVE_SYNC)
    assert added(deployment) == set()
    exempting(deployment)
    assert added(deployment) == set()


def test_an_exemption_of_the_native_sync_that_a_person_ended_does_not_return(deployment: Frame) -> None:
    exempting(deployment, "ann@example.com")
    deployment.essentials.organization = replace(deployment.essentials.organization, native_sync=NO_NATIVE_SYNC)
    assert added(deployment) == set()
    end_native_exemption(deployment)

    assert added(deployment) == {"ann@example.com"}
    assert added(deployment) == {"ann@example.com"}


def test_while_the_native_sync_writes_users_also_its_ended_exemptions_are_honoured(deployment: Frame) -> None:
    exempting(deployment, "ann@example.com")
    assert added(deployment) == set()
    end_native_exemption(deployment)

    assert added(deployment) == set()


def test_a_search_that_finds_the_native_sync_writing_users_forgets_types_and_activity(frame: Frame) -> None:
    def entry() -> LedgerEntry:
        (found,) = LedgerStore(frame.state.documents).read()[0].entries.values()
        return found

    frame.directory.directory = directory([person(1, "ann")])
    frame.essentials = MemoryEssentials(organization([account(5, "ann")]))
    frame.execute(searched(frame))
    assert entry().type is not None
    frame.essentials.organization = replace(frame.essentials.organization, native_sync=WRITING)
    frame.search()

    assert (entry().type, entry().is_active) == (None, None)
