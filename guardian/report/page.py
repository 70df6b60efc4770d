"""The report as one page that needs nothing else: no script, no font, no picture, no address.

Invariants: every cell passes `safe_line` and HTML escaping in `_cell`; the page forbids itself scripts and every
outside resource; no text of a row is in a report, so none can be shown.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from guardian.report.charts import interval_bar, outcome_chart, reliability_chart
from guardian.report.page_style import STYLE
from guardian.report.sections import Line, Section
from guardian.report.tables import sections
from guardian.report.words import MAX_CELL_CHARS, shown_lines
from guardian.safe_text import safe_line

_CHARTS: Final = {
    "calibration": lambda report: reliability_chart(report["calibration"]),
    "outcomes": lambda report: outcome_chart(report["outcomes"]),
}


def report_page(report: Mapping[str, Any]) -> str:
    """The page, in full."""
    counts, model = report["rows"], report["model"]
    about = (
        f"{model['name']}, measured on {report['date']} on {counts['violating']:,} violating and "
        f"{counts['ordinary']:,} ordinary texts. Intervals are 95 %."
    )
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="referrer" content="no-referrer"><title>Guardian: report card</title>',
            f"<style>{STYLE}</style></head>",
            "<body>",
            f'<h1>Report card</h1><p class="soft">{_cell(about, 3 * MAX_CELL_CHARS)}</p>',
            *(_section(section, report) for section in sections(report)),
            "</body></html>\n",
        ]
    )


def _section(section: Section, report: Mapping[str, Any]) -> str:
    lines, more = shown_lines(section)
    chart = _CHARTS[section.name](report) if section.name in _CHARTS else ""
    body = _table(section, lines) if section.headings else _bullets(lines)
    note = f"<p>{_cell(section.note, 4 * MAX_CELL_CHARS)}</p>" if section.note else ""
    end = f'<p class="soft">{_cell(more)}</p>' if more else ""
    return f'<section class="{section.name}"><h2>{_cell(section.title)}</h2>{note}{chart}{body}{end}</section>'


def _bullets(lines: list[Line]) -> str:
    return f"<ul>{''.join(f'<li>{_cell(line.cells[0], 2 * MAX_CELL_CHARS)}</li>' for line in lines)}</ul>"


def _table(section: Section, lines: list[Line]) -> str:
    has_bars = any(line.bar for line in lines)
    headings = "".join(f'<th scope="col">{_cell(heading)}</th>' for heading in section.headings)
    rows = "".join(f"<tr>{_row(line, has_bars=has_bars)}</tr>" for line in lines)
    extra = '<th scope="col"></th>' if has_bars else ""
    return f'<div class="scroll"><table><thead><tr>{headings}{extra}</tr></thead><tbody>{rows}</tbody></table></div>'


def _row(line: Line, *, has_bars: bool) -> str:
    cells = "".join(f"<td>{_cell(cell)}</td>" for cell in line.cells)
    chart = f'<td class="chart">{interval_bar(line.bar) if line.bar else ""}</td>' if has_bars else ""
    return cells + chart


def _cell(text: str, limit: int = MAX_CELL_CHARS) -> str:
    return escape(safe_line(text, limit))
