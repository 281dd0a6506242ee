"""``python -m bench``: takes every figure, prints the table and the JSON, and names what misses its target.

Each module of this package that has ``measure(rounds)`` or ``measure_up_to(rounds, largest)`` is taken, in order of name; the
first kind may say in ``PEOPLE`` how large its company is.
"""

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from types import ModuleType

import bench
from bench.figures import Figure
from bench.tables import table

SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000, "1m": 1_000_000}
ROUNDS = 5


def main(arguments: Sequence[str]) -> int:
    """The exit status: 0 where every figure meets its target."""
    modules = _modules()
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__.partition("\n")[0].partition(": ")[2])
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each figure; the median counts (5)")
    parser.add_argument("--largest", choices=SIZES, default="1m", help="leave larger companies out: 1k for a short run")
    parser.add_argument("--only", choices=sorted(modules), nargs="+", help="these alone")
    parser.add_argument("--json", type=Path, help="a file for the figures; the last line that is printed has them too")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error("--rounds must be 1 or more")
    figures: dict[str, Sequence[Figure]] = {}
    for name in options.only or sorted(modules):
        sys.stderr.write(f"{name} …\n")
        figures[name] = _measure(modules[name], options.rounds, SIZES[options.largest])
    taken = [figure for of_module in figures.values() for figure in of_module]
    said = json.dumps({name: [asdict(figure) for figure in of_module] for name, of_module in figures.items()})
    if options.json is not None:
        options.json.write_text(said + "\n", encoding="utf-8")
    missed = [figure.name for figure in taken if not figure.met]
    print(table(taken))
    print(f"\n{len(missed)} of {len(taken)} figures miss their target{': ' if missed else '.'}{'; '.join(missed)}")
    print(said)
    return 1 if missed else 0


def _modules() -> dict[str, ModuleType]:
    found = (
        importlib.import_module(f"bench.{m.name}") for m in pkgutil.iter_modules(bench.__path__) if m.name[0] != "_"
    )
    return {
        module.__name__.partition(".")[2]: module
        for module in found
        if hasattr(module, "measure") or hasattr(module, "measure_up_to")
    }


def _measure(module: ModuleType, rounds: int, largest: int) -> Sequence[Figure]:
    """The module's figures; none where its company is too large."""
    if hasattr(module, "measure_up_to"):
        found: Sequence[Figure] = module.measure_up_to(rounds, largest)
        return found
    is_small_enough = getattr(module, "PEOPLE", 0) <= largest
    return module.measure(rounds) if is_small_enough else ()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
