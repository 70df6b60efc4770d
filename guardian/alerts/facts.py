"""An alert as a filter of the journal sees it, and the road through the journal for what an alert does not know.

Invariants: a filter that does not look at words means the same of an alert as of its record, but for senders that are
longer than an alert keeps, or hold control characters; an alert holds no text, so where a filter looks at words
(`needs_text`) the journal has to be asked, and `matching` does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import cached_property
from typing import Final

from guardian.alerts.alert import Alert, alert_of_view
from guardian.alerts.follow import Follower
from guardian.journal.filters.matching import Filter
from guardian.journal.filters.terms import Words
from guardian.journal.journal import Journal
from guardian.journal.marks import Marked
from guardian.journal.record import Kind
from guardian.journal.reports.view import Selector, select
from guardian.journal.reports.words import folded
from guardian.journal.scan import Scan, shares
from guardian.tactics import group_of, is_known

BATCH: Final = 200
"""Records that `matching` looks at between two batches: about a hundredth of a second."""


class AlertFacts:
    """The facts of one alert (`guardian.journal.reports.facts.Facts`). Of one that nobody recorded, the number is not
    known."""

    words: Final = None

    def __init__(self, alert: Alert) -> None:
        self._alert = alert

    @property
    def seq(self) -> int | None:
        """See `Facts`."""
        return self._alert.seq

    @property
    def kind(self) -> Kind | None:
        """See `Facts`."""
        return Kind.VERDICT

    @property
    def at_ms(self) -> int | None:
        """See `Facts`."""
        return self._alert.at_ms

    @property
    def outcome(self) -> str | None:
        """See `Facts`."""
        return self._alert.outcome.value

    @property
    def channel(self) -> str | None:
        """See `Facts`."""
        return self._alert.channel

    @property
    def policies(self) -> Collection[str] | None:
        """See `Facts`."""
        return self._alert.policies

    @cached_property
    def tactics(self) -> Collection[str] | None:
        """See `Facts`."""
        ids = self._alert.tactics
        return {*ids, *(group_of(each) for each in ids if is_known(each))}

    @cached_property
    def senders(self) -> Collection[str] | None:
        """See `Facts`."""
        return list(map(folded, self._alert.senders))

    @property
    def says(self) -> str | None:
        """See `Facts`."""
        return self._alert.says or "none"

    @property
    def mark(self) -> str | None:
        """See `Facts`."""
        return (self._alert.mark.mark if self._alert.mark is not None else Marked.NONE).value


def needs_text(wanted: Filter) -> bool:
    """Whether a filter looks at words of texts, quotes or notes."""
    return any(isinstance(term, Words) for term in wanted.leaves())


def matching(journal: Journal, wanted: Filter) -> Iterator[tuple[int, ...]]:
    """Keys of the alerts that a filter lets through, newest first, in batches, some of which may be empty: between two
    of them no lock is held, and the caller may give way or stop. Reads in this process and thread alone.

    Raises JournalError.
    """
    selector, scan = Selector(wanted), Scan(journal, most_readers=0)
    for share in shares(0, journal.size, newest_first=True, size=BATCH):
        entries = scan.entries(share[-1], share[0] + 1, newest_first=True, where=selector.where, also=selector.also)
        views = map(selector.take, entries)
        yield tuple(view.seq for view in views if view is not None and view.kind == Kind.VERDICT)


def alerts_of(journal: Journal, wanted: Filter) -> Iterator[Alert]:
    """The alerts that a filter lets through, newest first, by the quickest road. Raises JournalError."""
    if needs_text(wanted):
        views = select(Scan(journal), wanted)
        yield from filter(None, map(alert_of_view, views))
        return
    for batch in Follower(journal).earlier():
        for alert in batch:
            if wanted.lets_through(AlertFacts(alert)):
                yield alert
