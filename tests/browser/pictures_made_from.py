"""What the pictures of README and docs are made from, as digests: where one differs, the pictures are stale."""

import hashlib
import time
from collections.abc import Iterable
from pathlib import Path

from simulator.demo.stage import Stage
from sync_http.page_files import FOLDER as PAGE
from tests.browser.review import staged

PEOPLE = 200
GROUPS = 40
_SCRIPT = Path(__file__).parent / "pictures.py"
_ROWS_IN_SIGHT = 2


def company() -> Stage:
    """The company whose plan the pictures show."""
    return staged(people=PEOPLE, groups=GROUPS)


def made_from(stage: Stage) -> dict[str, str]:
    """SHA-256 of the page's files, of the script that takes the pictures, and of the words that the app puts into the first plan of ``stage``."""
    return {
        "page": _digest(part for path in sorted(PAGE.iterdir()) for part in (path.name.encode(), path.read_bytes())),
        "script": _digest([_SCRIPT.read_bytes()]),
        "words": _digest(word.encode() for word in _words(stage)),
    }


def _words(stage: Stage) -> list[str]:
    app = stage.client
    run_id = app.start_search()
    while not (worked := app.work(run_id)).run.is_final:
        time.sleep(worked.retry_after_seconds)
    assert worked.run.plan_id is not None, worked.run.problem
    plan = app.plan(worked.run.plan_id)
    counts = [
        f"{name} {number}" for name, number in sorted({**plan.counts, **plan.skipped, "ticked": plan.ticked}.items())
    ]
    rows = app.rows(plan.id, category="add_user", limit=_ROWS_IN_SIGHT)
    return [*plan.warnings, *counts, *(text for row in rows for text in (row.name, row.address, row.reason))]


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8))
        digest.update(part)
    return digest.hexdigest()
