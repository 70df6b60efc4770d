"""Which days a digest is about: whole ones of the owner's calendar, so that two digests neither overlap nor leave gaps.

Invariant: pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import Final

from guardian.errors import UsageError
from guardian.safe_text import safe_line

_EARLIEST: Final = date(1971, 1, 1)
_WORDS: Final = {"today": 0, "yesterday": 1}


class Length(IntEnum):
    """How many days."""

    DAILY = 1
    WEEKLY = 7


@dataclass(frozen=True, slots=True)
class Span:
    """Some days, both ends included."""

    first: date
    last: date

    @property
    def words(self) -> str:
        """`Sunday, 22 November 2026`, or the first and the last day."""
        if self.first == self.last:
            return _day_words(self.last)
        return f"{_day_words(self.first)} to {_day_words(self.last)}"

    @property
    def filter(self) -> str:
        """The same for `guardian journal list`."""
        if self.first == self.last:
            return f"~d {self.last.isoformat()}"
        return f"~d {self.first.isoformat()}..{self.last.isoformat()}"


def span_of(length: Length, on: str | None, today: date) -> Span:
    """The days that end with `on`: a day such as 2026-11-22, `today` or `yesterday`; None: today. Raises UsageError."""
    last = _day(on, today) if on is not None else today
    return Span(last - timedelta(days=int(length) - 1), last)


def _day(text: str, today: date) -> date:
    if text in _WORDS:
        return today - timedelta(days=_WORDS[text])
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.max
    if not _EARLIEST < day <= today:
        hint = "such as 2026-11-21, today or yesterday"
        raise UsageError(f"{safe_line(text, 40)} is no day up to today", hint=hint)
    return day


def _day_words(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B} {day.year}"
