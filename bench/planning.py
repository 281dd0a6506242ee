"""Planning: its time grows as the company does, and accounts and plan together stay small."""

import json
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

from bench.figures import Figure, against, bounded, medians, reported

SIZES = (1_000, 10_000, 100_000, 1_000_000)
MOST_GROWTH = 11.0
"""Ten times the people may take so many times as long."""
MOST_GROWTH_OF_CONTROL = 1.1
"""The same against the control, a loop that reads one line of memory of each object: ten times the people take it more than
ten times as long, since less of them is found in the processor's caches."""
MEMORY_PEOPLE = 100_000
MOST_MEMORY_MB = 500.0
"""Both sides, ledger, list as answered and plan, in a process of its own."""

Taken = dict[tuple[int, str], list[float]]
"""What the probes said, by number of people and name."""


def measure_up_to(rounds: int, largest: int) -> Sequence[Figure]:
    """Seconds, rows and memory of every size, and how the time grows from one to the next."""
    taken: Taken = defaultdict(list)
    sizes = [size for size in SIZES if size <= largest]
    asked = medians(rounds, {str(size): partial(_probed, size, taken) for size in sizes})
    figures: list[Figure] = []
    for size in sizes:
        figures.append(reported(f"planning {size:,} people, {taken[size, 'rows'][0]:,.0f} rows", asked[str(size)], "s"))
        name = f"memory with {size:,} people"
        memory = max(taken[size, "peak_mb"])
        is_bound = size == MEMORY_PEOPLE
        figures.append(bounded(name, memory, "MB", most=MOST_MEMORY_MB) if is_bound else reported(name, memory, "MB"))
    for smaller, larger in pairwise(sizes):
        growth = asked[str(larger)] / asked[str(smaller)]
        name = f"planning {larger:,} people against {smaller:,}"
        if larger != SIZES[-1]:
            figures.append(reported(name, growth, "x"))
            continue
        touching = {size: statistics.median(taken[size, "touching_seconds"]) for size in (smaller, larger)}
        control = touching[larger] / touching[smaller]
        figures.append(bounded(name, growth, "x", most=MOST_GROWTH))
        figures.append(
            against(f"{name}, beside a plain loop", growth, "x", control=control, most=MOST_GROWTH_OF_CONTROL)
        )
    return figures


def _probed(people: int, taken: Taken) -> float:
    command = [sys.executable, "-m", "bench.planning_probe", str(people)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    for name in ("rows", "peak_mb", "touching_seconds"):
        taken[people, name].append(said[name])
    return float(said["seconds"])
