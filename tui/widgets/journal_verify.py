"""Verify: is the journal whole and unchanged, and if not, what is wrong and where? With progress, and a way to stop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Button, Input, ProgressBar, Static

from guardian.events import Event, Progress
from tui.desk import Job
from tui.records import Records
from tui.screens.base import app_of
from tui.widgets.journal_pane import JournalPane, said_line
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.paths import Paths

WHAT = (
    "Checks every seal, the order of the records, the signature at the end, and whether the journal continues the\n"
    "checkpoint that is kept outside it. The full check also opens every record with your key."
)


@dataclass(repr=False)
class CheckGoesOn(AppMessage):
    """So many records are done."""

    done: int
    total: int


@dataclass(repr=False)
class CheckEnded(AppMessage):
    """What was found."""

    is_intact: bool
    lines: tuple[str, ...]
    """Safe for a terminal."""


class VerifyPane(JournalPane):
    """Two kinds of check, a bar, and the report."""

    def compose(self) -> ComposeResult:
        """What it does, the buttons, how far it is, what was found."""
        yield Static(WHAT, markup=False, classes="what")
        yield Input(placeholder="a checkpoint that you kept elsewhere (its file; may be empty)", compact=True)
        with Horizontal(classes="buttons"):
            yield Button("Check", id="check", compact=True, variant="primary")
            yield Button("Full check", id="full", compact=True)
            yield Button("Stop", id="stop", compact=True, disabled=True)
        yield ProgressBar(show_eta=False)
        yield said_line()
        with KeyScroll(classes="report"):
            yield Static("", markup=False)

    def on_mount(self) -> None:
        """No bar before there is a check."""
        self.query_one(ProgressBar).display = False

    def main(self) -> Widget:
        """The first button."""
        return self.query_one("#check")

    @on(Button.Pressed, "#check")
    def _check(self, message: Button.Pressed) -> None:
        message.stop()
        self._begin(is_full=False)

    @on(Button.Pressed, "#full")
    def _check_fully(self, message: Button.Pressed) -> None:
        message.stop()
        self._begin(is_full=True)

    @on(Button.Pressed, "#stop")
    def _stop(self, message: Button.Pressed) -> None:
        message.stop()
        app_of(self).desk.cancel("journal-verify", self)
        self.stopped()
        self.say("stopped; nothing was changed by it")

    def stopped(self) -> None:
        """Back to the beginning."""
        self._show_running(is_running=False)

    def _begin(self, *, is_full: bool) -> None:
        self._show_running(is_running=True)
        self.say("checking …")
        self.query_one(".report > Static", Static).update("")
        app, against = app_of(self), self.query_one(Input).value.strip()
        work = partial(_verified, app.settings.paths, against, self.records if is_full else None)
        app.desk.do("journal-verify", work, self)

    def _show_running(self, *, is_running: bool) -> None:
        self.query_one(ProgressBar).display = is_running
        self.query_one(ProgressBar).update(total=None, progress=0)
        for name in ("#check", "#full"):
            self.query_one(name, Button).disabled = is_running
        self.query_one("#stop", Button).disabled = not is_running
        self.query_one("#stop" if is_running else "#check").focus()

    @on(CheckGoesOn)
    def _goes_on(self, message: CheckGoesOn) -> None:
        message.stop()
        self.query_one(ProgressBar).update(total=message.total, progress=message.done)
        self.say(f"{message.done:,} of {message.total:,} records")

    @on(CheckEnded)
    def _ended(self, message: CheckEnded) -> None:
        message.stop()
        self.stopped()
        words, style = ("intact", "bold $text-success") if message.is_intact else ("x not intact", "bold $text-error")
        self.say(words, style)
        self.query_one(".report > Static", Static).update(Content("\n".join(message.lines)))


class StoppedError(Exception):
    """Nobody waits for the check any more."""


def _verified(paths: Paths, against: str, records: Records | None, job: Job) -> CheckEnded | None:
    from guardian.commands.journal_actions.notes import read_checkpoint
    from guardian.journal.verification.here import verify_here
    from guardian.journal.verification.report_lines import report_lines

    def tell(event: Event) -> None:
        if job.is_cancelled:
            raise StoppedError
        if isinstance(event, Progress):
            job.post(CheckGoesOn(event.done, event.total or 0))

    note = read_checkpoint(str(Path(against).expanduser())) if against else None
    try:
        report = verify_here(paths, against=note, ask=records.ask if records is not None else None, observer=tell)
    except StoppedError:
        return None
    return CheckEnded(report.is_intact, tuple(report_lines(report)))
