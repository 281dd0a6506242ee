"""Plans one large company in a process of its own: ``python -m bench.planning_probe PEOPLE``; says what it took, as JSON.

A process of its own, because the most memory that a process ever held cannot be taken back.
"""

import json
import resource
import sys
import time
from datetime import timedelta

from bench.large_company import accounts_json, large_directory, large_ledger, large_organization
from shared.diff.options import SyncOptions
from shared.diff.planner import make_plan
from shared.diff.situation import situate
from shared.engine.collecting import without_collecting
from tests.builders.sides import NOW


def probe(people: int) -> dict[str, float]:
    """Seconds of the processor for matching and planning, the most memory in MB, and the number of rows."""
    directory, ledger = large_directory(people), large_ledger(people)
    body = accounts_json(people)
    organization = large_organization(body)
    del body
    started = time.process_time()
    with without_collecting():
        situation = situate(
            directory=directory,
            organization=organization,
            ledger=ledger,
            exemptions=(),
            options=SyncOptions(),
            now=NOW + timedelta(days=1),
        )
        plan = make_plan(situation)
    seconds = time.process_time() - started
    peak_kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"seconds": seconds, "peak_mb": peak_kilobytes / 1024, "rows": len(plan.changes)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probe(int(sys.argv[1]))) + "\n")
