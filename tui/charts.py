"""Charts of text: what the journal adds up to, as bars and sparklines.

Invariants: pure; an outcome is told by its shape as well as by its colour; every bar has its number beside it; names of
senders and policies pass `fitted`, which makes them safe.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from textual.content import Content

from guardian.journal.reports.sparkline import sparkline
from guardian.journal.reports.view_lines import fitted
from guardian.verdict import Outcome
from guardian.verdict_words import tactic_name

if TYPE_CHECKING:
    from guardian.journal.reports.statistics import Group, Statistics

MOST_WEEKS: Final = 12
MOST_GROUPS: Final = 10
_WEEK_COLUMNS: Final = 12
_SHORTEST_BAR: Final = 8
_LONGEST_BAR: Final = 60
_FILLS: Final = (
    (Outcome.FLAGGED, "█", "$text-error"),
    (Outcome.NOTICE, "▓", "$text-primary"),
    (Outcome.UNSURE, "▒", "$text-warning"),
    (Outcome.UNSCREENED, "░", "$text-warning"),
)
"""From the left; clean messages have a number alone, for beside them the others would not be seen."""


def statistics_words(statistics: Statistics, columns: int) -> Content:
    """Everything that was counted, for so many columns."""
    blocks = [_headline(statistics), *_weeks(statistics, columns)]
    for title, groups, is_tactic in (
        ("Tactics", statistics.tactics, True),
        ("Policies", statistics.policies, False),
        ("Senders", statistics.senders, False),
        ("Channels", statistics.channels, False),
    ):
        blocks += _groups(title, groups, columns, is_tactic=is_tactic)
    return Content("\n\n").join(blocks)


def _headline(statistics: Statistics) -> Content:
    counts = {group.name: group.total for group in statistics.outcomes}
    parts = [f"{counts.get(outcome.value, 0):,} {outcome.value}" for outcome in Outcome]
    lines = [Content(f"{statistics.verdicts + statistics.counted:,} messages: {', '.join(parts)}")]
    odd = [(statistics.erased, "forgotten"), (statistics.unreadable, "unreadable; Verify says why")]
    lines += [Content.styled(f"{count:,} {words}", "$foreground-muted") for count, words in odd if count]
    said = statistics.precision
    if said.right + said.wrong:
        lines.append(Content(f"you said right: {said.words()}, 90% interval; unsure: {said.unsure:,}"))
    return Content("\n").join(lines)


def _weeks(statistics: Statistics, columns: int) -> Iterator[Content]:
    weeks = list(zip(statistics.mondays, statistics.by_week, strict=True))[-MOST_WEEKS:]
    if not weeks:
        return
    bar_columns = min(max(columns - _WEEK_COLUMNS - 26, _SHORTEST_BAR), _LONGEST_BAR)
    most = max(sum(counts.get(outcome.value, 0) for outcome, _, _ in _FILLS) for _, counts in weeks)
    lines = [_title("By week"), _legend()]
    for monday, counts in weeks:
        told = sum(counts.get(outcome.value, 0) for outcome, _, _ in _FILLS)
        bar = [
            (fill * _length(counts.get(outcome.value, 0), most, bar_columns), colour)
            for outcome, fill, colour in _FILLS
        ]
        numbers = (f" {told:,} of {sum(counts.values()):,}", "$foreground-muted")
        lines.append(Content.assemble(f"{monday:%d %b %Y}  ", *bar, numbers))
    yield Content("\n").join(lines)


def _legend() -> Content:
    return Content("  ").join(Content.styled(f"{fill} {outcome.value}", colour) for outcome, fill, colour in _FILLS)


def _groups(title: str, groups: Sequence[Group], columns: int, *, is_tactic: bool) -> Iterator[Content]:
    if not groups:
        return
    weeks = min(len(groups[0].weeks), MOST_WEEKS)
    name_columns = min(36, max(columns // 3, 12))
    bar_columns = min(max(columns - name_columns - weeks - 32, 0), 24)
    lines = [_title(title)]
    for group in groups[:MOST_GROUPS]:
        name = fitted(tactic_name(group.name) if is_tactic else group.name, name_columns)
        bar = "━" * _length(group.total, groups[0].total, bar_columns)
        said = f"  right {group.precision.words()}" if group.precision.share is not None else ""
        lines.append(
            Content.assemble(
                f"{name} {group.total:>6,} ",
                (f"{bar:<{bar_columns}} ", "$text-primary"),
                (sparkline(group.weeks[len(group.weeks) - weeks :]), "$foreground-muted"),
                said,
            )
        )
    if len(groups) > MOST_GROUPS:
        lines.append(Content.styled(f"and {len(groups) - MOST_GROUPS} more", "$foreground-muted"))
    yield Content("\n").join(lines)


def _title(words: str) -> Content:
    return Content.styled(words, "bold $text-primary")


def _length(value: int, most: int, columns: int) -> int:
    """Columns of a bar: something is never drawn as nothing."""
    return -(-value * columns // most) if most and value else 0
