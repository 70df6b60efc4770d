"""A table of messages that the warm service judged: one line a message, as `table` has it."""

from __future__ import annotations

from guardian.safe_text import safe_line
from guardian.service.answer import Answer
from guardian.verdict_words import NAME_COLUMNS, outcome_row


def answered_row(answer: Answer, name: str, *, colour: bool, columns: int) -> str:
    """One line: mark, outcome, name of the message (untrusted), reason."""
    reason = safe_line(answer.short, max(columns - NAME_COLUMNS - 15, 20))
    return outcome_row(answer.outcome, name, reason, colour=colour)


def answered_lines(answer: Answer) -> list[str]:
    """The reasons, without the headline."""
    return [safe_line(line.strip()) for line in answer.lines[1:]]
