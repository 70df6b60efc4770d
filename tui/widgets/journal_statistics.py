"""Statistics: what a filter lets through, by week, tactic, policy, sender and channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.desk import Job
from tui.records import Records
from tui.screens.base import app_of
from tui.widgets.journal_pane import JournalPane, said_line
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.journal.reports.statistics import Statistics


@dataclass(repr=False)
class Counted(AppMessage):
    """What it adds up to."""

    statistics: Statistics
    trouble: str
    """What was left out, in a safe line; empty where nothing was."""


class StatisticsPane(JournalPane):
    """A filter and its charts."""

    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self._statistics: Statistics | None = None

    def compose(self) -> ComposeResult:
        """What to count, how it goes, the charts."""
        yield Input(placeholder="what to count; enter counts: ~d 30d, ~c ai, ~s @bank.example", compact=True)
        yield said_line()
        with KeyScroll(classes="charts"):
            yield Static("", markup=False)

    def main(self) -> Widget:
        """The charts."""
        return self.query_one(KeyScroll)

    def arrive(self) -> None:
        """Count, where that was not done yet, and again whenever the owner comes back."""
        self._count()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the room that there is."""
        self._draw()

    @on(Input.Submitted)
    def _asked(self, message: Input.Submitted) -> None:
        message.stop()
        self._count()
        self.main().focus()

    def _count(self) -> None:
        self.say("counting …")
        app_of(self).desk.do("journal-count", partial(_counted, self.query_one(Input).value, self.records), self)

    @on(Counted)
    def _show(self, message: Counted) -> None:
        message.stop()
        self._statistics = message.statistics
        self.say(message.trouble)
        self._draw()

    def _draw(self) -> None:
        if self._statistics is not None:
            from tui.charts import statistics_words

            columns = self.query_one(KeyScroll).size.width - 2
            self.query_one("KeyScroll > Static", Static).update(statistics_words(self._statistics, columns))


def _counted(spelled: str, records: Records, _job: Job) -> Counted:
    from guardian.journal.counts import todays_counts
    from guardian.journal.filters.query import parse_filter
    from guardian.journal.reports.tally import gather
    from guardian.journal.scan import Scan

    wanted = parse_filter(spelled, datetime.now())  # naive: the owner's own clock and days
    with records.journal() as journal:
        counts, trouble = todays_counts(journal)
        return Counted(gather(Scan(journal, most_readers=0), wanted, counts), trouble)
