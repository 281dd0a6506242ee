"""A plan of 10,000 changes, chains among them, is shown and filtered without waiting, and the page itself stays small."""

import json
import statistics

import pytest
from playwright.sync_api import Route, expect

from simulator.demo.stage import Stage
from sync_http.page_files import FOLDER
from tests.browser.review import Review, ReviewMaker

pytestmark = pytest.mark.browser

ROWS = 10_000
MOST_PAGE_BYTES = 120_000
FIRST_ROWS_MILLISECONDS = 1000
KEYSTROKE_MILLISECONDS = 100

_NOTE_FIRST_ROWS = """
addEventListener("DOMContentLoaded", () => new MutationObserver(() => {
  if (!window.firstRowsAt && document.querySelector(".row-item")) {
    requestAnimationFrame(() => setTimeout(() => { window.firstRowsAt ??= performance.now(); }));
  }
}).observe(document.body, { childList: true, subtree: true }));
"""
_ANSWERED_AT = "Math.min(...performance.getEntriesByType('resource').filter(e => e.name.endsWith('/rows')).map(e => e.responseEnd))"
_TYPE = """async (text) => {
  const input = document.querySelector("input[type=search]");
  const from = performance.now();
  input.value = text;
  input.dispatchEvent(new Event("input"));
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - from;
}"""


@pytest.fixture
def long_plan(company: Stage, reader_of: ReviewMaker) -> Review:
    review = reader_of(company)
    review.search()
    rows = [_row(number) for number in range(ROWS)]

    def answer(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        page = rows[asked["offset"] : asked["offset"] + asked["limit"]]
        route.fulfill(json={"total": ROWS, "rows": page})

    review.page.route("**/rows", answer)
    review.page.add_init_script(_NOTE_FIRST_ROWS)
    review.page.reload()
    expect(review.page.locator(".told")).to_have_text("10,000 changes shown")
    return review


def test_the_first_rows_of_a_long_plan_are_there_at_once(long_plan: Review) -> None:
    took = long_plan.page.evaluate(f"window.firstRowsAt - {_ANSWERED_AT}")

    assert took < FIRST_ROWS_MILLISECONDS
    assert long_plan.page.locator(".row-item").count() < 100


def test_a_long_plan_is_filtered_while_it_is_typed(long_plan: Review) -> None:
    took = [
        long_plan.page.evaluate(_TYPE, text) for text in ("p", "pe", "per", "pers", "person 99", "person 9", "", "9")
    ]

    assert statistics.median(took) < KEYSTROKE_MILLISECONDS


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


def _row(number: int) -> dict[str, object]:
    address = f"person.{number}@example.com"
    return {
        "id": f"id{number}",
        "category": "update_user",
        "address": address,
        "name": f"Person {number}",
        "entra_id": None,
        "ticked": True,
        "blocked": None,
        "before": {"surname": "Former"},
        "after": {"surname": f"Person {number}", "alias_emails": [f"p{number}@example.com"]},
        "fields": ["alias_emails", "surname"],
        "reason": "Entra has another surname.",
        "proof": "",
        "mail_impact": "Mail to the new address is accepted.",
        "warnings": [],
        "chain": f"chain{number // 2}" if number < 40 else None,
    }
