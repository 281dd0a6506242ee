"""A small company with everything in it that a directory can hold, and a driver that speaks to the simulated Graph about it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from simulator.faults import FaultBook
from simulator.graph import GraphService, GraphSwitches
from simulator.tokens import TokenAuthority
from simulator.wire import Request
from simulator.world import Application, Json, Tenant, World, WorldClock

ORIGIN = "https://127.0.0.1:44443"
TENANT_ID = "aaaaaaaa-0000-4000-8000-000000000001"
APP_ID = "bbbbbbbb-0000-4000-8000-000000000001"
EXCHANGE_PLAN = "efb87545-963c-4e0d-99df-69c6916d9eb0"
SKU = "05e9a617-0261-4cee-bb44-138d3ef5d965"
ROLES = ("User.Read.All", "GroupMember.Read.All")
EVENTUAL = {"ConsistencyLevel": "eventual"}


def object_id(number: int) -> str:
    """A GUID that is easy to tell apart."""
    return f"{number:08x}-0000-4000-8000-000000000000"


ANNA, BEN, CARLA, DORA, GUEST, SHARED = (object_id(n) for n in range(1, 7))
ALL_STAFF, OPS, MAIL_SECURITY, SALES, ODD, EMPTY, HIDDEN, RING_A, RING_B = (object_id(n) for n in range(101, 110))
CONTACT, DEVICE, ROBOT = (object_id(n) for n in range(201, 204))
GONE_USER, GONE_GROUP = object_id(301), object_id(302)


def user(key: str, name: str, **properties: object) -> Json:
    """An enabled, licensed member with a mailbox."""
    given, _, family = name.partition(" ")
    address = f"{given.lower()}@contoso.example"
    return {
        "id": key,
        "displayName": name,
        "givenName": given,
        "surname": family,
        "mail": address,
        "userPrincipalName": address,
        "accountEnabled": True,
        "userType": "Member",
        "proxyAddresses": [f"SMTP:{address}"],
        "assignedLicenses": [{"disabledPlans": [], "skuId": SKU}],
        "assignedPlans": [
            {
                "assignedDateTime": "2026-01-01T00:00:00Z",
                "capabilityStatus": "Enabled",
                "service": "exchange",
                "servicePlanId": EXCHANGE_PLAN,
            }
        ],
        **properties,
    }


def group(key: str, name: str, *, types: Sequence[str] = (), mail: bool, security: bool, **properties: object) -> Json:
    """A group of any kind."""
    address = f"{name.lower().replace(' ', '-')}@contoso.example"
    return {
        "id": key,
        "displayName": name,
        "groupTypes": list(types),
        "mail": address if mail else None,
        "mailEnabled": mail,
        "securityEnabled": security,
        "mailNickname": name.replace(" ", ""),
        "proxyAddresses": [f"SMTP:{address}"] if mail else [],
        **properties,
    }


def company(clock: WorldClock) -> World:
    """A world with one of everything."""
    unlicensed: Json = {"assignedLicenses": [], "assignedPlans": []}
    users = [
        user(
            ANNA,
            "Anna Adler",
            proxyAddresses=["SMTP:Anna@Contoso.example", "smtp:a.adler@contoso.example", "SIP:anna@x", "X500:/o=x"],
        ),
        user(BEN, "Ben Brandt", accountEnabled=False),
        user(CARLA, "Carla Cole", mail=None, proxyAddresses=[], **unlicensed),
        user(DORA, "Dora Dietz", userType=None),
        user(
            GUEST,
            "Gus Guest",
            userType="Guest",
            userPrincipalName="gus_other.example#EXT#@contoso.example",
            proxyAddresses=[],
            **unlicensed,
        ),
        user(SHARED, "Shared Office", accountEnabled=False, **unlicensed),
    ]
    groups = [
        group(ALL_STAFF, "All Staff", types=["Unified"], mail=True, security=False),
        group(OPS, "Ops", mail=False, security=True),
        group(MAIL_SECURITY, "Mail Security", mail=True, security=True),
        group(SALES, "Sales", mail=True, security=False),
        group(ODD, "Odd", mail=False, security=False),
        group(EMPTY, "Empty", mail=True, security=False),
        group(HIDDEN, "Hidden", types=["Unified"], mail=True, security=False, visibility="HiddenMembership"),
        group(RING_A, "Ring A", mail=False, security=True),
        group(RING_B, "Ring B", mail=False, security=True),
    ]
    others = [
        {
            "@odata.type": "#microsoft.graph.orgContact",
            "id": CONTACT,
            "displayName": "Cora Contact",
            "mail": "c@x.example",
        },
        {"@odata.type": "#microsoft.graph.device", "id": DEVICE, "displayName": "Laptop"},
        {"@odata.type": "#microsoft.graph.servicePrincipal", "id": ROBOT, "displayName": "Robot"},
    ]
    gone_user = user(GONE_USER, "Greta Gone", deletedDateTime="2026-11-01T08:00:00Z")
    gone_group = group(
        GONE_GROUP, "Gone", types=["Unified"], mail=True, security=False, deletedDateTime="2026-11-02T08:00:00Z"
    )
    return World(
        tenant=Tenant(
            id=TENANT_ID,
            display_name="Contoso",
            verified_domains=["contoso.example", "contoso.onmicrosoft.com"],
            users={item["id"]: item for item in users},
            groups={item["id"]: item for item in groups},
            others={item["id"]: item for item in others},
            members={
                ALL_STAFF: [ANNA, BEN, DORA],
                OPS: [ANNA, SALES, DEVICE, ROBOT],
                SALES: [BEN, CONTACT, MAIL_SECURITY],
                MAIL_SECURITY: [DORA, ANNA],
                HIDDEN: [CARLA],
                RING_A: [RING_B, ANNA],
                RING_B: [RING_A, BEN],
            },
            deleted_users={GONE_USER: gone_user},
            deleted_groups={GONE_GROUP: gone_group},
            purposes={ANNA: "user", BEN: "user", DORA: "user", SHARED: "shared"},
            applications={APP_ID: Application(client_id=APP_ID, roles=list(ROLES))},
        ),
        organizations=[],
        identity_client_id=object_id(901),
        identity_principal_id=object_id(902),
        clock=clock,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back, with header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    @property
    def code(self) -> str:
        """The code of the error."""
        return str(self.json["error"]["code"])

    @property
    def ids(self) -> list[str]:
        """The ids of the rows."""
        return [row["id"] for row in self.json["value"]]


class Client:
    """Speaks to one simulated Graph as one application."""

    def __init__(self, world: World, authority: TokenAuthority) -> None:
        self.world = world
        self.authority = authority
        self.switches = GraphSwitches()
        self.faults = FaultBook()
        self.service = GraphService(world=world, tokens=authority, faults=self.faults, switches=self.switches)
        self.roles: Sequence[str] = ROLES

    def token(self, *, app_id: str = APP_ID, audience: str = ORIGIN) -> str:
        """A token good for an hour."""
        return self.authority.issue(audience=audience, client_id=app_id, subject=object_id(903), roles=self.roles)

    def send(
        self,
        method: str,
        target: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: object = None,
        token: str | None = None,
    ) -> Answer:
        """One request; ``target`` is a link, or a path with its version."""
        parts = urlsplit(target)
        raw = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sent = {name.lower(): value for name, value in (headers or {}).items()}
        if body is not None:
            sent.setdefault("content-type", "application/json")
        sent.setdefault("authorization", f"Bearer {self.token() if token is None else token}")
        response = self.service.handle(
            Request(
                method=method,
                path=unquote(parts.path),
                query={},
                headers=sent,
                body=b"" if body is None else json.dumps(body).encode(),
                origin=ORIGIN,
                raw_path=raw,
            )
        )
        lowered = {name.lower(): value for name, value in response.headers.items()}
        return Answer(status=response.status, headers=lowered, body=response.body)

    def get(self, path: str, **headers: str) -> Answer:
        """GET below the version; keyword arguments are headers with ``_`` for ``-``."""
        return self.send("GET", f"/v1.0{path}", headers={n.replace("_", "-"): v for n, v in headers.items()})

    def advanced(self, path: str) -> Answer:
        """GET below the version as an advanced query."""
        return self.send("GET", f"/v1.0{path}", headers=EVENTUAL)

    def pages(self, path: str, headers: Mapping[str, str] | None = None) -> Iterator[Answer]:
        """Every page of a list, following nextLinks."""
        target: str | None = f"/v1.0{path}"
        while target is not None:
            page = self.send("GET", target, headers=headers)
            assert page.status == 200, page.body
            yield page
            target = page.json.get("@odata.nextLink")

    def batch(self, *items: Json) -> Answer:
        """POST /$batch."""
        return self.send("POST", "/v1.0/$batch", body={"requests": items})
