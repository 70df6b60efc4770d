"""One line of the Inbox's list: which columns there is room for, and what stands in them.

Invariants: every line is exactly as wide as the list; an outcome is a shape and a word, and a colour on top; the texts
of an alert are safe already (`guardian.alerts.alert`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from guardian.verdict import Outcome
from guardian.verdict_words import MARKS
from tui.rows import Row

OUTCOME_COLUMNS: Final = 12
_WIDE: Final = 70
"""From here on there is room for the owner's word."""
_WHOLE_DATES: Final = 96
"""From here on for whole dates."""
_NARROW: Final = 36
"""Below this the time gives way."""
_TWO_TEXTS: Final = 32
"""From here on there is room for both a name and what it does."""
_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SIGNS: Final = {"right": "r", "wrong": "w", "unsure": "u", "kept": "*", "done": "d", "note": "n"}


@dataclass(frozen=True, slots=True)
class Columns:
    """Widths in columns of the screen; 0: left out. Each but the last is followed by one space."""

    total: int
    when: int
    name: int
    reason: int
    word: int

    @classmethod
    def of(cls, total: int) -> Columns:
        """What a list so wide has room for."""
        when = 0 if total < _NARROW else 10 if total >= _WHOLE_DATES else 6
        word = 8 if total >= _WIDE else 2
        rest = total - 2 - (OUTCOME_COLUMNS + 1) - (when + 1 if when else 0) - (word + 1)
        if rest < _TWO_TEXTS:
            return cls(total, when, max(rest, 0), 0, word)
        name = min(max(12, rest * 2 // 5), 40)
        return cls(total, when, name, rest - name - 1, word)


@dataclass(frozen=True, slots=True)
class Styles:
    """How the parts of a line look."""

    plain: Style
    muted: Style
    unseen: Style
    cursor: Style
    outcomes: Mapping[Outcome, Style]


def alert_line(row: Row, columns: Columns, styles: Styles, now: datetime, *, is_unseen: bool, is_cursor: bool) -> Strip:
    """The line of one row."""
    alert, group = row.alert, row.group
    outcome = group.worst if group is not None else alert.outcome
    fold = "" if group is None else "▸" if row.is_folded else "▾"
    parts = [
        (_cell(fold or ("•" if is_unseen else ""), 1), styles.plain if fold else styles.unseen),
        (_cell(f"{MARKS[outcome]}{outcome.value}", OUTCOME_COLUMNS), styles.outcomes[outcome]),
    ]
    if columns.when:
        parts.append((_cell(when_words(alert.at_ms, now, columns.when), columns.when), styles.muted))
    name = alert.sender or alert.name
    if group is not None:
        name = f"({group.count}) {group.title}"
    elif row.inside is not None:
        name = f"  {name}"
    parts.append((_cell(name, columns.name), styles.plain))
    if columns.reason:
        parts.append((_cell(alert.reason, columns.reason), styles.plain))
    word = "" if group is not None else owner_words(row, columns.word)
    segments = [Segment(f"{text} ", style) for text, style in parts]
    strip = Strip([*segments, Segment(_cell(word, columns.word), styles.muted)]).adjust_cell_length(columns.total)
    return strip.apply_style(styles.cursor) if is_cursor else strip


def owner_words(row: Row, columns: int) -> str:
    """The owner's word on the alert, and the mark; by their first letters where there is no room."""
    alert = row.alert
    mark = alert.mark.word if alert.mark is not None else ""
    if columns > 2:
        if alert.says and mark:
            return f"{alert.says} {_SIGNS[mark]}"
        return alert.says or mark
    return _SIGNS.get(alert.says, "") + _SIGNS.get(mark, "")


def when_words(at_ms: int, now: datetime, columns: int) -> str:
    """The time of today, the day of this week, the date of this year, else the whole date, or the year alone.

    `now` is naive, in the owner's own time zone.
    """
    try:
        moment = datetime.fromtimestamp(at_ms / 1000)
    except (ValueError, OverflowError, OSError):
        return "?"
    days = (now.date() - moment.date()).days
    if days == 0:
        return f"{moment:%H:%M}"
    if 0 < days < 7:
        return _DAYS[moment.weekday()]
    if moment.year == now.year:
        return f"{moment.day} {_MONTHS[moment.month - 1]}"
    return moment.date().isoformat() if columns >= 10 else f"{moment.year}"


def _cell(text: str, columns: int) -> str:
    """The text in exactly so many columns, cut with an ellipsis."""
    if text.isascii() and len(text) <= columns:
        return text.ljust(columns)
    if cell_len(text) <= columns:
        return set_cell_size(text, columns)
    return set_cell_size(set_cell_size(text, max(columns - 1, 0)).rstrip() + "…", columns) if columns else ""
