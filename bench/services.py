"""The simulated services in a process of their own, as real ones are, and an app in this one that settings point at them."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import requests

from bench.deployment import READ_BY_LIBRARIES, in_process
from bench.services_process import Company
from shared.clock import SystemClock
from shared.diff.mapping import asks_purpose
from shared.diff.options import SyncOptions
from shared.graph.budget import WINDOW_SECONDS
from shared.graph.client import Permission
from shared.model import Directory, EntraId, Organization, Person
from shared.wiring import Application

THROTTLED_EVERY = 50
PAUSE_SECONDS = 1
"""What each refusal asks for; pauses may overlap, so one is all that cannot be avoided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The services, and the app that works with them."""

    application: Application
    clock: "SkippingClock"
    settings: Mapping[str, str]
    control_url: str
    token: str
    """For Graph, made by hand."""
    groups: tuple[EntraId, ...]

    def read(self, scope_groups: Sequence[EntraId] = ()) -> tuple[Directory, Organization]:
        """Both sides, side by side, as a search reads them."""
        with ThreadPoolExecutor(max_workers=2) as pool:
            directory = pool.submit(lambda: self.directory(scope_groups))
            organization = pool.submit(lambda: self.application.services.organization_reader().read(progress=_silent))
            return directory.result(), organization.result()

    def directory(self, scope_groups: Sequence[EntraId] = ()) -> Directory:
        """The Entra side with the purposes that a search asks for."""
        return self.application.services.directory_reader().read(
            scope_groups=scope_groups, progress=_silent, purpose_of=is_asked
        )

    def requests_of(self, work: Callable[[], object]) -> int:
        """How many requests Graph got meanwhile."""
        before = self.application.services.graph.request_count
        work()
        return self.application.services.graph.request_count - before

    def rest(self) -> None:
        """A window of Graph's limit passes on both sides, so that one measurement does not slow down the next."""
        self.clock.skipped_seconds += WINDOW_SECONDS
        self._control("POST", "clock", {"advance_seconds": WINDOW_SECONDS})

    def be_late(self, seconds: float) -> None:
        """Both services answer late by so much."""
        for service in ("graph", "essentials"):
            self._control("POST", "latency", {"service": service, "seconds": seconds})

    def throttle(self, faults: int) -> None:
        """So many requests to Graph, one of every fifty, are refused and ask for a pause."""
        effect = {"kind": "status", "status": 429, "retry_after": str(PAUSE_SECONDS)}
        for number in range(1, faults + 1):
            fault = {"service": "graph", "nth": number * THROTTLED_EVERY, "times": 1, "effect": effect}
            self._control("POST", "faults", fault)

    def clear_faults(self) -> int:
        """How many requests were refused; from now on nothing is refused or late."""
        hits = sum(int(fault["hits"]) for fault in self._control("GET", "faults", None)["faults"])
        self._control("DELETE", "faults", None)
        return hits

    def _control(self, method: str, path: str, body: object) -> Any:
        answer = requests.request(method, f"{self.control_url}/{path}", json=body, timeout=30)
        answer.raise_for_status()
        return answer.json()


class SkippingClock(SystemClock):
    """The machine's clock, ahead by what was skipped."""

    def __init__(self) -> None:
        self.skipped_seconds = 0.0

    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        return super().now() + timedelta(seconds=self.skipped_seconds)

    def monotonic(self) -> float:
        """Seconds from an arbitrary start that never run backwards."""
        return super().monotonic() + self.skipped_seconds


@contextmanager
def services_of(company: Company) -> Iterator[Services]:
    """The services of such a company, the app's token warm."""
    with ExitStack() as closing:
        process = closing.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "bench.services_process", *company.arguments()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        said = json.loads(process.stdout.readline() if process.stdout is not None else "")
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        settings = {**said["settings"], "AUTH_MODE": "key", "STATE_DIR": folder}
        closing.enter_context(in_process({name: settings[name] for name in READ_BY_LIBRARIES}))
        clock = SkippingClock()
        application = Application(settings, clock=clock, chance=random.Random(7))
        closing.callback(application.close)
        # The token is warm before anything is measured.
        if not application.services.graph.holds(Permission.MAILBOX_SETTINGS_READ):
            raise RuntimeError("The simulated app may not read mailbox settings.")
        yield Services(
            application=application,
            clock=clock,
            settings=settings,
            control_url=said["control_url"],
            token=_token(said),
            groups=tuple(map(EntraId, said["groups"])),
        )


def _token(said: Mapping[str, str]) -> str:
    form = {
        "grant_type": "client_credentials",
        "client_id": said["client_id"],
        "client_secret": said["client_secret"],
        "scope": f"{said['graph_url']}/.default",
    }
    answer = requests.post(said["token_url"], data=form, timeout=30)
    answer.raise_for_status()
    return str(answer.json()["access_token"])


def rested(services: Services, work: Callable[[], object]) -> float:
    """The seconds that the work takes after a rest."""
    services.rest()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def is_asked(person: Person) -> bool:
    """Whether a search under the default options asks for this person's purpose."""
    return asks_purpose(person, SyncOptions())


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody follows."""
