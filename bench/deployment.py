"""The app in this process on the machine's own clock, pointed by settings at a simulated company on real sockets."""

import os
import random
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from shared.clock import SystemClock
from shared.engine.refusals import GuardTrippedError
from shared.engine.run import Actor, ActorKind, Narrowing, Run, RunState, Selection
from shared.wiring import Application
from simulator.estate import Estate
from simulator.world import World

_PERSON = Actor(kind=ActorKind.PERSON, by="Ann (00000000-0000-4000-8000-00000000000a)")
READ_BY_LIBRARIES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "IDENTITY_ENDPOINT", "IDENTITY_HEADER")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A deployment and the services that it works with."""

    application: Application
    estate: Estate

    def search(self) -> Run:
        """A search, carried out; its plan is there."""
        return searched(self.application)

    def execute(self, plan_id: str) -> Run:
        """An execution of the ticked changes, the guard approved, carried out."""
        engine = self.application.engine
        selection = Selection(digest=engine.plan(plan_id).plan.digest)
        try:
            run = engine.execute(plan_id, selection, _PERSON)
        except GuardTrippedError as stopped:
            run = engine.execute(plan_id, replace(selection, approve=stopped.selection_digest), _PERSON)
        run = _finished(self.application, run)
        if run.state is not RunState.SUCCEEDED:
            raise RuntimeError(f"The execution ended {run.state}: {run.problem} {run.counts}")
        return run


def searched(application: Application, narrowing: Narrowing | None = None) -> Run:
    """A search, carried out; its plan is there."""
    run = _finished(application, application.engine.start_search(narrowing or Narrowing(), _PERSON))
    if run.plan_id is None:
        raise RuntimeError(f"The search made no plan: {run.problem}")
    return run


def _finished(application: Application, run: Run) -> Run:
    while not run.state.is_final:
        run = application.engine.work(run.id, seconds=3600) or run
    return run


@contextmanager
def deployed(world: World, settings: Mapping[str, str] | None = None) -> Iterator[Deployment]:
    """A deployment whose state is a folder, with these settings over those that point it at the world."""
    with ExitStack() as closing:
        estate = closing.enter_context(Estate(world))
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        environment = {**estate.app_settings(), "AUTH_MODE": "key", "STATE_DIR": str(folder), **(settings or {})}
        closing.enter_context(in_process({name: environment[name] for name in READ_BY_LIBRARIES}))
        application = Application(environment, clock=SystemClock(), chance=random.Random(7))
        closing.callback(application.close)
        yield Deployment(application=application, estate=estate)


@contextmanager
def in_process(variables: Mapping[str, str]) -> Iterator[None]:
    """These variables of the environment are set meanwhile."""
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
