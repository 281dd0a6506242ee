"""Reading scope groups: their members take little longer than batches sent by hand, and a refused request costs its pause alone.

The services run in a process of their own. Each control reads the same JSON from them: the same batches over one session, and
the undisturbed reading together with one of the pauses that were asked for.
"""

import json
import math
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

import msgspec
import requests

from bench.deployment import READ_BY_LIBRARIES, in_process
from bench.figures import Figure, against, bounded, medians
from shared.clock import SystemClock
from shared.diff.mapping import asks_purpose
from shared.diff.options import SyncOptions
from shared.graph.batch import BATCH_ITEMS, BATCHES_IN_FLIGHT, BatchReader
from shared.graph.budget import WINDOW_SECONDS
from shared.graph.client import Permission
from shared.graph.counts import ADVANCED, COUNT_QUERY
from shared.graph.members import MemberReader
from shared.model import Directory, EntraId, Organization, Person
from shared.transport import RetryPolicy
from shared.wiring import Application

PEOPLE = 10_000
GROUPS = 500
MEMBERS = 40
LATENCY_SECONDS = 0.05
SCOPE_LATENCY_SECONDS = 0.02
ITEMS_OF_A_GROUP = 2
"""Its members, and how many Graph counts."""
THROTTLED_EVERY = 50
PAUSE_SECONDS = 1
"""What each refusal asks for; pauses may overlap, so one is all that cannot be avoided."""
MOST_OF_BATCHES = 1.4
MOST_OF_WAITING = 1.3


def measure(rounds: int) -> Sequence[Figure]:
    """Requests and time of the members of scope groups, and the time of a whole reading while Graph throttles."""
    with _services(PEOPLE, GROUPS, MEMBERS) as services:
        return [*_requests(services), *_members(services, rounds), *_throttled(services, rounds)]


def requests_of_scope(people: int, groups: int, members: int) -> list[Figure]:
    """Requests to Graph for the members of so many scope groups, beside those of the same reading without a scope."""
    with _services(people, groups, members) as services:
        return _requests(services)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Services:
    application: Application
    clock: "_SkippingClock"
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
            scope_groups=scope_groups, progress=_silent, purpose_of=_is_asked
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


class _SkippingClock(SystemClock):
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
def _services(people: int, groups: int, members: int) -> Iterator[_Services]:
    with ExitStack() as closing:
        process = closing.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "bench.scope_services", str(people), str(groups), str(members)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )
        said = json.loads(process.stdout.readline() if process.stdout is not None else "")
        folder = closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        settings = {**said["settings"], "AUTH_MODE": "key", "STATE_DIR": folder}
        closing.enter_context(in_process({name: settings[name] for name in READ_BY_LIBRARIES}))
        clock = _SkippingClock()
        application = Application(settings, clock=clock, chance=random.Random(7))
        closing.callback(application.close)
        # The token is warm before anything is measured.
        if not application.services.graph.holds(Permission.MAILBOX_SETTINGS_READ):
            raise RuntimeError("The simulated app may not read mailbox settings.")
        yield _Services(
            application=application,
            clock=clock,
            settings=settings,
            control_url=said["control_url"],
            token=_token(said),
            groups=tuple(map(EntraId, said["groups"])),
        )


def _requests(services: _Services) -> list[Figure]:
    groups = len(services.groups)
    alone = services.requests_of(services.directory)
    scoped = services.requests_of(lambda: services.directory(services.groups))
    most = math.ceil(ITEMS_OF_A_GROUP * groups / BATCH_ITEMS)
    return [bounded(f"Graph requests of {groups} scope groups", scoped - alone, "", most=most)]


def _members(services: _Services, rounds: int) -> list[Figure]:
    application = services.application
    groups = {group.id: group for group in services.directory().groups}
    batches = BatchReader(
        client=application.services.graph, clock=services.clock, random=random.Random(7), retry=RetryPolicy()
    )
    members = MemberReader(client=application.services.graph, batches=batches)
    services.be_late(SCOPE_LATENCY_SECONDS)
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {services.token}"
        taken = medians(
            rounds,
            {
                "ours": lambda: _rested(
                    services, lambda: members.read(services.groups, groups, noticed=lambda _done: None)
                ),
                "batches": lambda: _rested(services, lambda: _batches_by_hand(services, session)),
            },
        )
    services.be_late(0)
    name = f"members of {GROUPS} scope groups of {MEMBERS} at 20 ms"
    return [against(name, taken["ours"], "s", control=taken["batches"], most=MOST_OF_BATCHES)]


def _batches_by_hand(services: _Services, session: requests.Session) -> None:
    """The same items, as many batches at once, and the JSON parsed."""
    items = [
        item
        for group_id in services.groups
        for item in (
            {"method": "GET", "url": f"/groups/{group_id}/members?$select=id&$top=999"},
            {"method": "GET", "url": f"/groups/{group_id}/members?{COUNT_QUERY}", "headers": ADVANCED},
        )
    ]
    chunks = [items[at : at + BATCH_ITEMS] for at in range(0, len(items), BATCH_ITEMS)]

    def send(chunk: Sequence[Mapping[str, object]]) -> int:
        body = {"requests": [{"id": str(number), **item} for number, item in enumerate(chunk)]}
        answer = session.post(f"{services.settings['GRAPH_URL']}/v1.0/$batch", json=body, timeout=60)
        answer.raise_for_status()
        responses = msgspec.json.decode(answer.content)["responses"]
        return sum(len(response["body"]["value"]) for response in responses)

    with ThreadPoolExecutor(BATCHES_IN_FLIGHT) as pool:
        found = sum(pool.map(send, chunks))
    if found != len(services.groups) * (MEMBERS + 1):
        raise RuntimeError(f"{found} members and first members were found by hand.")


def _throttled(services: _Services, rounds: int) -> list[Figure]:
    whole = _members_and_people(services)
    expected = services.requests_of(lambda: services.read(services.groups))
    refused = expected // THROTTLED_EVERY

    def taken_with(faults: int) -> float:
        services.be_late(LATENCY_SECONDS)
        services.throttle(faults)
        found: list[object] = []
        seconds = _rested(services, lambda: found.append(_members_and_people(services)))
        if services.clear_faults() != faults or found != [whole]:
            raise RuntimeError("Something was lost while Graph throttled, or it did not throttle as ordered.")
        return seconds

    taken = medians(rounds, {"throttled": lambda: taken_with(refused), "undisturbed": lambda: taken_with(0)})
    name = f"reading {PEOPLE:,} people in {GROUPS} scope groups, {refused} of {expected} requests told to wait a second"
    control = taken["undisturbed"] + PAUSE_SECONDS
    return [against(name, taken["throttled"], "s", control=control, most=MOST_OF_WAITING)]


def _members_and_people(services: _Services) -> object:
    """All that was read of Entra; counts and times apart."""
    directory, _ = services.read(services.groups)
    return directory.people, directory.groups, directory.deleted_people, directory.scope


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


def _is_asked(person: Person) -> bool:
    return asks_purpose(person, SyncOptions())


def _rested(services: _Services, work: Callable[[], object]) -> float:
    """The seconds that the work takes after a rest."""
    services.rest()
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _silent(_stage: str, _done: int, _total: int) -> None:
    """Progress that nobody follows."""
