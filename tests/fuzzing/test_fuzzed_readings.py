"""Whole readings and writes with one answer broken anywhere: a whole value or an error of our tree comes out, never another."""

import json
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.errors import SyncError
from shared.graph import Allowance, GraphClient, GraphEvidence, GraphReader
from shared.graph.tokens import AccessToken
from shared.model import AccountEdit, AccountType, Address, EntraId, NativeSyncEdit, NewAccount
from shared.proofpoint import EssentialsClient, EssentialsReader, EssentialsSettingsWriter, EssentialsWriter
from shared.proofpoint.login import LoginSettingsClient
from shared.secrets import Secret
from shared.transport import RetryPolicy
from tests.builders.sides import NOW
from tests.fuzzing.broken_json import broken
from tests.fuzzing.stub_transport import StubTransport
from tests.fuzzing.telling import assert_told
from tests.twins.still_clock import StillClock

pytestmark = pytest.mark.slow

EXAMPLES = 150
ANN, STAFF = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000101"
PERSON: dict[str, Any] = {
    "id": ANN,
    "displayName": "Ann Example",
    "givenName": "Ann",
    "surname": "Example",
    "mail": "ann@example.com",
    "userPrincipalName": "ann@example.com",
    "userType": "Member",
    "accountEnabled": False,
    "proxyAddresses": ["SMTP:ann@example.com", "smtp:a@example.com"],
    "assignedLicenses": [{"skuId": "6fd2c87f-b296-42f0-b197-1e91e994b900"}],
    "assignedPlans": [
        {"service": "exchange", "servicePlanId": "efb87545-963c-4e0d-99df-69c6916d9eb0", "capabilityStatus": "Enabled"}
    ],
}
GROUP: dict[str, Any] = {
    "id": STAFF,
    "displayName": "Staff",
    "mail": "staff@example.com",
    "mailEnabled": True,
    "securityEnabled": False,
    "groupTypes": [],
    "proxyAddresses": ["SMTP:staff@example.com"],
    "visibility": None,
    "membershipRule": None,
}
MEMBERS = {"value": [{"id": ANN, "@odata.type": "#microsoft.graph.user"}]}
GRAPH: dict[str, Any] = {
    "/v1.0/users": {"value": [PERSON]},
    "/v1.0/groups": {"value": [GROUP]},
    "/v1.0/users/$count": 1,
    "/v1.0/groups/$count": 1,
    "/v1.0/directory/deletedItems/microsoft.graph.user": {"@odata.count": 0, "value": []},
    "/v1.0/$batch": {
        "responses": [
            {"id": "0", "status": 200, "headers": {}, "body": MEMBERS},
            {"id": "1", "status": 200, "headers": {}, "body": {"@odata.count": 1, "value": []}},
        ]
    },
}
EVIDENCE = {"responses": [{"id": "0", "status": 200, "headers": {}, "body": {"id": ANN}}]}
ACCOUNT: dict[str, Any] = {
    "uid": 480123,
    "primary_email": "api-sync@example.com",
    "type": "organization_admin",
    "is_active": True,
    "firstname": "Sync",
    "surname": "Example",
    "alias_emails": ["sync@example.com"],
    "white_list_senders": [],
}
ESSENTIALS: dict[str, Any] = {
    "": {"primary_domain": "example.com", "name": "Example", "user_licenses": 50},
    "/users": {
        "users": [
            ACCOUNT,
            {**ACCOUNT, "uid": 480124, "primary_email": "ann@example.com", "type": "end_user", "alias_emails": []},
        ]
    },
    "/domains": {"domains": [{"name": "example.com", "is_active": True}]},
    "/licensing": {"license_count": 50, "package": "business_plus"},
    "/settings/azure": {"application_id": ANN, "sync_frequency": 6, "ad_key": "********", "add_users": True},
    "/settings/azure/exemptions": [{"email": "svc@example.com"}],
    "/authentication/settings/login": {
        "allow_local_login": True,
        "allow_azure_login": True,
        "force_azure_login": False,
    },
}


class FixedTokens:
    """A token that holds every permission."""

    def token(self) -> AccessToken:
        return AccessToken(
            value="token", roles=frozenset({"User.Read.All", "GroupMember.Read.All", "MailboxSettings.Read"})
        )

    def drop(self, token: AccessToken) -> None:
        """There is but one."""


class FixedSecrets:
    """One password."""

    def get(self, name: str) -> Secret:  # noqa: ARG002  # there is but one
        return Secret(value="secret", version="1", expires_at=None)

    fresh = get


def graph(answers: dict[str, bytes]) -> GraphClient:
    def answer(_method: str, target: str) -> tuple[int, bytes]:
        path = target.partition("?")[0].removeprefix("https://service.example")
        found = answers.get(path)
        return (404, b"{}") if found is None else (200, found)

    return GraphClient(
        transport=StubTransport(answer).as_transport(),
        tokens=FixedTokens(),
        allowance=Allowance(clock=StillClock(NOW), most_at_once=8),
    )


