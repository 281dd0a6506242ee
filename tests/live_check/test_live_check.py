"""tools/live_check.py on the simulators: everything holds there, nothing is written, and nothing is told that must not be."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.company import make_world
from simulator.essentials import MaskedKey
from simulator.estate import Credential, Estate
from simulator.wire import ServiceName

SCRIPT = Path(__file__).parents[2] / "tools" / "live_check.py"


@pytest.fixture
def estate() -> Iterator[Estate]:
    world = make_world(people=150, groups=6, seed=4)
    organization = world.organizations[0]
    organization.azure.update(
        application_id="11111111-2222-3333-4444-555555555555", ad_key="native-key", sync_frequency=6
    )
    with Estate(world) as running:
        yield running


def table(estate: Estate) -> tuple[int, dict[str, str], str]:
    """The exit status, what was found by what was asked, and everything printed."""
    settings = estate.app_settings(Credential.SECRET)
    world = estate.world
    environment = {
        "PATH": os.environ["PATH"],
        "REQUESTS_CA_BUNDLE": str(estate.ca_bundle),
        "ENTRA_AUTHORITY": settings["ENTRA_AUTHORITY"],
        "GRAPH_URL": settings["GRAPH_URL"],
        "ENTRA_TENANT_ID": settings["ENTRA_TENANT_ID"],
        "ENTRA_CLIENT_ID": settings["ENTRA_CLIENT_ID"],
        "ENTRA_CLIENT_SECRET": newest(estate, settings["ENTRA_SECRET_NAME"]),
        "PROOFPOINT_URL": settings["PROOFPOINT_URL"],
        "PROOFPOINT_DOMAIN": settings["PROOFPOINT_DOMAIN"],
        "PROOFPOINT_USER": settings["PROOFPOINT_USER"],
        "PROOFPOINT_PASSWORD": newest(estate, settings["PROOFPOINT_SECRET_NAME"]),
    }
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    rows = [line.split(" | ") for line in done.stdout.splitlines()[2:]]
    assert world.tenant.users
    return done.returncode, {row[2]: row[1] for row in rows}, done.stdout + done.stderr


def newest(estate: Estate, name: str) -> str:
    version = estate.world.vault[name].versions[-1]
    assert isinstance(version["value"], str)
    return version["value"]


def test_everything_holds_on_the_simulators_and_nothing_is_written(estate: Estate) -> None:
    status, found, printed = table(estate)

    assert {says for says, verdict in found.items() if verdict == "DIFFERS"} == set(), printed
    assert status == 0
    assert len(found) > 30
    for service in (ServiceName.GRAPH, ServiceName.ESSENTIALS):
        asked = estate.journal.entries(service)
        assert {e.method for e in asked if not e.path.endswith("/$batch")} == {"GET"}


def test_what_differs_is_told(estate: Estate) -> None:
    estate.essentials.switches.masked_key = MaskedKey.LAST_FOUR
    estate.essentials.switches.alias_finds_account = True
    status, found, _ = table(estate)

    assert status == 1
    assert found["the key is masked by asterisks"] == "DIFFERS"
    assert found["an alias does not find its account"] == "DIFFERS"


def test_nobody_is_named_and_no_secret_is_told(estate: Estate) -> None:
    _, _, printed = table(estate)
    world = estate.world
    people = {str(p["mail"]) for p in world.tenant.users.values() if p.get("mail")}
    accounts = {str(a["primary_email"]) for a in world.organizations[0].users.values()}

    assert not [address for address in people | accounts if address in printed]
    assert not [s for s in world.vault if newest(estate, s) in printed]
