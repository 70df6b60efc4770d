"""The list of policies: how each stands, what it is, how often it matched and was right, when it is to be read again.

Invariants: a state is a word and a shape, and a colour on top; what is not known (the journal is locked) is a dash and
never a nought; every word of a policy passes `safe_line`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final

from textual.content import Content
from textual.widget import Widget

from guardian.policy.survey import YOURS, Standing, Surveyed
from guardian.policy.survey_lines import hits_words, record_words
from guardian.safe_text import safe_line
from tui.widgets.line_list import Line

SHAPES: Final = {
    Standing.BROKEN: "x",
    Standing.IN_FORCE: "●",
    Standing.ON_TRIAL: "◐",
    Standing.DRAFT: "○",
    Standing.RETIRED: "–",
}
COLOURS: Final = {
    Standing.BROKEN: "bold $text-error",
    Standing.IN_FORCE: "$text-success",
    Standing.ON_TRIAL: "$text-primary",
    Standing.DRAFT: "$foreground-muted",
    Standing.RETIRED: "$foreground-muted",
}
MUTED: Final = "$foreground-muted"
_STATE_COLUMNS: Final = 11
_COLUMNS: Final = (("hits", 5, 34), ("right/wrong", 12, 58), ("review", 9, 70), ("by", 10, 82))
"""Name, width, and the least width of the list at which the column is there."""
_MOST_FROM: Final = 9


def policy_lines(policies: Sequence[Surveyed], today: date) -> list[Line]:
    """The rows of the list."""
    return [Line(each.id, partial(_row, each, today)) for each in policies]


class PolicyHeading(Widget):
    """The names of the columns that are there at its width."""

    def render(self) -> Content:
        """One line."""
        width = self.size.width
        columns = "".join(f"{name:>{cells}}" for name, cells in _shown(width))
        left = max(width - _STATE_COLUMNS - 1 - len(columns), 0)
        return Content.styled(f"{'state':<{_STATE_COLUMNS}} {'policy':<{left}}{columns}"[:width], MUTED)


def found_by(each: Surveyed, words: str) -> bool:
    """Whether every one of the words is in its id, title, state, notes, author or reason."""
    why = each.policy.why if each.policy is not None else ""
    text = " ".join((each.id, each.title, each.standing.value, *each.notes, each.came_from, why)).casefold()
    return all(word in text for word in words.casefold().split())


def _shown(width: int) -> list[tuple[str, int]]:
    return [(name, cells) for name, cells, least in _COLUMNS if width >= least]


def _row(each: Surveyed, today: date, width: int) -> Content:
    state = Content.styled(
        f"{SHAPES[each.standing]} {each.standing.value}".ljust(_STATE_COLUMNS), COLOURS[each.standing]
    )
    values = {
        "hits": (hits_words(each), ""),
        "right/wrong": (record_words(each), "$text-warning" if each.is_poor else ""),
        "review": _review(each, today),
        "by": (_from(each), MUTED),
    }
    columns = [Content.styled(values[name][0].rjust(cells), values[name][1]) for name, cells in _shown(width)]
    left = max(width - _STATE_COLUMNS - 1 - sum(cells for _, cells in _shown(width)), 0)
    return Content("").join([state, Content(" "), _name(each, left), *columns])


def _name(each: Surveyed, width: int) -> Content:
    """The title, and behind it what there is to know; the title gives way first, but not all of it."""
    said = f" [{', '.join(each.notes)}]" if each.notes else ""
    title = Content(safe_line(each.title))
    room = max(width - len(said), min(width, 12))
    short = title.truncate(room, ellipsis=True)
    words = Content.assemble(short, (said, "$text-warning")) if said else short
    return words.truncate(width, ellipsis=True, pad=True)


def _review(each: Surveyed, today: date) -> tuple[str, str]:
    day = each.policy.review_by if each.policy is not None else None
    if day is None:
        return "-", MUTED
    if each.is_overdue:
        return "overdue", "bold $text-warning"
    return (f"{day:%d %b}" if day.year == today.year else f"{day:%b %Y}"), MUTED


def _from(each: Surveyed) -> str:
    words = "you" if each.came_from == YOURS else each.came_from.removeprefix("pack ").split()[0]
    return words if len(words) <= _MOST_FROM else f"{words[: _MOST_FROM - 1]}…"
