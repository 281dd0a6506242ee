"""The frame of every test: no network, nothing skipped in CI, laws checked the same way every time there."""

import ipaddress
import os
import socket
import sys
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import HealthCheck, settings

from tests.azurite import Azurite, running_azurite
from tests.rules.summary import write_summary

IN_CI = os.environ.get("CI", "").lower() == "true"
_HAS_WORKER = sys.version_info >= (3, 13)

# A shared machine is slow by turns: time says nothing about a law.
_UNHURRIED = [HealthCheck.too_slow]
settings.register_profile("ci", derandomize=True, deadline=None, database=None, suppress_health_check=_UNHURRIED)
settings.register_profile("dev", deadline=None, suppress_health_check=_UNHURRIED)
settings.load_profile("ci" if IN_CI else "dev")


class NetworkForbiddenError(RuntimeError):
    """A test tried to leave the machine. No OSError, so that no error handling of the app takes it for an outage."""


def _forbid_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("socket.connect", "socket.sendto"):
        connection, address = arguments
        if connection.family != socket.AF_UNIX and not _is_loopback(address[0]):
            raise NetworkForbiddenError(f"A test connects to {address[0]}; tests stay on this machine.")
    elif event == "socket.getaddrinfo":
        host = _text(arguments[0])
        if host.endswith(".invalid"):
            # RFC 6761: never resolves. Answered here, so that nobody is asked.
            raise socket.gaierror(socket.EAI_NONAME, f"{host} does not exist")
        if not _is_address(host) and host not in ("", "localhost", socket.gethostname()):
            raise NetworkForbiddenError(f"A test looks up {host}; tests stay on this machine.")


def _text(host: str | bytes | None) -> str:
    return host.decode() if isinstance(host, bytes) else host or ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host in ("localhost", "") or (_is_address(host) and ipaddress.ip_address(host).is_loopback)


sys.addaudithook(_forbid_network)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Below Python 3.13 there is no worker library: its tests are left out, not skipped."""
    if _HAS_WORKER:
        return
    left_out = [item for item in items if item.get_closest_marker("worker")]
    items[:] = [item for item in items if not item.get_closest_marker("worker")]
    config.hook.pytest_deselected(items=left_out)


def pytest_make_parametrize_id(val: object) -> str | None:
    """Bytes are told by their number: unreadable as a name, and a compressed one holds the second of its making."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) else None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test is a failed one."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and CI skips nothing: {_reason(report.longrepr)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a module that skips itself fails."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Skipped, and CI skips nothing: {_reason(report.longrepr)}"
    return report


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """The report ends with the table of rules and the cells of the fault sweep, where they ran."""
    write_summary(terminalreporter)


def _reason(longrepr: object) -> object:
    return longrepr[2] if isinstance(longrepr, tuple) else longrepr


@pytest.fixture(scope="session")
def azurite() -> Iterator[Azurite]:
    """One storage emulator for the session; whoever uses it takes names of his own."""
    with running_azurite() as running:
        yield running
