"""The review page with a plan of 10,000 rows, in Chromium: first rows at once, and a filter that keeps up with typing."""

from collections.abc import Sequence

from bench.figures import Figure, bounded, medians
from tests.browser.chromium import PATH, running_chromium
from tests.browser.long_plan import ROWS, first_rows_milliseconds, keystroke_milliseconds, open_long_plan
from tests.browser.review import Review, staged

PEOPLE = 10_000
FIRST_ROWS_MILLISECONDS = 1000.0
KEYSTROKE_MILLISECONDS = 100.0
_TYPED = ("p", "pe", "per", "person 99", "person 9", "", "9")


def measure(rounds: int) -> Sequence[Figure]:
    """From the answer with the first rows to their paint, and the slowest keystroke of some to its paint."""
    if not PATH.exists():
        raise RuntimeError(f"There is no {PATH}: apt-get install chromium")
    with staged() as stage, running_chromium() as browser:
        keystrokes: list[float] = []

        def opened() -> float:
            context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
            review = Review(context.new_page(), stage)
            open_long_plan(review)
            keystrokes.append(max(keystroke_milliseconds(review, text) for text in _TYPED))
            took = first_rows_milliseconds(review)
            context.close()
            return took

        first_rows = medians(rounds, {"first rows": opened})["first rows"]
        keystroke = medians(len(keystrokes), {"keystroke": keystrokes.pop})["keystroke"]
    return [
        bounded(f"first of {ROWS:,} rows on the page", first_rows, "ms", most=FIRST_ROWS_MILLISECONDS),
        bounded(f"slowest keystroke over {ROWS:,} rows", keystroke, "ms", most=KEYSTROKE_MILLISECONDS),
    ]
