"""Options, exemptions and explanations on the review page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.axe import violations
from tests.browser.review import PATIENCE_MILLISECONDS, Review

pytestmark = pytest.mark.browser


def test_an_exempted_person_is_left_alone_from_then_on(review: Review) -> None:
    page = review.page
    review.search()
    review.show("Update people")
    row = page.locator(".row-item").first
    address = row.locator(".address").first.inner_text()
    row.get_by_role("button", name=f"Exempt {address}", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("On leave until spring")
    assert violations(page) == []
    dialog.get_by_role("button", name="Exempt", exact=True).click()
    expect(page.get_by_role("checkbox", name=f"Update {address}", exact=True).first).not_to_be_checked()
    review.confirm()

    review.search()
    review.show("Left as they are")
    expect(page.locator(".row-item", has_text=address)).to_contain_text("Exempt")

    page.get_by_role("link", name="Exemptions").click()
    review.settled()
    expect(page.locator(".exemption")).to_contain_text("On leave until spring")
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^End")).click()
    page.get_by_role("dialog").get_by_role("button", name="End it").click()
    expect(page.get_by_text("Nobody is exempt")).to_be_visible()


def test_a_wrong_option_is_refused_at_its_place_and_a_right_one_is_saved(review: Review) -> None:
    page = review.page
    review.open("#/settings")
    page.get_by_label("Only members of these groups").fill("everybody")
    page.get_by_role("button", name="Save…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.locator(".notice.bad")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    page.keyboard.press("Escape")
    expect(page.locator(".bad-text:not(:empty)")).to_have_count(1)

    page.get_by_label("Only members of these groups").fill("none")
    page.get_by_label("Changes that take something").fill("10")
    page.get_by_role("button", name="Save…").click()
    page.get_by_role("dialog").get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_text("The options are saved.")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(page.get_by_label("Changes that take something")).to_have_value("10")
    option = page.locator(".option", has=page.locator("#GUARD_REMOVALS"))
    expect(option.locator(".badge")).to_have_text("saved")
    review.open("#/history")
    expect(page.locator("td", has_text="GUARD_REMOVALS")).to_be_visible()

    review.open("#/settings")
    page.get_by_role("button", name="Back to deployed…").click()
    page.get_by_role("dialog").get_by_role("button", name="Go back").click()
    expect(page.get_by_label("Changes that take something")).to_have_value("20", timeout=PATIENCE_MILLISECONDS)


def test_who_would_come_in_and_go_out_is_shown_before_options_are_saved(review: Review) -> None:
    page = review.page
    review.search()
    review.open("#/settings")
    page.get_by_label("People whose sign-in is blocked").select_option("skip")
    page.get_by_role("button", name="Save…").click()
    dialog = page.get_by_role("dialog")

    expect(dialog.get_by_text(re.compile("would go out of it"))).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    expect(dialog.locator(".badge", has_text="leaves").first).to_be_visible()
    expect(dialog.locator("time")).to_have_attribute("title", re.compile(r"^[\d-]+ [\d:]+ UTC$"))
    assert violations(page) == []


def test_a_reload_keeps_what_was_entered_and_not_saved(review: Review) -> None:
    review.open("#/settings")
    review.page.get_by_label("Days of grace").fill("30")
    review.page.reload()
    review.settled()

    expect(review.page.get_by_label("Days of grace")).to_have_value("30")
    expect(review.page.get_by_text("1 option changed, not saved yet")).to_be_visible()


def test_verify_lists_what_works(review: Review) -> None:
    review.open("#/settings")
    review.page.get_by_role("button", name="Verify").click()

    expect(review.page.locator(".checks li").first).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    assert violations(review.page) == []


def test_an_address_is_explained_by_the_last_plan(review: Review) -> None:
    review.search()
    address = review.page.locator(".row .address").first.inner_text()
    review.open("#/explain")
    review.page.get_by_label("Address").fill(address)
    review.page.get_by_role("button", name="Explain").click()

    expect(review.page.locator(".path .row")).to_contain_text(address)
    assert violations(review.page) == []
