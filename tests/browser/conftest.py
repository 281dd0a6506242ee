"""A browser for the session; a company and readers for each test, none of whose browsers may complain."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ViewportSize

from simulator.demo.stage import Stage
from tests.browser.chromium import running_chromium
from tests.browser.review import Review, ReviewMaker, staged

_WIDE: ViewportSize = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with running_chromium() as running:
        yield running


@pytest.fixture
def stage() -> Iterator[Stage]:
    with staged() as running:
        yield running


@pytest.fixture(scope="module")
def company() -> Iterator[Stage]:
    """One for tests that change nothing that another looks at."""
    with staged() as running:
        yield running


@pytest.fixture
def reader_of(browser: Browser) -> Iterator[ReviewMaker]:
    """Makes readers of a stage's page, each with a browser profile of his own."""
    made: list[Review] = []

    def make(stage: Stage, *, size: ViewportSize = _WIDE, dark: bool = False) -> Review:
        context = browser.new_context(viewport=size, color_scheme="dark" if dark else "light", locale="en-GB")
        review = Review(context.new_page(), stage)
        made.append(review)
        return review

    yield make
    for review in made:
        review.page.context.close()
    assert [complaint for review in made for complaint in review.complaints] == []


@pytest.fixture
def review(stage: Stage, reader_of: ReviewMaker) -> Review:
    return reader_of(stage)
