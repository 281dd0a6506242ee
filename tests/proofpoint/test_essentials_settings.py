"""The own sync's settings, its exemptions and the sign-in settings: written whole, read again."""

from typing import Any

import pytest

from shared.errors import PermissionMissingError, RefusedError, UnexpectedAnswerError, UnreachableError
from shared.model import Address, LoginSettings, NativeSyncEdit
from simulator.effects import DropAfter, DropBefore, StatusFault
from simulator.essentials import ExemptionsForm, MaskedKey, PutMeaning
from tests.proofpoint.essentials_under_test import SimulatedEssentials

NATIVE: dict[str, Any] = {
    "application_id": "11111111-2222-3333-4444-555555555555",
    "ad_key": "native-secret",
    "default_user_role_name": "silent_user",
    "disable_login": True,
    "sync_frequency": 6,
    "sync_active_users": True,
    "sync_distribution_groups": True,
    "add_users": True,
    "update_users": True,
    "add_groups": True,
}
SCAN = Address("svc-scan@example.com")
FAX = Address("svc-fax@example.com")


@pytest.fixture
def with_native(simulated: SimulatedEssentials) -> SimulatedEssentials:
    simulated.there.azure = dict(NATIVE)
    simulated.there.exemptions = [FAX]
    return simulated


@pytest.mark.parametrize("put", PutMeaning)
@pytest.mark.parametrize("mask", MaskedKey)
@pytest.mark.parametrize("mask_overwrites", [True, False])
def test_an_edit_of_the_own_sync_keeps_its_secret_and_all_else(
    with_native: SimulatedEssentials, put: PutMeaning, mask: MaskedKey, mask_overwrites: bool
) -> None:
    switches = with_native.switches
    switches.put, switches.masked_key, switches.mask_overwrites_key = put, mask, mask_overwrites
    kept = with_native.native().write(NativeSyncEdit(frequency_hours=0))

    assert kept.frequency_hours == 0
    assert not kept.writes_users
    changed = {key: with_native.there.azure[key] for key in NATIVE}
    assert changed == {**NATIVE, "sync_frequency": 0}


def test_a_new_secret_of_the_own_sync_is_sent_and_never_shown(with_native: SimulatedEssentials) -> None:
    edit = NativeSyncEdit(application_secret="new-planted", sync_active_users=False)
    with_native.native().write(edit)

    assert with_native.there.azure["ad_key"] == "new-planted"
    assert "planted" not in repr(edit)


def test_a_sync_that_was_never_set_up_can_be_set_up(simulated: SimulatedEssentials) -> None:
    assert not simulated.native().read().is_configured

    kept = simulated.native().write(
        NativeSyncEdit(application_id=NATIVE["application_id"], application_secret="x", frequency_hours=24)
    )
    assert kept.is_configured
    assert kept.frequency_hours == 24


def test_a_value_that_the_own_sync_does_not_know_is_refused(with_native: SimulatedEssentials) -> None:
    with pytest.raises(RefusedError) as caught:
        with_native.native().write(NativeSyncEdit(frequency_hours=5))

    assert caught.value.identifier == "example.com"


def test_a_lost_answer_about_the_own_sync_is_settled_by_reading(with_native: SimulatedEssentials) -> None:
    with_native.hit("PUT", "/settings/azure", DropAfter())
    assert with_native.native().write(NativeSyncEdit(frequency_hours=0)).frequency_hours == 0

    with_native.hit("PUT", "/settings/azure", DropBefore())
    with pytest.raises(UnreachableError):
        with_native.native().write(NativeSyncEdit(frequency_hours=12))


@pytest.mark.parametrize("effect", [DropAfter(), DropBefore()])
def test_a_lost_answer_about_a_new_secret_is_not_taken_for_success(
    with_native: SimulatedEssentials, effect: DropAfter | DropBefore
) -> None:
    with_native.hit("PUT", "/settings/azure", effect)
    with pytest.raises(UnreachableError):
        with_native.native().write(NativeSyncEdit(application_secret="renewed"))

    with_native.native().write(NativeSyncEdit(application_secret="renewed"))
    assert with_native.there.azure["ad_key"] == "renewed"


@pytest.mark.parametrize("form", ExemptionsForm)
def test_an_exemption_is_there_whatever_form_is_taken(with_native: SimulatedEssentials, form: ExemptionsForm) -> None:
    with_native.switches.exemptions_form = form

    assert with_native.native().exempt([SCAN, FAX, SCAN]) == (FAX, SCAN)
    assert with_native.native().exemptions() == (FAX, SCAN)


def test_an_exemption_that_is_there_needs_no_write(with_native: SimulatedEssentials) -> None:
    with_native.hit("PUT", "/settings/azure/exemptions", StatusFault(status=500), times=None)

    assert with_native.native().exempt([FAX]) == (FAX,)


def test_where_no_form_of_exemption_is_taken_the_console_is_named(with_native: SimulatedEssentials) -> None:
    with_native.hit("PUT", "/settings/azure/exemptions", StatusFault(status=422), times=None)

    with pytest.raises(UnexpectedAnswerError, match="console"):
        with_native.native().exempt([SCAN])


def test_an_exemption_ends_once_and_again(with_native: SimulatedEssentials) -> None:
    native = with_native.native()
    native.end_exemption(FAX)
    native.end_exemption(FAX)

    assert native.exemptions() == ()


LOCAL = LoginSettings(
    allow_local_login=True, allow_azure_login=False, force_azure_login=False, idp_for_forced_login=None
)
MICROSOFT = LoginSettings(
    allow_local_login=True, allow_azure_login=True, force_azure_login=False, idp_for_forced_login=None
)


@pytest.mark.parametrize("put", PutMeaning)
def test_sign_in_settings_are_as_they_were_written(simulated: SimulatedEssentials, put: PutMeaning) -> None:
    simulated.switches.put = put
    login = simulated.login()

    assert login.read() == MICROSOFT
    assert login.write(LOCAL) == LOCAL
    assert login.read() == LOCAL


def test_forcing_microsoft_sign_in_without_a_connection_is_refused(simulated: SimulatedEssentials) -> None:
    forced = LoginSettings(
        allow_local_login=True, allow_azure_login=True, force_azure_login=True, idp_for_forced_login=None
    )
    with pytest.raises(RefusedError):
        simulated.login().write(forced)

    assert simulated.login().read() == MICROSOFT


def test_a_lost_answer_about_sign_in_is_settled_by_reading(simulated: SimulatedEssentials) -> None:
    simulated.hit("PUT", "/authentication/settings/login", DropAfter())

    assert simulated.login().write(LOCAL) == LOCAL


def test_sign_in_settings_that_may_not_be_read_are_an_error(simulated: SimulatedEssentials) -> None:
    simulated.hit("GET", "/authentication/settings/login", StatusFault(status=403), times=None)

    with pytest.raises(PermissionMissingError):
        simulated.login().read()
