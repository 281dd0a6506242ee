"""Tables for people, in plain text."""

from collections.abc import Iterable, Sequence

_WIDEST = 48


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns as wide as they need to be, numbers to the right; long cells are cut."""
    cells = [[_cut(str(cell)) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in (list(head), *cells)) for column in range(len(head))]
    lines = [_line(head, widths), _line(["-" * width for width in widths], widths)]
    return "\n".join([*lines, *(_line(row, widths) for row in cells)])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    parts = (
        cell.rjust(width) if cell.isdecimal() else cell.ljust(width) for cell, width in zip(row, widths, strict=True)
    )
    return "  " + "  ".join(parts).rstrip()


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"
