"""``python -m tests.browser.pictures``: the pictures of README and docs, taken of the demo's company.

Beside them it writes what they were made from, which a test compares with what is there.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize

from simulator.demo.stage import Stage
from tests.browser.chromium import running_chromium
from tests.browser.pictures_made_from import company, made_from
from tests.browser.review import Review

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
MADE_FROM = FOLDER / "made-from.json"
_WIDE: ViewportSize = {"width": 1360, "height": 860}
_NARROW: ViewportSize = {"width": 390, "height": 844}


def take(folder: Path) -> tuple[Path, ...]:
    """The pictures, written into ``folder`` with ``made-from.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser, company() as stage:
        digests = made_from(stage)
        taken = (_dark(browser, stage, folder), *_story(browser, stage, folder))
    (folder / MADE_FROM.name).write_text(f"{json.dumps(digests, indent=2)}\n", encoding="utf-8")
    return taken


def _dark(browser: Browser, stage: Stage, folder: Path) -> Path:
    page = browser.new_page(viewport=_NARROW, color_scheme="dark", locale="en-GB", timezone_id="Europe/Stockholm")
    Review(page, stage).search()
    path = _picture(page, folder, "plan-narrow-dark")
    page.close()
    return path


def _story(browser: Browser, stage: Stage, folder: Path) -> list[Path]:
    page = browser.new_page(viewport=_WIDE, color_scheme="light", locale="en-GB", timezone_id="Europe/Stockholm")
    review = Review(page, stage)
    review.search()
    taken = [_picture(page, folder, "plan")]
    review.open("#/settings")
    taken.append(_picture(page, folder, "settings"))
    page.go_back()
    review.plan_is_shown()
    review.confirm()
    taken.append(_picture(page, folder, "results"))
    review.search()
    review.open("#/history")
    page.locator(".chart").nth(1).wait_for()
    taken.append(_picture(page, folder, "history"))
    page.close()
    return taken


def _picture(page: Page, folder: Path, name: str) -> Path:
    """What is shown, with the pointer on nothing."""
    path = folder / f"{name}.png"
    page.mouse.move(0, 0)
    page.screenshot(path=path, animations="disabled")
    return path


if __name__ == "__main__":
    for picture in take(FOLDER):
        sys.stdout.write(f"{picture}\n")
