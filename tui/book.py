"""Every alert that the app knows, in one place: the journal's, and those of this run that nobody recorded.

Invariants: for the painting thread alone; an alert is there once; `order` is newest first, whatever order they came in;
what was screened without being recorded keeps its `Screened`, so that it can be opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.gate import Screened


class AlertBook:
    """The alerts by their keys."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._screened: dict[int, Screened] = {}
        self._unrecorded = 0

    def __len__(self) -> int:
        return len(self._alerts)

    def __contains__(self, key: int) -> bool:
        return key in self._alerts

    def get(self, key: int) -> Alert | None:
        """The alert of that key."""
        return self._alerts.get(key)

    def screened(self, key: int) -> Screened | None:
        """What was screened in this run under that key; None where it has to be read from the journal."""
        return self._screened.get(key)

    def everything(self) -> Sequence[Alert]:
        """All alerts, newest first."""
        return sorted(self._alerts.values(), key=lambda alert: (alert.at_ms, alert.key), reverse=True)

    def add(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Take in what the journal holds. Returns those that are new or changed."""
        changed = [alert for alert in alerts if self._alerts.get(alert.key) != alert]
        self._alerts.update((alert.key, alert) for alert in changed)
        return changed

    def add_screened(self, screened: Screened, at_ms: int) -> Alert:
        """Take in what was screened just now."""
        from guardian.alerts.alert import alert_of_screened

        place = screened.verdict.journal
        seq = place.get("seq") if place is not None else None
        if seq is None:
            self._unrecorded += 1
        key = int(seq) if seq is not None else -self._unrecorded
        alert = alert_of_screened(screened, key, at_ms)
        self._screened[key] = screened
        self._alerts.setdefault(key, alert)
        return self._alerts[key]

    def forget(self, ranges: Iterable[tuple[int, int]]) -> list[int]:
        """Drop what was erased. Returns the keys that went."""
        spans = list(ranges)
        gone = [key for key in self._alerts if any(first <= key <= last for first, last in spans)]
        for key in gone:
            del self._alerts[key]
            self._screened.pop(key, None)
        return gone
