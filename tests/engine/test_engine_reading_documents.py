"""How Entra was read is told in the documents and in docs/operations.md, also by documents that were stored before it was told."""

import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from shared.engine.run import Narrowing, Reading
from shared.model import WholeReadReason
from tests.engine.frame import PERSON, Frame

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")


def restored(path: Path, without: Callable[[dict[str, Any]], object]) -> None:
    """The stored document as a version of the app left it that did not know a field."""
    is_packed = path.suffix == ".gz"
    stored = json.loads(gzip.decompress(path.read_bytes()) if is_packed else path.read_bytes())
    without(stored["body"])
    text = json.dumps(stored).encode()
    path.write_bytes(gzip.compress(text) if is_packed else text)


def test_the_operators_table_has_every_reason_of_a_whole_read_and_no_other() -> None:
    section = OPERATIONS.partition("\n## How Entra was read\n")[2].partition("\n## ")[0]

    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)[1:] == list(WholeReadReason)
    assert re.search(r"^\| empty \|", section, re.MULTILINE)


def test_a_search_queued_by_an_older_version_reads_changes(frame: Frame) -> None:
    run = frame.engine.start_search(Narrowing(read=Reading.WHOLE), PERSON)
    restored(frame.path / "default" / "runs" / f"{run.id}.json", lambda body: body["narrowing"].pop("read"))

    assert frame.engine.run(run.id).narrowing.read is Reading.CHANGES
    assert frame.deliver(run).plan_id == run.id


def test_a_plan_stored_by_an_older_version_was_read_whole_and_is_executed(frame: Frame) -> None:
    plan_id = frame.search().plan_id or ""
    path = frame.path / "default" / "plans" / f"{plan_id}.json.gz"
    restored(path, lambda body: body["narrowing"].pop("read"))
    restored(path, lambda body: body["plan"]["directory_certificate"].pop("whole_read_at"))

    assert frame.engine.plan(plan_id).plan.directory_certificate.is_whole
    assert frame.execute(plan_id).state == "succeeded"
