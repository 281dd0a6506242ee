"""A plan of 10,000 changes, chains among them, is shown and filtered, a few rows of it in the document at a time, and the page itself stays small."""

import pytest
from playwright.sync_api import expect

from simulator.demo.stage import Stage
from sync_http.page_files import FOLDER
from tests.browser.long_plan import ROWS, open_long_plan
from tests.browser.review import Review, ReviewMaker

pytestmark = pytest.mark.browser

MOST_PAGE_BYTES = 120_000


@pytest.fixture
def long_plan(company: Stage, reader_of: ReviewMaker) -> Review:
    review = reader_of(company)
    open_long_plan(review)
    return review


def test_only_what_is_seen_of_a_long_plan_is_in_the_document(long_plan: Review) -> None:
    assert 0 < long_plan.page.locator(".row-item").count() < 100


def test_a_long_plan_is_filtered_by_what_is_typed(long_plan: Review) -> None:
    long_plan.page.locator("input[type=search]").fill("person 999")

    expect(long_plan.page.locator(".told")).to_contain_text("11 changes shown")
    expect(long_plan.page.locator(".row .name").first).to_have_text("Person 999")


def test_a_long_plan_is_scrolled_to_its_end(long_plan: Review) -> None:
    for _ in range(12):
        long_plan.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        long_plan.page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done)))")

    expect(long_plan.page.locator(".row .name").last).to_have_text("Person 9999")


def test_a_chain_is_drawn_together_and_ticked_as_one(long_plan: Review) -> None:
    chains = long_plan.page.locator(".chain")
    expect(chains.first.locator(".row")).to_have_count(2)

    chains.first.get_by_role("checkbox").click()

    assert long_plan.chosen() == (ROWS - 2, ROWS)
    expect(chains.first.get_by_role("checkbox")).not_to_be_checked()
    expect(long_plan.page.locator(".bar")).to_contain_text("The guard will ask")


def test_the_page_itself_is_small() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < MOST_PAGE_BYTES
