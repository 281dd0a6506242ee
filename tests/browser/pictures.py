"""``python -m tests.browser.pictures``: the pictures of README and docs, taken of the demo's company."""

import sys
from pathlib import Path

from playwright.sync_api import Browser, ViewportSize

from simulator.demo.stage import Stage
from tests.browser.chromium import running_chromium
from tests.browser.review import Review, staged

FOLDER = Path(__file__).parent.parent.parent / "docs" / "pictures"
_SIZE: ViewportSize = {"width": 1360, "height": 860}


def take(folder: Path) -> tuple[Path, ...]:
    """The pictures, written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    with running_chromium() as browser, staged(people=200, groups=40) as stage:
        return (*_story(browser, stage, folder), *_dark(browser, stage, folder))


def _story(browser: Browser, stage: Stage, folder: Path) -> list[Path]:
    page = browser.new_page(viewport=_SIZE, color_scheme="light", locale="en-GB", timezone_id="Europe/Stockholm")
    review = Review(page, stage)
    taken = []

    def picture(name: str) -> None:
        path = folder / f"{name}.png"
        page.screenshot(path=path)
        taken.append(path)

    review.search()
    picture("plan")
    review.open("#/settings")
    picture("settings")
    page.go_back()
    review.plan_is_shown()
    review.confirm()
    picture("results")
    review.open("#/history")
    page.wait_for_selector(".chart")
    picture("history")
    page.close()
    return taken


def _dark(browser: Browser, stage: Stage, folder: Path) -> list[Path]:
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme="dark", locale="en-GB")
    review = Review(page, stage)
    review.search()
    path = folder / "plan-narrow-dark.png"
    page.screenshot(path=path)
    page.close()
    return [path]


if __name__ == "__main__":
    for picture in take(FOLDER):
        sys.stdout.write(f"{picture}\n")
