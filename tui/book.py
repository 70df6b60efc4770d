"""Every alert that the app knows, in one place: the journal's, and those of this run that nobody recorded.

Invariants: for the painting thread alone; an alert is there once; `newest_first` is in order whatever order they came
in; what was screened without being recorded keeps its `Screened`, so that it can be opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.sorted_alerts import SortedAlerts, newest_first

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.gate import Screened


class AlertBook:
    """The alerts by their keys."""

    def __init__(self) -> None:
        self._alerts: dict[int, Alert] = {}
        self._sorted = SortedAlerts(newest_first)
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

    def everything(self) -> SortedAlerts:
        """All alerts, newest first, as they are now and as they come. To be read, not to be changed."""
        return self._sorted

    def add(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Take in what the journal holds. Returns those that are new or changed."""
        changed = [alert for alert in alerts if self._alerts.get(alert.key) != alert]
        self._put(changed)
        return changed

    def add_screened(self, screened: Screened, at_ms: int) -> Alert:
        """Take in what was screened just now."""
        from guardian.alerts.alert import alert_of_screened

        place = screened.verdict.journal
        seq = place.get("seq") if place is not None else None
        if seq is None:
            self._unrecorded += 1
        key = int(seq) if seq is not None else -self._unrecorded
        self._screened[key] = screened
        if key not in self._alerts:
            self._put([alert_of_screened(screened, key, at_ms)])
        return self._alerts[key]

    def forget(self, ranges: Iterable[tuple[int, int]]) -> list[int]:
        """Drop what was erased. Returns the keys that went."""
        spans = list(ranges)
        gone = [key for key in self._alerts if any(first <= key <= last for first, last in spans)]
        self._sorted.drop(self._alerts[key] for key in gone)
        for key in gone:
            del self._alerts[key]
            self._screened.pop(key, None)
        return gone

    def _put(self, alerts: Sequence[Alert]) -> None:
        moved = [old for each in alerts if (old := self._alerts.get(each.key)) is not None and old.at_ms != each.at_ms]
        self._sorted.drop(moved)  # screened here and told before it was read: the record's own moment counts
        self._alerts.update((alert.key, alert) for alert in alerts)
        self._sorted.put({alert.key: alert for alert in alerts}.values())
