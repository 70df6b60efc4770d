"""The Journal screen: search, statistics, verification, export and receipts, each on a tab.

Invariant: everything here is what `guardian journal ...` and `guardian verify-receipt` do, by the same functions; in a
run without a journal the screen says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import BindingType
from textual.widget import Widget
from textual.widgets import Static, TabbedContent, TabPane, Tabs

from tui.keys import JOURNAL_KEYS
from tui.screens.base import GuardianScreen, app_of
from tui.widgets.journal_export import ExportPane
from tui.widgets.journal_pane import JournalPane
from tui.widgets.journal_receipts import ReceiptsPane
from tui.widgets.journal_search import SearchPane
from tui.widgets.journal_statistics import StatisticsPane
from tui.widgets.journal_verify import VerifyPane

NO_JOURNAL = "This run leaves the journal alone (--no-journal), so there is nothing to show here."


class JournalScreen(GuardianScreen):
    """Five tabs."""

    name_in_bar = "Journal"
    CSS_PATH = "journal.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(JOURNAL_KEYS)

    def body(self) -> Iterable[Widget]:
        """The tabs, or why there are none."""
        records = app_of(self).records
        if records is None:
            yield Static(NO_JOURNAL, markup=False, id="no-journal")
            return
        with TabbedContent(initial="search"):
            yield TabPane("Search", SearchPane(records), id="search")
            yield TabPane("Statistics", StatisticsPane(records), id="statistics")
            yield TabPane("Verify", VerifyPane(records), id="verify")
            yield TabPane("Export", ExportPane(records), id="export")
            yield TabPane("Receipts", ReceiptsPane(records), id="receipts")

    def main(self) -> Widget | None:
        """What the shown tab begins with."""
        tabs = self.query(TabbedContent)
        if not tabs:
            return None
        pane = tabs.first().active_pane
        return pane.query_one(JournalPane).main() if pane is not None else None

    def action_tab(self, tab: str) -> None:
        """Go to a tab, ready for its keys."""
        for tabs in self.query(TabbedContent):
            tabs.active = tab
            pane = tabs.get_pane(tab).query_one(JournalPane)
            pane.arrive()
            pane.main().focus()

    def action_search(self) -> None:
        """Go to the line that says what to look for."""
        self.action_tab("search")
        for pane in self.query(SearchPane):
            pane.focus_line()

    def action_leave_field(self) -> None:
        """Out of a field, so that single keys work."""
        for tabs in self.query(Tabs):
            tabs.focus()

    def on_tabbed_content_tab_activated(self, message: TabbedContent.TabActivated) -> None:
        """A tab was clicked."""
        message.stop()
        message.pane.query_one(JournalPane).arrive()
