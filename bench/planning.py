"""Planning: its time grows as the company does, and accounts and plan together stay small."""

import json
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from bench.figures import Figure, bounded, medians, reported

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MOST_GROWTH = 11.0
"""Ten times the people may take so many times as long."""
MEMORY_PEOPLE = 100_000
MOST_MEMORY_MB = 500.0
"""Both sides, ledger, list as answered and plan, in a process of its own."""


def measure_up_to(rounds: int, largest: int) -> Sequence[Figure]:
    """Seconds, rows and memory of every size, and how the time grows from one to the next."""
    taken: dict[tuple[int, str], float] = {}
    sizes = [size for size in SIZES if size <= largest]
    asked = medians(rounds, {str(size): partial(_probed, size, taken) for size in sizes})
    figures: list[Figure] = []
    for size in sizes:
        figures.append(reported(f"planning {size:,} people, {taken[size, 'rows']:,.0f} rows", asked[str(size)], "s"))
        name = f"memory with {size:,} people"
        memory = taken[size, "peak_mb"]
        is_bound = size == MEMORY_PEOPLE
        figures.append(bounded(name, memory, "MB", most=MOST_MEMORY_MB) if is_bound else reported(name, memory, "MB"))
    for smaller, larger in pairwise(sizes):
        growth = asked[str(larger)] / asked[str(smaller)]
        name = f"planning {larger:,} people against {smaller:,}"
        is_bound = larger == SIZES[-1]
        figures.append(bounded(name, growth, "x", most=MOST_GROWTH) if is_bound else reported(name, growth, "x"))
    return figures


def _probed(people: int, taken: dict[tuple[int, str], float]) -> float:
    command = [sys.executable, "-m", "bench.planning_probe", str(people)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    taken[people, "rows"] = said["rows"]
    taken[people, "peak_mb"] = max(said["peak_mb"], taken.get((people, "peak_mb"), 0.0))
    return float(said["seconds"])
