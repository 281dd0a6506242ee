"""Easyauth: whom the platform's principal lets in, and whom it does not."""

import base64
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.authorization import Caller, Role, authorization_of
from shared.api.problems import AuthModeError, ForbiddenError
from shared.engine.run import ActorKind
from tests.api.calling import CLIENT, EASYAUTH, OBJECT, TENANT, claims, principal

ROLE = "http://schemas.microsoft.com/ws/2008/06/identity/claims/role"
TENANT_ID = "http://schemas.microsoft.com/identity/claims/tenantid"
OBJECT_ID = "http://schemas.microsoft.com/identity/claims/objectidentifier"


def caller(headers: Mapping[str, str], **environment: str) -> Caller:
    return authorization_of({**EASYAUTH, **environment}).caller(headers)


def refusal(headers: Mapping[str, str], **environment: str) -> str:
    with pytest.raises(ForbiddenError) as caught:
        caller(headers, **environment)
    assert caught.value.fix
    return caught.value.code


def test_a_person_is_known_by_name_and_object_id() -> None:
    found = caller(principal(claims()))
    assert found.actor.by == f"Ann Admin ({OBJECT})"
    assert found.actor.kind is ActorKind.PERSON
    assert found.roles == {Role.ADMIN}


def test_claims_are_read_under_the_names_that_the_platform_maps_them_to() -> None:
    mapped = [("aud", CLIENT), (TENANT_ID, TENANT), (OBJECT_ID, OBJECT), (ROLE, "Sync.Reader")]
    assert caller(principal(mapped)).roles == {Role.READER}


def test_the_role_claim_may_be_the_one_that_the_principal_names() -> None:
    renamed = [("urn:role" if kind == "roles" else kind, value) for kind, value in claims()]
    assert caller(principal(renamed, role_typ="urn:role")).roles == {Role.ADMIN}
    assert refusal(principal(renamed)) == "role_missing"


def test_other_roles_are_not_ours() -> None:
    assert caller(principal([*claims(), ("roles", "Other.Admin")])).roles == {Role.ADMIN}


def test_an_application_is_known_by_its_role() -> None:
    found = caller(principal(claims("Sync.Automation", azp="app", idtyp="app")))
    assert found.actor.kind is ActorKind.APPLICATION


def test_ids_are_compared_without_regard_to_case() -> None:
    assert caller(principal(claims(aud=CLIENT.upper(), tid=TENANT.upper()))).roles


def test_a_name_is_made_printable_and_short() -> None:
    assert caller(principal(claims(name="A\r\nB\u202e" + "x" * 500))).name == "AB" + "x" * 118


def test_a_person_without_a_name_is_known_by_the_sign_in_name() -> None:
    assert caller(principal(claims(name="", preferred_username="ann@example.com"))).name == "ann@example.com"


@pytest.mark.parametrize(
    "environment",
    [
        {"WEBSITE_AUTH_ENABLED": ""},
        {"WEBSITE_AUTH_ENABLED": "False"},
        {"WEBSITE_AUTH_ENABLED": "1"},
        {"WEBSITE_AUTH_CLIENT_ID": ""},
        {"WEBSITE_AUTH_CLIENT_ID": OBJECT},
    ],
)
def test_nobody_is_believed_while_the_platforms_sign_in_is_not_ours(environment: dict[str, str]) -> None:
    assert refusal(principal(claims()), **environment) == "sign_in_off"


@pytest.mark.parametrize("enabled", ["True", "true", "TRUE"])
def test_the_platforms_sign_in_is_on_in_any_case(enabled: str) -> None:
    assert caller(principal(claims()), WEBSITE_AUTH_ENABLED=enabled).roles


def test_nobody_is_nobody() -> None:
    assert refusal({}) == "not_signed_in"
    assert refusal({"x-ms-client-principal-name": "Ann Admin", "x-ms-client-principal-id": OBJECT}) == "not_signed_in"


