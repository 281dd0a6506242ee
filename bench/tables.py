"""The table of figures, as a Markdown table: what is printed is what ``docs/performance.md`` holds."""

from collections.abc import Sequence

from bench.figures import Figure

_HEAD = ("figure", "median", "control", "ratio", "allowed", "met")


def table(figures: Sequence[Figure]) -> str:
    """All figures, one a line, columns aligned."""
    rows = [_HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEAD))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(lines)


def _row(figure: Figure) -> tuple[str, ...]:
    allowed = "" if figure.target is None else _number(figure.target)
    return (
        figure.name,
        f"{_number(figure.value)} {figure.unit}",
        "" if figure.control is None else f"{_number(figure.control)} {figure.unit}",
        "" if figure.ratio is None else _number(figure.ratio),
        f"x {allowed}" if figure.ratio is not None and allowed else allowed,
        "" if figure.target is None else "yes" if figure.met else "NO",
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:.3g}"
