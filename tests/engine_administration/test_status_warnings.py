"""The status of a whole engine warns of a login that Essentials refused, until it takes one."""

from dataclasses import replace
from pathlib import Path

from shared.engine.records import SlotStore
from tests.builders.sides import directory, organization, person
from tests.engine.frame import Frame
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials


def framed(path: Path) -> Frame:
    return Frame(
        path=path,
        directory=MemoryDirectory(directory=directory([person(1, "ann")])),
        essentials=MemoryEssentials(organization()),
    )


def test_a_refused_login_is_a_warning_until_the_password_is_another(tmp_path: Path) -> None:
    frame = framed(tmp_path)
    SlotStore(frame.state.documents).update(lambda slot: replace(slot, refused_login=frame.login))
    (warning,) = frame.engine.status().warnings
    frame.login = "login-2"

    assert "refused the API account's password" in warning
    assert frame.engine.status().warnings == ()


def test_an_app_that_is_late_warns(tmp_path: Path) -> None:
    frame = framed(tmp_path)
    enqueued = frame.engine.on_timer().enqueued
    assert enqueued is not None
    frame.deliver(frame.engine.run(enqueued))
    search = frame.search()
    assert search.plan_id is not None
    frame.execute(search.plan_id)
    frame.clock.advance(4 * 3600)

    assert frame.engine.is_late()
    assert any("more than 3 hours" in warning for warning in frame.engine.status().warnings)