@pytest.mark.parametrize(
    "found",
    [
        claims(tid=OBJECT),
        claims(aud=OBJECT),
        claims(aud=f"api://{CLIENT}"),
        claims(aud=f"{CLIENT},{CLIENT}"),
        claims(oid=""),
        [*claims(), ("tid", TENANT)],
        [*claims(), (TENANT_ID, TENANT)],
        [*claims(), ("aud", CLIENT)],
        [*claims(), ("oid", OBJECT)],
        [*claims(), (OBJECT_ID, OBJECT)],
        *([claim for claim in claims() if claim[0] != left_out] for left_out in ("tid", "aud", "oid")),
    ],
)
def test_tenant_audience_and_object_id_are_ours_and_there_exactly_once(found: list[tuple[str, str]]) -> None:
    assert refusal(principal(found)) == "not_signed_in"


@pytest.mark.parametrize("provider", ["google", "AAD", ""])
def test_only_entra_signs_in(provider: str) -> None:
    assert refusal(principal(claims(), auth_typ=provider)) == "not_signed_in"


@pytest.mark.parametrize("role", ["", "sync.admin", "Sync.Admin ", "Sync.Owner", "Sync.Admin,Sync.Reader"])
def test_whoever_holds_no_role_of_ours_is_refused(role: str) -> None:
    assert refusal(principal(claims(role))) == "role_missing"


@pytest.mark.parametrize(
    "found",
    [
        claims("Sync.Automation", scp="user_impersonation"),
        [*claims("Sync.Automation"), ("http://schemas.microsoft.com/identity/claims/scope", "x")],
        claims("Sync.Automation", idtyp="user"),
        [*claims("Sync.Automation"), ("roles", "Sync.Admin")],
        claims("Sync.Admin", idtyp="app"),
    ],
)
def test_an_applications_role_beside_a_persons_sign_in_is_refused(found: list[tuple[str, str]]) -> None:
    assert refusal(principal(found)) == "forbidden"


def test_a_delegated_token_of_a_person_is_a_persons() -> None:
    assert caller(principal(claims(scp="user_impersonation"))).actor.kind is ActorKind.PERSON


def encoded(text: bytes) -> dict[str, str]:
    return {"x-ms-client-principal": base64.b64encode(text).decode()}


@pytest.mark.parametrize(
    "headers",
    [
        {"x-ms-client-principal": "not base64!"},
        {"x-ms-client-principal": "e30"},
        encoded(b"\xff\xfe"),
        encoded(b"[]"),
        encoded(b"{}"),
        encoded(b'{"auth_typ":"aad","claims":{}}'),
        encoded(b'{"auth_typ":"aad","claims":[{"typ":"aud"}]}'),
        encoded(b'{"auth_typ":"aad","claims":[{"typ":"aud","val":["x"]}]}'),
        encoded(b'{"auth_typ":"x","auth_typ":"aad","claims":[]}'),
        encoded(b"[" * 20_000),
        {"x-ms-client-principal": "A" * 100_000},
    ],
)
def test_a_principal_that_cannot_be_read_whole_is_nobody(headers: dict[str, str]) -> None:
    assert refusal(headers) == "not_signed_in"


@given(st.text(max_size=100))
def test_no_header_whatsoever_is_a_fault_of_the_app(text: str) -> None:
    with pytest.raises(ForbiddenError):
        caller({"x-ms-client-principal": text})


@given(st.sets(st.sampled_from(["aud", "tid", "oid", "roles"]), min_size=1))
def test_a_principal_that_lacks_any_of_its_claims_is_refused(left_out: set[str]) -> None:
    with pytest.raises(ForbiddenError):
        caller(principal([claim for claim in claims() if claim[0] not in left_out]))


@pytest.mark.parametrize("name", ["SIGN_IN_CLIENT_ID", "SIGN_IN_TENANT_ID"])
def test_a_sign_in_that_is_not_set_up_is_named(name: str) -> None:
    with pytest.raises(AuthModeError, match=name):
        authorization_of({**EASYAUTH, name: " "})


@pytest.mark.parametrize("mode", ["", "none", "Key", "easyauth "])
def test_any_other_mode_lets_nobody_in(mode: str) -> None:
    with pytest.raises(AuthModeError) as caught:
        authorization_of({**EASYAUTH, "AUTH_MODE": mode})
    assert "easyauth" in caught.value.fix


def test_in_key_mode_no_principal_header_counts() -> None:
    found = authorization_of({"AUTH_MODE": "key"}).caller(principal(claims("Sync.Reader")))
    assert found.actor.by == "function key"
    assert found.roles == {Role.ADMIN}
