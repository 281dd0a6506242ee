"""Saved options: checked, verified by connecting, written under a condition, and audited."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from shared.engine.administration.administration import Administration
from shared.engine.records import SETTINGS_PATH, SavedOptions
from shared.engine.refusals import OptionsRefusedError
from shared.errors import SettingsError, UnreachableError
from shared.settings import SettingSource, options_fingerprint
from tests.engine_administration.office import GROUP, NOBODYS_GROUP, PERSON, UNREACHABLE, Office


def test_options_are_saved_in_canonical_text_over_those_saved_before(office: Office) -> None:
    office.administration.save_settings({"SYNC_MODE": " Report "}, PERSON)
    effective = office.administration.save_settings({"SYNC_HOW": "update_users, ADD_USERS"}, PERSON)

    assert office.saved() == {"SYNC_MODE": "report", "SYNC_HOW": "add_users,update_users"}
    assert {s.name for s in effective if s.source is SettingSource.SAVED} == {"SYNC_MODE", "SYNC_HOW"}


@pytest.mark.parametrize(
    "values",
    [
        {"SYNC_MODE": "sometimes", "SYNC_EVERY_HOURS": "6"},
        {"PROOFPOINT_URL": "https://evil.example"},
        {"SYNC_NATIVE": "groups_only"},
        {"SYNC_MODE": ""},
    ],
)
def test_options_that_cannot_be_used_are_refused_and_none_of_them_is_saved(
    office: Office, values: dict[str, str]
) -> None:
    with pytest.raises(OptionsRefusedError) as refused:
        office.administration.save_settings(values, PERSON)

    assert refused.value.problems
    assert "evil" not in refused.value.detail
    assert office.saved() == {}
    assert office.administration.audit(limit=10) == ()


def test_a_deployment_that_cannot_be_used_is_told_as_such(office: Office) -> None:
    office.environment["ENTRA_TENANT_ID"] = "contoso"

    with pytest.raises(SettingsError):
        office.administration.save_settings({"SYNC_MODE": "report"}, PERSON)


def test_a_saved_option_that_cannot_be_used_any_more_is_mended(office: Office) -> None:
    office.state.documents.create(SETTINGS_PATH, SavedOptions(values={"SYNC_MODE": "former"}))
    office.administration.save_settings({"SYNC_MODE": "report"}, PERSON)

    assert office.saved() == {"SYNC_MODE": "report"}
    (entry,) = [e for e in office.administration.audit(limit=50) if e.what == "SYNC_MODE"]
    assert (entry.before, entry.after) == ("former", "report")


def test_every_changed_option_is_audited_with_what_was_in_force_before(office: Office) -> None:
    office.environment["GUARD_REMOVALS"] = "10"
    office.administration.save_settings({"GUARD_REMOVALS": "25", "SYNC_MODE": "apply"}, PERSON)
    office.clock.advance(60)
    office.administration.save_settings({"GUARD_REMOVALS": "5"}, PERSON)
    newest, oldest = office.administration.audit(limit=10)

    assert (oldest.what, oldest.before, oldest.after, oldest.by) == ("GUARD_REMOVALS", "10", "25", PERSON.by)
    assert (newest.before, newest.after) == ("25", "5")
    assert newest.at == office.clock.now()


def test_loosening_a_guard_is_announced_and_tightening_it_is_not(office: Office) -> None:
    office.administration.save_settings({"GUARD_REMOVALS": "25"}, PERSON)
    office.administration.save_settings({"GUARD_REMOVALS": "5", "ALERT_HOURS": "99"}, PERSON)
    loosened = [fields for event, fields in office.events if event == "guard.loosened"]

    assert loosened == [{"option": "GUARD_REMOVALS", "before": "20", "after": "25"}]


def test_nothing_is_written_or_audited_where_nothing_changes(office: Office) -> None:
    office.administration.save_settings({"SYNC_MODE": "report"}, PERSON)
    stored = office.state.documents.read(SETTINGS_PATH, SavedOptions)
    office.administration.save_settings({"SYNC_MODE": "report"}, PERSON)
    again = office.state.documents.read(SETTINGS_PATH, SavedOptions)

    assert stored is not None
    assert again is not None
    assert again.etag == stored.etag
    assert len(office.administration.audit(limit=10)) == 1


def test_saved_options_are_dropped_and_audited(office: Office) -> None:
    office.administration.save_settings({"SYNC_MODE": "report", "SYNC_GRACE_DAYS": "30"}, PERSON)
    effective = office.administration.reset_settings(PERSON)

    assert office.saved() == {}
    assert all(s.source is not SettingSource.SAVED for s in effective)
    assert {(e.what, e.after) for e in office.administration.audit(limit=2)} == {
        ("SYNC_MODE", "apply"),
        ("SYNC_GRACE_DAYS", "7"),
    }


def test_dropping_nothing_is_no_change(office: Office) -> None:
    office.administration.reset_settings(PERSON)
    assert office.administration.audit(limit=10) == ()


def test_two_administrators_who_save_at_once_lose_nothing(office: Office) -> None:
    parts = office.administration._parts
    others = iter([{"SYNC_GRACE_DAYS": "3"}])

    def meanwhile(saved: Mapping[str, str]) -> dict[str, str]:
        for values in others:
            office.administration.save_settings(values, PERSON)
        return parts.validate(saved)

    Administration(replace(parts, validate=meanwhile)).save_settings({"SYNC_MODE": "report"}, PERSON)

    assert office.saved() == {"SYNC_MODE": "report", "SYNC_GRACE_DAYS": "3"}


def test_a_scope_group_is_looked_up_before_it_is_saved(office: Office) -> None:
    office.administration.save_settings({"SYNC_GROUP_SCOPE": GROUP}, PERSON)
    with pytest.raises(OptionsRefusedError) as refused:
        office.administration.save_settings({"SYNC_GROUP_SCOPE": f"{GROUP},{NOBODYS_GROUP}"}, PERSON)

    (problem,) = refused.value.problems
    assert (problem.name, problem.value) == ("SYNC_GROUP_SCOPE", NOBODYS_GROUP)
    assert office.saved() == {"SYNC_GROUP_SCOPE": GROUP}


def test_a_scope_group_that_cannot_be_looked_up_is_not_saved(office: Office) -> None:
    office.services.failure = UNREACHABLE
    with pytest.raises(UnreachableError):
        office.administration.save_settings({"SYNC_GROUP_SCOPE": GROUP}, PERSON)

    assert office.saved() == {}


def test_other_options_are_saved_while_the_services_are_down(office: Office) -> None:
    office.administration.save_settings({"SYNC_GROUP_SCOPE": GROUP}, PERSON)
    office.services.failure = UNREACHABLE
    office.administration.save_settings({"SYNC_MODE": "report"}, PERSON)

    assert office.saved() == {"SYNC_GROUP_SCOPE": GROUP, "SYNC_MODE": "report"}


@pytest.mark.parametrize(("values", "closes"), [({"SYNC_GRACE_DAYS": "1"}, True), ({"SYNC_MODE": "report"}, False)])
def test_an_option_of_the_gate_changes_its_fingerprint_once_saved(
    office: Office, values: dict[str, str], closes: bool
) -> None:
    parts = office.administration._parts
    before = options_fingerprint(parts.settings().options)
    office.administration.save_settings(values, PERSON)

    assert (options_fingerprint(parts.settings().options) != before) is closes
