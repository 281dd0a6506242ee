"""What a test report ends with: the package's size, the cells of the fault tables, and the table of rules."""

from collections import Counter
from collections.abc import Iterator

import pytest
from _pytest.terminal import TerminalReporter

from tests.rules.report import TABLE_MODULE, report_lines

CELL = "cell"
"""Name of the property by which a test says what became of its cell of the fault sweep."""

WRITE_CELL = "write cell"
"""Name of the property by which a test says what became of its cell of the fault matrix of executions."""

STORE_CELL = "store cell"
"""Name of the property by which a test says what became of its cell of the fault matrix of the storage."""

PACKAGE = "package"
"""Name of the property by which a test tells how large the published package is."""


def write_summary(reporter: TerminalReporter) -> None:
    """What the tests of this run tell is on the terminal; nothing where they were not selected."""
    reports = list(_reports(reporter))
    sizes = [str(value) for report in reports for name, value in report.user_properties if name == PACKAGE]
    if sizes:
        reporter.write_sep("=", "published package")
        reporter.write_line(sizes[0])
    tables = (
        ("fault sweep of readings", CELL),
        ("fault matrix of executions", WRITE_CELL),
        ("fault matrix of blobs and queue", STORE_CELL),
    )
    for title, kind in tables:
        cells = Counter(str(value) for report in reports for name, value in report.user_properties if name == kind)
        if cells:
            reporter.write_sep("=", title)
            told = ", ".join(f"{count} {what}" for what, count in sorted(cells.items()))
            reporter.write_line(f"{cells.total()} cells: {told}")
    if any(report.nodeid.startswith(TABLE_MODULE) for report in reports):
        reporter.write_sep("=", "rules and open questions (-v names the tests)")
        for line in report_lines(_outcomes(reports), with_tests=reporter.config.get_verbosity() > 0):
            reporter.write_line(line)


def _reports(reporter: TerminalReporter) -> Iterator[pytest.TestReport]:
    """The report of each test that ran, and of each that could not be set up."""
    for reports in reporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and (report.when == "call" or report.outcome == "failed"):
                yield report


def _outcomes(reports: list[pytest.TestReport]) -> dict[str, str]:
    found: dict[str, str] = {}
    for report in reports:
        if found.get(report.nodeid) != "failed":
            found[report.nodeid] = report.outcome
    return found
