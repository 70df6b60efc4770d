"""The journal, or a part of it, as one page that needs nothing else: no script, no font, no picture, no address.

Invariants: whatever came from a message, a policy or a note passes `safe_text` and HTML escaping (`_cell`, `_block`);
the page forbids itself scripts and every outside resource, and names no address; what it leaves out, it says.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from html import escape
from typing import Final

from guardian.journal.reports.html_charts import bar, week_chart
from guardian.journal.reports.statistics import Group, Precision, Statistics
from guardian.journal.reports.view import View
from guardian.journal.reports.view_lines import list_line, show_lines
from guardian.report.page_style import STYLE
from guardian.safe_text import safe_line, safe_text
from guardian.verdict import Outcome
from guardian.verdict_words import tactic_name

MOST_ENTRIES: Final = 2_000
"""Entries on one page, the newest; a browser does not like more."""
_CELL_CHARACTERS: Final = 120
_STYLE: Final = (
    STYLE
    + """
details { border-bottom: 1px solid var(--rule); }
summary { cursor: pointer; font: .82rem/1.9 ui-monospace, monospace; overflow-wrap: anywhere; white-space: pre-wrap; }
pre { background: var(--track); border-radius: 4px; font: .82rem/1.5 ui-monospace, monospace; margin: .25rem 0 1rem;
  overflow-wrap: anywhere; padding: .75rem 1rem; white-space: pre-wrap; }
"""
)


@dataclass(frozen=True, slots=True)
class About:
    """What the page says of itself."""

    made: datetime
    asked: str
    """The filter, as the owner wrote it; empty where everything was asked for."""
    with_text: bool


def report_pieces(
    about: About, statistics: Statistics, views: Iterable[View], zone: tzinfo | None = None
) -> Iterator[str]:
    """The page, piece by piece. `views` are the newest `MOST_ENTRIES` at most, newest first."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'"
    yield '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
    yield '<meta name="referrer" content="no-referrer"><title>Guardian: journal</title>\n'
    yield f"<style>{_STYLE}</style></head>\n<body>\n"
    yield f'<h1>Journal</h1><p class="soft">{_cell(_introduction(about, statistics), 1_000)}</p>\n'
    yield from _charts(statistics)
    yield from _entries(statistics.entries, views, zone)
    yield "</body></html>\n"


def _introduction(about: About, statistics: Statistics) -> str:
    asked = f", asked for by {about.asked}" if about.asked else ""
    texts = "" if about.with_text else " The texts were left out."
    counted = f", and {statistics.counted:,} that were only counted" if statistics.counted else ""
    made = about.made.strftime("%Y-%m-%d %H:%M")
    return f"Made {made} from {statistics.verdicts:,} recorded messages{counted}{asked}.{texts}"


def _charts(statistics: Statistics) -> Iterator[str]:
    chart = week_chart(statistics.mondays, statistics.by_week)
    if chart:
        yield _section("By week", "Without what was clean.", chart)
    for channel, counts in statistics.by_channel.items():
        highest = max(counts.values())
        rows = [
            (outcome.value, f"{counts[outcome.value]:,}", bar(counts[outcome.value], highest, outcome.value))
            for outcome in Outcome
        ]
        yield _section(f"Outcomes, {channel}", "", _table(("outcome", "messages", ""), rows))
    yield _precision_section(statistics.precision)
    for title, groups, is_tactic in (
        ("Tactics", statistics.tactics, True),
        ("Policies", statistics.policies, False),
        ("Senders, the most frequent", statistics.senders, False),
    ):
        if groups:
            yield _section(title, "", _table(_HEADINGS, _group_rows(groups, is_tactic=is_tactic)))


_HEADINGS: Final = ("", "messages", "", "you said right, of those judged")


def _group_rows(groups: Sequence[Group], *, is_tactic: bool) -> list[tuple[str, str, str, str]]:
    highest = max(group.total for group in groups)
    return [
        (
            tactic_name(group.name) if is_tactic else group.name,
            f"{group.total:,}",
            bar(group.total, highest),
            group.precision.words(),
        )
        for group in groups
    ]


def _precision_section(precision: Precision) -> str:
    if not precision.right + precision.wrong + precision.unsure:
        return ""
    words = f"Right: {precision.words()}. Unsure: {precision.unsure:,}. Intervals are 90 %."
    return _section("Your word on them", words, "")


def _entries(matching: int, views: Iterable[View], zone: tzinfo | None) -> Iterator[str]:
    yield '<section class="entries"><h2>Entries, newest first</h2>\n'
    shown = 0
    for view in views:
        shown += 1
        lines = show_lines(view, zone=zone)
        summary = list_line(view, zone=zone, columns=160)
        yield f"<details><summary>{_block(summary)}</summary><pre>{_block(chr(10).join(lines))}</pre></details>\n"
    left_out = matching - shown
    if left_out > 0:
        yield f'<p class="soft">And {left_out:,} more, which --format ndjson and --format csv hold.</p>'
    yield "</section>\n"


def _section(title: str, note: str, body: str) -> str:
    words = f"<p>{_cell(note, 400)}</p>" if note else ""
    return f"<section><h2>{_cell(title)}</h2>{words}{body}</section>\n"


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose third column is a chart made here; every other cell is escaped."""
    head = "".join(f'<th scope="col">{_cell(heading)}</th>' for heading in headings)
    body = "".join(f"<tr>{''.join(_table_cell(place, cell) for place, cell in enumerate(row))}</tr>" for row in rows)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


_CHART_COLUMN: Final = 2


def _table_cell(place: int, cell: str) -> str:
    return f'<td class="chart">{cell}</td>' if place == _CHART_COLUMN else f"<td>{_cell(cell)}</td>"


def _cell(text: str, limit: int = _CELL_CHARACTERS) -> str:
    return escape(safe_line(text, limit))


def _block(text: str) -> str:
    return escape(safe_text(text))
