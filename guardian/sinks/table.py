"""A table of screened messages for people: one line a message, the outcome as a word, a shape and a colour."""

from __future__ import annotations

from guardian.gate import Screened
from guardian.sinks.lines import short_reason
from guardian.verdict_words import NAME_COLUMNS, outcome_row


def table_row(screened: Screened, *, colour: bool, columns: int) -> str:
    """One line: mark, outcome, name of the message, reason."""
    reason = short_reason(screened, max(columns - NAME_COLUMNS - 15, 20))
    name = screened.message.id or screened.message.source
    return outcome_row(screened.verdict.outcome, name, reason, colour=colour)
