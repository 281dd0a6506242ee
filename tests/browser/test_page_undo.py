"""Undo on the review page: from the results of an execution to the plan back, its execution, and the exemptions after it."""

import pytest
from playwright.sync_api import expect

from simulator.demo.stage import Stage
from tests.browser.review import Review

pytestmark = pytest.mark.browser


def test_an_execution_is_undone_and_who_shall_stay_so_is_exempted(review: Review, stage: Stage) -> None:
    accounts = stage.estate.world.organizations[0].users
    before = {str(account["primary_email"]) for account in accounts.values()}
    review.search()
    _only(review, "Add people")
    review.confirm()
    done = review.page.locator(".chip", has_text="Done").locator("strong")
    expect(done).to_be_visible()
    added = review.count_of("Done")
    assert added > 1

    review.page.get_by_role("button", name="Undo…").click()
    review.page.get_by_role("dialog").get_by_role("button", name="Make the plan").click()
    review.plan_is_shown()
    expect(review.page.get_by_text("This plan is an undo")).to_be_visible()
    assert review.chosen() == (added, added)
    review.confirm()
    expect(done).to_have_text(str(added))
    assert {str(account["primary_email"]) for account in accounts.values()} == before

    review.page.get_by_role("button", name="Exempt whom the undo put back…").click()
    dialog = review.page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("They left again")
    dialog.get_by_role("button", name="Exempt", exact=True).click()
    expect(review.page.get_by_text(f"{added} addresses exempt from now on.")).to_be_visible()
    review.page.get_by_role("button", name="Search again").click()
    review.plan_is_shown()
    assert review.count_of("Add people") == 0


def _only(review: Review, chip: str) -> None:
    """Tick what the plan ticks of one category alone."""
    review.page.get_by_label("Tick all that are shown").uncheck()
    review.show(chip)
    review.page.get_by_label("Tick all that are shown").check()
