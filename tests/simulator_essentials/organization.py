"""A small organization with everything in it that Essentials can hold, and a driver that speaks to the simulated Essentials."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from simulator.essentials import EssentialsService, EssentialsSwitches
from simulator.faults import FaultBook
from simulator.wire import Request
from simulator.world import EssentialsOrganization, Json, Tenant, World
from tests.twins.still_world_clock import StillWorldClock

ADMIN = "sync@contoso.example"
PASSWORD = "correct horse"
CURRENT = {"X-Terms-Update": "true"}
AZURE: Json = {
    "application_id": "11111111-2222-3333-4444-555555555555",
    "ad_key": "abcdefghijklmnop",
    "disable_login": False,
    "default_user_role_name": "silent_user",
    "sync_frequency": 6,
    "sync_active_users": True,
    "sync_distribution_groups": True,
    "sync_security_groups": False,
    "add_users": True,
    "update_users": True,
    "remove_deleted_users": True,
    "add_groups": True,
    "update_groups": True,
    "remove_deleted_groups": True,
    "secret_expiry": "2027-03-01",
    "last_successful_sync": "2026-11-20 03:00:00",
}


def account(uid: int, address: str, **fields: object) -> Json:
    """An active end user without anything special."""
    return {
        "uid": uid,
        "primary_email": address,
        "is_active": True,
        "type": "end_user",
        "firstname": "",
        "surname": "",
        "alias_emails": [],
        "safe_list_senders": [],
        "block_list_senders": [],
        "is_billable": True,
        "odin_settings": {"can_impersonate": False, "is_imitable": False},
        "read_only_user": False,
        "creation_date": "2024-05-06 07:08:09",
        "last_login": "",
        **fields,
    }


def contoso() -> EssentialsOrganization:
    """The organization that the driver's caller administers."""
    accounts = [
        account(1, ADMIN, type="organization_admin", firstname="Sync"),
        account(
            2,
            "Dana.Reyes@contoso.example",
            firstname="Dana",
            surname="Reyes",
            alias_emails=["d.reyes@contoso.example", "dana@fabrikam.example"],
            safe_list_senders=["*@partner.example"],
            block_list_senders=["spam.example"],
        ),
        account(3, "scanner@contoso.example", type="functional_account", firstname="Scanner"),
        account(4, "gone@contoso.example", is_active=False, alias_emails=["gone-alias@contoso.example"]),
        account(5, "reader@contoso.example", type="organization_admin", read_only_user=True),
        account(6, "quiet@contoso.example", type="silent_user", firstname="Quinn"),
    ]
    return EssentialsOrganization(
        primary_domain="contoso.example",
        name="Contoso",
        eid="contoso",
        stack="us1",
        domains={
            name: {"name": name, "is_active": True, "is_relay": True, "destination": "mx.example", "failovers": []}
            for name in ("contoso.example", "fabrikam.example")
        },
        users={item["uid"]: item for item in accounts},
        passwords={
            ADMIN: PASSWORD,
            "dana.reyes@contoso.example": PASSWORD,
            "reader@contoso.example": PASSWORD,
            "gone@contoso.example": PASSWORD,
        },
        user_licences=10,
        azure=dict(AZURE),
        exemptions=["svc-scan@contoso.example"],
        groups={"Sales": {"id": 7, "members": [], "allow_list": ["good.example"], "block_list": []}},
        next_uid=100,
    )


def other_organization(domain: str, *, stack: str) -> EssentialsOrganization:
    """Somebody else's organization with an administrator of its own."""
    return EssentialsOrganization(
        primary_domain=domain,
        name=domain,
        eid=domain,
        stack=stack,
        domains={domain: {"name": domain, "is_active": True, "is_relay": True, "destination": "", "failovers": []}},
        users={1: account(1, f"admin@{domain}", type="organization_admin")},
        passwords={f"admin@{domain}": PASSWORD},
    )


def world() -> World:
    """Three organizations on two stacks, and an empty directory."""
    return World(
        tenant=Tenant(id="aaaaaaaa-0000-4000-8000-000000000001", display_name="Contoso", verified_domains=[]),
        organizations=[
            contoso(),
            other_organization("other.example", stack="us1"),
            other_organization("far.example", stack="eu1"),
        ],
        identity_client_id="cccccccc-0000-4000-8000-000000000001",
        identity_principal_id="cccccccc-0000-4000-8000-000000000002",
        clock=StillWorldClock(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def error(self) -> Json:
        """The one entry of ``errors``."""
        (entry,) = self.json["errors"]
        assert isinstance(entry, dict)
        return entry


class Client:
    """Speaks to the simulated Essentials as the organization's administrator."""

    def __init__(self, switches: EssentialsSwitches | None = None) -> None:
        self.world = world()
        self.organization = self.world.organizations[0]
        self.switches = switches or EssentialsSwitches()
        self.faults = FaultBook()
        self.service = EssentialsService(world=self.world, faults=self.faults, switches=self.switches)
        self.user = ADMIN
        self.password = PASSWORD

    def send(
        self, method: str, target: str, body: object = None, *, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; ``target`` starts with a slash and is below the version unless it names one."""
        raw = target if target.startswith("/api/") else f"/api/v1{target}"
        sent = {"X-User": self.user, "X-Password": self.password, **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        return self.raw(method, raw, b"" if body is None else json.dumps(body).encode(), headers=sent)

    def raw(self, method: str, target: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
        """One request exactly as given."""
        path, _, query = target.partition("?")
        response = self.service.handle(
            Request(
                method=method,
                path=unquote(path),
                query=dict(pair.partition("=")[::2] for pair in query.split("&") if pair),
                headers={name.lower(): value for name, value in headers.items()},
                body=body,
                origin="https://127.0.0.1:44443",
                raw_path=target,
            )
        )
        return Answer(status=response.status, headers=response.headers, body=response.body)

    def get(self, path: str) -> Answer:
        """GET below the organization, in today's vocabulary."""
        return self.send("GET", f"/orgs/contoso.example{path}", headers=CURRENT)

    def post(self, body: object) -> Answer:
        """POST of one or more accounts."""
        return self.send("POST", "/orgs/contoso.example/users", body, headers=CURRENT)

    def put(self, address: str, body: object) -> Answer:
        """PUT of an account."""
        return self.send("PUT", f"/orgs/contoso.example/users/{address}", body, headers=CURRENT)

    def delete(self, address: str) -> Answer:
        """DELETE of an account."""
        return self.send("DELETE", f"/orgs/contoso.example/users/{address}")

    def account(self, address: str) -> Json:
        """The account as GET shows it."""
        answer = self.get(f"/users/{address}")
        assert answer.status == 200, answer.body
        shown = answer.json
        assert isinstance(shown, dict)
        return shown

    def advance(self, *, minutes: float) -> None:
        """The world's clock moves on."""
        self.world.clock.advance(minutes * 60)


def user(address: str, **fields: object) -> Json:
    """What a careful client sends to create a silent user."""
    return {
        "primary_email": address,
        "type": "silent_user",
        "is_active": True,
        "firstname": "New",
        "surname": "Person",
        "alias_emails": [],
        "send_welcome_email": False,
        **fields,
    }
