"""docs/stand-ins.md: every rule and open question with its evidence, as the tables and the script have them."""

from pathlib import Path

from tests.rules.essentials_rules import ESSENTIALS_RULES
from tests.rules.stand_ins import ASKED, EVIDENCE, GRAPH_RULES, UNKNOWNS, document, names_of

PAGE = Path(__file__).parents[2] / "docs" / "stand-ins.md"


def test_the_page_is_what_the_tables_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == document()


def test_every_rule_has_its_evidence() -> None:
    assert {rule.name for rule in (*GRAPH_RULES, *ESSENTIALS_RULES)} == set(EVIDENCE)


def test_every_check_is_about_rules_that_there_are() -> None:
    known = {*EVIDENCE, *(f"unknown {unknown.number}" for unknown in UNKNOWNS)}
    asked = {name for _says, rules in ASKED for name in names_of(rules)}

    assert asked <= known
