"""The services of the bench of scope groups, in a process of their own; it ends when its standard input does.

``python -m bench.scope_services PEOPLE GROUPS MEMBERS`` prints one line of JSON: where and how to ask them, and the ids of
all groups, each of which has so many direct members and none that is a group.
"""

import json
import sys

from simulator.company import make_world
from simulator.company.world import ENTRA_SECRET_NAME
from simulator.estate import Estate
from simulator.world import World


def main(people: int, groups: int, members: int) -> None:
    """The services run until nobody listens any more."""
    world = make_world(people=people, groups=groups, seed=11)
    _fill(world, members)
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


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
