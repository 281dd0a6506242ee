"""Asks a real tenant and a real Essentials organization which of the simulators' rules hold there, and prints a table to send back.

Read-only: it sends GETs, one POST for a token, and POSTs of batches of GETs. What it prints holds no name, no address and no
secret. Standard library only; it takes about a minute.

    export ENTRA_TENANT_ID=... ENTRA_CLIENT_ID=... ENTRA_CLIENT_SECRET=...
    export PROOFPOINT_URL=https://us1.proofpointessentials.com PROOFPOINT_DOMAIN=... PROOFPOINT_USER=... PROOFPOINT_PASSWORD=...
    python tools/live_check.py

Either half may be left out. ENTRA_AUTHORITY and GRAPH_URL name a national cloud; REQUESTS_CA_BUNDLE another certificate authority.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, Python looks beside it alone

from tools.live_checks.check import Found, rows_of
from tools.live_checks.essentials import ESSENTIALS_CHECKS, Organization
from tools.live_checks.graph import GRAPH_CHECKS, Tenant


def main() -> int:
    """Print the table; exit status 1 where something differs from what the simulators do."""
    rows: list[tuple[str, str, str, str]] = []
    if "ENTRA_CLIENT_SECRET" in os.environ:
        rows += rows_of(GRAPH_CHECKS, Tenant())
    if "PROOFPOINT_PASSWORD" in os.environ:
        rows += rows_of(ESSENTIALS_CHECKS, Organization())
    if not rows:
        sys.exit(__doc__)
    print("| rule | found | what the simulators do | seen |\n| --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(cell.replace('|', '/') for cell in row)} |")
    return 1 if any(row[1] == Found.DIFFERS.value for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
