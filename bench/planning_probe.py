"""Plans one large company in a process of its own: ``python -m bench.planning_probe PEOPLE``; says what it took, as JSON.

A process of its own, because the most memory that a process ever held cannot be taken back.
"""

import json
import resource
import sys
import time
from datetime import timedelta

from bench.large_company import accounts_json, large_directory, large_ledger, large_organization
from shared.diff.ledger import Ledger
from shared.diff.options import SyncOptions
from shared.diff.planner import make_plan
from shared.diff.situation import situate
from shared.engine.collecting import without_collecting
from shared.model import Directory, Organization
from tests.builders.sides import NOW


def probe(people: int) -> dict[str, float]:
    """Seconds of the processor for matching and planning, and for touching, the most memory in MB, and the number of rows."""
    directory, ledger = large_directory(people), large_ledger(people)
    body = accounts_json(people)
    organization = large_organization(body)
    del body
    started = time.process_time()
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
    return {
        "seconds": seconds,
        "touching_seconds": _touching_seconds(directory, organization, ledger),
        "peak_mb": peak_kilobytes / 1024,
        "rows": len(plan.changes),
    }


def _touching_seconds(directory: Directory, organization: Organization, ledger: Ledger) -> float:
    """The control: a plain loop over both sides and the ledger, in their order, that looks at two texts of each object."""
    started = time.process_time()
    seen = 0
    for person in directory.people:
        seen += len(person.id) + len(person.smtp_aliases[0])
    for account in organization.accounts:
        seen += len(account.uid) + len(account.primary_email)
    for entra_id, entry in ledger.entries.items():
        seen += len(entra_id) + len(entry.address or "")
    seconds = time.process_time() - started
    if not seen:
        raise AssertionError("nothing was there to be touched")
    return seconds


if __name__ == "__main__":
    # The engine plans so; here the company is made so, too, which saves half of the time.
    with without_collecting():
        told = probe(int(sys.argv[1]))
    sys.stdout.write(json.dumps(told) + "\n")
