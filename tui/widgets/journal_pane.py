"""What the tabs of the Journal screen have in common: the journal, and one line that says how the work goes."""

from __future__ import annotations

from textual import on
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from tui.messages import WorkFailed
from tui.records import Records


class JournalPane(Vertical):
    """One tab. Subclasses compose a `Static` of the class `said`, and give `main`."""

    def __init__(self, records: Records) -> None:
        super().__init__(classes="journal-pane")
        self.records = records

    def main(self) -> Widget:
        """The widget that has the keys when the tab is shown."""
        raise NotImplementedError

    def arrive(self) -> None:
        """The tab is being shown: read what it shows, where that was not done yet."""

    def say(self, words: str, style: str = "$foreground-muted") -> None:
        """Say how it goes; `words` must be safe."""
        self.query_one(".said", Static).update(Content.styled(words, style))

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        self.stopped()
        self.say(message.line, "bold $text-error")

    def stopped(self) -> None:
        """The work came to an end, by success or not."""


def said_line() -> Static:
    """The line that says how the work goes."""
    return Static("", markup=False, classes="said")
