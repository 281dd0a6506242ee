"""The garbage collector rests while somebody plans, and is back afterwards whatever happened."""

import gc
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import ClassVar

import pytest

from shared.engine.collecting import without_collecting
from shared.engine.run import RunState
from shared.model import Group
from tests.engine.frame import Frame


@pytest.fixture(autouse=True)
def collector_that_works() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_it_rests_until_the_last_one_has_left() -> None:
    with without_collecting():
        with without_collecting():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_is_back_after_an_error() -> None:
    with suppress(ValueError), without_collecting():
        raise ValueError
    assert gc.isenabled()


def test_it_stays_off_where_it_was_off() -> None:
    gc.disable()
    with without_collecting():
        pass
    assert not gc.isenabled()


class Noting(tuple[Group, ...]):
    """Groups that note whether the collector works whenever somebody goes through them."""

    seen: ClassVar[list[bool]] = []

    def __iter__(self) -> Iterator[Group]:
        self.seen.append(gc.isenabled())
        return super().__iter__()


def test_a_search_plans_without_it(frame: Frame) -> None:
    Noting.seen.clear()
    frame.directory.directory = replace(frame.directory.directory, groups=Noting(frame.directory.directory.groups))
    assert frame.search().state is RunState.SUCCEEDED

    assert False in Noting.seen
    assert gc.isenabled()
