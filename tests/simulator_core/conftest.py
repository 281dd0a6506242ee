"""What the tests of the simulator's core share."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from simulator.certificates import LoopbackTls, make_loopback_tls
from simulator.company import make_world
from simulator.world import World
from tests.simulator_core.entra_side import AS_OF, EntraSide


@pytest.fixture(scope="session")
def tls() -> LoopbackTls:
    return make_loopback_tls()


@pytest.fixture(scope="session")
def bundle(tls: LoopbackTls, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tls.write_bundle(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def session(bundle: Path) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False  # REQUESTS_CA_BUNDLE would win over verify
        session.verify = str(bundle)
        yield session


@pytest.fixture
def world() -> World:
    return make_world(people=40, groups=12, seed=3, as_of=AS_OF)


@pytest.fixture
def entra_side(world: World, tls: LoopbackTls) -> Iterator[EntraSide]:
    with EntraSide(world, tls) as side:
        yield side
