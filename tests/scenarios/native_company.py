"""A company of a few people, made by hand, behind simulated services on real sockets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from shared.diff.licences import MAILBOX_PLANS
from shared.diff.plan import Category, Plan
from shared.engine.run import RunState
from simulator.company import make_world
from simulator.estate import Estate
from simulator.vault_secrets import add_version
from simulator.world import EssentialsOrganization, Json, World
from simulator.world_editor import WorldEditor
from tests.scenarios.deployment import deployed

EXCHANGE = [
    {
        "assignedDateTime": "2024-03-01T09:00:00Z",
        "capabilityStatus": "Enabled",
        "service": "exchange",
        "servicePlanId": min(MAILBOX_PLANS),
    }
]
ADMINISTRATORS = "organization_admin"


def _empty_world() -> World:
    world = make_world(people=1, groups=0, seed=1)
    world.tenant.users.clear()
    organization = world.organizations[0]
    organization.users = {uid: a for uid, a in organization.users.items() if a["type"] == ADMINISTRATORS}
    return world


@dataclass(slots=True)
class Company:
    """Both sides, and a place for the state of the deployment that syncs them; three licensed people are there from the start."""

    path: Path
    world: World = field(default_factory=_empty_world)
    switches: dict[str, object] = field(default_factory=dict)
    """Which of its possible ways Essentials goes when a setting is written."""

    def __post_init__(self) -> None:
        for name in ("kim", "lou", "max"):
            self.person(name)
            self.account(name)

    @property
    def editor(self) -> WorldEditor:
        return WorldEditor(self.world)

    @property
    def organization(self) -> EssentialsOrganization:
        return self.world.organizations[0]

    def address(self, name: str) -> str:
        return f"{name}@{self.organization.primary_domain}"

    def person(
        self,
        name: str,
        *,
        enabled: bool = True,
        licensed: bool = True,
        purpose: str | None = "user",
        aliases: Sequence[str] = (),
    ) -> str:
        """Object id of a new person with mail."""
        address = self.address(name)
        values: Json = {
            "displayName": name.title(),
            "givenName": name.title(),
            "surname": "Example",
            "mail": address,
            "userPrincipalName": address,
            "accountEnabled": enabled,
            "userType": "Member",
            "proxyAddresses": [f"SMTP:{address}", *(f"smtp:{self.address(a)}" for a in aliases)],
            "assignedLicenses": [],
            "assignedPlans": EXCHANGE if licensed else [],
        }
        if purpose is not None:
            values["userPurpose"] = purpose
        return str(self.editor.add("users", values)["id"])

    def group(self, name: str, *, mail: bool = True, security: bool = False) -> str:
        """Object id of a new group."""
        address = self.address(name)
        values: Json = {
            "displayName": name.title(),
            "mail": address if mail else None,
            "mailEnabled": mail,
            "securityEnabled": security,
            "groupTypes": [],
            "proxyAddresses": [f"SMTP:{address}"] if mail else [],
        }
        return str(self.editor.add("groups", values)["id"])

    def account(self, name: str, **fields: object) -> None:
        """A new account, as that of ``person`` would be."""
        values: Json = {
            "primary_email": self.address(name),
            "firstname": name.title(),
            "surname": "Example",
            **fields,
        }
        self.editor.add("accounts", values)

    def accounts(self) -> dict[str, Json]:
        """Every account but the administrators', by the name before the ``@``."""
        return {
            str(a["primary_email"]).partition("@")[0]: dict(a)
            for a in self.organization.users.values()
            if a["type"] != ADMINISTRATORS
        }

    def searched(self, **settings: str) -> Plan:
        """The plan of a search under these settings."""
        with Estate(self.world) as estate, deployed(estate, self.path, settings) as deployment:
            search = deployment.search()
            assert search.state is RunState.SUCCEEDED, search.problem
            assert search.plan_id is not None
            return deployment.application.engine.plan(search.plan_id).plan

    def synced(self, **settings: str) -> dict[str, Json]:
        """The accounts after all ticked changes of a plan under these settings; nothing is left to do then."""
        with Estate(self.world) as estate, deployed(estate, self.path, settings) as deployment:
            search = deployment.search()
            assert search.plan_id is not None, search.problem
            execution = deployment.execute(search.plan_id)
            assert execution.state is RunState.SUCCEEDED, deployment.application.engine.results(execution.id)
            again = deployment.search()
            assert again.plan_id is not None, again.problem
            left = [c for c in deployment.application.engine.plan(again.plan_id).plan.changes if c.ticked]
            assert left == []
        return self.accounts()

    def set_by_hand(self, **settings: str) -> None:
        """The one row for a setting of the organization, under these settings, ticked by a person and executed alone."""
        with Estate(self.world) as estate, deployed(estate, self.path, settings) as deployment:
            for name, value in self.switches.items():
                setattr(estate.essentials.switches, name, value)
            plan_id = deployment.search().plan_id
            assert plan_id is not None
            changes = deployment.application.engine.plan(plan_id).plan.changes
            (row,) = (c for c in changes if c.category is Category.ORGANIZATION_SETTING)
            others = frozenset(c.id for c in changes if c.ticked)
            run = deployment.execute(plan_id, include=frozenset({row.id}), exclude=others)
            assert run.state is RunState.SUCCEEDED, deployment.application.engine.results(run.id)

    def keeps_in_vault(self, name: str, value: str) -> None:
        """The secret's newest version holds the value."""
        with self.world.lock:
            add_version(self.world, name, value=value, at=datetime.now(UTC))
