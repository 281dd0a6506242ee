"""Plans, callers and requests for the tests of the API."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from shared.api import Api, ApiRequest, ApiResponse
from shared.api.authorization import Authorization, FunctionKey
from shared.diff.plan import Plan
from shared.engine.plan_record import PlanRecord
from tests.builders.sides import account, directory, organization, person
from tests.builders.sides import plan as plan_of
from tests.twins.memory_administration import MemoryAdministration
from tests.twins.memory_commands import MemoryCommands

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
OBJECT = "33333333-3333-4333-8333-333333333333"
ORIGIN = "https://sync.example.net"

CHANGING = {"content-type": "application/json", "x-sync-request": "1"}

EASYAUTH = {
    "AUTH_MODE": "easyauth",
    "SIGN_IN_CLIENT_ID": CLIENT,
    "SIGN_IN_TENANT_ID": TENANT,
    "WEBSITE_AUTH_ENABLED": "True",
    "WEBSITE_AUTH_CLIENT_ID": CLIENT,
}


def small_plan() -> Plan:
    """Three people to add, one renamed, one that is a stray, and a guest that is skipped."""
    people = [person(n, name) for n, name in enumerate(("ann", "bob", "cy", "dee"), start=10)]
    guest = replace(person(20, "guest"), is_guest=True)
    return plan_of(
        directory([*people, guest]),
        organization([account(5, "dee", firstname="Old"), account(6, "stray", aliases=("lost@example.com",))]),
    )


def by_changes(record: PlanRecord) -> PlanRecord:
    """The plan as made by what changed since the evening before."""
    certificate = replace(record.plan.directory_certificate, whole_read_at=datetime(2026, 11, 24, 20, 15, tzinfo=UTC))
    return replace(record, plan=replace(record.plan, directory_certificate=certificate))


def claims(role: str = "Sync.Admin", **others: str) -> list[tuple[str, str]]:
    """The claims of a person who signed in at our application."""
    found = {"aud": CLIENT, "tid": TENANT, "oid": OBJECT, "name": "Ann Admin", "roles": role, **others}
    return list(found.items())


def principal(found: Sequence[tuple[str, str]], **members: object) -> dict[str, str]:
    """The header that the platform's sign-in adds for these claims."""
    document = {
        "auth_typ": "aad",
        "name_typ": "name",
        "role_typ": "roles",
        "claims": [{"typ": kind, "val": value} for kind, value in found],
        **members,
    }
    return {"x-ms-client-principal": base64.b64encode(json.dumps(document).encode()).decode()}


@dataclass(slots=True, kw_only=True)
class Client:
    """Calls the API as one caller."""

    commands: MemoryCommands = field(default_factory=lambda: MemoryCommands(plan_of_next_search=small_plan()))
    administration: MemoryAdministration = field(default_factory=lambda: MemoryAdministration(plan=small_plan()))
    authorization: Authorization = field(default_factory=FunctionKey)
    headers: Mapping[str, str] = field(default_factory=dict)

    def get(self, route: str, *, id: str = "", **query: str) -> ApiResponse:  # noqa: A002  # the placeholder's name
        """Ask with GET."""
        return self.send(request("GET", route, id=id, query=query, headers=self.headers))

    def post(self, route: str, body: object = None, *, id: str = "") -> ApiResponse:  # noqa: A002  # as above
        """Ask with POST, as the review page does."""
        return self.change("POST", route, body, id=id)

    def change(self, method: str, route: str, body: object = None, *, id: str = "") -> ApiResponse:  # noqa: A002  # as above
        """Ask with POST, PUT or DELETE, as the review page does."""
        raw = b"" if body is None else json.dumps(body).encode()
        return self.send(request(method, route, id=id, body=raw, headers={**CHANGING, **self.headers}))

    def send(self, asked: ApiRequest) -> ApiResponse:
        """Ask."""
        api = Api(
            commands=self.commands,
            administration=lambda: self.administration,
            authorization=self.authorization,
            reference=lambda: "ref-1",
        )
        return api.handle(asked)

    def searched(self) -> str:
        """The id of a plan of a finished search."""
        run_id = body_of(self.post("searches", {}))["run_id"]
        plan_id = body_of(self.post("runs/{id}/work", {}, id=run_id))["plan_id"]
        assert isinstance(plan_id, str)
        return plan_id

    def digest(self, plan_id: str) -> str:
        """The plan's digest."""
        return self.commands.plan(plan_id).plan.digest


def request(
    method: str,
    route: str,
    *,
    id: str = "",  # noqa: A002  # as above
    query: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    url: str = "",
) -> ApiRequest:
    """A request as the host hands it over."""
    return ApiRequest(
        method=method,
        route=route,
        params={"id": id} if id else {},
        query=query or {},
        headers=headers or {},
        body=body,
        url=url or f"{ORIGIN}/api/{route}",
    )


def body_of(response: ApiResponse) -> Any:
    """The answer's JSON."""
    return json.loads(response.body)
