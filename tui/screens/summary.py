"""The sheet at the end of a quiet week: what came, what found nothing, and what to judge next.

Invariants: the numbers are those of `guardian journal summary`; the journal is read at the desk; the quiet time is over
once the sheet is closed, and not before its numbers were shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message as AppMessage
from textual.widget import Widget
from textual.widgets import Static

from guardian.settings import Settings
from tui.desk import Job
from tui.keys import SHEET_KEYS
from tui.messages import WorkFailed
from tui.preferences import keep
from tui.records import Records
from tui.screens.base import GuardianSheet, app_of
from tui.widgets.scroll import KeyScroll


@dataclass(repr=False)
class SummedUp(AppMessage):
    """The page."""

    lines: list[str]


class SummarySheet(GuardianSheet[None]):
    """One page of words."""

    BINDINGS: ClassVar[list[BindingType]] = list(SHEET_KEYS)

    def __init__(self, records: Records, since: str) -> None:
        """`since`: the day (ISO) on which the quiet time began."""
        super().__init__()
        self._records, self._since = records, since
        self._is_shown = False

    def body(self) -> Iterable[Widget]:
        """A framed, scrolling page."""
        frame = Vertical(KeyScroll(Static("adding up …", markup=False, id="summary")), classes="sheet")
        frame.border_title = Content("Your quiet week is over")
        frame.border_subtitle = Content("esc closes; guardian journal summary says it again")
        yield frame

    def on_mount(self) -> None:
        """Add up, at the desk."""
        work = partial(_summed_up, self._records, app_of(self).settings, self._since)
        app_of(self).desk.do("summary", work, self)
        self.query_one(KeyScroll).focus()

    def on_unmount(self) -> None:
        """Notices are told again from now on, if the page was read."""
        if self._is_shown:
            keep(app_of(self), "alerts.quiet_until", "")

    @on(SummedUp)
    def _show(self, message: SummedUp) -> None:
        message.stop()
        self._is_shown = True
        self.query_one("#summary", Static).update(Content("\n".join(message.lines)))

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        words = f"It can't be added up: {message.line}\n\nguardian journal summary says it once that is mended."
        self.query_one("#summary", Static).update(Content(words))


def _summed_up(records: Records, settings: Settings, since: str, _job: Job) -> SummedUp:
    from guardian.alerts.summary import summarise, summary_lines
    from guardian.policy.life.standing import policies_in_force

    if not settings.paths.journal_file.exists():
        return SummedUp(["nothing was recorded: check that your messages reach guardian"])
    with records.journal() as journal:
        policies = policies_in_force(settings, journal=journal).policies.policies
        titles = {policy.id: policy.title for policy in policies if policy.is_in_force}
        return SummedUp(summary_lines(summarise(journal, since, titles, datetime.now())))
