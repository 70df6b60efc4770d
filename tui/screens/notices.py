"""The list of what was not seen yet, over any screen.

Invariants: closing it changes nothing; an alert leaves it when its message is opened, when the inbox showed it, when
the owner said a word on it, or when the owner says that all were seen. None of this makes a rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Final

from textual import on
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from guardian.alerts.alert import Alert
from tui.keys import NOTICE_KEYS, SHEET_KEYS
from tui.notices import Notices
from tui.screens.base import GuardianSheet
from tui.widgets.key_list import KeyList

MOST_SHOWN: Final = 200


class NoticesSheet(GuardianSheet[None]):
    """What was not seen, newest first."""

    BINDINGS: ClassVar[list[BindingType]] = [*NOTICE_KEYS, *SHEET_KEYS]

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self._keys: list[int] = []

    def body(self) -> Iterable[Widget]:
        """The list, or words where it is empty."""
        frame = Vertical(
            Static("", markup=False, id="notices-words"), KeyList(id="notices-list", markup=False), classes="sheet"
        )
        frame.border_title = Content("Not seen yet")
        frame.border_subtitle = Content("enter reads, a: all seen, esc closes and changes nothing")
        yield frame

    def on_mount(self) -> None:
        """Follow what comes and what is seen."""
        self._notices.changed.subscribe(self, lambda _: self._fill())
        self._fill()
        self.query_one(KeyList).focus()

    def _fill(self) -> None:
        alerts = self._notices.unseen()
        shown = alerts[:MOST_SHOWN]
        keys = [alert.key for alert in shown]
        listing, words = self.query_one(KeyList), self.query_one("#notices-words", Static)
        words.update(list_words(len(alerts), len(shown), is_quiet=self._notices.is_quiet))
        listing.display = bool(alerts)
        if keys == self._keys:
            return
        before = self._chosen()
        self._keys = keys
        listing.set_options(Option(alert_words(alert)) for alert in shown)
        if keys:
            listing.highlighted = keys.index(before) if before in keys else 0

    def _chosen(self) -> int | None:
        place = self.query_one(KeyList).highlighted
        return self._keys[place] if place is not None and place < len(self._keys) else None

    @on(OptionList.OptionSelected)
    def action_read(self) -> None:
        """Open the message under the cursor; it is seen then."""
        key = self._chosen()
        if key is None:
            return
        from tui.screens.message import MessageScreen

        self._notices.seen.see(key)
        self.dismiss()
        self.app.push_screen(MessageScreen(key))

    def action_all_seen(self) -> None:
        """Take everything off the list. The alerts stay in the inbox as they are."""
        self._notices.see_all()


def list_words(count: int, shown: int, *, is_quiet: bool) -> str:
    """What stands above the list."""
    quiet = "It is your quiet time: nothing interrupts you, and everything is listed here.\n" if is_quiet else ""
    if not count:
        return f"{quiet}You have seen everything that was flagged."
    more = f" The newest {shown} are listed; the inbox has all." if shown < count else ""
    return f"{quiet}{count:,} {'alert' if count == 1 else 'alerts'} that you have not seen.{more}"


def alert_words(alert: Alert) -> Content:
    """One alert: outcome, when, who, what it does."""
    from guardian.verdict_words import MARKS
    from tui.rendering import COLOURS

    when = datetime.fromtimestamp(alert.at_ms / 1000)
    moment = f"{when:%H:%M}" if when.date() == datetime.now().date() else f"{when:%d %b}"
    head = f"{MARKS[alert.outcome]}{alert.outcome.value}".strip()
    who = alert.sender or alert.name or "nobody named"
    return Content.assemble(
        (f"{head:<13}", f"bold {COLOURS[alert.outcome]}"), f"{moment:<7}", (f"{who}  ", "bold"), alert.reason
    )
