"""The services of a bench, in a process of their own; it ends when its standard input does.

``python -m bench.services_process PEOPLE GROUPS SEED MEMBERS PLANS`` prints one line of JSON: where and how to ask them, and the
ids of all groups.
"""

import json
import sys
import uuid
from dataclasses import astuple, dataclass

from simulator.company import make_world
from simulator.company.world import ENTRA_SECRET_NAME
from simulator.estate import Estate
from simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """The company that the services simulate."""

    people: int
    groups: int
    seed: int
    members: int = 0
    """Direct members of each group, none of which is a group; 0: as the seed has it."""
    plans: int = 0
    """How many plans each licensed person has at least."""

    def arguments(self) -> tuple[str, ...]:
        """As the process takes them."""
        return tuple(map(str, astuple(self)))


def main(company: Company) -> None:
    """The services run until nobody listens any more."""
    world = make_world(people=company.people, groups=company.groups, seed=company.seed)
    if company.members:
        _fill(world, company.members)
    _widen(world, company.plans)
    with Estate(world) as estate:
        said = {
            "settings": estate.app_settings(),
            "control_url": estate.control_url,
            "token_url": f"{estate.authority_url}/{world.tenant.id}/oauth2/v2.0/token",
            "client_id": estate.client_id,
            "client_secret": world.vault[ENTRA_SECRET_NAME].versions[-1]["value"],
            "graph_url": estate.graph_url,
            "groups": sorted(world.tenant.groups),
        }
        print(json.dumps(said), flush=True)
        sys.stdin.read()


def _fill(world: World, members: int) -> None:
    people = sorted(world.tenant.users)
    for number, group_id in enumerate(sorted(world.tenant.groups)):
        world.tenant.groups[group_id]["visibility"] = None
        start = number * members % (len(people) - members)
        world.tenant.members[group_id] = people[start : start + members]


def _widen(world: World, plans: int) -> None:
    fillers = [
        {"servicePlanId": str(uuid.UUID(int=i + 1)), "service": "filler", "capabilityStatus": "Enabled"}
        for i in range(plans)
    ]
    for user in world.tenant.users.values():
        if user["assignedPlans"]:
            like = user["assignedPlans"][0]
            more = [{**like, **filler} for filler in fillers[len(user["assignedPlans"]) :]]
            user["assignedPlans"] = [*user["assignedPlans"], *more]


if __name__ == "__main__":
    people, groups, seed, members, plans = (int(argument) for argument in sys.argv[1:])
    main(Company(people=people, groups=groups, seed=seed, members=members, plans=plans))
