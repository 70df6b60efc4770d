"""Follows the journal: the alerts that are there, newest first, and then what any program adds.

Invariants: every verdict comes exactly once, and again whenever the owner's word on it changes; what was forgotten is
told by its numbers; reading holds no lock between two batches.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from guardian.alerts.alert import Alert, alert_of_view
from guardian.journal.feedback import LatestFeedback, feedback_of
from guardian.journal.journal import Journal
from guardian.journal.record import Kind, Record
from guardian.journal.reports.view import View
from guardian.journal.scan import Scan

BATCH: Final = 500


@dataclass(frozen=True, slots=True)
class Changes:
    """What is new."""

    alerts: tuple[Alert, ...] = ()
    """New ones, and known ones on which the owner's word changed."""
    forgotten: tuple[tuple[int, int], ...] = ()
    """First and last number of what was forgotten, both included."""


class Follower:
    """Reads one unlocked journal. For one thread."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._latest = LatestFeedback()
        self._next = self._first = journal.size

    def earlier(self) -> Iterator[tuple[Alert, ...]]:
        """What was there when this was made, newest first, in batches. Raises JournalError."""
        batch: list[Alert] = []
        scan = Scan(self._journal, most_readers=0)
        for entry in scan.entries(0, self._first, newest_first=True, where=_is_wanted):
            self._latest.add(entry)
            alert = alert_of_view(View(entry, self._latest.of(entry.seq)))
            if alert is not None:
                batch.append(alert)
            if len(batch) >= BATCH:
                yield tuple(batch)
                batch = []
        yield tuple(batch)

    def new(self) -> Changes:
        """What came since the last call. Raises JournalError."""
        size = self._journal.size
        if size <= self._next:
            return Changes()
        alerts: dict[int, Alert] = {}
        forgotten: list[tuple[int, int]] = []
        for entry in self._journal.entries(self._next, size):
            self._latest.add(entry)
            said = feedback_of(entry)
            about = self._journal.entry(said.of) if said is not None and 0 <= said.of < size else entry
            alert = alert_of_view(View(about, self._latest.of(about.seq)))
            if alert is not None:
                alerts[alert.key] = alert
            if isinstance(entry.record, Record) and entry.record.kind is Kind.FORGOTTEN:
                forgotten += [(int(first), int(last)) for first, last in entry.record.body["seqs"]]
        self._next = size
        return Changes(tuple(alerts.values()), tuple(forgotten))


def _is_wanted(_seq: int, data: bytes) -> bool:
    return b'"kind":"verdict"' in data or b'"kind":"feedback"' in data
