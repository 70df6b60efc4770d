"""What a notification says.

The title is plain text on every desktop; the body may be read as markup (freedesktop.org, Desktop Notifications 1.2,
section 4), so it holds Guardian's own words alone, and the title of a policy stands in the title.

Invariants: pure; nothing of a message; a group says how many, of which outcome, and since when.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from guardian.notifications.notable import Notable
from guardian.verdict import Outcome

MOST_TACTICS: Final = 3
_WORST_FIRST: Final = (Outcome.FLAGGED, Outcome.UNSCREENED, Outcome.UNSURE, Outcome.NOTICE)
_ONE: Final = {
    Outcome.FLAGGED: "Flagged",
    Outcome.UNSCREENED: "A message could not be judged",
    Outcome.UNSURE: "A message was judged in part only",
    Outcome.NOTICE: "Worth a second look",
}
_SEVERAL: Final = {
    Outcome.FLAGGED: "flagged",
    Outcome.UNSCREENED: "not judged",
    Outcome.UNSURE: "judged in part",
    Outcome.NOTICE: "worth a second look",
}
_ELSEWHERE: Final = "They are in the app, and in guardian digest --daily."


@dataclass(frozen=True, slots=True)
class Telling:
    """One notification."""

    title: str
    body: str
    seq: int | None = None
    """The alert that a click opens; None: the app as it stands."""


def telling_of_one(notable: Notable) -> Telling:
    """Of one message: what it does, and which policy says so."""
    head = _ONE.get(notable.outcome, "Guardian")
    title = f"{head}: {notable.policies[0]}" if notable.policies else head
    return Telling(title, _tactics(notable.tactics), notable.seq)


def telling_of_several(counts: Mapping[Outcome, int], tactics: Counter[str], since: timedelta) -> Telling:
    """Of a group, put together over some minutes."""
    most = tuple(name for name, _ in tactics.most_common(MOST_TACTICS))
    return Telling(f"{counted(counts)} in the last {_minutes(since)}", _tactics(most))


def telling_of_quiet(counts: Mapping[Outcome, int]) -> Telling:
    """At the end of a quiet time: what came in it."""
    return Telling(f"{counted(counts)} in your quiet time", _ELSEWHERE)


def telling_of_budget(told: int, left_for_high: int) -> Telling:
    """Once a day, when so much was told that the rest waits."""
    title = f"{told} {'notification' if told == 1 else 'notifications'} today: further alerts wait"
    high = "Alerts of high severity still come. " if left_for_high > 0 else ""
    return Telling(title, f"{high}{_ELSEWHERE}")


def counted(counts: Mapping[Outcome, int]) -> str:
    """`3 messages flagged`, or `5 messages: 3 flagged, 2 not judged`. Worst first."""
    parts = [(counts[outcome], _SEVERAL[outcome]) for outcome in _WORST_FIRST if counts.get(outcome)]
    total = sum(number for number, _ in parts)
    messages = "1 message" if total == 1 else f"{total:,} messages"
    if len(parts) == 1:
        return f"{messages} {parts[0][1]}"
    return f"{messages}: {', '.join(f'{number:,} {words}' for number, words in parts)}"


def _tactics(names: tuple[str, ...]) -> str:
    return ", ".join(names[:MOST_TACTICS])


def _minutes(since: timedelta) -> str:
    minutes = max(-(-since // timedelta(minutes=1)), 1)
    return "minute" if minutes == 1 else f"{minutes:,} minutes"
