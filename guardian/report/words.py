"""A report in plain words for a terminal, and as Markdown for the model card.

Invariant: every cell passes `safe_line`, and in Markdown loses the power to be anything but text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from guardian.report.sections import Line, Section
from guardian.report.tables import sections
from guardian.safe_text import safe_line

MAX_CELL_CHARS: Final = 120
MOST_LINES: Final = 200
"""Rows of one table that are shown; the JSON has all of them."""
_MARKDOWN: Final = re.compile(r"[\\`*_{}\[\]<>#|!~&]")


def report_words(report: Mapping[str, Any]) -> str:
    """The whole report as text."""
    return "\n\n".join("\n".join(_text(section)) for section in sections(report)) + "\n"


def report_markdown(report: Mapping[str, Any], level: int = 2) -> str:
    """The whole report as Markdown, headings at `level`."""
    return "\n\n".join("\n".join(_markdown(section, level)) for section in sections(report)) + "\n"


def shown_lines(section: Section) -> tuple[list[Line], str]:
    """The lines that a face shows, and a sentence about the ones it does not."""
    left_out = len(section.lines) - MOST_LINES
    more = f"and {left_out:,} more, which stand in the JSON" if left_out > 0 else ""
    return section.lines[:MOST_LINES], more


def _text(section: Section) -> list[str]:
    lines, more = shown_lines(section)
    if section.headings:
        body = _table([section.headings, *(line.cells for line in lines)])
    else:
        body = [f"- {safe_line(line.cells[0], 2 * MAX_CELL_CHARS)}" for line in lines]
    return [section.title, "-" * len(section.title), *filter(None, [section.note]), *body, *filter(None, [more])]


def _table(rows: Sequence[tuple[str, ...]]) -> list[str]:
    safe = [[safe_line(cell, MAX_CELL_CHARS) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*safe, strict=True)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in safe]


def _markdown(section: Section, level: int) -> list[str]:
    lines, more = shown_lines(section)
    head = [f"{'#' * level} {section.title}", ""]
    if section.note:
        head += [section.note, ""]
    if section.headings:
        rule = "|" + "---|" * len(section.headings)
        body = [_row(section.headings), rule, *(_row(line.cells) for line in lines)]
    else:
        body = [f"- {_escaped(line.cells[0], 2 * MAX_CELL_CHARS)}" for line in lines]
    return [*head, *body, *(["", more] if more else [])]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_escaped(cell, MAX_CELL_CHARS) for cell in cells) + " |"


def _escaped(cell: str, limit: int) -> str:
    return _MARKDOWN.sub(r"\\\g<0>", safe_line(cell, limit))
