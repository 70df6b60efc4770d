"""The Ask screen: any text, who wrote it, and what it does."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.base import GuardianScreen
from tui.widgets.ask import AskPane
from tui.widgets.editor import Editor


class AskScreen(GuardianScreen):
    """Editor, speaker, verdict."""

    name_in_bar = "Ask"

    def body(self) -> Iterable[Widget]:
        """The pane."""
        yield AskPane()

    def main(self) -> Widget:
        """The editor."""
        return self.query_one(Editor)
