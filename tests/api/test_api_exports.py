"""A plan as a file: CSV, Markdown and JSON."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.api.exports import COLUMNS, csv_of, markdown_of, whole_plan
from shared.api.http import ApiResponse
from shared.engine.plan_record import PlanRecord
from tests.api.calling import Client, body_of, by_changes


def exported(form: str) -> ApiResponse:
    client = Client()
    return client.get("plans/{id}/export", id=client.searched(), format=form)


def named(name: str) -> PlanRecord:
    """A plan whose first change bears this name."""
    client = Client()
    record = client.commands.plan(client.searched())
    first, *others = record.plan.changes
    return replace(record, plan=replace(record.plan, changes=(replace(first, name=name), *others)))


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("form", "media_type"), [("csv", "text/csv"), ("md", "text/markdown"), ("json", "application/json")]
)
def test_a_file_is_offered_to_save_under_the_plans_name(form: str, media_type: str) -> None:
    response = exported(form)
    assert response.status == 200
    assert response.headers["Content-Type"].startswith(media_type)
    assert response.headers["Content-Disposition"] == f'attachment; filename="plan-plan-1.{form}"'


def test_the_csv_has_a_row_for_every_change_and_every_skipped_object() -> None:
    rows = table(exported("csv").body.decode())
    assert tuple(rows[0]) == COLUMNS
    assert [row["category"] for row in rows].count("add_user") == 3
    assert rows[-1]["category"] == "skipped"
    assert (rows[-1]["reason"], rows[-1]["kind"]) == ("guest", "guest")


def test_the_json_holds_head_changes_and_skipped() -> None:
    plan = body_of(exported("json"))
    assert plan["plan"]["ticked"] == sum(change["ticked"] for change in plan["changes"])
    assert plan["skipped"][0]["reason"] == "guest"
    assert plan["plan"]["certificates"]["directory"]["whole_read_at"] is None


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_csv_cell_that_starts_like_a_formula_is_made_text(start: str) -> None:
    name = f"{start}cmd|' /C calc'!A0"
    assert table(csv_of(whole_plan(named(name))))[0]["name"] == f"'{name}"


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30))
def test_any_name_reads_back_from_the_csv_without_acting_as_a_formula(name: str) -> None:
    cell = table(csv_of(whole_plan(named(name))))[0]["name"]
    assert cell.removeprefix("'") == name.removeprefix("'")
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a|b", r"a\|b"),
        ("<img src=x>", "&lt;img src=x&gt;"),
        ("[x](javascript:1)", r"\[x\]\(javascript:1\)"),
        ("a\nb\r\n| c", r"a b \| c"),
        ("`code` *bold*", r"\`code\` \*bold\*"),
        ("see https://evil.example", r"see https\://evil.example"),
        ("back\\|slash", r"back\\\|slash"),
        ("R&D", "R&amp;D"),
    ],
)
def test_a_name_is_no_markup_in_markdown(name: str, shown: str) -> None:
    assert f"| {shown} |" in markdown_of(whole_plan(named(name)))


@given(st.text(max_size=30))
def test_any_name_keeps_the_markdown_table_in_shape(name: str) -> None:
    lines = markdown_of(whole_plan(named(name))).split("\n")
    start = next(n for n, line in enumerate(lines) if line.startswith("| ticked"))
    cells = lines[start + 2].replace("\\\\", "").replace("\\|", "").count("|")
    assert cells == lines[start].count("|")


def test_the_markdown_says_what_was_read_when() -> None:
    client = Client()
    record = client.commands.plan(client.searched())
    assert "\nEntra was read whole at 2026-11-25 09:00 UTC, and Essentials at 2026-11-25 09:00 UTC.\n" in markdown_of(
        whole_plan(record)
    )
    assert (
        "\nEntra was read whole at 2026-11-24 20:15 UTC, what changed in Entra since then at 2026-11-25 09:00 UTC, "
        "and Essentials at 2026-11-25 09:00 UTC.\n" in markdown_of(whole_plan(by_changes(record)))
    )


def test_the_markdown_has_a_table_for_each_category_and_one_for_what_is_skipped() -> None:
    text = exported("md").body.decode()
    assert "## add user (3)" in text
    assert "## skipped (1)" in text
    assert "remove user" not in text
