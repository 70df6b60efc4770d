"""Receipts: check one that somebody handed over, and write a checkpoint of this journal to be kept elsewhere.

A receipt for a record of one's own is made on the page of its message.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Button, Input, Label, Static

from guardian.errors import UsageError
from guardian.safe_text import safe_line
from guardian.settings import Settings
from tui.desk import Job
from tui.records import Records
from tui.screens.base import app_of
from tui.widgets.journal_pane import JournalPane, said_line
from tui.widgets.scroll import KeyScroll


@dataclass(repr=False)
class ReceiptChecked(AppMessage):
    """What came of it."""

    holds: bool
    lines: tuple[str, ...]
    """Safe for a terminal."""


@dataclass(repr=False)
class CheckpointWritten(AppMessage):
    """The file is there."""

    path: Path


class ReceiptsPane(JournalPane):
    """Two small forms."""

    def compose(self) -> ComposeResult:
        """Check above, checkpoint below, what came of it last."""
        yield Label("Check a receipt or a signed report card, with nothing but the file", markup=False)
        yield Input(placeholder="its file", compact=True, id="receipt")
        yield Input(placeholder="a checkpoint to hold it against (its file; may be empty)", compact=True, id="against")
        yield Button("Check it", compact=True, variant="primary", id="check-receipt")
        yield Label("Write a checkpoint: the journal's end, signed, to be kept elsewhere", markup=False)
        yield Input(placeholder="the new file, such as ~/guardian-checkpoint.txt", compact=True, id="checkpoint")
        yield Button("Write it", compact=True, id="write-checkpoint")
        yield said_line()
        with KeyScroll(classes="report"):
            yield Static("", markup=False)

    def main(self) -> Widget:
        """The first field."""
        return self.query_one("#receipt")

    @on(Button.Pressed, "#check-receipt")
    @on(Input.Submitted, "#receipt, #against")
    def _check(self, message: Button.Pressed | Input.Submitted) -> None:
        message.stop()
        self.say("checking …")
        work = partial(_checked, self._value("#receipt"), self._value("#against"))
        app_of(self).desk.do("receipt", work, self)

    @on(Button.Pressed, "#write-checkpoint")
    @on(Input.Submitted, "#checkpoint")
    def _write(self, message: Button.Pressed | Input.Submitted) -> None:
        message.stop()
        self.say("writing …")
        app = app_of(self)
        app.desk.do("checkpoint", partial(_checkpoint, self._value("#checkpoint"), app.settings, self.records), self)

    @on(ReceiptChecked)
    def _show(self, message: ReceiptChecked) -> None:
        message.stop()
        self.say("it holds" if message.holds else "x it does not hold", "bold")
        self.query_one(".report > Static", Static).update(Content("\n".join(message.lines)))

    @on(CheckpointWritten)
    def _written(self, message: CheckpointWritten) -> None:
        message.stop()
        self.say(f"written to {safe_line(str(message.path))}", "bold $text-success")

    def _value(self, selector: str) -> str:
        return self.query_one(selector, Input).value.strip()


def _checked(where: str, against: str, _job: Job) -> ReceiptChecked:
    from guardian.commands.journal_actions.notes import read_checkpoint
    from guardian.journal.receipt_check import check_receipt_file, read_receipt_file

    if not where:
        raise UsageError("say which file is to be checked")
    note = read_checkpoint(str(Path(against).expanduser())) if against else None
    checked = check_receipt_file(read_receipt_file(Path(where).expanduser()), note)
    return ReceiptChecked(checked.holds, checked.lines)


def _checkpoint(where: str, settings: Settings, records: Records, _job: Job) -> CheckpointWritten:
    from guardian.journal.checkpointing import signed_end
    from guardian.journal.reports.export import refuse_existing, write_private

    if not where:
        raise UsageError("say which file is to be written")
    path = Path(where).expanduser()
    refuse_existing(path, force=False)
    with records.journal() as journal:
        write_private(path, [signed_end(journal, settings)], force=False)
    return CheckpointWritten(path)
