"""The Inbox screen: what was flagged, newest first, whatever program screened it."""

from __future__ import annotations

from collections.abc import Iterable

from textual.widget import Widget

from tui.screens.base import GuardianScreen, app_of
from tui.widgets.inbox import InboxPane


class InboxScreen(GuardianScreen):
    """The list of alerts, and the chosen one beside it."""

    name_in_bar = "Inbox"
    CSS_PATH = "inbox.tcss"

    def body(self) -> Iterable[Widget]:
        """The pane."""
        yield InboxPane(app_of(self))

    def main(self) -> Widget:
        """The list."""
        return self.query_one("#list")
