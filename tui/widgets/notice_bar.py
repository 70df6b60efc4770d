"""The bar of notices above the status line, and the count of what was not seen in the bar above everything.

Invariants: neither ever takes the focus; where there is nothing to say there is no line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

if TYPE_CHECKING:
    from tui.app import GuardianApp
    from tui.notices import Notices

HOW_TO_READ = "n lists what you have not seen"


class NoticeBar(Static):
    """One line, or none. A click opens the list of what was not seen."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="notices", classes="-nothing")

    def on_mount(self) -> None:
        """Go with the notices."""
        notices = _notices_of(self)
        notices.changed.subscribe(self, lambda _: self._show())
        self._show()

    def _show(self) -> None:
        notices = _notices_of(self)
        line = notices.line
        self.set_class(not line, "-nothing")
        self.set_class(notices.is_grave, "-grave")
        self.update(Content.assemble((line, "bold"), ("   " + HOW_TO_READ, "$foreground-muted")))

    async def on_click(self) -> None:
        """Open the list."""
        await self.run_action("app.notices")


class UnseenCount(Static):
    """How many alerts were not seen; nothing where all were."""

    def __init__(self) -> None:
        super().__init__("", markup=False, id="unseen")

    def on_mount(self) -> None:
        """Go with the notices."""
        _notices_of(self).changed.subscribe(self, lambda _: self._show())
        self._show()

    def _show(self) -> None:
        count = _notices_of(self).count
        self.display = bool(count)
        self.update(f" • {count:,} not seen " if count else "")

    async def on_click(self) -> None:
        """Open the list."""
        await self.run_action("app.notices")


def _notices_of(widget: Widget) -> Notices:
    return cast("GuardianApp", widget.app).notices
