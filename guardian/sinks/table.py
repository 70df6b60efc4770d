"""A table of screened messages for people: one line a message, the outcome as a word, a shape and a colour."""

from __future__ import annotations

import unicodedata

from guardian.gate import Screened
from guardian.safe_text import safe_line
from guardian.sinks.lines import short_reason
from guardian.verdict_words import COLOURS, MARKS

NAME_COLUMNS = 34


def table_row(screened: Screened, *, colour: bool, columns: int) -> str:
    """One line: mark, outcome, name of the message, reason."""
    outcome = screened.verdict.outcome
    name = _pad(safe_line(screened.message.id or screened.message.source, NAME_COLUMNS), NAME_COLUMNS)
    reason = short_reason(screened, max(columns - NAME_COLUMNS - 15, 20))
    word = f"{MARKS[outcome]}{outcome.value:<10}"
    if colour and COLOURS[outcome]:
        word = f"{COLOURS[outcome]}{word}\x1b[0m"
    return f"{word} {name} {reason}".rstrip()


def _pad(text: str, columns: int) -> str:
    used = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
    return text + " " * max(columns - used, 0)
