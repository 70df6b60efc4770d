"""Charts as inline SVG: an interval bar in a table's row, the reliability curve, the outcomes of a channel.

Invariants: nothing but numbers and Guardian's own words, or escaped names, goes into the markup; no script, no style
attribute, no reference to anything outside; colours come from the page's classes, so that light and dark both work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from guardian.report.sections import Bar
from guardian.safe_text import safe_line
from guardian.verdict import Outcome

BAR_WIDTH: Final = 160
_BAR_HEIGHT: Final = 14
_SIDE: Final = 260
_MARGIN: Final = 34
_STACK_WIDTH: Final = 560
_STACK_HEIGHT: Final = 22
_STACK_STEP: Final = 46


def interval_bar(bar: Bar) -> str:
    """A bar with its interval, and a line at its mark."""
    share, low, high = (_x(value) for value in (bar.share, bar.low, bar.high))
    middle = _BAR_HEIGHT / 2
    parts = [
        f'<rect class="track" width="{BAR_WIDTH}" height="{_BAR_HEIGHT}" rx="2"/>',
        f'<rect class="fill" width="{share}" height="{_BAR_HEIGHT}" rx="2"/>',
        f'<path class="whisker" d="M{low} {middle}H{high}M{low} 4V10M{high} 4V10"/>',
    ]
    words = f"{bar.share:.0%}, {bar.low:.0%} to {bar.high:.0%}"
    if bar.mark is not None:
        parts.append(f'<path class="mark" d="M{_x(bar.mark)} 0V{_BAR_HEIGHT}"/>')
        words += f", mark {bar.mark:.0%}"
    return _svg(BAR_WIDTH, _BAR_HEIGHT, words, parts)


def reliability_chart(calibration: Mapping[str, Any]) -> str:
    """Share of violating rows against risk; on the diagonal, risk is a probability."""
    size = _SIDE - 2 * _MARGIN

    def at(across: float, up: float) -> tuple[str, str]:
        return f"{_MARGIN + across * size:.1f}", f"{_SIDE - _MARGIN - up * size:.1f}"

    (left, floor), (right, top) = at(0, 0), at(1, 1)
    parts = [
        f'<path class="axis" d="M{left} {top}V{floor}H{right}"/>',
        f'<path class="diagonal" d="M{left} {floor}L{right} {top}"/>',
    ]
    points = []
    for each in calibration["bins"]:
        share = each["violating"]
        (x, y), (_, low), (_, high) = (at(each["mean_risk"], share[key]) for key in ("share", "low", "high"))
        parts.append(f'<path class="whisker" d="M{x} {low}V{high}"/><circle class="dot" cx="{x}" cy="{y}" r="3.5"/>')
        points.append(f"{x} {y}")
    parts.append(f'<path class="curve" d="M{"L".join(points)}"/>')
    for value in (0, 0.5, 1):
        (x, _), (_, y) = at(value, 0), at(0, value)
        parts.append(f'<text class="tick" x="{x}" y="{_SIDE - _MARGIN + 16}" text-anchor="middle">{value:g}</text>')
        parts.append(f'<text class="tick" x="{_MARGIN - 6}" y="{float(y) + 4:.1f}" text-anchor="end">{value:g}</text>')
    parts.append(f'<text class="tick" x="{_SIDE / 2}" y="{_SIDE - 3}" text-anchor="middle">risk</text>')
    parts.append(f'<text class="tick" x="{_MARGIN}" y="{_MARGIN - 12}">share of violating rows</text>')
    return _svg(_SIDE, _SIDE, "Share of violating rows by risk", parts)


def outcome_chart(outcomes: Mapping[str, Mapping[str, Mapping[str, int]]]) -> str:
    """One bar a channel and label, divided by outcome."""
    parts, top = [], 0
    for channel, labels in sorted(outcomes.items()):
        for label, counts in sorted(labels.items()):
            total = sum(counts.values())
            name = escape(safe_line(f"{channel}, {label}: {total:,}"))
            parts.append(f'<text class="tick" x="0" y="{top + 13}">{name}</text>')
            parts += _stack(counts, total, top + 18)
            top += _STACK_STEP
    return _svg(_STACK_WIDTH, max(top, 1), "Outcomes by channel", parts) + _legend()


def _stack(counts: Mapping[str, int], total: int, top: int) -> Sequence[str]:
    parts, left = [], 0.0
    for outcome in Outcome:
        width = _STACK_WIDTH * counts[outcome.value] / total
        if width:
            title = f"<title>{outcome.value}: {counts[outcome.value]:,}</title>"
            place = f'x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_STACK_HEIGHT}"'
            parts.append(f'<rect class="{outcome.value}" {place}>{title}</rect>')
        left += width
    return parts


def _legend() -> str:
    keys = "".join(f'<li><span class="key {outcome.value}"></span>{outcome.value}</li>' for outcome in Outcome)
    return f'<ul class="legend">{keys}</ul>'


def _x(value: float) -> str:
    return f"{BAR_WIDTH * value:.1f}"


def _svg(width: int, height: int, words: str, parts: Sequence[str]) -> str:
    size = f'width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return f'<svg {size} role="img" aria-label="{escape(words)}">{"".join(parts)}</svg>'
