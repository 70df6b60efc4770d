"""A verdict as plain lines: for standard error, for a terminal, and for a note above a text.

The words are those of `guardian.verdict_words`; here stands who may say them: a sink takes a `Screened`.

Invariants: words come before numbers; every line is safe for a terminal; what was not judged is named first.
"""

from __future__ import annotations

from guardian import verdict_words
from guardian.gate import Screened
from guardian.verdict import Outcome


def headline(screened: Screened) -> str:
    """The outcome in a few words."""
    return verdict_words.headline(screened.verdict)


def reason_lines(screened: Screened) -> list[str]:
    """In order: what was not judged, what it does (with its words), which policy and why, what one can do."""
    return verdict_words.reason_lines(screened.verdict)


def verdict_lines(screened: Screened, *, scores: bool = False) -> list[str]:
    """Headline and reasons; with `scores` the numbers behind them as well."""
    below = [*reason_lines(screened), *(verdict_words.score_lines(screened.verdict) if scores else ())]
    return [headline(screened), *(f"  {line}" for line in below)]


def short_reason(screened: Screened, limit: int = 60) -> str:
    """One line for a table: what it does, or why it was not judged."""
    return verdict_words.short_reason(screened.verdict, limit)


def annotation(screened: Screened) -> str:
    """A note to stand above the text, or an empty string for a clean message."""
    if screened.verdict.outcome is Outcome.CLEAN:
        return ""
    lines = [f"[guardian] {line}" for line in (headline(screened), *reason_lines(screened))]
    return "\n".join(lines) + "\n\n"
