"""Defects of ours: the log says where one arose, and never what its text holds."""

import logging

import pytest

from shared.engine.run import Narrowing, Outcome, RunState, Selection
from tests.engine.frame import PERSON, Frame

PLANTED = "zanzibar-4711@example.com"


def text_of(error: Exception) -> Exception:
    """The error with a cause, as a library hands it on."""
    error.__cause__ = ValueError(f"caused by {PLANTED}")
    return error


def test_a_defect_in_a_row_is_logged_by_its_place_and_without_its_text(
    frame: Frame, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    plan_id = frame.search().plan_id
    assert plan_id is not None
    frame.essentials.fail("ann@example.com", text_of(KeyError(PLANTED)), times=100)
    selection = Selection(digest=frame.engine.plan(plan_id).plan.digest)
    run = frame.deliver(frame.engine.execute(plan_id, selection, PERSON))

    assert run.counts[Outcome.FAILED] == 1
    assert PLANTED not in caplog.text
    assert "KeyError" in caplog.text
    assert "memory_essentials.py:" in caplog.text


def test_a_defect_in_a_slice_is_logged_by_its_place_and_without_its_text(
    frame: Frame, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    frame.directory.failure = text_of(KeyError(PLANTED))
    run = frame.deliver(frame.engine.start_search(Narrowing(), PERSON))

    assert run.state is RunState.FAILED
    assert PLANTED not in caplog.text
    assert "KeyError" in caplog.text
    assert "memory_directory.py:" in caplog.text
