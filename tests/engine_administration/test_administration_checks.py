"""The checks one by one: none stops the others, and one that cannot be made says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.engine.administration.checks import CheckName, Step, carried_out
from shared.engine.administration.warnings import status_warnings
from shared.engine.commands import SecretStatus
from shared.engine.message import Message
from shared.errors import EntraCredentialError, StorageUnavailableError
from shared.secrets import Secret
from tests.builders.sides import NOW
from tests.engine_administration.office import PERSON, Office


def verify(office: Office) -> dict[CheckName, str]:
    """The detail of every check that failed."""
    return {check.name: check.detail for check in office.administration.verify(PERSON) if not check.ok}


def test_a_sound_deployment_passes(office: Office) -> None:
    assert verify(office) == {}


def test_a_check_that_fails_stops_only_those_that_need_it(office: Office) -> None:
    office.services.failure = EntraCredentialError("No token.", "Renew the secret.")
    found = verify(office)

    assert found[CheckName.ENTRA_TOKEN] == "No token."
    assert found[CheckName.GRAPH_PEOPLE] == "Not checked, because entra_token failed."
    assert not {name for name in found if name.startswith("essentials")}


def test_a_defect_in_a_check_is_told_without_its_text_and_stops_nothing(office: Office) -> None:
    office.services.failure = ValueError("the secret is s3cret")
    found = verify(office)

    assert "ValueError" in found[CheckName.ENTRA_TOKEN]
    assert "s3cret" not in str(found)


def test_a_chain_of_needs_names_the_first_that_failed() -> None:
    def fails() -> str:
        raise StorageUnavailableError("Down.", "Wait.")

    checks = carried_out(
        (
            Step(name=CheckName.STORAGE, look=fails),
            Step(name=CheckName.QUEUE, look=lambda: "Fine.", needs=(CheckName.STORAGE,)),
            Step(name=CheckName.CLOCK, look=lambda: "Fine.", needs=(CheckName.STORAGE, CheckName.QUEUE)),
            Step(name=CheckName.SETTINGS, look=lambda: "Fine.", needs=(CheckName.WEBHOOK_SECRET,)),
        )
    )

    assert [check.ok for check in checks] == [False, False, False, True]
    assert checks[2].detail == "Not checked, because storage failed."


def test_a_queue_that_takes_nothing_is_named(office: Office) -> None:
    office.queue.failure = StorageUnavailableError("The queue answered 403.", "Give the role.")
    assert verify(office) == {CheckName.QUEUE: "The queue answered 403."}


def test_the_message_of_the_check_is_none_that_a_worker_carries_out(office: Office) -> None:
    verify(office)
    assert Message.parse(office.queue.take()) is None


@pytest.mark.parametrize(
    ("days", "is_ok", "words"), [(31, True, "31 days."), (5, True, "Renew it soon"), (-1, False, "")]
)
def test_the_expiry_of_a_secret_is_told(office: Office, days: int, is_ok: bool, words: str) -> None:
    expires_at = NOW + timedelta(days=days, hours=1)
    office.services.secret = replace(office.services.secret, expires_at=expires_at)
    check = {c.name: c for c in office.administration.verify(PERSON)}[CheckName.ENTRA_SECRET]

    assert check.ok is is_ok
    assert words in check.detail


def test_a_guid_is_no_client_secret_and_may_be_a_password(office: Office) -> None:
    office.services.secret = Secret(value="12345678-1234-4234-8234-123456789ABC", version="1", expires_at=None)
    found = verify(office)

    assert CheckName.ENTRA_SECRET in found
    assert CheckName.ESSENTIALS_SECRET not in found
    assert "1234-4234" not in str(found)


def test_every_secret_in_use_is_checked(office: Office) -> None:
    office.environment |= {
        "NOTIFY_WEBHOOK_SECRET_NAME": "webhook",
        "NATIVE_SYNC_CLIENT_ID": "44444444-4444-4444-8444-444444444444",
        "NATIVE_SYNC_SECRET_NAME": "native",
    }
    names = {check.name for check in office.administration.verify(PERSON)}
    assert {CheckName.WEBHOOK_SECRET, CheckName.NATIVE_SYNC_SECRET, CheckName.ENTRA_SECRET} <= names


@pytest.mark.parametrize(("used", "fails"), [(9, False), (10, True), (None, False)])
def test_licences_fail_where_none_is_left(office: Office, used: int | None, fails: bool) -> None:
    office.services.used = used
    assert (CheckName.ESSENTIALS_LICENCES in verify(office)) is fails


@pytest.mark.parametrize(("minutes", "fails"), [(4, False), (-4, False), (6, True), (-6, True)])
def test_the_clock_may_differ_by_five_minutes(office: Office, minutes: int, fails: bool) -> None:
    office.services.time = NOW + timedelta(minutes=minutes)
    assert (CheckName.CLOCK in verify(office)) is fails


def test_a_service_without_a_time_fails_no_clock(office: Office) -> None:
    office.services.time = None
    assert verify(office) == {}


def test_settings_that_cannot_be_used_are_all_named_and_nothing_is_asked(office: Office) -> None:
    office.environment |= {"SYNC_MODE": "sometimes", "GUARD_REMOVALS": "many"}
    found = verify(office)

    assert "SYNC_MODE" in found[CheckName.SETTINGS]
    assert "GUARD_REMOVALS" in found[CheckName.SETTINGS]
    assert found[CheckName.ESSENTIALS_LOGIN].startswith("Not checked")
    assert CheckName.STORAGE not in found
    assert office.services.connections == 0


def test_the_status_warns_of_what_needs_a_person() -> None:
    secrets = [
        SecretStatus(name="gone", days_left=-1),
        SecretStatus(name="soon", days_left=30),
        SecretStatus(name="later", days_left=31),
        SecretStatus(name="unknown", days_left=None),
    ]
    warnings = status_warnings(secrets=secrets, is_login_refused=True, is_late=True, alert_hours=3)

    assert len(warnings) == 4
    assert "more than 3 hours" in warnings[0]
    assert "refused" in warnings[1]
    assert "gone has expired" in warnings[2]
    assert "soon expires in 30 days" in warnings[3]


def test_the_status_of_a_sound_app_warns_of_nothing() -> None:
    assert status_warnings(secrets=(), is_login_refused=False, is_late=False, alert_hours=3) == ()
