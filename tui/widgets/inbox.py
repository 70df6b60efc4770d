"""The Inbox tab: the list of screened messages, worst first, and the chosen one beside it.

Invariants: rows come from `Screened` alone; the list follows the worst message until the owner takes the cursor, and
from then on the cursor stays on the owner's message whatever arrives.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.coordinate import Coordinate
from textual.message import Message as AppMessage
from textual.widgets import DataTable, Input, Static
from textual.widgets.data_table import RowDoesNotExist

from guardian.verdict_words import MARKS
from tui.desk import Job
from tui.keys import INBOX_KEYS, LIST_KEYS
from tui.records import Records
from tui.screens.base import app_of
from tui.state import HouseState, Phase
from tui.triage import Triage
from tui.widgets.detail import Detail, MessageText

if TYPE_CHECKING:
    from guardian.alerts.alert import Alert
    from guardian.gate import Screened
    from tui.app import GuardianApp
    from tui.shown import Shown


class AlertCell(Text):
    """The first cell of a row, which carries the row's alert, so that the table can sort by it."""

    __slots__ = ("alert",)

    def __init__(self, alert: Alert, style: Style) -> None:
        super().__init__(MARKS[alert.outcome] + alert.outcome.value, style=style, no_wrap=True, end="")
        self.alert = alert


@dataclass(repr=False)
class AlertChosen(AppMessage):
    """The cursor stands on another row, or on none."""

    alert: Alert | None


@dataclass(repr=False)
class AlertOpened(AppMessage):
    """The chosen alert's message was read."""

    shown: Shown
    key: int


OUTCOME_COLUMNS = 12
NAME_COLUMNS = 30
REASON_COLUMNS = 24
"""Least width at which the reason has a column of its own."""
GATHER_S = 0.1
"""Rows are added in batches: each addition sorts the list."""
NO_ALERTS = (
    "No alerts yet.\n\nWhat guardian filter, scan and the other programs flag appears here.\n"
    "Press 2 and paste a text to try it."
)
NOTHING_FOUND = "There is no message in what you named."
STARTING = "The model is starting …"
SCREENING = "Screening …"
_STYLES = ("flagged", "notice", "unsure", "unscreened", "clean")


class InboxTable(DataTable[Text]):
    """The list. One row a message: outcome, name and, where there is room, what it does."""

    BINDINGS: ClassVar[list[BindingType]] = list(LIST_KEYS)
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"inbox--{name}" for name in _STYLES}

    def __init__(self, triage: Triage) -> None:
        super().__init__(cursor_type="row", id="list", cell_padding=1)
        self._triage = triage
        self._widths: tuple[int, ...] = ()
        self._is_steered = False
        self._chosen: Alert | None = None

    def show_all(self) -> None:
        """Show what the triage shows now, in its order."""
        kept = self._under_cursor() if self._is_steered else None
        self._rebuild()
        self._put_cursor(kept)

    def on_resize(self, event: events.Resize) -> None:
        """Give the columns the room that there is."""
        widths = _column_widths(event.size.width)
        if widths != self._widths:
            self._widths = widths
            self.show_all()

    def on_key(self) -> None:
        """From here on the owner steers."""
        self._is_steered = True

    def on_click(self) -> None:
        """From here on the owner steers."""
        self._is_steered = True

    @on(DataTable.RowHighlighted)
    def _row_highlighted(self, message: DataTable.RowHighlighted) -> None:
        message.stop()
        self._choose()

    def _rebuild(self) -> None:
        self.clear(columns=True)
        for name, width in zip(("outcome", "message", "what it does"), self._widths, strict=False):
            self.add_column(Text(name), width=width, key=name)
        self._add_rows(self._triage.shown())

    def _add_rows(self, alerts: Iterable[Alert]) -> None:
        if not self._widths:
            return  # not laid out yet; the first resize shows all
        for alert in alerts:
            style = self.get_component_rich_style(f"inbox--{alert.outcome.value}", partial=True)
            cells = [AlertCell(alert, style), cell(alert.sender or alert.name), cell(alert.reason)]
            self.add_row(*cells[: len(self._widths)], key=str(alert.key))

    def _under_cursor(self) -> Alert | None:
        if not self.is_valid_row_index(self.cursor_row):
            return None
        first = self.get_cell_at(Coordinate(self.cursor_row, 0))
        return first.alert if isinstance(first, AlertCell) else None

    def _put_cursor(self, kept: Alert | None) -> None:
        row = 0
        if kept is not None:
            try:
                row = self.get_row_index(str(kept.key))
            except RowDoesNotExist:
                row = 0
        self.move_cursor(row=row, animate=False)
        self._choose()

    def _choose(self) -> None:
        alert = self._under_cursor()
        if alert is not self._chosen:
            self._chosen = alert
            self.post_message(AlertChosen(alert))


def cell(words: str) -> Text:
    """A table cell of one line, cut with an ellipsis where the column ends. `words` must be safe."""
    return Text(words, no_wrap=True, overflow="ellipsis", end="")


