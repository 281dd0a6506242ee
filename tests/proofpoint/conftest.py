"""The two organizations that the contract holds to one another, and the simulated one alone for what only it can do."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.proofpoint.essentials_under_test import (
    EssentialsUnderTest,
    SimulatedEssentials,
    memory_under_test,
    simulated_under_test,
)
from tests.transport.scripted_server import Authority


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def simulated(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatedEssentials]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    with ExitStack() as stack:
        yield SimulatedEssentials(authority, stack)


@pytest.fixture(params=["simulated", "memory"])
def each(request: pytest.FixtureRequest) -> EssentialsUnderTest:
    """Each of the two: what holds for one holds for the other."""
    if request.param == "memory":
        return memory_under_test()
    return simulated_under_test(request.getfixturevalue("simulated"))
