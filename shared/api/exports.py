"""The whole plan as a file for a change ticket: CSV, Markdown or JSON.

Names and addresses come from a directory that many people can write to: no cell may act as a formula in a spreadsheet
or as markup in a ticket.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

import msgspec

from shared.api.answers.plans import Certificates, WholePlan
from shared.api.answers.rows import ChangeRow, Fields, SkippedRow
from shared.api.http import ApiResponse, answer
from shared.api.presenting import change_row, plan_answer, skipped_row
from shared.engine.plan_record import PlanRecord


class ExportFormat(StrEnum):
    """The kinds of file."""

    CSV = "csv"
    MARKDOWN = "md"
    JSON = "json"


MEDIA_TYPES = {
    ExportFormat.CSV: "text/csv; charset=utf-8",
    ExportFormat.MARKDOWN: "text/markdown; charset=utf-8",
    ExportFormat.JSON: "application/json",
}

COLUMNS = (*ChangeRow.__struct_fields__, "kind")
"""Of the CSV: the fields of a change, and the kind of a skipped object (whose category is ``skipped``)."""

# Source: owasp.org/www-community/attacks/CSV_Injection; a line feed starts a cell anew in some programs too.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
_MARKUP = re.compile(r"([\\`*_{}\[\]()#+!|~$^]|:(?=//))")


def export(record: PlanRecord, form: ExportFormat) -> ApiResponse:
    """The plan as a file to save."""
    plan = whole_plan(record)
    match form:
        case ExportFormat.CSV:
            body = csv_of(plan).encode()
        case ExportFormat.MARKDOWN:
            body = markdown_of(plan).encode()
        case ExportFormat.JSON:
            body = msgspec.json.format(msgspec.json.encode(plan), indent=2)
    name = f'attachment; filename="plan-{record.id}.{form}"'
    return answer(200, MEDIA_TYPES[form], body, {"Content-Disposition": name})


def whole_plan(record: PlanRecord) -> WholePlan:
    """The plan with all its rows."""
    return WholePlan(
        plan=plan_answer(record),
        changes=tuple(change_row(change) for change in record.plan.changes),
        skipped=tuple(skipped_row(row) for row in record.plan.skipped),
    )


def csv_of(plan: WholePlan) -> str:
    """All changes, then what is skipped, one row each under a heading."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_cell(value) for value in row] for row in _table(plan))
    return out.getvalue()


def _table(plan: WholePlan) -> Iterator[list[str]]:
    for change in plan.changes:
        values = {name: getattr(change, name) for name in ChangeRow.__struct_fields__}
        yield [*(_text(value) for value in values.values()), ""]
    for row in plan.skipped:
        values = {**dict.fromkeys(COLUMNS, ""), **msgspec.structs.asdict(row), "category": "skipped"}
        yield [_text(values[column]) for column in COLUMNS]


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_START) else text


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case Fields():
            return "; ".join(f"{name}: {_text(item) or 'none'}" for name, item in _set_fields(value))
        case dict():
            return ", ".join(f"{name} {item}" for name, item in value.items())
        case tuple():
            return ", ".join(str(item) for item in value)
        case _:
            return str(value)


def _set_fields(fields: Fields) -> Iterable[tuple[str, object]]:
    return ((name, v) for name, v in msgspec.structs.asdict(fields).items() if v is not msgspec.UNSET)


def markdown_of(plan: WholePlan) -> str:
    """The head, then a table for each category that has changes, then what is skipped."""
    head = plan.plan
    read = head.certificates
    lines = [
        f"# Plan {_escaped(head.id)}",
        "",
        _read_when(read),
        "",
        *_rows("what", "value"),
        *_row("digest", head.digest),
        *_row("made", _time(head.created_at)),
        *_row("changes", f"{sum(head.counts.values())}, of them ticked {head.ticked}"),
        *_row("people read", f"{read.directory.people_read} of {read.directory.people_counted}"),
        *_row("groups read", f"{read.directory.groups_read} of {read.directory.groups_counted}"),
        *_row("accounts read", str(read.organization.accounts_read)),
        *_row("guard", ", ".join(head.guard.tripped) or "within the limits"),
    ]
    lines += [f"\n**Warning:** {_escaped(warning)}" for warning in head.warnings]
    for category, count in head.counts.items():
        if count:
            lines += ["", f"## {category.replace('_', ' ')} ({count})", "", *_changes(plan.changes, category)]
    if plan.skipped:
        lines += ["", f"## skipped ({len(plan.skipped)})", "", *_skipped(plan.skipped)]
    return "\n".join(lines) + "\n"


def _read_when(read: Certificates) -> str:
    entra, essentials = read.directory, _time(read.organization.read_at)
    if entra.whole_read_at is None:
        return f"Entra was read whole at {_time(entra.read_at)}, and Essentials at {essentials}."
    changes = f"what changed in Entra since then at {_time(entra.read_at)}"
    return f"Entra was read whole at {_time(entra.whole_read_at)}, {changes}, and Essentials at {essentials}."


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _changes(changes: Iterable[ChangeRow], category: str) -> Iterator[str]:
    yield from _rows("ticked", "address", "name", "before", "after", "reason", "proof", "mail", "warnings")
    for c in changes:
        if c.category == category:
            tick = f"blocked: {c.blocked}" if c.blocked else _text(c.ticked)
            cells = (tick, c.address, c.name, c.before, c.after, c.reason, c.proof, c.mail_impact, c.warnings)
            yield from _row(*(_text(cell) for cell in cells))


def _skipped(rows: Iterable[SkippedRow]) -> Iterator[str]:
    yield from _rows("reason", "kind", "address", "name", "Entra id")
    for row in rows:
        yield from _row(row.reason, row.kind, row.address or "", row.name, row.entra_id)


def _rows(*headings: str) -> Iterator[str]:
    yield from _row(*headings)
    yield "| " + " | ".join("---" for _ in headings) + " |"


def _row(*cells: str) -> Iterator[str]:
    yield "| " + " | ".join(_escaped(cell) for cell in cells) + " |"


def _escaped(text: str) -> str:
    flat = " ".join(text.split())
    return _MARKUP.sub(r"\\\1", flat).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
