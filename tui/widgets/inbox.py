"""The Inbox tab: the list of screened messages, worst first, and the chosen one beside it.

Invariants: rows come from `Screened` alone; the list follows the worst message until the owner takes the cursor, and
from then on the cursor stays on the owner's message whatever arrives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.widgets import DataTable, Input, Static
from textual.widgets.data_table import RowDoesNotExist

from guardian.settings import Settings
from tui.keys import INBOX_KEYS, LIST_KEYS
from tui.messages import FilterChanged, ItemChosen
from tui.triage import Item, Triage
from tui.widgets.detail import Detail, MessageText

if TYPE_CHECKING:
    from guardian.gate import Screened

OUTCOME_COLUMNS = 12
NAME_COLUMNS = 30
REASON_COLUMNS = 24
"""Least width at which the reason has a column of its own."""
GATHER_S = 0.1
"""Rows are added in batches: each addition sorts the list."""
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
        self._chosen: Item | None = None

    def add_items(self, items: Sequence[Item]) -> None:
        """Put further items into their places."""
        kept = self._under_cursor() if self._is_steered else None
        self._add_rows(items)
        self.sort("outcome", key=lambda cell: self._triage.place()(cell.item))
        self._put_cursor(kept)

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

    def _add_rows(self, items: Iterable[Item]) -> None:
        if not self._widths:
            return  # not laid out yet; the first resize shows all
        from tui.rendering import OutcomeCell, cell, reason_cell  # imports the gate: not before there is a verdict

        for item in items:
            outcome = item.screened.verdict.outcome.value
            style = self.get_component_rich_style(f"inbox--{outcome}", partial=True)
            cells = [OutcomeCell(item, style), cell(item.name), reason_cell(item.screened)]
            self.add_row(*cells[: len(self._widths)], key=str(item.number))

    def _under_cursor(self) -> Item | None:
        if not self.is_valid_row_index(self.cursor_row):
            return None
        key = self.coordinate_to_cell_key(self.cursor_coordinate).row_key.value
        return self._triage[int(key)] if key else None

    def _put_cursor(self, kept: Item | None) -> None:
        row = 0
        if kept is not None:
            try:
                row = self.get_row_index(str(kept.number))
            except RowDoesNotExist:
                row = 0
        self.move_cursor(row=row, animate=False)
        self._choose()

    def _choose(self) -> None:
        item = self._under_cursor()
        if item is not self._chosen:
            self._chosen = item
            self.post_message(ItemChosen(item))


class InboxPane(Container):
    """List, filter and detail."""

    BINDINGS: ClassVar[list[BindingType]] = list(INBOX_KEYS)

    def __init__(self, settings: Settings) -> None:
        super().__init__(id="inbox-pane")
        self._settings = settings
        self._triage = Triage()
        self._arrived: list[Screened] = []

    def compose(self) -> ComposeResult:
        """The list on the left or above, the message on the right or below."""
        with Vertical(id="left"):
            yield Input(placeholder="words to look for, such as: flagged money", id="filter", compact=True)
            yield Static("", markup=False, id="empty")
            yield InboxTable(self._triage)
        yield Detail(self._settings)

    def on_mount(self) -> None:
        """Begin without a message."""
        self.query_one("#filter").display = False
        self._show_emptiness()

    def add(self, screened: Screened) -> None:
        """Take in a further message. Those that arrive together enter the list together, `GATHER_S` later."""
        if not self._arrived:
            self.set_timer(GATHER_S, self._take_in)
        self._arrived.append(screened)

    def say_when_empty(self, words: str) -> None:
        """What to read where the list would be, as long as there is nothing in it. The app's own words."""
        self.query_one("#empty", Static).update(words)

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

    @on(ItemChosen)
    def _show(self, message: ItemChosen) -> None:
        message.stop()
        self.set_class(message.item is None, "-nothing")
        if message.item is not None:
            self.query_one(Detail).show(message.item.screened)

    def _take_in(self) -> None:
        was_empty = not len(self._triage)
        self.query_one(InboxTable).add_items(self._triage.add(self._arrived))
        self._arrived = []
        self._show_emptiness()
        if was_empty and self.screen.focused is None:
            self.focus_list()

    def _look_for(self, words: str) -> None:
        if " ".join(words.casefold().split()) != self._triage.words:
            self._triage.look_for(words)
            self._refill()
            self.post_message(FilterChanged(self._triage.words))

    def _refill(self) -> None:
        self.query_one(InboxTable).show_all()
        self._show_emptiness()

    def _show_emptiness(self) -> None:
        is_empty = not len(self._triage)
        self.query_one(InboxTable).display = not is_empty
        self.query_one("#empty").display = is_empty
        self.set_class(is_empty, "-nothing")


def _column_widths(columns: int) -> tuple[int, ...]:
    """Widths for a list so many columns wide: each has a space on either side, and a scroll bar may stand right."""
    rest = columns - (OUTCOME_COLUMNS + 2) - 2 - 2
    if rest - NAME_COLUMNS - 2 >= REASON_COLUMNS:
        return OUTCOME_COLUMNS, NAME_COLUMNS, rest - NAME_COLUMNS - 2
    return OUTCOME_COLUMNS, max(rest, 8)
