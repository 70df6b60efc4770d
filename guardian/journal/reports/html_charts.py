"""Charts of the journal as inline SVG: outcomes by week, and bars in a table.

Invariants: nothing but numbers and Guardian's own words goes into the markup; no script, no style attribute, no
reference to anything outside; colours come from the page's classes, so that light and dark both work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Final

from guardian.verdict import Outcome

SHOWN: Final = tuple(outcome for outcome in Outcome if outcome is not Outcome.CLEAN)
"""The weeks are drawn without what was clean: it would flatten all the rest."""

_WIDTH: Final = 640
_HEIGHT: Final = 180
_LEFT: Final = 44
_TOP: Final = 12
_FLOOR: Final = 150
_WIDEST: Final = 28
_BAR_WIDTH: Final = 220
_BAR_HEIGHT: Final = 14


def week_chart(mondays: Sequence[date], by_week: Sequence[Mapping[str, int]]) -> str:
    """One column a week, divided by outcome. Empty where there is nothing to draw."""
    totals = [sum(counts.get(outcome.value, 0) for outcome in SHOWN) for counts in by_week]
    highest = max(totals, default=0)
    if not highest:
        return ""
    step = (_WIDTH - _LEFT) / len(mondays)
    width = min(step * 0.8, _WIDEST)
    parts = [f'<path class="axis" d="M{_LEFT} {_TOP}V{_FLOOR}H{_WIDTH}"/>']
    parts += [_tick(_LEFT - 6, _TOP + 4, f"{highest:,}", "end"), _tick(_LEFT - 6, _FLOOR, "0", "end")]
    for place, (monday, counts) in enumerate(zip(mondays, by_week, strict=True)):
        parts += _column(_LEFT + place * step + (step - width) / 2, width, monday, counts, highest)
    parts.append(_tick(_LEFT, _FLOOR + 18, mondays[0].isoformat(), "start"))
    if len(mondays) > 1:
        parts.append(_tick(_WIDTH, _FLOOR + 18, mondays[-1].isoformat(), "end"))
    keys = "".join(f'<li><span class="key {outcome.value}"></span>{outcome.value}</li>' for outcome in SHOWN)
    return _svg(_WIDTH, _HEIGHT, "Messages by week and outcome", parts) + f'<ul class="legend">{keys}</ul>'


def bar(value: int, highest: int, outcome: str = "fill") -> str:
    """A bar of a table's row; `outcome` is the class that colours it."""
    width = _BAR_WIDTH * value / highest if highest else 0
    rect = f'<rect class="{escape(outcome)}" width="{width:.1f}" height="{_BAR_HEIGHT}" rx="2"/>'
    return _svg(_BAR_WIDTH, _BAR_HEIGHT, f"{value:,}", [rect])


def _column(left: float, width: float, monday: date, counts: Mapping[str, int], highest: int) -> list[str]:
    parts, floor = [], float(_FLOOR)
    for outcome in SHOWN:
        count = counts.get(outcome.value, 0)
        height = (_FLOOR - _TOP) * count / highest
        if count:
            floor -= height
            title = f"<title>week of {monday.isoformat()}, {outcome.value}: {count:,}</title>"
            place = f'x="{left:.1f}" y="{floor:.1f}" width="{width:.1f}" height="{height:.1f}"'
            parts.append(f'<rect class="{outcome.value}" {place}>{title}</rect>')
    return parts


def _tick(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text class="tick" x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">{escape(words)}</text>'


def _svg(width: int, height: int, words: str, parts: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg {size} role="img" aria-label="{escape(words)}">{"".join(parts)}</svg>'
