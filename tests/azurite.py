"""Azurite, the storage emulator, as the tests use it: without Node they are skipped, and fail in CI."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulator.azurite import (
    ACCOUNT,
    ACCOUNT_KEY,
    AzuriteError,
    Endpoints,
    NodeMissingError,
    connection_string,
    start_azurite,
)

__all__ = ["ACCOUNT", "KEY", "Azurite", "connection_string", "running_azurite"]

KEY = ACCOUNT_KEY
Azurite = Endpoints


@contextmanager
def running_azurite(*options: str) -> Iterator[Azurite]:
    """Azurite with nothing in it, stopped at the end."""
    try:
        running = start_azurite(options=options)
    except NodeMissingError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(str(error))
    except AzuriteError as error:
        pytest.fail(str(error))
    with running:
        yield running.endpoints
