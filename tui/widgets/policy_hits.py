"""The last messages that a policy matched, each of which can be opened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message as AppMessage

from guardian.journal.reports.view import local_time
from guardian.policy.effects.hits import Hit
from guardian.verdict_words import MARKS
from tui.keys import HIT_KEYS
from tui.rendering import COLOURS
from tui.widgets.line_list import Line, LineList

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from tui.book import AlertBook

MOST_SHOWN = 5


class HitList(LineList):
    """Newest first. What the app knows of each message stands beside its time."""

    BINDINGS: ClassVar[list[BindingType]] = list(HIT_KEYS)

    @dataclass(repr=False)
    class Opened(AppMessage):
        """The owner wants to read a message."""

        seq: int

    def show_hits(self, hits: Sequence[Hit], book: AlertBook) -> None:
        """Show the newest of these."""
        shown = hits[:MOST_SHOWN]
        self.styles.height = len(shown)
        self.show([Line(str(hit.seq), partial(_row, hit, book.get(hit.seq))) for hit in shown])

    def action_open_hit(self) -> None:
        """Read the message under the cursor."""
        if self.chosen:
            self.post_message(self.Opened(int(self.chosen)))

    @on(LineList.Clicked)
    def _clicked(self, event: LineList.Clicked) -> None:
        event.stop()
        self.action_open_hit()


def _row(hit: Hit, alert: Alert | None, _width: int) -> Content:
    moment = local_time(hit.at_ms)
    when = _when(moment) if moment is not None else ""
    mark = f"{MARKS[hit.outcome]}{hit.outcome.value}".strip()
    who = f"{alert.sender or alert.name}  {alert.reason}" if alert is not None else f"record {hit.seq}"
    return Content.assemble((f"{when:<13}", "$foreground-muted"), (f"{mark:<11}", COLOURS[hit.outcome]), who)


def _when(moment: datetime) -> str:
    return f"{moment:%H:%M}" if moment.date() == datetime.now().date() else f"{moment:%d %b %H:%M}"
