"""Export: records to a file of the owner's, as `guardian journal export` writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Button, Input, Label, RadioSet

from guardian.errors import UsageError
from guardian.safe_text import safe_line
from tui.desk import Job
from tui.records import Records
from tui.screens.base import app_of
from tui.widgets.journal_pane import JournalPane, said_line
from tui.widgets.toggles import Choice, Tick

_FORMATS: Final = (("html", "a page with charts"), ("csv", "a table for spreadsheets"), ("ndjson", "whole records"))


@dataclass(repr=False)
class Written(AppMessage):
    """The file is there."""

    path: Path


class ExportPane(JournalPane):
    """Which records, in which format, where."""

    def compose(self) -> ComposeResult:
        """The form."""
        yield Label("Which records", markup=False)
        yield Input(placeholder="all; or words and codes: ~o flagged ~d 30d", compact=True, id="which")
        yield Label("Format", markup=False)
        with RadioSet(compact=True):
            for number, (name, words) in enumerate(_FORMATS):
                yield Choice(f"{name}: {words}", value=number == 0, compact=True)
        yield Tick("with what the messages say", value=True, compact=True)
        yield Label("File (yours alone, mode 0600; one that is there is never replaced)", markup=False)
        yield Input(placeholder="such as ~/guardian-november.html", compact=True, id="where")
        yield Button("Write", compact=True, variant="primary")
        yield said_line()

    def main(self) -> Widget:
        """The format."""
        return self.query_one(RadioSet)

    @on(Button.Pressed)
    @on(Input.Submitted, "#where")
    def _write(self, message: Button.Pressed | Input.Submitted) -> None:
        message.stop()
        self.say("writing …")
        chosen = max(self.query_one(RadioSet).pressed_index, 0)
        work = partial(
            _written,
            spelled=self.query_one("#which", Input).value,
            format_name=_FORMATS[chosen][0],
            with_text=self.query_one(Tick).value,
            where=self.query_one("#where", Input).value.strip(),
            records=self.records,
        )
        app_of(self).desk.do("journal-export", work, self)

    @on(Written)
    def _done(self, message: Written) -> None:
        message.stop()
        self.say(f"written to {safe_line(str(message.path))}", "bold $text-success")


def _written(_job: Job, *, spelled: str, format_name: str, with_text: bool, where: str, records: Records) -> Written:
    from guardian.journal.counts import todays_counts
    from guardian.journal.filters.query import parse_filter
    from guardian.journal.reports.export import refuse_existing, write_private
    from guardian.journal.reports.exporting import Export, export_pieces
    from guardian.journal.scan import Scan

    if not where:
        raise UsageError("say which file is to be written")
    path = Path(where).expanduser()
    asked = Export(format_name, parse_filter(spelled, datetime.now()), spelled, with_text=with_text)
    refuse_existing(path, force=False)
    with records.journal() as journal:
        counts, _ = todays_counts(journal)
        write_private(path, export_pieces(Scan(journal, most_readers=0), asked, counts), force=False)
    return Written(path)
