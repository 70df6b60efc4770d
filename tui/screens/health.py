"""The Health screen: the register, as it is measured while one looks.

Invariants: it measures nothing itself (`tui.house_watch` and `guardian.health` do); what it shows is at most
`REFRESH_S` old while it is shown, and says when it was measured; the journal is read at the desk.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Static

from guardian.safe_text import safe_line
from tui.copying import copy, write
from tui.keys import HEALTH_KEYS
from tui.messages import WorkFailed
from tui.screens.base import GuardianScreen, app_of
from tui.widgets.scroll import KeyScroll

if TYPE_CHECKING:
    from guardian.health.base import Health
    from guardian.health.take import Measured
    from tui.desk import Job
    from tui.state import HouseState

REFRESH_S: Final = 10.0
REPORT_COLUMNS: Final = 100
"""Of what is copied or written to a file."""


@dataclass(repr=False)
class HealthTaken(AppMessage):
    """The register was taken."""

    health: Health


class HealthScreen(GuardianScreen):
    """One scrolling page, what is breached first."""

    name_in_bar = "Health"
    CSS_PATH = "health.tcss"
    BINDINGS: ClassVar[list[BindingType]] = list(HEALTH_KEYS)

    def __init__(self) -> None:
        super().__init__()
        self._health: Health | None = None
        self._alarm = ""

    def body(self) -> Iterable[Widget]:
        """The page."""
        yield KeyScroll(Static("measuring …", markup=False, id="readings"), id="health-page")

    def main(self) -> Widget | None:
        """The page scrolls at once."""
        return self.query_one("#health-page", KeyScroll)

    def on_mount(self) -> None:
        """Measure now, every few seconds, and whenever something stops."""
        super().on_mount()
        self.set_interval(REFRESH_S, self._refresh)
        self.watch(self.app, "state", self._state_changed, init=False)
        app_of(self).house.changed.subscribe(self, lambda _: self._take())
        self._take()

    def on_screen_resume(self) -> None:
        """What it showed before is old."""
        self._refresh()

    def on_resize(self, _event: events.Resize) -> None:
        """Fold the words anew."""
        self.call_after_refresh(self._show)

    def on_health_taken(self, message: HealthTaken) -> None:
        """Show the register."""
        message.stop()
        self._health = message.health
        self._show()

    def on_work_failed(self, message: WorkFailed) -> None:
        """Say why there is none."""
        message.stop()
        self._health = None
        self.query_one("#readings", Static).update(Content.styled(f"x {safe_line(message.line)}", "bold $text-error"))

    def action_canaries(self) -> None:
        """Make a round of canaries now."""
        self.app.notify("listening to the canaries", markup=False)
        app_of(self).house.look_at_canaries()

    def action_verify(self) -> None:
        """Hash the model's files now."""
        self.app.notify("hashing the model's files", markup=False)
        app_of(self).house.check_files()

    def action_copy(self) -> None:
        """Copy the register, as the command prints it."""
        copy(app_of(self), self._report(), "the health report")

    def action_write(self) -> None:
        """Write it to a private file."""
        write(app_of(self), self._report(), "the health report")

    def _report(self) -> str:
        from guardian.health.lines import health_lines

        return "\n".join(health_lines(self._health, REPORT_COLUMNS)) if self._health is not None else ""

    def _state_changed(self, state: HouseState) -> None:
        """What stopped, or runs again, is shown at once; counting messages is not worth a look at the journal."""
        alarm = f"{state.stopped}\0{state.unrecorded}\0{state.restarts}\0{state.problems}\0{state.is_open}"
        if alarm != self._alarm:
            self._alarm = alarm
            self._refresh()

    def _refresh(self) -> None:
        if self.app.screen is self:
            self._take()

    def _take(self) -> None:
        app = app_of(self)
        app.desk.do("health", partial(self._work, app.house.measured()), self)

    def _work(self, measured: Measured, _job: Job) -> AppMessage:
        """At the desk."""
        from guardian.health.take import take_health

        app = app_of(self)
        open_journal = app.records.journal if app.records is not None else None
        return HealthTaken(take_health(app.settings, open_journal, measured, time.time_ns() // 1_000_000))

    def _show(self) -> None:
        if self._health is None:
            return
        from tui.health_words import health_content

        page = self.query_one("#health-page", KeyScroll)
        columns = page.scrollable_content_region.width - 2
        self.query_one("#readings", Static).update(health_content(self._health, max(columns, 24)))
