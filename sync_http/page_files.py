"""The files of the review page, read once, when first asked for."""

from functools import cache
from pathlib import Path

from shared.api import Page

FOLDER = Path(__file__).parent / "page"

NAMES = (
    "index.html",
    "style.css",
    "icon.svg",
    "api.js",
    "charts.js",
    "dialogs.js",
    "dom.js",
    "effects.js",
    "execute.js",
    "exempting.js",
    "exemptions.js",
    "explain.js",
    "follow.js",
    "history.js",
    "home.js",
    "main.js",
    "options.js",
    "plan.js",
    "results.js",
    "rows.js",
    "run.js",
    "selection.js",
    "settings.js",
    "virtual.js",
    "words.js",
)
"""Everything that is served; nothing else in the folder can be asked for."""


@cache
def page() -> Page:
    """The page with all its files."""
    return Page(files={name: (FOLDER / name).read_bytes() for name in NAMES})
