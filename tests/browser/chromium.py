"""Chromium as the browser tests and the pictures drive it: Debian's package, never a download of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

PATH = Path("/usr/bin/chromium")
IS_MISSING = (
    f"The review page is tested in Chromium, and there is no {PATH}: install it with `apt-get install chromium`."
)

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A browser without a window. Where it is missing the test is skipped; under ``CI=true`` it fails."""
    if not PATH.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(IS_MISSING)
        pytest.skip(IS_MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=list(_ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()
