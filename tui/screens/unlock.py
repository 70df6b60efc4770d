"""The sheet that asks for the journal's passphrase.

Invariants: the passphrase is shown by dots alone, is kept in memory by `tui.records` and nowhere else, and is taken
out of the line at once; deriving the key takes a second, at the desk.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from textual import on
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Input, Static

from guardian.safe_text import safe_line
from tui.desk import Job
from tui.messages import WorkFailed
from tui.records import Records
from tui.screens.base import app_of
from tui.screens.form import FormSheet, label


@dataclass(repr=False)
class Unlocked(AppMessage):
    """The journal is open."""


class UnlockSheet(FormSheet[bool]):
    """Asks until the passphrase is right, or the owner leaves it."""

    def __init__(self, records: Records, trouble: str) -> None:
        """`trouble`: why the journal is locked, in one safe line."""
        super().__init__("Your journal is locked", "Unlock")
        self._records, self._trouble = records, trouble

    def fields(self) -> Iterable[Widget]:
        """One line of dots."""
        yield Static(Content(safe_line(self._trouble)), classes="form-words")
        yield label("Passphrase (where the key is in a keyring: unlock that, and leave this empty)")
        yield Input(password=True, compact=True, id="passphrase")

    def send(self) -> None:
        """Try it, at the desk."""
        line = self.query_one("#passphrase", Input)
        given, line.value = line.value, ""
        line.disabled = True
        self.query_one("#form-says", Static).update(Content("trying …"))
        app_of(self).desk.do("unlock", partial(_unlocked, self._records, given), self)

    @on(Unlocked)
    def _is_open(self, message: Unlocked) -> None:
        message.stop()
        self.dismiss(True)

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        line = self.query_one("#passphrase", Input)
        line.disabled = False
        line.focus()
        self.say(message.line)


def _unlocked(records: Records, given: str, _job: Job) -> Unlocked:
    from guardian.journal.secret import Secret

    if given:
        records.unlock(Secret(given.encode("utf-8", "replace")))
    else:
        records.unlock_without()
    return Unlocked()
