"""Statistics as lines for a terminal, with a sparkline a row (`--json` has the numbers behind it).

Invariant: names of senders, policies and tactics pass `safe_line`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from guardian.journal.reports.sparkline import BLOCKS, sparkline
from guardian.journal.reports.statistics import Group, Statistics
from guardian.journal.reports.view_lines import fitted
from guardian.verdict_words import tactic_name

MOST_WEEKS: Final = 26
"""Weeks of a sparkline, the latest ones; --json has all."""
_NAME_COLUMNS: Final = 36


def statistics_lines(statistics: Statistics, steps: str = BLOCKS) -> list[str]:
    """All of it. `steps` are the characters of the sparklines (`guardian.journal.reports.sparkline`)."""
    lines = [_headline(statistics)]
    for title, groups, is_tactic in (
        ("outcome", statistics.outcomes, False),
        ("channel", statistics.channels, False),
        ("tactic", statistics.tactics, True),
        ("policy", statistics.policies, False),
        ("sender", statistics.senders, False),
    ):
        lines += _table(title, groups, steps, is_tactic=is_tactic)
    said = statistics.precision
    if said.right + said.wrong + said.unsure:
        lines += ["", f"you said right: {said.words()} (90% interval); unsure: {said.unsure:,}"]
    return lines


def _headline(statistics: Statistics) -> str:
    parts = [f"{statistics.verdicts:,} messages recorded one by one"]
    for count, words in (
        (statistics.counted, "only counted"),
        (statistics.erased, "forgotten"),
        (statistics.unreadable, "unreadable (guardian journal verify says why)"),
    ):
        parts += [f"{count:,} {words}"] if count else []
    return ", ".join(parts) + _weeks(statistics.mondays)


def _weeks(mondays: Sequence[date]) -> str:
    if not mondays:
        return ""
    return f"; {len(mondays):,} {'week' if len(mondays) == 1 else 'weeks'} from {mondays[0].isoformat()}"


def _table(title: str, groups: Sequence[Group], steps: str, *, is_tactic: bool) -> Iterator[str]:
    if not groups:
        return
    weeks = min(len(groups[0].weeks), MOST_WEEKS)
    wide = max(weeks, len("by week"))
    yield ""
    yield f"{title:<{_NAME_COLUMNS}}  {'messages':>9}  {'by week':<{wide}}  you said right"
    for group in groups:
        name = fitted(tactic_name(group.name) if is_tactic else group.name, _NAME_COLUMNS)
        line = sparkline(group.weeks[len(group.weeks) - weeks :], steps)
        yield f"{name}  {group.total:>9,}  {line:<{wide}}  {group.precision.words()}"
