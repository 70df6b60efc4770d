"""The Ask screen: any text, who wrote it, what it does, and what can be asked about that."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.base import GuardianScreen
from tui.widgets.ask import AskPane
from tui.widgets.editor import Editor


class AskScreen(GuardianScreen):
    """Text and speaker, verdict and answers."""

    CSS_PATH = "ask.tcss"
    name_in_bar = "Ask"

    def body(self) -> Iterable[Widget]:
        """The pane."""
        yield AskPane()

    def main(self) -> Widget:
        """The editor."""
        return self.query_one("#editor", Editor)
