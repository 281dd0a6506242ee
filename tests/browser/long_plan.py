"""A plan of 10,000 changes before a reader: opened, and how long first rows and a keystroke take."""

import json

from playwright.sync_api import Route, expect

from tests.browser.review import Review

ROWS = 10_000

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


def open_long_plan(review: Review) -> None:
    """A plan of many rows, chains among them, is shown whole; the rows come from the test, all else from the app."""
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


def first_rows_milliseconds(review: Review) -> float:
    """From the answer with the first rows until they are painted."""
    return float(review.page.evaluate(f"window.firstRowsAt - {_ANSWERED_AT}"))


def keystroke_milliseconds(review: Review, text: str) -> float:
    """From a keystroke that leaves ``text`` in the filter until what it filters is painted."""
    return float(review.page.evaluate(_TYPE, text))


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
