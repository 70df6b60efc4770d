"""The Inbox: the list of alerts, a filter, and the chosen one beside it.

Invariants: whatever is slow (filters, groups, a message's text) is worked out at the desk and drawn when it comes; what
arrives meanwhile moves neither the cursor nor the line that it stands on; an alert counts as seen when it was shown.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from tui.alert_actions import AlertActions
from tui.filtering import FilterFound, Sought, seek
from tui.inbox_words import words_below, words_when_empty
from tui.inbox_work import AlertRead, Grouped, NamesRead, grouped, names, nothing, read_alert
from tui.keys import INBOX_KEYS
from tui.messages import Reach, WorkFailed
from tui.rows import Row
from tui.screens.base import app_of
from tui.state import HouseState
from tui.triage import Lines, Triage
from tui.widgets.alert_list import AlertList, RowChosen, RowFolded, RowOpened
from tui.widgets.detail import Detail
from tui.widgets.filter_line import FilterDone, FilterGiven, FilterLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from guardian.alerts.alert import Alert
    from guardian.journal.filters.matching import Filter
    from tui.app import GuardianApp

GATHER_S: Final = 0.1
"""What arrives together enters the list together."""
REGROUP_S: Final = 0.5
"""Groups are made anew no sooner after something arrived."""
PREVIEW_S: Final = 0.06
"""The cursor must have stood still so long before the message is read: a key that is held down reads nothing."""
ALONE_COLUMNS: Final = 60
"""Below this there is room for the list alone."""
_OFFERED_FROM: Final = 5_000
"""Newest alerts whose senders and policies the filter line offers."""


class InboxPane(Container, AlertActions):
    """List, filter and preview."""

    BINDINGS: ClassVar[list[BindingType]] = list(INBOX_KEYS)

    def __init__(self, app: GuardianApp) -> None:
        super().__init__(id="inbox-pane")
        self._book = app.book
        self._triage = Triage(app.book)
        self._lines = Lines.SINGLE
        self._changed: set[int] = set()
        self._filter: Filter | None = None
        self._filter_number = 0
        self._is_seeking = False
        self._preview: Timer | None = None
        self._regroup_is_due = False

    def compose(self) -> ComposeResult:
        """The list on the left or above, the message on the right or below."""
        with Vertical(id="left"):
            yield FilterLine()
            yield Static("", markup=False, id="empty")
            yield AlertList(self._is_unseen, id="list")
            yield Static("", markup=False, id="list-says")
        yield Detail()

    def on_mount(self) -> None:
        """Begin with what is known already."""
        self.query_one(FilterLine).display = False
        self._refill()
        self.watch(self.app, "state", self._show_state)
        app_of(self).alerts_changed.subscribe(self, self._alerts_changed)

    def on_resize(self, event: events.Resize) -> None:
        """Where there is no room for two, the list stands alone."""
        self.set_class(event.size.width < ALONE_COLUMNS, "-alone")

    @property
    def alert_list(self) -> AlertList:
        """The list."""
        return self.query_one(AlertList)

    def chosen_alert(self) -> Alert | None:
        """See `AlertActions`: the alert under the cursor; of a group, none."""
        row = self.alert_list.chosen
        return None if row is None or row.group is not None else self._book.get(row.alert.key)

    def focus_list(self) -> None:
        """Give the keys to the list."""
        self.alert_list.focus()

    # What arrives

    def _alerts_changed(self, keys: tuple[int, ...]) -> None:
        if keys and not self._changed:
            self.set_timer(GATHER_S, self._take_changed)
        self._changed.update(keys)

    def _take_changed(self) -> None:
        keys, self._changed = self._changed, set()
        self._triage.take(keys)
        known = [alert for key in keys if (alert := self._book.get(key)) is not None]
        if self._filter is not None and known:
            self._seek(known, is_all=False)
        if self._lines is not Lines.SINGLE:
            self._group_soon()
        self._refill()

    def _show_state(self, _state: HouseState) -> None:
        self._show_words()

    def _refill(self) -> None:
        self.alert_list.show(self._triage.rows())
        self._show_words()

    def _show_words(self) -> None:
        """What there is to read where the list is empty, and below it. The app's own words."""
        state, shown = app_of(self).state, self._triage.shown()
        is_empty = not len(shown)
        self.alert_list.display = not is_empty
        empty, below = self.query_one("#empty", Static), self.query_one("#list-says", Static)
        empty.display = is_empty
        if is_empty:
            has_paths = bool(app_of(self).paths)
            words = words_when_empty(state, is_filtered=self._triage.is_filtered, has_paths=has_paths)
            empty.update(Content(words))
        words = words_below(
            state,
            len(self._book),
            len(shown),
            self._lines,
            is_filtered=self._triage.is_filtered,
            is_seeking=self._is_seeking,
        )
        below.display = bool(words) and not (is_empty and state.reach in (Reach.LOCKED, Reach.TROUBLE))
        below.update(Content(words))
        self.set_class(is_empty, "-nothing")

    # Order and groups

    def action_switch_order(self) -> None:
        """Worst first, or newest first."""
        self._triage.sort(self._triage.order.other)
        self._refill()
        if self._lines is not Lines.SINGLE:
            self._group()
        self.notify(self._triage.order.value, markup=False, timeout=2)

    def action_switch_lines(self) -> None:
        """Single alerts, conversations, campaigns."""
        self._lines = self._lines.next
        if self._lines is Lines.SINGLE:
            self._triage.show_groups(None)
            self._refill()
        else:
            self._show_words()
            self._group()

    def _group_soon(self) -> None:
        if not self._regroup_is_due:
            self._regroup_is_due = True
            self.set_timer(REGROUP_S, self._group)

    def _group(self) -> None:
        self._regroup_is_due = False
        if self._lines is not Lines.SINGLE:
            alerts = self._triage.shown()[:]
            app_of(self).desk.do("groups", partial(grouped, self._lines, alerts), self)

    @on(Grouped)
    def _show_groups(self, message: Grouped) -> None:
        message.stop()
        if message.lines is self._lines:
            self._triage.show_groups(message.groups)
            self._refill()

    @on(RowFolded)
    def _fold(self, message: RowFolded) -> None:
        message.stop()
        self._triage.fold(message.group, is_folded=message.is_folded)
        self._refill()

    # The filter

    def action_filter(self) -> None:
        """Open the filter line."""
        self.query_one(FilterLine).open()
        app = app_of(self)
        app.desk.do("names", partial(names, self._book.everything()[:_OFFERED_FROM], app.settings), self)

    @on(NamesRead)
    def _offer_names(self, message: NamesRead) -> None:
        message.stop()
        self.query_one(FilterLine).offer_from(message.policies, message.senders)

    @on(FilterDone)
    def _filter_done(self, message: FilterDone) -> None:
        message.stop()
        self.focus_list()

    @on(FilterGiven)
    def _use_filter(self, message: FilterGiven) -> None:
        message.stop()
        self._filter_number += 1
        self._filter = message.filter
        if message.filter is None:
            app_of(self).desk.do("filter", nothing, self)  # whatever was being sought is not wanted any more
            self._is_seeking = False
            self._triage.show_all()
            self._filtered()
        else:
            self._is_seeking = True
            self._seek(self._book.everything()[:], is_all=True)
            self._show_words()

    def _seek(self, alerts: Sequence[Alert], *, is_all: bool) -> None:
        if self._filter is None:
            return
        app = app_of(self)
        key = "filter" if is_all else f"filter-{alerts[0].key}"  # what is new does not end the search among the rest
        sought = Sought(self._filter_number, self._filter, alerts, is_all)
        app.desk.do(key, partial(seek, sought, app.records), self)

    @on(FilterFound)
    def _show_found(self, message: FilterFound) -> None:
        message.stop()
        if message.number != self._filter_number:
            return
        if message.judged:
            self._triage.let_through(message.keys, message.judged)
        elif message.is_first:
            self._triage.show_only(message.keys)
        else:
            self._triage.let_through(message.keys)
        if message.is_last and not message.judged:
            self._is_seeking = False
        self._filtered()

    def _filtered(self) -> None:
        if self._lines is not Lines.SINGLE:
            self._group()
        self._refill()

    def action_step_back(self) -> None:
        """From the text to the list; from a filter to all."""
        line = self.query_one(FilterLine)
        if line.display and (line.has_focus_within or self.alert_list.has_focus or not self.alert_list.display):
            line.leave()
        self.focus_list()

    # The chosen alert

    @on(RowChosen)
    def _choose(self, message: RowChosen) -> None:
        message.stop()
        if self._preview is not None:
            self._preview.stop()
        if message.row is not None:
            self._preview = self.set_timer(PREVIEW_S, self._read)

    def _read(self) -> None:
        row = self.alert_list.chosen
        if row is None or self.has_class("-alone"):
            return
        app = app_of(self)
        work = partial(read_alert, row.alert, self._book.screened(row.alert.key), app.records)
        app.desk.do("alert", work, self)

    @on(AlertRead)
    def _show(self, message: AlertRead) -> None:
        message.stop()
        row = self.alert_list.chosen
        if row is not None and row.alert.key == message.key:
            self.query_one(Detail).show(message.shown)
            app_of(self).notices.shown(message.key)
            self.alert_list.refresh()

    @on(RowOpened)
    def _open(self, message: RowOpened) -> None:
        message.stop()
        from tui.screens.message import MessageScreen

        self.app.push_screen(MessageScreen(message.row.alert.key, self._keys, self._go_to))

    def _keys(self) -> list[int]:
        """Of the alerts in the list, from top to bottom."""
        return [alert.key for alert in self._triage.shown()]

    def _go_to(self, key: int) -> None:
        """The owner went on to another message: that is the chosen one when they come back."""
        alert = self._book.get(key)
        if alert is not None:
            self.alert_list.go_to(Row(alert))

    def action_unlock(self) -> None:
        """Ask for the journal's passphrase."""
        from tui.screens.unlock import UnlockSheet

        app = app_of(self)
        if app.records is None or app.state.reach is not Reach.LOCKED:
            self.notify("your journal is not locked", markup=False, timeout=3)
        else:
            self.app.push_screen(UnlockSheet(app.records, app.state.reach_trouble))

    @on(WorkFailed)
    def _failed(self, message: WorkFailed) -> None:
        message.stop()
        if message.key.startswith("filter"):
            self._is_seeking = False
            self.query_one(FilterLine).say(message.line)
            self._show_words()
        else:
            self.notify(message.line, severity="warning", markup=False)

    def _is_unseen(self, key: int) -> bool:
        return not app_of(self).seen.is_seen(key)
