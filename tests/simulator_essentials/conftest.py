"""What the tests of the simulated Essentials share."""

import pytest

from tests.simulator_essentials.organization import Client


@pytest.fixture
def essentials() -> Client:
    """The simulated Essentials with the small organization in it, at noon."""
    return Client()
