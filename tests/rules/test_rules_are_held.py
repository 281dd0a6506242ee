"""Every rule of the services and every answer to an open question has tests that exist."""

import subprocess
import sys
from collections.abc import Set
from dataclasses import fields
from pathlib import Path

import pytest

from simulator.essentials import EssentialsSwitches
from tests.rules.report import RULES, TABLE_MODULE, UNKNOWNS, report_lines
from tests.rules.rule_table import Source, Verdict, verdict

ROOT = Path(__file__).parents[2]
RULE_COUNTS = {Source.GRAPH: 39, Source.ESSENTIALS: 20}


@pytest.fixture(scope="module")
def collected() -> Set[str]:
    """Node ids of all tests in the modules that the tables name, with and without their parameters."""
    modules = sorted({test.partition("::")[0] for test in _named_tests()})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *modules]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    nodes = {line for line in done.stdout.splitlines() if "::" in line}
    return nodes | {node.partition("[")[0] for node in nodes}


def _named_tests() -> list[str]:
    of_rules = [test for rule in RULES for test in rule.tests]
    return of_rules + [test for unknown in UNKNOWNS for position in unknown.positions for test in position.tests]


@pytest.mark.parametrize("source", list(Source))
def test_every_rule_has_one_row(source: Source) -> None:
    numbers = [rule.number for rule in RULES if rule.source is source]
    assert numbers == list(range(1, RULE_COUNTS[source] + 1))


def test_no_rule_is_without_a_test() -> None:
    assert [rule.name for rule in RULES if not rule.tests] == []


def test_every_open_question_has_a_test_in_each_position() -> None:
    assert [unknown.number for unknown in UNKNOWNS] == list(range(1, len(UNKNOWNS) + 1))
    for unknown in UNKNOWNS:
        assert len(unknown.positions) >= 2, unknown.question
        assert all(position.tests for position in unknown.positions), unknown.question


def test_every_switch_of_the_simulated_essentials_answers_an_open_question() -> None:
    named = [switch for unknown in UNKNOWNS for switch in unknown.switches]
    assert sorted(named) == sorted(field.name for field in fields(EssentialsSwitches))


def test_every_named_test_exists(collected: Set[str]) -> None:
    assert sorted(set(_named_tests()) - collected) == []


def test_a_row_is_held_only_where_all_of_its_tests_ran_and_passed() -> None:
    ran = {"a": frozenset({"passed"}), "b": frozenset({"passed", "failed"})}
    assert verdict(["a"], ran) is Verdict.HELD
    assert verdict(["a", "b"], ran) is Verdict.BROKEN
    assert verdict(["a", "c"], ran) is Verdict.NOT_RUN


def test_the_report_tells_a_row_of_every_rule_and_position() -> None:
    rows = len(RULES) + sum(len(unknown.positions) for unknown in UNKNOWNS)
    lines = list(report_lines({}, with_tests=False))
    assert len(lines) == rows + 1
    assert all("not run" in line for line in lines[:-1])
    assert lines[-1].startswith("0 of 59 rules")
    assert any(line.strip() == RULES[0].tests[0] for line in report_lines({}, with_tests=True))


def test_the_report_is_printed_where_this_module_runs() -> None:
    assert (ROOT / TABLE_MODULE).samefile(__file__)
