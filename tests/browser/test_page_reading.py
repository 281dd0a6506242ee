"""A company so large that a search reads what changed in Entra: the page says so, and asks for everything where that is ticked."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, expect

from shared.wiring import READ_WHOLE_UP_TO
from simulator.demo.stage import Stage
from tests.browser.axe import violations
from tests.browser.review import Review, ReviewMaker, staged

pytestmark = pytest.mark.browser

BOX = "Read all of Entra again"


@pytest.fixture(scope="module")
def large_company() -> Iterator[Stage]:
    with staged(people=READ_WHOLE_UP_TO) as running:
        yield running


@pytest.fixture
def review(large_company: Stage, reader_of: ReviewMaker) -> Review:
    """After a search that read everything."""
    review = reader_of(large_company)
    search_whole(review)
    return review


def search_whole(review: Review) -> None:
    review.open()
    review.page.get_by_role("checkbox", name=BOX).check()
    review.page.get_by_role("button", name="Search", exact=True).click()
    review.plan_is_shown()


def told(review: Review) -> Locator:
    return review.page.locator(".evidence summary")


def test_a_plan_made_by_changes_says_so_and_since_when(review: Review) -> None:
    expect(told(review)).to_have_text(
        re.compile(r"^Read whole: 5,0\d\d of 5,0\d\d people, 8 of 8 groups, [\d,]+ accounts$")
    )
    review.search()

    expect(told(review)).to_have_text(
        re.compile(
            r"^Entra: 5,0\d\d of 5,0\d\d people, 8 of 8 groups \(changes since the whole read of .+\), [\d,]+ accounts$"
        )
    )
    told(review).click()
    facts = dict(zip(*(review.page.locator(f".evidence {tag}").all_inner_texts() for tag in ("dt", "dd")), strict=True))
    whole_read_at = told(review).locator("time").inner_text()
    assert facts["All of Entra read"] == whole_read_at
    assert violations(review.page) == []


def test_everything_is_read_again_where_that_is_ticked_with_the_keyboard(review: Review) -> None:
    review.search()
    review.open()
    box = review.page.get_by_role("checkbox", name=BOX)
    expect(box).not_to_be_checked()
    expect(box).to_have_accessible_description("Without it, Entra may not tell a change of the last few minutes yet.")
    box.focus()
    review.page.keyboard.press("Space")
    review.page.keyboard.press("Tab")
    review.page.keyboard.press("Enter")
    review.plan_is_shown()

    expect(told(review)).to_contain_text("Read whole: ")
