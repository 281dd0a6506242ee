"""The table of rules and open questions that stands at the end of a test report."""

from collections.abc import Iterator, Mapping

from tests.rules.essentials_rules import ESSENTIALS_RULES
from tests.rules.graph_object_rules import OBJECT_RULES
from tests.rules.graph_query_rules import QUERY_RULES
from tests.rules.rule_table import Rule, Unknown, Verdict, verdict
from tests.rules.sign_in_rules import SIGN_IN_RULES
from tests.rules.unknown_settings import SETTING_UNKNOWNS
from tests.rules.unknown_writes import WRITE_UNKNOWNS

RULES: tuple[Rule, ...] = (*OBJECT_RULES, *QUERY_RULES, *SIGN_IN_RULES, *ESSENTIALS_RULES)
UNKNOWNS: tuple[Unknown, ...] = (*WRITE_UNKNOWNS, *SETTING_UNKNOWNS)
TABLE_MODULE = "tests/rules/test_rules_are_held.py"
"""Where this module's tests run, the table is printed."""


def report_lines(outcomes: Mapping[str, str], *, with_tests: bool) -> Iterator[str]:
    """The table, a line for each row, its tests below it where they are asked for."""
    by_test = _by_test(outcomes)
    for rule in RULES:
        yield _row(rule.name, verdict(rule.tests, by_test), rule.sentence, rule.tests)
        yield from _named(rule.tests) if with_tests else ()
    for unknown in UNKNOWNS:
        for letter, position in zip("abcd", unknown.positions, strict=False):
            said = f"{unknown.question} {position.answer}"
            yield _row(f"unknown {unknown.number}{letter}", verdict(position.tests, by_test), said, position.tests)
            yield from _named(position.tests) if with_tests else ()
    yield _closing(by_test)


def _row(name: str, found: Verdict, sentence: str, tests: tuple[str, ...]) -> str:
    more = f" and {len(tests) - 1} more" if len(tests) > 1 else ""
    return f"{name:14} {found:8} {sentence} -> {tests[0].rpartition('::')[2]}{more}"


def _named(tests: tuple[str, ...]) -> Iterator[str]:
    for test in tests:
        yield f"{'':15}{test}"


def _by_test(outcomes: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    """The outcomes by node id, and by test over all its parameters."""
    found: dict[str, set[str]] = {}
    for node, outcome in outcomes.items():
        for name in {node, node.partition("[")[0]}:
            found.setdefault(name, set()).add(outcome)
    return {name: frozenset(kinds) for name, kinds in found.items()}


def _closing(by_test: Mapping[str, frozenset[str]]) -> str:
    verdicts = [verdict(rule.tests, by_test) for rule in RULES]
    positions = [verdict(position.tests, by_test) for unknown in UNKNOWNS for position in unknown.positions]
    held, taken = verdicts.count(Verdict.HELD), positions.count(Verdict.HELD)
    return (
        f"{held} of {len(verdicts)} rules and {taken} of {len(positions)} positions of open questions held in this run"
    )
