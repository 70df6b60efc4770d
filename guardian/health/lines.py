"""The register as lines: what the command prints and what the app writes to a file.

Invariant: a breach is a word and a sign before it is a colour.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from guardian.health.base import Block, Health, Reading, Standing
from guardian.health.words import counted
from guardian.journal.reports.sparkline import BLOCKS, sparkline
from guardian.safe_text import safe_line

SIGNS: Final = {Standing.BREACHED: "x", Standing.UNKNOWN: "?", Standing.GOOD: "."}
_SCALE: Final = 10_000
"""Series of shares are drawn as whole numbers."""
_NARROWEST: Final = 40


def health_lines(health: Health, columns: int = 120, steps: str = BLOCKS) -> Iterator[str]:
    """All blocks, and one sentence above them."""
    moment = datetime.fromtimestamp(health.at_ms / 1000).astimezone()
    yield f"{moment:%Y-%m-%d %H:%M:%S}  {summary(health)}"
    for block in health.blocks:
        yield ""
        yield from block_lines(block, columns, steps)


def summary(health: Health) -> str:
    """`all is well`, or what is breached."""
    breached = list(dict.fromkeys(safe_line(reading.name) for reading in health.breached))
    if not breached:
        return "Nothing is breached"
    return f"x {counted(len(health.breached), 'reading')} breached: {', '.join(breached)}"


def block_lines(block: Block, columns: int, steps: str) -> Iterator[str]:
    """One block, its breached readings first."""
    yield block.title
    for reading in block.worst_first():
        yield from reading_lines(reading, columns, steps)


def reading_lines(reading: Reading, columns: int, steps: str) -> Iterator[str]:
    """Sign, name, value and drawing; below, where it is not good, what that means and what it is held against."""
    word = "BREACHED  " if reading.is_breached else ""
    drawing = drawn(reading, steps)
    text = f"{word}{safe_line(reading.value)}" + (f"  {drawing}" if drawing else "")
    head = f"{SIGNS[reading.standing]} {safe_line(reading.name):<22} "
    yield from _folded(text, head, columns)
    if reading.say and reading.standing is not Standing.GOOD:
        yield from _folded(safe_line(reading.say), " " * 6, columns)
    if reading.bound and reading.is_breached:
        yield from _folded(f"bound: {safe_line(reading.bound)}", " " * 6, columns)


def drawn(reading: Reading, steps: str) -> str:
    """The series as characters; empty where it shows nothing."""
    if not any(reading.series):
        return ""
    return sparkline([round(value * _SCALE) for value in reading.series], steps)


def _folded(text: str, head: str, columns: int) -> list[str]:
    width = max(columns, _NARROWEST)
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"  {head}",
        subsequent_indent=" " * 8,
        break_long_words=True,
        break_on_hyphens=False,
    )
