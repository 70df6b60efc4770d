"""What came in a span of time, on one page: for the end of a quiet week, and for `guardian journal summary`.

It counts what the journal holds and judges nothing: how much was screened, what was flagged and by which policy, what
was not judged and why, which policies found nothing, and a few alerts that the owner's word would help most with.

Invariants: what was only counted enters the totals and nothing else; the lines are safe for a terminal and hold no text
of a message.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from guardian.alerts.alert import Alert, alert_of_view
from guardian.errors import UsageError
from guardian.journal.counts import todays_counts
from guardian.journal.filters.query import parse_filter
from guardian.journal.reports.tally import gather
from guardian.journal.reports.view import select
from guardian.journal.scan import Scan
from guardian.safe_text import safe_line
from guardian.tactics import is_known, name_for
from guardian.verdict import Outcome

if TYPE_CHECKING:
    from guardian.journal.filters.matching import Filter
    from guardian.journal.journal import Journal

JSON_VERSION: Final = 1
MOST_NAMED: Final = 5
MOST_TO_JUDGE: Final = 5
DEFAULT_SINCE: Final = "7d"
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_AGE: Final = re.compile(r"\d{1,5}[hdw]")
_NOT_JUDGED: Final = (Outcome.UNSURE, Outcome.UNSCREENED)


@dataclass(frozen=True, slots=True)
class Counted:
    """One name with its number."""

    name: str
    """A title, safe and one line."""
    id: str
    count: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What came since a moment."""

    since: str
    """As it was asked for: `7d`, or a day."""
    outcomes: Mapping[str, int]
    """{outcome: n}, for every outcome."""
    tactics: tuple[Counted, ...]
    """By which policies matched, most frequent first."""
    policies: tuple[Counted, ...]
    """That matched, most frequent first."""
    silent: tuple[Counted, ...]
    """In force, and matched nothing."""
    not_judged: tuple[Counted, ...]
    """Why something could not be judged, most frequent first."""
    to_judge: tuple[Alert, ...]
    """Alerts of which the owner has said nothing: one for each policy first, the newest first."""

    @property
    def screened(self) -> int:
        """Messages in all."""
        return sum(self.outcomes.values())

    def to_json(self) -> dict[str, Any]:
        """As `guardian journal summary --json` prints it."""
        return {
            "v": JSON_VERSION,
            "since": self.since,
            "screened": self.screened,
            "outcomes": dict(self.outcomes),
            **{
                part: [{"id": each.id, "name": each.name, "count": each.count} for each in getattr(self, part)]
                for part in ("tactics", "policies", "silent", "not_judged")
            },
            "to_judge": [alert.key for alert in self.to_judge],
        }


def filter_since(since: str, now: datetime) -> Filter:
    """The filter for all that came since: an age (`24h`, `7d`, `2w`) or a day (`2026-11-21`). Raises UsageError."""
    if not (_AGE.fullmatch(since) or _DAY.fullmatch(since)):
        raise UsageError(f"{safe_line(since, 40)} is no age and no day", hint="such as 24h, 7d, 2w or 2026-11-21")
    return parse_filter(f"~d {since}.." if _DAY.fullmatch(since) else f"~d {since}", now)


def summarise(journal: Journal, since: str, in_force: Mapping[str, str], now: datetime) -> Summary:
    """The summary of an unlocked journal. `in_force`: {id: title} of the policies in force; `now` is local time.

    Raises UsageError, JournalError.
    """
    wanted = filter_since(since, now)
    counts, _ = todays_counts(journal)
    statistics = gather(Scan(journal), wanted, counts)
    outcomes = {outcome.value: 0 for outcome in Outcome}
    outcomes |= {group.name: group.total for group in statistics.outcomes if group.name in outcomes}
    alerts = [alert for view in select(Scan(journal), wanted) if (alert := alert_of_view(view)) is not None]
    matched = {group.name: group.total for group in statistics.policies}
    why = Counter(alert.reason or "no reason was kept" for alert in alerts if alert.outcome in _NOT_JUDGED)
    return Summary(
        since,
        outcomes,
        tuple(Counted(_tactic(group.name), group.name, group.total) for group in statistics.tactics),
        tuple(Counted(_title(name, in_force), name, count) for name, count in matched.items()),
        tuple(Counted(_title(name, in_force), name, 0) for name in sorted(in_force) if name not in matched),
        tuple(Counted(safe_line(reason), "", count) for reason, count in why.most_common()),
        _worth_a_word(alerts),
    )


def summary_lines(summary: Summary) -> list[str]:
    """The page, line by line: plain words, safe for a terminal."""
    lines = [f"since {_since_words(summary.since)}: {_messages(summary.screened)} screened"]
    if not summary.screened:
        return [*lines, "nothing came, so there is nothing to tell: check that your messages reach guardian"]
    parts = [f"{count:,} {name}" for name, count in summary.outcomes.items() if count]
    lines.append(f"outcomes     {', '.join(parts)}")
    lines += _named("flagged by", summary.policies)
    lines += _named("what it did", summary.tactics)
    lines += _named("not judged", summary.not_judged)
    if summary.silent:
        names = ", ".join(each.name for each in summary.silent[:MOST_NAMED])
        more = len(summary.silent) - MOST_NAMED
        lines.append(f"found nothing: {names}" + (f" and {more} more" if more > 0 else ""))
    return lines + _next_lines(summary.to_judge)


def alert_line(alert: Alert) -> str:
    """One alert to be judged: number, outcome, what it does, who from."""
    who = alert.sender or alert.name
    return f"{alert.key:>6}  {alert.outcome.value:<10} {alert.reason}" + (f", from {who}" if who else "")


def _worth_a_word(alerts: Iterable[Alert]) -> tuple[Alert, ...]:
    """Alerts come newest first. A policy that nobody has judged learns most from its first word."""
    open_ones = [alert for alert in alerts if alert.policies and not alert.says]
    firsts: dict[str, Alert] = {}
    for alert in open_ones:
        firsts.setdefault(alert.policies[0], alert)
    chosen = list(firsts.values())[:MOST_TO_JUDGE]
    chosen += [alert for alert in open_ones if alert not in chosen][: MOST_TO_JUDGE - len(chosen)]
    return tuple(chosen)


def _next_lines(to_judge: tuple[Alert, ...]) -> list[str]:
    if not to_judge:
        return ["", "nothing waits for your word"]
    what = "this one" if len(to_judge) == 1 else f"these {len(to_judge)}"
    lines = ["", f"what helps most now: say of {what} whether it was right (guardian feedback SEQ right|wrong|unsure)"]
    return lines + [alert_line(alert) for alert in to_judge]


def _named(label: str, counted: tuple[Counted, ...]) -> list[str]:
    if not counted:
        return []
    names = ", ".join(f"{each.name} {each.count:,}" for each in counted[:MOST_NAMED])
    more = len(counted) - MOST_NAMED
    return [f"{label:<12} {names}" + (f" and {more} more" if more > 0 else "")]


def _since_words(since: str) -> str:
    if _DAY.fullmatch(since):
        return since
    count, unit = int(since[:-1]), {"h": "hour", "d": "day", "w": "week"}[since[-1]]
    return f"{count} {unit}{'' if count == 1 else 's'} ago"


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count:,} messages"


def _tactic(name: str) -> str:
    return name_for(name) if is_known(name) else safe_line(name, 60)


def _title(policy_id: str, titles: Mapping[str, str]) -> str:
    return safe_line(titles.get(policy_id, policy_id), 60)
