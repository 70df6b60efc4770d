"""A report on a check of the journal as plain lines, for a terminal and the app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from guardian.journal.reports.view import local_time
from guardian.journal.verification.report import Compared, Report
from guardian.safe_text import safe_line

MOST_LINES: Final = 50
"""Problems that are told in words; the JSON of `guardian journal verify` has up to a thousand."""


def report_lines(report: Report) -> Iterator[str]:
    """What is wrong, a line each, and last what was looked at and whether it is intact."""
    for problem in report.problems[:MOST_LINES]:
        yield problem.line()
    if report.total > MOST_LINES:
        yield f"and {report.total - MOST_LINES:,} more"
    end = "intact" if report.is_intact else "1 problem" if report.total == 1 else f"{report.total:,} problems"
    yield f"{', '.join(_facts(report))}: {end}"


def _facts(report: Report) -> Iterator[str]:
    yield "1 record" if report.records == 1 else f"{report.records:,} records"
    if report.forgotten:
        yield f"{report.forgotten:,} forgotten"
    signed = local_time(report.signed_ms) if report.signed_ms is not None else None
    yield f"head signed {signed:%Y-%m-%d %H:%M}" if signed else "head not signed"
    if report.contents < report.records - report.forgotten:
        yield f"the content of {report.contents:,} looked at"
    if report.opened:
        yield f"{report.opened:,} opened with the key"
    why = f" ({safe_line(report.anchor_why, 120)})" if report.anchor_why else ""
    yield _COMPARED[report.anchor].format("the checkpoint kept outside") + why
    if report.against is not Compared.NONE:
        older = report.records - (report.against_size or 0)
        words = (
            f", {older:,} {'record' if older == 1 else 'records'} older"
            if report.against is Compared.CONTINUES and older > 0
            else ""
        )
        yield _COMPARED[report.against].format("the checkpoint given") + words
    if report.waiting:
        yield f"{report.waiting:,} more wait outside for the key"


_COMPARED: Final = {
    Compared.NONE: "no checkpoint is kept outside",
    Compared.NOT_ASKED: "{} could not be asked for",
    Compared.CONTINUES: "continues {}",
    Compared.DIFFERS: "does not continue {}",
    Compared.NOT_COMPARED: "could not be compared with {}",
}
