"""A deployment of the app in this process, pointed by settings alone at simulated services on real sockets."""

import os
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from shared.engine.refusals import GuardTrippedError
from shared.engine.run import Actor, ActorKind, Narrowing, Run, Selection
from shared.wiring import Application
from simulator.estate import Credential, Estate
from tests.twins.still_clock import StillClock

PERSON = Actor(kind=ActorKind.PERSON, by="Ann (00000000-0000-4000-8000-00000000000a)")
READ_BY_LIBRARIES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "IDENTITY_ENDPOINT", "IDENTITY_HEADER")
"""Variables that the Azure libraries read by themselves, from the process."""


@dataclass(slots=True)
class Deployment:
    """One deployment; runs are carried out here and now."""

    application: Application
    path: Path
    clock: StillClock

    def search(self, narrowing: Narrowing | None = None) -> Run:
        """A search, carried out."""
        return self.finished(self.application.engine.start_search(narrowing or Narrowing(), PERSON))

    def execute(
        self, plan_id: str, *, exclude: frozenset[str] = frozenset(), include: frozenset[str] = frozenset()
    ) -> Run:
        """An execution of a plan's ticked changes, the guard approved where it asks for it, carried out."""
        engine = self.application.engine
        selection = Selection(digest=engine.plan(plan_id).plan.digest, exclude=exclude, include=include)
        try:
            run = engine.execute(plan_id, selection, PERSON)
        except GuardTrippedError as stopped:
            run = engine.execute(plan_id, replace(selection, approve=stopped.selection_digest), PERSON)
        return self.finished(run)

    def finished(self, run: Run) -> Run:
        """The run, carried out to its end."""
        for _ in range(20):
            worked = self.application.engine.work(run.id, seconds=600)
            assert worked is not None, "nobody else holds the lease"
            if worked.state.is_final:
                return worked
        raise AssertionError(f"run {run.id} does not end: {worked}")


@contextmanager
def deployed(
    estate: Estate, path: Path, settings: Mapping[str, str] | None = None, *, credential: Credential = Credential.SECRET
) -> Iterator[Deployment]:
    """A deployment with these settings over those that point it at the estate; its state is a folder."""
    environment = {
        **estate.app_settings(credential),
        "AUTH_MODE": "key",
        "STATE_DIR": str(path),
        **(settings or {}),
    }
    before = {name: os.environ.get(name) for name in READ_BY_LIBRARIES}
    os.environ.update({name: environment[name] for name in READ_BY_LIBRARIES})
    clock = StillClock(datetime.now(UTC))
    application = Application(environment, clock=clock, chance=random.Random(7))
    try:
        yield Deployment(application=application, path=path, clock=clock)
    finally:
        application.close()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
