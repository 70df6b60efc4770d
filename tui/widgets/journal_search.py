"""Search: every record of the journal that a filter lets through, newest first; enter opens it.

Invariant: what is shown belongs to the filter that stands in the line, or the line below says what is the matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message as AppMessage
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from tui.desk import Job
from tui.records import Records
from tui.screens.base import app_of
from tui.screens.sheet import Sheet
from tui.widgets.journal_pane import JournalPane, said_line
from tui.widgets.key_list import KeyList

MOST_SHOWN: Final = 500
PAUSE_S: Final = 0.3
"""How long typing must have stopped before the journal is searched."""
_VERDICT: Final = "verdict"


@dataclass(frozen=True, slots=True, repr=False)
class Row:
    """One record in the list."""

    seq: int
    kind: str
    line: str
    """Safe for a terminal."""


@dataclass(repr=False)
class Found(AppMessage):
    """What the filter lets through."""

    rows: tuple[Row, ...]
    has_more: bool


@dataclass(repr=False)
class EntryRead(AppMessage):
    """A record that is no verdict was read, to be shown as lines."""

    seq: int
    lines: tuple[str, ...]
    """Safe for a terminal."""


class SearchPane(JournalPane):
    """A line and a list."""

    def __init__(self, records: Records) -> None:
        super().__init__(records)
        self._timer: Timer | None = None
        self._rows: tuple[Row, ...] = ()
        self._columns = 0

    def compose(self) -> ComposeResult:
        """What to look for, how much there is, and what was found."""
        yield Input(placeholder="words, or codes: ~o flagged ~d 7d ~s @bank.example", compact=True)
        yield said_line()
        yield KeyList(markup=False)

    def main(self) -> Widget:
        """The list."""
        return self.query_one(KeyList)

    def focus_line(self) -> None:
        """Give the keys to the line."""
        self.query_one(Input).focus()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the lines to the room that there is; the first time, read them."""
        if event.size.width != self._columns:
            self._columns = event.size.width
            self._search()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(PAUSE_S, self._search)

    @on(Input.Submitted)
    def _done(self, message: Input.Submitted) -> None:
        message.stop()
        self.main().focus()

    def _search(self) -> None:
        self.say("searching …")
        work = partial(_found, self.query_one(Input).value, self._columns - 4, self.records)
        app_of(self).desk.do("journal-search", work, self)

    @on(Found)
    def _show(self, message: Found) -> None:
        message.stop()
        self._rows = message.rows
        found = self.query_one(KeyList)
        found.clear_options()
        found.add_options([Option(Content(row.line)) for row in message.rows])
        if message.rows:
            found.highlighted = 0
        self.say(_how_many(len(message.rows), has_more=message.has_more))

    @on(OptionList.OptionSelected)
    def _open(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        row = self._rows[message.option_index]
        if row.kind == _VERDICT:
            from tui.screens.message import MessageScreen

            self.app.push_screen(MessageScreen(row.seq))
        else:
            app_of(self).desk.do("journal-entry", partial(_entry_lines, row.seq, self.records), self)

    @on(EntryRead)
    def _show_entry(self, message: EntryRead) -> None:
        message.stop()
        self.app.push_screen(Sheet(f"Record {message.seq}", Content("\n".join(message.lines))))


def _how_many(shown: int, *, has_more: bool) -> str:
    if not shown:
        return "nothing in the journal matches"
    if has_more:
        return f"the newest {shown:,} are shown; a closer filter finds older ones"
    return "1 record" if shown == 1 else f"{shown:,} records, newest first"


def _found(spelled: str, columns: int, records: Records, job: Job) -> Found | None:
    from guardian.journal.filters.query import parse_filter
    from guardian.journal.reports.view import View, select
    from guardian.journal.reports.view_lines import list_line
    from guardian.journal.scan import Scan

    wanted = parse_filter(spelled, datetime.now())  # naive: the owner's own clock and days

    def rows(views: Iterator[View]) -> Iterator[Row]:
        for view in views:
            if job.is_cancelled:
                return
            yield Row(view.seq, view.kind, list_line(view, columns=columns))

    with records.journal() as journal:
        found = list(_first(rows(select(Scan(journal, most_readers=0), wanted)), MOST_SHOWN + 1))
    return Found(tuple(found[:MOST_SHOWN]), len(found) > MOST_SHOWN)


def _first(rows: Iterator[Row], most: int) -> Iterator[Row]:
    for _, row in zip(range(most), rows, strict=False):
        yield row


def _entry_lines(seq: int, records: Records, _job: Job) -> EntryRead:
    from guardian.journal.reports.view import View
    from guardian.journal.reports.view_lines import show_lines

    with records.journal() as journal:
        return EntryRead(seq, tuple(show_lines(View(journal.entry(seq)))))
