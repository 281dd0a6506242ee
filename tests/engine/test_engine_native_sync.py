"""While nobody knows whether the native sync still writes users, nothing is written unattended until a person has looked."""

from dataclasses import replace

import pytest

from shared.engine.refusals import NativeSyncOnError
from shared.engine.run import RunState, Selection
from shared.model import NativeSync
from tests.builders.sides import NO_NATIVE_SYNC, directory, person
from tests.engine.frame import PROGRAM, Frame
from tests.engine.steps import executed, scheduled, searched, settled

HIDDEN = replace(NO_NATIVE_SYNC, is_shown=False)
WRITING = replace(NO_NATIVE_SYNC, frequency_hours=6, sync_active_users=True, add_users=True)


def executing(frame: Frame) -> None:
    """The gate is open, and one person is new in Entra."""
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])


def shows(frame: Frame, native_sync: NativeSync) -> None:
    frame.essentials.organization = replace(frame.essentials.organization, native_sync=native_sync)


def warnings(frame: Frame) -> str:
    return " ".join(frame.engine.plan(searched(frame)).plan.warnings)


def test_a_native_sync_that_was_never_shown_is_warned_of_and_stops_nothing(frame: Frame) -> None:
    executing(frame)
    shows(frame, HIDDEN)

    assert "native_sync_unknown" in warnings(frame)
    assert scheduled(frame).state is RunState.SUCCEEDED
    assert [w.method for w in frame.essentials.writes] == ["POST"]


def test_a_native_sync_that_wrote_users_and_is_hidden_blocks_scheduled_runs_and_programs(frame: Frame) -> None:
    executing(frame)
    shows(frame, WRITING)
    frame.search()
    shows(frame, HIDDEN)
    run = scheduled(frame)

    assert run.state is RunState.BLOCKED
    assert run.problem is not None
    assert run.problem.code == "native_sync_on"
    assert frame.essentials.writes == []
    plan_id = searched(frame)
    digest = frame.engine.plan(plan_id).plan.digest
    with pytest.raises(NativeSyncOnError, match="not shown any more"):
        frame.engine.execute(plan_id, Selection(digest=digest), PROGRAM)


def test_a_person_who_executes_although_it_is_hidden_lets_scheduled_runs_go_on(frame: Frame) -> None:
    executing(frame)
    shows(frame, WRITING)
    frame.search()
    shows(frame, HIDDEN)
    assert "it wrote users when it was last shown" in warnings(frame)
    executed(frame)
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob"), person(3, "cy")])

    assert scheduled(frame).state is RunState.SUCCEEDED
    assert len(frame.essentials.writes) == 2


def test_a_native_sync_that_is_shown_again_and_off_stops_nothing(frame: Frame) -> None:
    executing(frame)
    shows(frame, WRITING)
    frame.search()
    shows(frame, NO_NATIVE_SYNC)

    assert scheduled(frame).state is RunState.SUCCEEDED
