"""The files of the review page, read once, when first asked for."""

from functools import cache
from pathlib import Path

from shared.api import Page

FOLDER = Path(__file__).parent / "page"

NAMES = (
    "index.html",
    "style.css",
    "icon.svg",
    "main.js",
    "api.js",
    "dom.js",
    "plan.js",
    "results.js",
    "runs.js",
    "search.js",
    "selection.js",
)
"""Everything that is served; nothing else in the folder can be asked for."""


@cache
def page() -> Page:
    """The page with all its files."""
    return Page(files={name: (FOLDER / name).read_bytes() for name in NAMES})
