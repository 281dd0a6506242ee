"""Everybody can use the page: no violation of axe-core in any view, light and dark, and no sideways scrolling."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from simulator.demo.stage import Stage
from tests.browser.axe import violations
from tests.browser.review import Review, ReviewMaker, staged

pytestmark = pytest.mark.browser

VIEWS = ("#/", "#/history", "#/settings", "#/exemptions", "#/explain", "#/elsewhere")
WIDTHS = (360, 768, 1280, 2560)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_view_keeps_anybody_out(company: Stage, reader_of: ReviewMaker, dark: bool) -> None:
    review = reader_of(company, dark=dark)
    review.page.goto(company.page_url)
    expect(review.page.get_by_label("Function key")).to_be_visible()
    found = _found(review, "key")
    review.search()
    for index in range(review.page.locator(".chip").count()):
        review.page.locator(".chip").nth(index).click()
        found += _found(review, f"plan, chip {index}")
    review.page.locator(".bar button").click()
    expect(review.page.get_by_role("dialog")).to_be_visible()
    found += _found(review, "confirmation")
    review.page.keyboard.press("Escape")
    for view in VIEWS:
        review.open(view)
        found += _found(review, view)

    assert found == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_results_undo_and_preview_keep_nobody_out(reader_of: ReviewMaker, dark: bool) -> None:
    with staged(people=12, groups=3) as stage:
        review = reader_of(stage, dark=dark)
        review.search()
        review.confirm()
        found = _found(review, "results")
        review.open("#/history")
        expect(review.page.locator(".chart").first).to_be_visible()
        found += _found(review, "history")
        review.page.go_back()
        review.page.get_by_role("button", name="Undo…").click()
        found += _found(review, "question of the undo")
        review.page.get_by_role("dialog").get_by_role("button", name="Make the plan").click()
        review.plan_is_shown()
        found += _found(review, "undo")
        review.open("#/settings")
        review.page.get_by_label("People whose sign-in is blocked").select_option("skip")
        review.page.get_by_role("button", name="Save…").click()
        expect(review.page.get_by_text(re.compile("would go out of it"))).to_be_visible()
        found += _found(review, "preview")

        assert found == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_view_scrolls_sideways(company: Stage, reader_of: ReviewMaker, width: int) -> None:
    review = reader_of(company, size=ViewportSize(width=width, height=800))
    review.search()
    assert _overflow(review) <= 0
    for view in VIEWS:
        review.open(view)
        assert _overflow(review) <= 0, view


def _found(review: Review, view: str) -> list[str]:
    return [f"{view}: {text}" for text in violations(review.page)]


def _overflow(review: Review) -> int:
    return int(review.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