class InboxPane(Container):
    """List, filter and detail."""

    BINDINGS: ClassVar[list[BindingType]] = list(INBOX_KEYS)

    def __init__(self, app: GuardianApp) -> None:
        super().__init__(id="inbox-pane")
        self._book = app.book
        self._triage = Triage(app.book)
        self._is_due = False

    def compose(self) -> ComposeResult:
        """The list on the left or above, the message on the right or below."""
        with Vertical(id="left"):
            yield Input(placeholder="words to look for, such as: flagged money", id="filter", compact=True)
            yield Static("", markup=False, id="empty")
            yield InboxTable(self._triage)
        yield Detail()

    def on_mount(self) -> None:
        """Begin without a message."""
        self.query_one("#filter").display = False
        self._refill()
        self.watch(self.app, "state", self._show_state)
        app_of(self).alerts_changed.subscribe(self, self._alerts_changed)

    def _alerts_changed(self, keys: tuple[int, ...]) -> None:
        """Show what is new. Those that arrive together enter the list together, `GATHER_S` later."""
        if keys and not self._is_due:
            self._is_due = True
            self.set_timer(GATHER_S, self._refill)

    def _show_state(self, state: HouseState) -> None:
        """What to read where the list would be, as long as there is nothing in it. The app's own words."""
        self.query_one("#empty", Static).update(_words_when_empty(state))

    def focus_list(self) -> None:
        """Give the keys to the list."""
        self.query_one(InboxTable).focus()

    def action_filter(self) -> None:
        """Open the filter line."""
        line = self.query_one("#filter", Input)
        line.display = True
        line.focus()

    def action_switch_order(self) -> None:
        """Worst first, or newest first."""
        self._triage.order = self._triage.order.other
        self._refill()
        self.notify(self._triage.order.value, markup=False, timeout=2)

    def action_step_back(self) -> None:
        """From the text to the list; from a filter to all."""
        line = self.query_one("#filter", Input)
        if line.display and (line.has_focus or self.query_one(InboxTable).has_focus):
            line.clear()
            line.display = False
            self._look_for("")
        self.focus_list()

    @on(Input.Changed, "#filter")
    def _filter_changed(self, message: Input.Changed) -> None:
        message.stop()
        self._look_for(message.value)

    @on(Input.Submitted, "#filter")
    def _filter_done(self, message: Input.Submitted) -> None:
        message.stop()
        self.query_one("#filter").display = bool(message.value)
        self.focus_list()

    @on(DataTable.RowSelected)
    def _read(self, message: DataTable.RowSelected) -> None:
        message.stop()
        self.query_one(MessageText).focus()

    @on(AlertChosen)
    def _open(self, message: AlertChosen) -> None:
        message.stop()
        self.set_class(message.alert is None, "-nothing")
        if message.alert is not None:
            app = app_of(self)
            app.desk.do(
                "alert", partial(_opened, message.alert, self._book.screened(message.alert.key), app.records), self
            )

    @on(AlertOpened)
    def _show(self, message: AlertOpened) -> None:
        message.stop()
        self.query_one(Detail).show(message.shown)

    def _look_for(self, words: str) -> None:
        if " ".join(words.casefold().split()) != self._triage.words:
            self._triage.look_for(words)
            self._refill()

    def _refill(self) -> None:
        self._is_due = False
        self.query_one(InboxTable).show_all()
        self._show_emptiness()

    def _show_emptiness(self) -> None:
        is_empty = not len(self._book)
        self.query_one(InboxTable).display = not is_empty
        self.query_one("#empty").display = is_empty
        self.set_class(is_empty, "-nothing")


def _opened(alert: Alert, screened: Screened | None, records: Records | None, _job: Job) -> AlertOpened:
    from tui.shown import shown_of_entry, shown_of_screened

    if screened is not None or records is None or alert.seq is None:
        assert screened is not None  # what is not in the journal was screened in this run
        return AlertOpened(shown_of_screened(screened, alert.at_ms), alert.key)
    with records.journal() as journal:
        return AlertOpened(shown_of_entry(journal, alert.seq, alert.feedback), alert.key)


def _words_when_empty(state: HouseState) -> str:
    if state.inbox_trouble:
        return state.inbox_trouble
    if state.phase is Phase.DOWN:
        return f"The model is down, so nothing was screened.\n\n{state.trouble}"
    if state.total is None:
        return NO_ALERTS
    if state.total == 0:
        return NOTHING_FOUND
    return STARTING if state.phase is Phase.STARTING else SCREENING


def _column_widths(columns: int) -> tuple[int, ...]:
    """Widths for a list so many columns wide: each has a space on either side, and a scroll bar may stand right."""
    rest = columns - (OUTCOME_COLUMNS + 2) - 2 - 2
    if rest - NAME_COLUMNS - 2 >= REASON_COLUMNS:
        return OUTCOME_COLUMNS, NAME_COLUMNS, rest - NAME_COLUMNS - 2
    return OUTCOME_COLUMNS, max(rest, 8)
