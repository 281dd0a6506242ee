"""What a person is told before executing, and takes along of a plan: whose mail stops, welcome mails, files, times."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from simulator.demo.stage import Stage
from tests.browser.review import Review, ReviewMaker

pytestmark = pytest.mark.browser


def test_a_plan_says_what_its_execution_does_and_can_be_taken_along(company: Stage, reader_of: ReviewMaker) -> None:
    review = reader_of(company)
    page = review.page
    review.search()
    expect(page.locator(".heading time")).to_have_attribute("title", re.compile(r"^[\d-]+ [\d:]+ UTC$"))
    address = page.locator(".row .address").first.inner_text()
    for form in ("csv", "md", "json"):
        assert address in _saved(review, form)

    page.get_by_role("button", name="Execute…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(re.compile(r"\d+ changes? will take something away"))
    expect(dialog.locator(".notice.warn li").first).not_to_be_empty()
    expect(dialog).to_contain_text("No welcome mail goes out.")
    expect(dialog).to_contain_text("The guard will ask")
    page.keyboard.press("Escape")

    review.show("Add people")
    page.get_by_label("Tick all that are shown").uncheck()
    page.get_by_role("button", name="Execute…").click()
    expect(dialog).to_contain_text("that the plan ticks will stay undone for now")
    expect(dialog).not_to_contain_text("New accounts receive mail")


def _saved(review: Review, form: str) -> str:
    with review.page.expect_download() as found:
        review.page.get_by_role("button", name=f"Save as {form.upper()}").click()
    assert re.fullmatch(rf"plan-.+\.{form}", found.value.suggested_filename)
    return Path(found.value.path()).read_text(encoding="utf-8")
