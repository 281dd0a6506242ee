"""A directory full of hostile names shows as text everywhere."""

from itertools import cycle

import pytest
from playwright.sync_api import expect

from simulator.demo.stage import Stage
from tests.browser.review import Review

pytestmark = pytest.mark.browser

NAMES = (
    "<img src=x onerror=alert(1)>",
    "<script>document.title='owned'</script>",
    '=HYPERLINK("x","y")',
    "\u202egnirts desrever\u202c",
    "N" * 500,
    "🧑‍🚀 Ägil \u200f\u200e",
    "{{constructor.constructor('alert(1)')()}}",
)


def test_hostile_names_are_text_in_plan_confirmation_and_results(review: Review, stage: Stage) -> None:
    for user, name in zip(stage.estate.world.tenant.users.values(), cycle(NAMES), strict=False):
        user["displayName"] = user["givenName"] = user["surname"] = name
    review.page.on("dialog", lambda dialog: review.complaints.append(f"dialog: {dialog.message}"))

    review.search()
    title = review.page.title()
    for name in NAMES[:3]:
        review.page.get_by_label("Find in the plan").fill(name)
        expect(review.page.locator(".row").first).to_contain_text(name)
    review.page.get_by_label("Find in the plan").fill("")
    expect(review.page.locator("main img")).to_have_count(0)
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert review.page.evaluate(width) <= 0
    review.confirm()

    assert review.page.locator("main script, main img").count() == 0
    assert review.page.title() != "owned"
    assert title.startswith("Plan")
