"""What the end of a run tells the timer."""

from dataclasses import replace
from datetime import datetime

from shared.engine.records import Slot
from shared.engine.run import ActorKind, Run, RunKind, RunState
from shared.errors import EssentialsCredentialError


def slot_after(slot: Slot, run: Run, *, login: str, now: datetime) -> Slot:
    """The slot once the run has ended; ``login`` is the fingerprint of the Essentials login that it used."""
    if run.kind is RunKind.SCHEDULED:
        if run.state is RunState.SUCCEEDED:
            return replace(slot, last_success_at=now)
        if run.problem is not None and run.problem.code == EssentialsCredentialError.code:
            return replace(slot, refused_login=login)
    if run.state is RunState.SUCCEEDED and run.by.kind is ActorKind.PERSON:
        return replace(slot, refused_login="")
    return slot
