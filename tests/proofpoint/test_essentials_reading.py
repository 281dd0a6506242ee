"""A read of the organization is whole or an error, in at most six requests."""

import re
from typing import Any

import pytest

from shared.errors import (
    EssentialsCredentialError,
    IncompleteReadError,
    PermissionMissingError,
    SyncError,
    UnexpectedAnswerError,
    UnreachableError,
)
from simulator.effects import DropAfter, DropBefore, HalfBody, HtmlAnswer, MissingValue, Redirect, StatusFault
from tests.proofpoint.essentials_under_test import ANN, OWN, PASSWORD, SimulatedEssentials


def test_the_organization_takes_six_requests(simulated: SimulatedEssentials) -> None:
    simulated.read()

    assert simulated.journal.counts()["essentials"] == 6


def test_the_password_and_the_user_go_with_every_request_and_into_no_error(simulated: SimulatedEssentials) -> None:
    simulated.secrets.value = "wröng planted"
    with pytest.raises(EssentialsCredentialError) as caught:
        simulated.read()

    assert "planted" not in f"{caught.value}{caught.value.__cause__!r}"
    assert "az keyvault secret set -n proofpoint-password" in caught.value.fix


def test_a_wrong_password_is_tried_once_before_the_other_requests(simulated: SimulatedEssentials) -> None:
    simulated.secrets.value = "wrong"
    with pytest.raises(EssentialsCredentialError):
        simulated.read()

    assert simulated.journal.counts()["essentials"] == 2, "the organization, and where it lives"


def test_a_rotated_password_is_picked_up_without_an_error(simulated: SimulatedEssentials) -> None:
    simulated.secrets.value, simulated.secrets.rotated = "old", PASSWORD

    assert len(simulated.read().accounts) == 4
    assert simulated.secrets.fresh_count == 1


@pytest.mark.parametrize("kind", ["end_user", "functional_account"])
def test_an_account_that_is_no_administrator_is_told_what_it_lacks(simulated: SimulatedEssentials, kind: str) -> None:
    simulated.user(OWN)["type"] = kind
    with pytest.raises(PermissionMissingError) as caught:
        simulated.read()

    assert "organization admin" in caught.value.fix


@pytest.mark.parametrize(
    "path", ["", "/users", "/domains", "/licensing", "/settings/azure", "/settings/azure/exemptions"]
)
@pytest.mark.parametrize(
    ("effect", "error"),
    [
        (HtmlAnswer(), IncompleteReadError),
        (Redirect(location="https://elsewhere.example/"), UnexpectedAnswerError),
        (StatusFault(status=500), UnexpectedAnswerError),
        (StatusFault(status=400), UnexpectedAnswerError),
        (StatusFault(status=401), EssentialsCredentialError),
        (DropBefore(), UnreachableError),
        (HalfBody(), UnreachableError),
    ],
)
def test_a_part_that_is_not_read_fails_the_read_and_is_named(
    simulated: SimulatedEssentials, path: str, effect: Any, error: type[SyncError]
) -> None:
    simulated.hit("GET", path, effect, times=None)
    with pytest.raises(error) as caught:
        simulated.read()

    if error is not EssentialsCredentialError:
        assert re.search(rf"/orgs/example\.com{path}\b", caught.value.detail)


@pytest.mark.parametrize("effect", [DropBefore(), DropAfter(), HalfBody(), StatusFault(status=503)])
def test_a_read_is_repeated_after_a_passing_fault(simulated: SimulatedEssentials, effect: Any) -> None:
    simulated.hit("GET", "/users", effect)

    assert len(simulated.read().accounts) == 4


@pytest.mark.parametrize("path", ["/users", "/domains"])
@pytest.mark.parametrize(("status", "error"), [(403, PermissionMissingError), (404, SyncError)])
def test_accounts_and_domains_are_never_taken_for_empty(
    simulated: SimulatedEssentials, path: str, status: int, error: type[SyncError]
) -> None:
    simulated.hit("GET", path, StatusFault(status=status), times=None)

    with pytest.raises(error):
        simulated.read()


def test_a_list_without_users_is_incomplete(simulated: SimulatedEssentials) -> None:
    simulated.hit("GET", "/users", MissingValue())

    with pytest.raises(IncompleteReadError, match="no list users"):
        simulated.read()


@pytest.mark.parametrize(("field", "value"), [("uid", 3), ("primary_email", "BOB@example.com")])
def test_two_accounts_with_one_identity_are_incomplete(
    simulated: SimulatedEssentials, field: str, value: object
) -> None:
    simulated.user(ANN)[field] = value

    with pytest.raises(IncompleteReadError, match="two accounts"):
        simulated.read()


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_outside_the_package_or_was_never_set_up_is_not_configured(
    simulated: SimulatedEssentials, status: int
) -> None:
    for path in ("/licensing", "/settings/azure", "/settings/azure/exemptions"):
        simulated.hit("GET", path, StatusFault(status=status), times=None)
    read = simulated.read()

    assert not read.native_sync.is_shown
    assert not read.native_sync.is_configured
    assert not read.native_sync.writes_users
    assert read.native_exemptions == ()
    assert read.licences.limit == 100, "as the organization itself says"
    assert read.licences.package == "business_plus"


@pytest.mark.parametrize("status", [403, 404])
@pytest.mark.parametrize("path", ["/settings/azure", "/settings/azure/exemptions"])
def test_a_refusal_that_passes_hides_neither_the_native_sync_nor_its_exemptions(
    simulated: SimulatedEssentials, path: str, status: int
) -> None:
    simulated.there.azure = {"application_id": "11111111-2222-3333-4444-555555555555", "sync_frequency": 6}
    simulated.there.exemptions = ["ann@example.com"]
    simulated.hit("GET", path, StatusFault(status=status), times=1)
    read = simulated.read()

    assert read.native_sync.is_configured
    assert read.native_exemptions == ("ann@example.com",)


@pytest.mark.parametrize("status", [403, 404])
def test_exemptions_hidden_beside_a_native_sync_that_is_shown_fail_the_read(
    simulated: SimulatedEssentials, status: int
) -> None:
    simulated.there.azure = {"application_id": "11111111-2222-3333-4444-555555555555"}
    simulated.hit("GET", "/settings/azure/exemptions", StatusFault(status=status), times=None)

    with pytest.raises(IncompleteReadError, match="refuses to show who is exempt"):
        simulated.read()


def test_a_native_sync_that_writes_users_is_seen(simulated: SimulatedEssentials) -> None:
    simulated.there.azure = {
        "application_id": "11111111-2222-3333-4444-555555555555",
        "ad_key": "native-secret",
        "sync_frequency": 6,
        "sync_active_users": True,
        "add_users": True,
    }
    simulated.there.exemptions = ["Svc-Scan@example.com", "ann@example.com"]
    read = simulated.read()

    assert read.native_sync.is_configured
    assert read.native_sync.writes_users
    assert read.native_sync.frequency_hours == 6
    assert read.native_exemptions == ("ann@example.com", "svc-scan@example.com")


def test_a_type_that_is_not_known_is_read_and_protected(simulated: SimulatedEssentials) -> None:
    simulated.user(ANN)["type"] = "quarantine_reviewer"
    (ann,) = (a for a in simulated.read().accounts if a.primary_email == ANN)

    assert ann.type.is_protected


def test_inactive_domains_are_read_as_such(simulated: SimulatedEssentials) -> None:
    simulated.there.domains["Branch.example"] = {"name": "Branch.example", "is_active": False}

    assert [(d.name, d.is_active) for d in simulated.read().domains] == [
        ("branch.example", False),
        ("example.com", True),
    ]
