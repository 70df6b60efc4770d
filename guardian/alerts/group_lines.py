"""Groups of alerts as lines for a terminal and as JSON: the line-output twin of a grouped inbox.

Invariants: every line is safe; the outcome is told by a word and a shape, never by colour alone; what can't be known of
a group is said.
"""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, Final

from guardian.alerts.grouping import Group, Grouping
from guardian.journal.reports.view import local_time
from guardian.journal.reports.view_lines import fitted
from guardian.safe_text import safe_line
from guardian.verdict_words import COLOURS, MARKS

JSON_VERSION: Final = 1
_TITLE_COLUMNS: Final = 34
_FEWEST_COLUMNS: Final = 20
_NUMBERS_SHOWN: Final = 3


def group_line(
    group: Group, by: Grouping, *, zone: tzinfo | None = None, colour: bool = False, columns: int = 120
) -> str:
    """One line: worst outcome, how many, when the newest came, whom they are from or what they do, numbers."""
    outcome = f"{MARKS[group.worst]}{group.worst.value:<10}"
    if colour and COLOURS[group.worst]:
        outcome = f"{COLOURS[group.worst]}{outcome}\x1b[0m"
    moment = local_time(group.newest_ms, zone)
    when = moment.strftime("%Y-%m-%d %H:%M") if moment is not None else ""
    said = [_numbers(group)]
    if by is Grouping.CAMPAIGN:
        said += [_senders(group.senders), group.lost]
    else:
        said.append(group.alerts[0].reason)
    before = f"{group.count:>5,}  {when:<16}  {fitted(group.title, _TITLE_COLUMNS)}"
    room = max(columns - 12 - 2 - len(before) - 2, _FEWEST_COLUMNS)
    return f"{outcome}  {before}  {safe_line('; '.join(filter(None, said)), room)}".rstrip()


def group_json(group: Group, by: Grouping) -> dict[str, Any]:
    """One group as JSON values; `seqs` newest first."""
    return {
        "v": JSON_VERSION,
        "group": by.value,
        "title": group.title,
        "worst": group.worst.value,
        "count": group.count,
        "newest_ms": group.newest_ms,
        "senders": group.senders,
        "text_not_kept": group.unkept,
        "seqs": [alert.seq for alert in group.alerts],
    }


def _numbers(group: Group) -> str:
    shown = ", ".join(str(alert.key) for alert in group.alerts[:_NUMBERS_SHOWN])
    return shown + (" …" if group.count > _NUMBERS_SHOWN else "")


def _senders(count: int) -> str:
    if count == 0:
        return "no sender named"
    return "from 1 sender" if count == 1 else f"from {count:,} senders"
