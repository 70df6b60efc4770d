"""The words of the Health screen: readings as `Content`, folded to the width that there is.

Invariants: pure; nothing of it is parsed as markup; a breach is a sign and a word before it is a colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from textual.content import Content

from guardian.health.base import Block, Health, Reading, Standing
from guardian.health.lines import SIGNS, drawn, summary
from guardian.journal.reports.sparkline import BLOCKS
from guardian.safe_text import safe_line

NAME_COLUMNS: Final = 22
NARROW: Final = 60
"""Below so many columns a name stands on a line of its own."""
_SIGN_STYLES: Final = {
    Standing.BREACHED: "bold $text-error",
    Standing.UNKNOWN: "$text-warning",
    Standing.GOOD: "$text-success",
}
_VALUE_STYLES: Final = {Standing.BREACHED: "bold $text-error", Standing.UNKNOWN: "$foreground-muted", Standing.GOOD: ""}


def health_content(health: Health, columns: int) -> Content:
    """The whole page."""
    moment = datetime.fromtimestamp(health.at_ms / 1000).astimezone()
    style = "bold $text-error" if health.breached else "bold $text-success"
    lines = [Content.styled(line, style) for line in _folded(summary(health), columns, 0)]
    when = f"measured at {moment:%H:%M:%S}, never said by a model of itself"
    lines += [Content.styled(line, "$foreground-muted") for line in _folded(when, columns, 0)]
    for block in sorted(health.blocks, key=lambda block: not any(each.is_breached for each in block.readings)):
        lines += [Content(""), *_block_lines(block, columns)]
    return Content("\n").join(lines)


def _block_lines(block: Block, columns: int) -> Iterator[Content]:
    yield Content.styled(safe_line(block.title), "bold $text-primary")
    for reading in block.worst_first():
        yield from _reading_lines(reading, columns)


def _reading_lines(reading: Reading, columns: int) -> Iterator[Content]:
    """Sign, name, value and drawing; below, what is wrong, and what it is held against."""
    is_narrow = columns < NARROW
    indent = 4 if is_narrow else NAME_COLUMNS + 3
    sign = (f"{SIGNS[reading.standing]} ", _SIGN_STYLES[reading.standing])
    name = (f"{safe_line(reading.name):<{NAME_COLUMNS}} ", "bold" if reading.is_breached else "")
    drawing = drawn(reading, BLOCKS)
    value = ("BREACHED: " if reading.is_breached else "") + safe_line(reading.value)
    lines = _folded(value, columns, indent)
    styled = [Content.styled(line, _VALUE_STYLES[reading.standing]) for line in lines]
    width = columns - indent
    if drawing:
        styled = _with_tail(styled, Content.styled(drawing[-max(width, 1) :], "$text-accent"), width)
    if reading.bound:
        styled = _with_tail(styled, Content.styled(f"({safe_line(reading.bound)})", "$foreground-muted"), width)
    if is_narrow:
        yield Content.assemble(sign, name)
        yield from (Content(" " * indent) + line for line in styled)
    else:
        yield Content.assemble(sign, name) + styled[0]
        yield from (Content(" " * indent) + line for line in styled[1:])
    yield from _below(reading, columns, indent)


def _below(reading: Reading, columns: int, indent: int) -> Iterator[Content]:
    if reading.say and reading.standing is not Standing.GOOD:
        for line in _folded(safe_line(reading.say), columns, indent):
            yield Content.assemble(
                " " * indent, (line, "$text-warning" if reading.is_breached else "$foreground-muted")
            )


def _with_tail(lines: list[Content], tail: Content, width: int) -> list[Content]:
    """The tail behind the last line, where there is room, else below it, folded."""
    if lines[-1].cell_length + 2 + tail.cell_length <= width:
        return [*lines[:-1], lines[-1] + Content("  ") + tail]
    return [*lines, *tail.wrap(max(width, 16))]


def _folded(text: str, columns: int, indent: int) -> list[str]:
    return textwrap.wrap(text, max(columns - indent, 16), break_on_hyphens=False) or [""]
