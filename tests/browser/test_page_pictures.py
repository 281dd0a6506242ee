"""The pictures of README and docs show the page as it is."""

import json

from tests.browser import pictures
from tests.browser.pictures_made_from import company, made_from


def test_the_pictures_are_taken_of_the_page_as_it_is() -> None:
    with company() as stage:
        now = made_from(stage)

    was = json.loads(pictures.MADE_FROM.read_text(encoding="utf-8"))
    stale = [what for what, digest in now.items() if was.get(what) != digest]
    assert stale == [], "The pictures are stale: run `python -m tests.browser.pictures`, and look at what it made."
