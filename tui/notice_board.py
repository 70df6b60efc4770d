"""What the bar of notices says, and for how long: pure, so that every rule of it can be tested without a screen.

Invariants: what gravely matched (flagged, high severity) stays until it was seen; milder notices leave by themselves
after `STAY_S`, and stay in the list of what was not seen; three or more together become one line. A line holds a
sender, a reason and a policy, each made safe by the alert, and never a message's text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from guardian.alerts.level import is_loud
from guardian.verdict import Outcome, Severity

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.settings_live import AlertSettings

STAY_S: Final = 10.0
"""How long a milder notice stays in the bar; what comes within it is one burst."""
GROUPED: Final = 3
"""So many at once are one line."""
_WORST_FIRST: Final = (Outcome.FLAGGED, Outcome.UNSCREENED, Outcome.UNSURE, Outcome.NOTICE)


def is_told(alert: Alert, rules: AlertSettings) -> bool:
    """Whether an alert makes a notice, by the levels that the owner set."""
    return is_loud(alert.outcome, alert.severity if alert.policies else None, rules)


def is_listed(alert: Alert, rules: AlertSettings) -> bool:
    """Whether it belongs to the list of what was not seen: flagged ones do at any level."""
    return alert.outcome is Outcome.FLAGGED or is_told(alert, rules)


def stays(alert: Alert) -> bool:
    """Whether its notice stays until it was seen."""
    return alert.outcome is Outcome.FLAGGED and alert.severity is Severity.HIGH


@dataclass(frozen=True, slots=True)
class _Posted:
    alert: Alert
    until_s: float | None
    """When it leaves by itself; None: not before it was seen."""


class NoticeBoard:
    """The notices that are in the bar now. Moments are those of a clock that never goes back, in seconds."""

    def __init__(self) -> None:
        self._posted: dict[int, _Posted] = {}

    def post(self, alert: Alert, now_s: float) -> None:
        """Put a notice up."""
        self._posted[alert.key] = _Posted(alert, None if stays(alert) else now_s + STAY_S)

    def take_down(self, keys: Iterable[int]) -> None:
        """These were seen, or are gone."""
        for key in keys:
            self._posted.pop(key, None)

    def clear(self) -> None:
        """Take everything down."""
        self._posted.clear()

    def line(self, now_s: float) -> str:
        """What the bar says now; empty where there is nothing to say."""
        up = [each.alert for each in self._posted.values() if each.until_s is None or each.until_s > now_s]
        for key in [key for key, each in self._posted.items() if each.until_s is not None and each.until_s <= now_s]:
            del self._posted[key]
        if not up:
            return ""
        if len(up) >= GROUPED:
            return burst_line(up)
        more = " (and 1 more)" if len(up) > 1 else ""
        return alert_line(up[-1]) + more

    def next_change_s(self) -> float | None:
        """When the line changes by itself; None: it does not."""
        return min((each.until_s for each in self._posted.values() if each.until_s is not None), default=None)

    @property
    def is_grave(self) -> bool:
        """Whether something stays until it was seen."""
        return any(each.until_s is None for each in self._posted.values())


def alert_line(alert: Alert) -> str:
    """One alert in a few words: outcome, what it does, who from."""
    from guardian.verdict_words import MARKS

    head = f"{MARKS[alert.outcome]}{alert.outcome.value}".strip()
    who = alert.sender or alert.name
    return f"{head}: {alert.reason}" + (f", from {who}" if who else "")


def burst_line(alerts: Iterable[Alert]) -> str:
    """Several in one line: how many of each outcome, and which policy most of them matched."""
    from guardian.verdict_words import MARKS

    several = list(alerts)
    counts = Counter(alert.outcome for alert in several)
    worst = next((outcome for outcome in _WORST_FIRST if counts[outcome]), Outcome.NOTICE)
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in _WORST_FIRST if counts[outcome]]
    policies = Counter(policy for alert in several for policy in alert.policies)
    most = policies.most_common(1)
    is_most = bool(most) and most[0][1] * 2 > len(several)
    return f"{MARKS[worst]}{', '.join(parts)}" + (f", mostly {policy_name(most[0][0])}" if is_most else "")


def policy_name(policy_id: str) -> str:
    """A policy's id as words: `pressure-to-pay` is `Pressure to pay`."""
    words = policy_id.replace("-", " ")
    return words[:1].upper() + words[1:]
