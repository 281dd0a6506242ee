"""The review page in a real browser: from a search to what is left after an execution."""

import re

import pytest
from playwright.sync_api import expect

from simulator.demo.stage import Stage
from simulator.wire import ServiceName
from tests.browser.review import PATIENCE_MILLISECONDS, Review

pytestmark = pytest.mark.browser


def test_what_was_unticked_is_exactly_what_the_second_search_ticks(review: Review) -> None:
    review.search()
    ticked, of = review.chosen()
    review.show("Add people")
    boxes = review.boxes().and_(review.page.locator(":checked"))
    names = [boxes.nth(index).get_attribute("aria-label") for index in (0, 1)]
    for name in names:
        review.page.get_by_role("checkbox", name=str(name), exact=True).uncheck()
    assert review.chosen() == (ticked - 2, of)

    review.confirm()
    assert review.count_of("Done") + review.count_of("Already so") == ticked - 2
    expect(review.page.get_by_text(re.compile("Mail flows to"))).to_be_visible()

    review.page.get_by_role("button", name="Search again").click()
    review.plan_is_shown()
    assert review.chosen()[0] == 2
    again = review.boxes().and_(review.page.locator(":checked"))
    assert sorted(str(again.nth(index).get_attribute("aria-label")) for index in (0, 1)) == sorted(map(str, names))


def test_boxes_of_many_never_reach_what_is_unticked_by_default(review: Review) -> None:
    review.search()
    ticked, _ = review.chosen()
    everything = review.page.get_by_label("Tick all that are shown")

    everything.uncheck()
    assert review.chosen()[0] == 0
    everything.check()

    assert review.chosen()[0] == ticked


def test_a_warning_is_headed_by_what_it_is_of(review: Review) -> None:
    review.search()

    expect(review.page.locator(".notice.warn li", has_text="is not registered").locator("strong")).to_have_text(
        "Unregistered domain"
    )


def test_a_reload_keeps_ticks_and_filter(review: Review) -> None:
    review.search()
    review.show("Add people")
    review.boxes().and_(review.page.locator(":checked")).first.click()
    chosen = review.chosen()

    review.page.reload()
    review.plan_is_shown()

    assert review.chosen() == chosen
    expect(review.page.locator(".chip[aria-pressed=true]")).to_contain_text("Add people")


def test_the_filter_finds_by_name_and_address(review: Review) -> None:
    review.search()
    name = review.page.locator(".row .name").first.inner_text()

    review.page.get_by_label("Find in the plan").fill(name.upper())
    expect(review.page.locator(".row .name").first).to_have_text(name)
    review.page.get_by_label("Find in the plan").fill("nobody has this name")

    expect(review.page.get_by_text("Nothing here")).to_be_visible()


def test_the_guard_is_approved_by_a_person_who_has_looked(review: Review, stage: Stage) -> None:
    _wipe_names(stage)
    review.search()
    expect(review.page.locator(".bar")).to_contain_text("The guard will ask")
    review.page.get_by_role("button", name="Execute…").click()
    dialog = review.page.get_by_role("dialog")

    dialog.get_by_role("button", name=re.compile("^Execute")).click()
    approve = dialog.get_by_role("button", name="Approve and execute")
    expect(approve).to_be_disabled()
    dialog.get_by_role("checkbox").check()
    approve.click()

    expect(review.page.get_by_role("heading", name="Results")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
    assert review.count_of("Failed") == 0


def test_a_cancelled_execution_says_what_it_did_not_reach(review: Review, stage: Stage) -> None:
    review.search()
    stage.estate.faults.set_latency(ServiceName.ESSENTIALS, 0.5)
    _begin(review)
    review.page.get_by_role("button", name="Stop after the change in hand").click()

    expect(review.page.locator(".heading .badge")).to_have_text("Cancelled", timeout=PATIENCE_MILLISECONDS)
    expect(review.page.locator(".chip", has_text="Not reached")).to_be_visible()


def test_an_execution_outlives_a_restart_of_the_app(review: Review, stage: Stage) -> None:
    review.search()
    ticked, _ = review.chosen()
    stage.estate.faults.set_latency(ServiceName.ESSENTIALS, 0.5)
    _begin(review)
    expect(review.page.locator(".stage")).to_contain_text("Executing", timeout=PATIENCE_MILLISECONDS)

    stage.kill_app()
    expect(review.page.locator(".heading .badge")).to_have_text("The app does not answer")
    stage.estate.faults.set_latency(ServiceName.ESSENTIALS, 0)
    stage.restart_app()

    expect(review.page.locator(".heading .badge")).to_have_text("Succeeded", timeout=3 * PATIENCE_MILLISECONDS)
    expect(review.page.get_by_role("heading", name="Results")).to_be_visible()
    assert review.count_of("Done") + review.count_of("Already so") == ticked


def test_a_search_is_made_ticked_and_executed_with_the_keyboard_alone(review: Review) -> None:
    review.open()
    page = review.page
    _press_until(review, "Tab", "Search")
    page.keyboard.press("Enter")
    review.plan_is_shown()
    before, _ = review.chosen()
    _press_until(review, "Tab", "All of Add people")
    page.keyboard.press("Space")
    assert review.chosen()[0] < before
    page.keyboard.press("Space")
    assert review.chosen()[0] == before


def test_a_trouble_says_what_to_do(review: Review, stage: Stage) -> None:
    for application in stage.estate.world.tenant.applications.values():
        application.roles.clear()
    review.open()
    review.page.get_by_role("button", name="Search", exact=True).click()

    expect(review.page.locator(".notice.bad")).to_contain_text("User.Read.All", timeout=PATIENCE_MILLISECONDS)


def test_a_wrong_key_is_asked_for_again(review: Review) -> None:
    review.page.goto(review.stage.page_url)
    review.page.get_by_label("Function key").fill("not-the-key")
    review.page.get_by_role("button", name="Open").click()

    expect(review.page.get_by_text("The app does not take this key.")).to_be_visible()
    assert review.page.evaluate("localStorage.length") == 0


def test_an_unknown_plan_and_an_unknown_view_lead_on(review: Review) -> None:
    for view in ("#/plans/none-such", "#/elsewhere"):
        review.open(view)
        expect(review.heading("Not found")).to_be_visible()


def _begin(review: Review) -> None:
    """Execute the selection, and return while it is under way."""
    review.page.get_by_role("button", name="Execute…").click()
    dialog = review.page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Execute")).click()
    expect(dialog.get_by_text("The guard stops this").or_(review.heading("Execution"))).to_be_visible()
    if dialog.is_visible():
        dialog.get_by_role("checkbox").check()
        dialog.get_by_role("button", name="Approve and execute").click()
    expect(review.page.locator(".progress-card")).to_be_visible()


def _wipe_names(stage: Stage) -> None:
    """Every account of Essentials has another surname than Entra: many updates."""
    for account in stage.estate.world.organizations[0].users.values():
        if account["type"] == "end_user":
            account["surname"] = "Changed"


def _press_until(review: Review, key: str, label: str) -> None:
    for _ in range(60):
        review.page.keyboard.press(key)
        at = "document.activeElement.getAttribute('aria-label') || document.activeElement.textContent"
        if review.page.evaluate(at) == label:
            return
    raise AssertionError(f"{label} cannot be reached with {key}")