def essentials(answers: dict[str, bytes], status: int = 200) -> EssentialsClient:
    def answer(_method: str, target: str) -> tuple[int, bytes]:
        path = target.removeprefix("/api/v1/orgs/example.com")
        found = answers.get(path, answers.get("*"))
        return (404, b"{}") if found is None else (status, found)

    return EssentialsClient(
        transport=StubTransport(answer).as_transport(),
        domain="example.com",
        user="api-sync@example.com",
        secrets=FixedSecrets(),
        secret_name="password",  # the secret's name
    )


def whole(answers: dict[str, Any]) -> dict[str, bytes]:
    return {path: json.dumps(body).encode() for path, body in answers.items()}


def read_directory(answers: dict[str, bytes]) -> object:
    reader = GraphReader(
        client=graph(answers),
        tenant_id=ANN,
        clock=StillClock(NOW),
        random=Random(1),
        batch_retry=RetryPolicy(attempts=1),
    )
    return reader.read(scope_groups=[EntraId(STAFF)], progress=lambda *_: None)


def read_organization(answers: dict[str, bytes]) -> object:
    client = essentials(answers)
    reader = EssentialsReader(client=client, clock=StillClock(NOW), login=LoginSettingsClient(client=client))
    return reader.read(progress=lambda *_: None)


def test_the_unbroken_answers_are_read() -> None:
    assert read_directory(whole(GRAPH))
    assert read_organization(whole(ESSENTIALS))


@pytest.mark.parametrize("path", GRAPH)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_broken_answer_of_graph_is_an_error_of_ours_or_a_whole_read(path: str, data: st.DataObject) -> None:
    answers = whole(GRAPH) | {path: data.draw(broken(GRAPH[path]))}
    try:
        assert read_directory(answers)
    except SyncError as error:
        assert_told(error)


@settings(max_examples=EXAMPLES, deadline=None)
@given(body=broken(EVIDENCE), is_person=st.booleans())
def test_a_broken_answer_about_one_object_is_an_error_of_ours_or_an_answer(body: bytes, *, is_person: bool) -> None:
    evidence = GraphEvidence(
        client=graph({"/v1.0/$batch": body}),
        clock=StillClock(NOW),
        random=Random(1),
        batch_retry=RetryPolicy(attempts=1),
    )
    asked = [EntraId(ANN)]
    try:
        found = evidence.whereabouts(asked if is_person else [], [] if is_person else asked)
        assert found.keys() == set(asked)
    except SyncError as error:
        assert_told(error)


@pytest.mark.parametrize("path", ESSENTIALS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_a_broken_answer_of_essentials_is_an_error_of_ours_or_a_whole_read(path: str, data: st.DataObject) -> None:
    answers = whole(ESSENTIALS) | {path: data.draw(broken(ESSENTIALS[path]))}
    try:
        assert read_organization(answers)
    except SyncError as error:
        assert_told(error)


CREATED = [{"status": 201, "primary_email": "new@example.com", "uid": 7}, {"status": 409, "error_message": "taken"}]
NEW = tuple(
    NewAccount(
        primary_email=Address(f"{name}@example.com"),
        type=AccountType.END_USER,
        is_active=True,
        firstname="New",
        surname="",
        alias_emails=(),
        send_welcome_email=False,
    )
    for name in ("new", "other")
)


@settings(max_examples=EXAMPLES, deadline=None)
@given(body=broken(CREATED), status=st.sampled_from([200, 201, 207, 400, 403, 409, 422, 500]), count=st.integers(1, 2))
def test_every_account_of_a_broken_batch_answer_is_judged_or_the_error_is_ours(
    body: bytes, status: int, count: int
) -> None:
    try:
        outcomes = EssentialsWriter(client=essentials({"*": body}, status)).create(NEW[:count])
        assert len(outcomes) == count
    except SyncError as error:
        assert_told(error)


@settings(max_examples=EXAMPLES, deadline=None)
@given(body=broken(ACCOUNT), status=st.sampled_from([200, 204, 400, 404, 500]))
def test_a_broken_answer_to_a_change_of_an_account_is_an_error_of_ours(body: bytes, status: int) -> None:
    writer = EssentialsWriter(client=essentials({"*": body}, status))
    try:
        fetched = writer.fetch(Address("ann@example.com"))
        if fetched is not None:
            writer.update(fetched, AccountEdit(firstname="Ann"))
            writer.delete(Address("ann@example.com"))
    except SyncError as error:
        assert_told(error)


@settings(max_examples=EXAMPLES, deadline=None)
@given(body=broken(ESSENTIALS["/settings/azure"]), status=st.sampled_from([200, 204, 400, 403, 404, 500]))
def test_a_broken_answer_about_settings_is_an_error_of_ours(body: bytes, status: int) -> None:
    writer = EssentialsSettingsWriter(client=essentials({"*": body}, status))
    for ask in (
        writer.native_sync,
        lambda: writer.set_native_sync(NativeSyncEdit(frequency_hours=0)),
        writer.login,
        lambda: writer.set_login(writer.login()),
    ):
        try:
            ask()
        except SyncError as error:
            assert_told(error)
